//! Clusters and groups to prevalence, framing and counterparts, with statistics.
//!
//! [`compare`] takes a [`Corpus`] (passages, vectors, documents), a clustering and groups, and gives a [`Comparison`]:
//! how much each group speaks of each cluster, how differently (beside what translation alone would do), which
//! passages answer which, and which are left without an answer.
//!
//! ```
//! use visavis_compare::{Calibration, CompareOptions, Corpus, compare};
//! use visavis_records::{ChunkId, Clustering, DocId, ContentHash, Groups, Language, Layer, Neighbours, UnitVectors};
//!
//! let vectors = UnitVectors::new(vec![1.0, 0.1, 1.0, -0.1, 0.9, 0.2, 1.0, 0.3], 2)?;
//! let id = |n| ChunkId::of(DocId::of("", ContentHash::of("text"), 0, 0), n, n + 1);
//! let corpus = Corpus {
//!     chunk_id: &[id(0), id(1), id(2), id(3)],
//!     document: &[0, 0, 1, 1],
//!     language: &[Language::EN; 4],
//!     n_tokens: &[20; 4],
//!     text: &["one", "two", "three", "four"],
//!     raw: &vectors,
//!     clean: &vectors,
//!     neighbours: &Neighbours::default(),
//!     date: &[None, None],
//!     counted: &[true, true],
//! };
//! let layer = Layer { n_clusters: 1, cluster: vec![0; 4], nearest: vec![0; 4], strength: vec![1.0; 4], ..Layer::default() };
//! let groups = Groups::new(vec!["source".into()], &["a", "a", "b", "b"].map(|g| Some(g.to_owned())));
//! let calibration = Calibration { texts: &[], clean: &UnitVectors::empty(2) };
//! let clustering = Clustering { layers: vec![layer] };
//! let comparison = compare(&corpus, &clustering, &groups, &calibration, None, &CompareOptions::default())?;
//! assert_eq!(comparison.framing[0].verdict, "too_few"); // two documents: a description, not a test
//! assert_eq!(comparison.prevalence[0].share, 1.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants: the document is the unit of every statistic, never the passage; the same bytes for any number of
//! threads; a number that the texts cannot carry is null, never a guess.
//!
//! This crate knows nothing of files, models or how clusters were found, and it does not know whether two passages
//! agree: closeness is not agreement.

pub mod check;
mod corpus;
mod counterparts;
mod coverage;
mod distribution;
mod divided;
mod energy;
mod floor;
mod framing;
mod kind;
mod options;
mod permute;
mod prevalence;
mod terms;
mod timeline;
mod units;

use std::collections::BTreeMap;

use visavis_records::{
    Clustering, Groups,
    rows::{CounterpartRow, FramingRow, PrevalenceRow, TermRow, TimelineRow, UnansweredRow},
};

pub use corpus::{CompareError, Corpus};
pub use counterparts::counterparts;
pub use coverage::coverage;
pub use divided::{Divided, divided};
pub use floor::{Calibration, calibration_fold};
pub use framing::{Sampled, framing};
pub use kind::{Threshold, Thresholds};
pub use options::{CompareOptions, Reprints};
pub use prevalence::prevalence;
pub use terms::{Words, terms};
pub use timeline::timeline;

/// All that a comparison finds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// How much each group speaks of each cluster.
    pub prevalence: Vec<PrevalenceRow>,
    /// Who speaks of each cluster, in a word: [`coverage`].
    pub coverage: BTreeMap<i32, String>,
    /// Clusters that may be halves of one issue.
    pub divided: Vec<Divided>,
    /// How differently groups speak of a cluster.
    pub framing: Vec<FramingRow>,
    /// Clusters of which a sample stood for framing.
    pub sampled: Vec<Sampled>,
    /// Passages that answer each other.
    pub counterparts: Vec<CounterpartRow>,
    /// Passages that nothing answers.
    pub unanswered: Vec<UnansweredRow>,
    /// When each group speaks of each cluster.
    pub timeline: Vec<TimelineRow>,
    /// Terms of each group in a cluster; empty without words.
    pub terms: Vec<TermRow>,
}

/// Compares the groups on every cluster of every layer. With [`Reprints::Drop`] copies and translations are found
/// first, and prevalence and framing count only the earliest passage of each set.
///
/// # Errors
/// Where the parts handed in do not fit together.
pub fn compare(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    calibration: &Calibration<'_>,
    words: Option<&Words<'_>>,
    options: &CompareOptions,
) -> Result<Comparison, CompareError> {
    corpus.check(clustering, groups)?;
    calibration.check(corpus.clean.dim())?;
    let (counterparts, unanswered) = counterparts(corpus, clustering, groups, calibration, options);
    let left_out = counterparts::left_out(corpus, &counterparts, options.reprints);
    let (framing, sampled) =
        framing::framing_without(corpus, clustering, groups, calibration, options, &left_out);
    let terms = match words {
        Some(words) => {
            words.check(corpus.len())?;
            terms(corpus, clustering, groups, words, options)
        }
        None => Vec::new(),
    };
    let coverage = coverage(corpus, clustering, groups);
    Ok(Comparison {
        divided: divided(corpus, clustering, groups, &coverage, &counterparts),
        coverage,
        prevalence: prevalence::prevalence_without(corpus, clustering, groups, options, &left_out),
        framing,
        sampled,
        counterparts,
        unanswered,
        timeline: timeline(corpus, clustering, groups),
        terms,
    })
}
