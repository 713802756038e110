//! Checks on parallel text: the same documents in two languages, so that "no difference" is true by construction.

use std::collections::BTreeSet;

use rayon::prelude::*;
use visavis_kernels::Random;
use visavis_records::{
    ChunkId, Clustering, ContentHash, DocId, Groups, Language, Layer, Neighbours, UnitVectors,
    rows::CounterpartRow, rows::FramingRow,
};

use super::{Rate, shuffled};
use crate::{
    Calibration, CompareOptions, Corpus, counterparts, distribution::jackknife_variance, framing,
};

/// The same n passages in two languages.
#[derive(Debug, Clone, Copy)]
pub struct Parallel<'a> {
    /// Document of each passage (n).
    pub document: &'a [u32],
    /// The two languages.
    pub languages: [Language; 2],
    /// Debiased vectors in each (n × dim).
    pub clean: [&'a UnitVectors; 2],
    /// Tokens in each (n).
    pub n_tokens: [&'a [u32]; 2],
}

/// Which documents make the two sides of a draw, in one cluster.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    /// Documents on the subject of the cluster: side a is drawn from them, and side b from the rest of them.
    pub subject: &'a [u32],
    /// Documents on another subject, which replace some of side b.
    pub other: &'a [u32],
    /// Documents of each side.
    pub sizes: [usize; 2],
    /// How many of side b's documents are of the other subject: 0 for "no difference".
    pub replaced: usize,
}

/// A corpus of some passages in some language, all in one cluster.
struct Built {
    chunk_id: Vec<ChunkId>,
    document: Vec<u32>,
    language: Vec<Language>,
    n_tokens: Vec<u32>,
    clean: UnitVectors,
    groups: Groups,
    n_documents: usize,
}

impl Built {
    /// Of (passage, language 0 or 1, document); the language is the group.
    fn new(parallel: &Parallel<'_>, passages: &[(u32, usize, u32)]) -> Self {
        let row = |&(p, side, _): &(u32, usize, u32)| parallel.clean[side].row(p as usize);
        let data = passages.iter().flat_map(row).copied().collect();
        let dim = parallel.clean[0].dim();
        let label: Vec<Option<String>> = passages
            .iter()
            .map(|p| Some(["a", "b"][p.1].to_owned()))
            .collect();
        let id = |(n, p): (usize, &(u32, usize, u32))| {
            ChunkId::of(
                DocId::of("", ContentHash::of("check"), p.2, 0),
                n as u32,
                n as u32 + 1,
            )
        };
        Self {
            chunk_id: passages.iter().enumerate().map(id).collect(),
            document: passages.iter().map(|p| p.2).collect(),
            language: passages.iter().map(|p| parallel.languages[p.1]).collect(),
            n_tokens: passages
                .iter()
                .map(|p| parallel.n_tokens[p.1][p.0 as usize])
                .collect(),
            clean: UnitVectors::new(data, dim).unwrap_or_else(|_| UnitVectors::empty(dim)),
            groups: Groups::new(vec!["side".to_owned()], &label),
            n_documents: passages.iter().map(|p| p.2 as usize + 1).max().unwrap_or(0),
        }
    }

    /// What framing says of it.
    fn framing(
        &self,
        calibration: &Calibration<'_>,
        options: &CompareOptions,
    ) -> Option<FramingRow> {
        self.with(|corpus, clustering, groups| {
            let (rows, _) = framing(corpus, clustering, groups, calibration, options);
            rows.into_iter().next()
        })
    }

    fn with<T>(&self, f: impl FnOnce(&Corpus<'_>, &Clustering, &Groups) -> T) -> T {
        let n = self.chunk_id.len();
        let corpus = Corpus {
            chunk_id: &self.chunk_id,
            document: &self.document,
            language: &self.language,
            n_tokens: &self.n_tokens,
            text: &vec![""; n],
            raw: &self.clean,
            clean: &self.clean,
            neighbours: &Neighbours::default(),
            date: &vec![None; self.n_documents],
            counted: &vec![true; self.n_documents],
        };
        let layer = Layer {
            n_clusters: 1,
            cluster: vec![0; n],
            nearest: vec![0; n],
            strength: vec![1.0; n],
            ..Layer::default()
        };
        f(
            &corpus,
            &Clustering {
                layers: vec![layer],
            },
            &self.groups,
        )
    }
}

/// Draws two sides of different documents, side a only in the first language and side b only in the second, and gives
/// the framing row. `None` where there are not documents enough.
pub fn split(
    parallel: &Parallel<'_>,
    draw: &Draw<'_>,
    calibration: &Calibration<'_>,
    options: &CompareOptions,
    seed: u64,
) -> Option<FramingRow> {
    let mut random = Random::new(seed, 0x73_70_6c);
    let (mut subject, mut other) = (draw.subject.to_vec(), draw.other.to_vec());
    random.shuffle(&mut subject);
    random.shuffle(&mut other);
    let own = draw.sizes[1].checked_sub(draw.replaced)?;
    let (a, rest) = subject.split_at_checked(draw.sizes[0])?;
    let b: Vec<u32> = rest
        .get(..own)?
        .iter()
        .chain(other.get(..draw.replaced)?)
        .copied()
        .collect();
    let of = |documents: &[u32], side: usize| -> Vec<(u32, usize, u32)> {
        let mut passages = Vec::new();
        for (p, &d) in parallel.document.iter().enumerate() {
            if documents.contains(&d) {
                passages.push((p as u32, side, d));
            }
        }
        passages
    };
    let passages = [of(a, 0), of(&b, 1)].concat();
    let options = CompareOptions {
        min_passages: 0,
        seed,
        ..options.clone()
    };
    Built::new(parallel, &passages).framing(calibration, &options)
}

/// What is measured between all documents in one language and the same documents in the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Same {
    /// The gap.
    pub gap: f64,
    /// Its standard error, by jackknife over documents, each taken out in both languages.
    pub error: f64,
    /// The floor.
    pub floor: f64,
    /// Its 95 % interval.
    pub floor_interval: [f64; 2],
}

/// The gap between the two languages over pairs of different documents: the mean of what [`split`] gives over all
/// halves there are. `None` for too few documents for an interval, or without a floor.
pub fn same(
    parallel: &Parallel<'_>,
    calibration: &Calibration<'_>,
    options: &CompareOptions,
) -> Option<Same> {
    let options = CompareOptions {
        min_passages: 0,
        permutations: 1,
        ..options.clone()
    };
    let without = |left_out: Option<u32>| -> Option<FramingRow> {
        let side = |side: usize| {
            let rows = (0..).zip(parallel.document);
            rows.filter(move |r| Some(*r.1) != left_out)
                .map(move |(p, &d)| (p, side, d))
        };
        let passages: Vec<_> = side(0).chain(side(1)).collect();
        Built::new(parallel, &passages).framing(calibration, &options)
    };
    let row = without(None)?;
    let documents: BTreeSet<u32> = parallel.document.iter().copied().collect();
    let gaps: Vec<f64> = documents
        .into_par_iter()
        .map(|d| without(Some(d))?.gap)
        .collect::<Option<_>>()?;
    Some(Same {
        gap: row.gap?,
        error: jackknife_variance(&gaps).sqrt(),
        floor: row.floor?,
        floor_interval: [row.floor_low?, row.floor_high?],
    })
}

/// How often p is at most 0.05 when the documents of the first language are dealt to two sides of so many.
pub fn deal(
    parallel: &Parallel<'_>,
    sizes: [usize; 2],
    calibration: &Calibration<'_>,
    n: usize,
    options: &CompareOptions,
) -> Rate {
    let passages: Vec<(u32, usize, u32)> = (0..)
        .zip(parallel.document)
        .map(|(p, &d)| (p, 0, d))
        .collect();
    Built::new(parallel, &passages)
        .with(|corpus, clustering, _| shuffled(corpus, clustering, calibration, sizes, n, options))
}

/// Precision, recall and their harmonic mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Score {
    /// Of what was found, the share that is right.
    pub precision: f64,
    /// Of what is right, the share that was found.
    pub recall: f64,
    /// 2 / (1/precision + 1/recall).
    pub f1: f64,
}

impl Score {
    fn of(right: usize, found: usize, all: usize) -> Self {
        let share = |n: usize| if n == 0 { 0.0 } else { right as f64 / n as f64 };
        let (precision, recall) = (share(found), share(all));
        let sum = precision + recall;
        Self {
            precision,
            recall,
            f1: if sum > 0.0 {
                2.0 * precision * recall / sum
            } else {
                0.0
            },
        }
    }
}

/// How well translations are found among as many distractors.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Matching {
    /// Matches by margin, of whatever kind.
    pub matched: Score,
    /// Those called `translation`.
    pub translation: Score,
    /// Each passage with its nearest by cosine, from the cosine on that gives the best F1 (chosen on the truth).
    pub cosine: Score,
    /// That cosine.
    pub cosine_threshold: f32,
}

/// Passages by (number, language, document), and how many of the first language have their translation there.
fn with_distractors(parallel: &Parallel<'_>, seed: u64) -> (Vec<(u32, usize, u32)>, usize) {
    let mut order: Vec<u32> = (0..parallel.document.len() as u32).collect();
    Random::new(seed, 0x6d_61_74).shuffle(&mut order);
    let third = order.len() / 3;
    let side = |range: &[u32], side: usize| {
        range
            .iter()
            .map(|&p| (p, side, p * 2 + side as u32))
            .collect::<Vec<_>>()
    };
    (
        [
            side(&order[..2 * third], 0),
            side(&order[..third], 1),
            side(&order[2 * third..3 * third], 1),
        ]
        .concat(),
        third,
    )
}

/// Two thirds of the passages in each language, of which half have their translation on the other side: the rest are
/// distractors. Every passage is a document of its own.
pub fn matching(
    parallel: &Parallel<'_>,
    calibration: &Calibration<'_>,
    options: &CompareOptions,
    seed: u64,
) -> Matching {
    let (passages, third) = with_distractors(parallel, seed);
    Built::new(parallel, &passages).with(|corpus, clustering, groups| {
        let exhaustive = CompareOptions {
            exhaustive_passages: passages.len(),
            ..options.clone()
        };
        let (rows, _) = counterparts(corpus, clustering, groups, calibration, &exhaustive);
        let number = |id: ChunkId| {
            corpus
                .chunk_id
                .iter()
                .position(|&c| c == id)
                .map(|r| passages[r].0)
        };
        let across: Vec<&CounterpartRow> = rows.iter().filter(|r| r.group_a != r.group_b).collect();
        let right = |rows: &[&CounterpartRow]| {
            rows.iter()
                .filter(|r| number(r.chunk_a) == number(r.chunk_b))
                .count()
        };
        let translations: Vec<&CounterpartRow> = across
            .iter()
            .copied()
            .filter(|r| r.kind == "translation")
            .collect();
        let (cosine, cosine_threshold) = by_cosine(corpus, &passages, third);
        Matching {
            matched: Score::of(right(&across), across.len(), third),
            translation: Score::of(right(&translations), translations.len(), third),
            cosine,
            cosine_threshold,
        }
    })
}

fn by_cosine(corpus: &Corpus<'_>, passages: &[(u32, usize, u32)], all: usize) -> (Score, f32) {
    let (first, second): (Vec<usize>, Vec<usize>) =
        (0..passages.len()).partition(|&r| passages[r].1 == 0);
    let nearest = |&x: &usize| {
        let to = |&y: &usize| {
            (
                visavis_kernels::dot(corpus.clean.row(x), corpus.clean.row(y)),
                y,
            )
        };
        let (cosine, y) = second.iter().map(to).max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some((cosine, passages[x].0 == passages[y].0))
    };
    let mut found: Vec<(f32, bool)> = first.iter().filter_map(nearest).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut best, mut right) = ((Score::default(), 1.0), 0);
    for (i, &(cosine, hit)) in found.iter().enumerate() {
        right += usize::from(hit);
        let score = Score::of(right, i + 1, all);
        if score.f1 > best.0.f1 {
            best = (score, cosine);
        }
    }
    best
}
