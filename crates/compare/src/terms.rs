//! The words by which a group's passages on a cluster stand out.

use std::collections::BTreeMap;

use rayon::prelude::*;
use visavis_records::{Clustering, Groups, Language, rows::TermRow};

use crate::{CompareError, CompareOptions, Corpus, units::taking_part};

/// The words of each passage, as numbers of a vocabulary: those of passage r are
/// `ids[starts[r]..starts[r + 1]]`.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The vocabulary.
    pub vocabulary: &'a [String],
    /// n + 1 offsets into `ids`.
    pub starts: &'a [usize],
    /// Words, passage by passage.
    pub ids: &'a [u32],
}

impl Words<'_> {
    /// The words of one passage.
    fn of(&self, row: usize) -> &[u32] {
        &self.ids[self.starts[row]..self.starts[row + 1]]
    }

    /// Whether there is one entry a passage and every number points somewhere.
    ///
    /// # Errors
    /// Names the part that does not fit.
    pub fn check(&self, passages: usize) -> Result<(), CompareError> {
        if self.starts.len() != passages + 1 {
            return Err(CompareError::Length {
                what: "words",
                found: self.starts.len(),
                expected: passages + 1,
            });
        }
        let row = |what, row: usize, len| CompareError::Row { what, row, len };
        match (
            self.starts.windows(2).find(|w| w[0] > w[1]),
            self.starts.last(),
        ) {
            (Some(w), _) => return Err(row("starts of words", w[0], w[1])),
            (None, Some(&last)) if last > self.ids.len() => {
                return Err(row("starts of words", last, self.ids.len()));
            }
            _ => {}
        }
        match self
            .ids
            .iter()
            .find(|&&id| id as usize >= self.vocabulary.len())
        {
            Some(&id) => Err(row("words", id as usize, self.vocabulary.len())),
            None => Ok(()),
        }
    }
}

/// Terms that set a group's passages of a cluster apart from the other groups' passages of that cluster in the same
/// language ("Fightin' Words", Monroe, Colaresi and Quinn 2008).
///
/// `score` is the log-odds ratio δ with an informative Dirichlet prior, `z` = δ / sd(δ) (their equations 16, 20 and
/// 22), `rank` counts from 1 by z; only terms with z > 1.96 and at most `terms` of them for each cluster, language and
/// group. A word is counted once a document, so that one document's favourite word is not a group's. The prior of a
/// word is its share of all words of the language in the corpus, with the weight of as many words as the two sides
/// have together.
///
/// # Panics
/// If [`Corpus::check`] finds a fault, or `words` has not one entry a passage.
pub fn terms(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    words: &Words<'_>,
    options: &CompareOptions,
) -> Vec<TermRow> {
    let group_of = taking_part(corpus, groups, &vec![false; corpus.len()]);
    let prior = prior(corpus, &group_of, words);
    let mut rows = Vec::new();
    for layer in &clustering.layers {
        let of_clusters: Vec<Vec<TermRow>> = layer
            .members()
            .into_par_iter()
            .enumerate()
            .map(|(c, members)| {
                let counts = count(corpus, &group_of, &members, words);
                let mut rows = Vec::new();
                for ((language, group), own) in &counts {
                    let others = Counts::sum(
                        counts
                            .iter()
                            .filter(|((l, g), _)| l == language && g != group)
                            .map(|(_, c)| c),
                    );
                    let found = fighting(own, &others, &prior[language], options.terms, words);
                    rows.extend(found.into_iter().enumerate().map(|(i, (z, delta, word))| {
                        TermRow {
                            cluster: (layer.first + c as u32) as i32,
                            language: *language,
                            group: Some(groups.labels[*group as usize].clone()),
                            term: words.vocabulary[word as usize].clone(),
                            pair_id: None,
                            rank: i as u32 + 1,
                            score: delta as f32,
                            z: Some(z as f32),
                        }
                    }));
                }
                rows
            })
            .collect();
        rows.extend(of_clusters.into_iter().flatten());
    }
    rows
}

/// In how many documents each word occurs (by word), and the sum of that over words.
#[derive(Debug, Clone, Default)]
struct Counts {
    of: Vec<(u32, u32)>,
    total: f64,
}

impl Counts {
    /// From (word, document) pairs, which may repeat.
    fn of(mut uses: Vec<(u32, u32)>) -> Self {
        uses.sort_unstable();
        uses.dedup();
        let total = uses.len() as f64;
        let of = uses
            .chunk_by(|a, b| a.0 == b.0)
            .map(|same| (same[0].0, same.len() as u32))
            .collect();
        Self { of, total }
    }

    fn sum<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let mut all: Vec<(u32, u32)> = parts.clone().flat_map(|c| c.of.iter().copied()).collect();
        all.sort_unstable();
        let of = all
            .chunk_by(|a, b| a.0 == b.0)
            .map(|same| (same[0].0, same.iter().map(|s| s.1).sum()))
            .collect();
        Self {
            of,
            total: parts.map(|c| c.total).sum(),
        }
    }

    fn get(&self, word: u32) -> f64 {
        self.of
            .binary_search_by_key(&word, |c| c.0)
            .map_or(0.0, |i| f64::from(self.of[i].1))
    }
}

fn count(
    corpus: &Corpus<'_>,
    group_of: &[Option<u32>],
    rows: &[u32],
    words: &Words<'_>,
) -> BTreeMap<(Language, u32), Counts> {
    let mut uses: BTreeMap<(Language, u32), Vec<(u32, u32)>> = BTreeMap::new();
    for &row in rows {
        let row = row as usize;
        if let Some(group) = group_of[row] {
            let document = corpus.document[row];
            uses.entry((corpus.language[row], group))
                .or_default()
                .extend(words.of(row).iter().map(|&word| (word, document)));
        }
    }
    uses.into_iter()
        .map(|(key, uses)| (key, Counts::of(uses)))
        .collect()
}

/// For each language how often each word of the vocabulary occurs in the passages that take part.
fn prior(
    corpus: &Corpus<'_>,
    group_of: &[Option<u32>],
    words: &Words<'_>,
) -> BTreeMap<Language, (Vec<u32>, f64)> {
    let mut prior: BTreeMap<Language, (Vec<u32>, f64)> = BTreeMap::new();
    for row in (0..corpus.len()).filter(|&r| group_of[r].is_some()) {
        let (of, total) = prior
            .entry(corpus.language[row])
            .or_insert_with(|| (vec![0; words.vocabulary.len()], 0.0));
        for &word in words.of(row) {
            of[word as usize] += 1;
            *total += 1.0;
        }
    }
    prior
}

fn fighting(
    own: &Counts,
    others: &Counts,
    prior: &(Vec<u32>, f64),
    n: usize,
    words: &Words<'_>,
) -> Vec<(f64, f64, u32)> {
    if others.total == 0.0 {
        return Vec::new();
    }
    let weight = own.total + others.total;
    let score = |&(word, y): &(u32, u32)| {
        let alpha = weight * f64::from(prior.0[word as usize]) / prior.1;
        let odds = |y: f64, total: f64| ((y + alpha) / (total + weight - y - alpha)).ln();
        let (y, other) = (f64::from(y), others.get(word));
        let delta = odds(y, own.total) - odds(other, others.total);
        let z = delta / (1.0 / (y + alpha) + 1.0 / (other + alpha)).sqrt();
        (z > 1.96).then_some((z, delta, word))
    };
    let mut found: Vec<(f64, f64, u32)> = own.of.iter().filter_map(score).collect();
    found.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| words.vocabulary[a.2 as usize].cmp(&words.vocabulary[b.2 as usize]))
    });
    found.truncate(n);
    found
}
