//! What the caller may choose.

/// What to do with copies and translations of a passage (kinds `copy` and `translation` of the counterparts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reprints {
    /// Count them like any other passage.
    #[default]
    Keep,
    /// Count only the earliest passage of each set of copies and translations.
    Drop,
}

/// How to compare.
#[derive(Debug, Clone, PartialEq)]
pub struct CompareOptions {
    /// Whether copies and translations take part in prevalence and framing.
    pub reprints: Reprints,
    /// Seed of permutations, bootstrap and sampling.
    pub seed: u64,
    /// The most permutations for one test. Tests that are plainly not significant stop far earlier.
    pub permutations: usize,
    /// Exceedances after which a test stops (Besag and Clifford 1991).
    pub exceedances: usize,
    /// Bootstrap draws of documents for shares.
    pub bootstrap: usize,
    /// Documents that each group needs in a cluster for an interval and a p-value.
    pub min_documents: usize,
    /// Passages that a corpus needs for intervals and p-values; below, everything is descriptive.
    pub min_passages: usize,
    /// False-discovery rate at which a verdict says `differs`.
    pub fdr: f64,
    /// Weight of the prior of the log-odds, in documents.
    pub prior_documents: f64,
    /// Relative standard error added to the floor because calibration text is another kind of text than the corpus:
    /// `visavis bench quality` shows the scatter beside the gaps of encyclopaedia paragraphs.
    pub floor_tolerance: f64,
    /// Absolute standard error added to the floor between two languages, on the scale of the gap, for the same reason:
    /// with a good encoder the gaps of public parallel text are so small (0.0003 to 0.0044 with the default one) that what
    /// is common to a kind of text is as large as they are.
    pub floor_error: f64,
    /// The most documents of a cluster, over all its groups, whose passages are put face to face for framing; a
    /// larger cluster is sampled, and [`crate::Sampled`] says so.
    pub sample_documents: usize,
    /// The most passages taken of one sampled document.
    pub sample_passages: usize,
    /// The most passages of a cluster that are all put face to face for counterparts; in a larger cluster only the
    /// neighbour graph is searched.
    pub exhaustive_passages: usize,
    /// Terms kept for each cluster, language and group.
    pub terms: usize,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self {
            reprints: Reprints::Keep,
            seed: 0,
            permutations: 9_999,
            exceedances: 20,
            bootstrap: 1_000,
            min_documents: 5,
            min_passages: 300,
            fdr: 0.05,
            prior_documents: 10.0,
            floor_tolerance: 0.25,
            floor_error: 0.001,
            sample_documents: 400,
            sample_passages: 8,
            exhaustive_passages: 4_000,
            terms: 10,
        }
    }
}
