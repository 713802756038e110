//! The statistics, tested themselves on corpora in which the answer is known.

mod parallel;
mod planted;

use rayon::prelude::*;
use visavis_kernels::Random;
use visavis_records::{Groups, rows::FramingRow};

pub use parallel::{Draw, Matching, Parallel, Same, Score, deal, matching, same, split};
pub use planted::{Design, Planted, plant};

use crate::{Calibration, CompareOptions, Corpus, distribution::normal_quantile, framing};

/// How often something happened, with the 95 % interval of Wilson (1927).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Trials.
    pub n: usize,
    /// How often it happened.
    pub hits: usize,
    /// `hits / n`.
    pub rate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Rate {
    /// Of `hits` in `n` trials.
    pub fn of(hits: usize, n: usize) -> Self {
        let (z, m) = (normal_quantile(0.975), n.max(1) as f64);
        let rate = hits as f64 / m;
        let centre = (rate + z * z / (2.0 * m)) / (1.0 + z * z / m);
        let half = z / (1.0 + z * z / m) * (rate * (1.0 - rate) / m + z * z / (4.0 * m * m)).sqrt();
        Self {
            n,
            hits,
            rate,
            low: (centre - half).max(0.0),
            high: (centre + half).min(1.0),
        }
    }
}

/// The framing row of each of `n` corpora of a design.
pub fn trials(design: &Design, n: usize, seed: u64, options: &CompareOptions) -> Vec<FramingRow> {
    // Planted corpora are small by purpose.
    let options = CompareOptions {
        min_passages: 0,
        ..options.clone()
    };
    (0..n as u64)
        .into_par_iter()
        .filter_map(|i| {
            let planted = plant(design, seed.wrapping_mul(1_000_003).wrapping_add(i));
            let options = CompareOptions {
                seed: options.seed.wrapping_add(i),
                ..options.clone()
            };
            framing(
                &planted.corpus(),
                &planted.clustering,
                &planted.groups,
                &planted.calibration(),
                &options,
            )
            .0
            .into_iter()
            .next()
        })
        .collect()
}

/// How often the verdict is `differs`: the level where nothing is planted, the power where something is.
pub fn differs(design: &Design, n: usize, seed: u64, options: &CompareOptions) -> Rate {
    let rows = trials(design, n, seed, options);
    Rate::of(
        rows.iter().filter(|r| r.verdict == "differs").count(),
        rows.len(),
    )
}

/// How often p is at most 0.05 when the groups of a corpus are dealt out anew to its documents: 5 % where all is well.
/// Each document goes to one group whole; the sizes of the groups, in documents, are `sizes`.
pub fn shuffled(
    corpus: &Corpus<'_>,
    clustering: &visavis_records::Clustering,
    calibration: &Calibration<'_>,
    sizes: [usize; 2],
    n: usize,
    options: &CompareOptions,
) -> Rate {
    let p: Vec<f64> = (0..n as u64)
        .into_par_iter()
        .filter_map(|i| {
            let mut documents: Vec<u32> = corpus.document.to_vec();
            documents.dedup();
            documents.sort_unstable();
            documents.dedup();
            Random::new(options.seed, 0x73_68_75 ^ i << 8).shuffle(&mut documents);
            let mut group = vec![None; corpus.date.len()];
            for (k, &d) in documents.iter().take(sizes[0] + sizes[1]).enumerate() {
                group[d as usize] = Some(if k < sizes[0] {
                    "a".to_owned()
                } else {
                    "b".to_owned()
                });
            }
            let label: Vec<Option<String>> = corpus
                .document
                .iter()
                .map(|&d| group[d as usize].clone())
                .collect();
            let groups = Groups::new(vec!["shuffled".to_owned()], &label);
            let options = CompareOptions {
                min_passages: 0,
                seed: options.seed.wrapping_add(i),
                ..options.clone()
            };
            framing(corpus, clustering, &groups, calibration, &options)
                .0
                .first()
                .and_then(|r| r.p)
        })
        .collect();
    Rate::of(p.iter().filter(|&&p| p <= 0.05).count(), p.len())
}

/// Spearman's rank correlation of what was planted (`framing_shift` of each design) with the excess that was found.
pub fn order(designs: &[Design], seed: u64, options: &CompareOptions) -> f64 {
    let (planted, found): (Vec<f64>, Vec<f64>) = designs
        .iter()
        .enumerate()
        .filter_map(|(i, d)| {
            trials(d, 1, seed.wrapping_add(i as u64), options)
                .first()
                .and_then(|r| Some((d.framing_shift, r.excess?)))
        })
        .unzip();
    spearman(&planted, &found)
}

/// Spearman's rank correlation of two lists of one length; ties share their mean rank.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| {
        x.iter()
            .zip(y)
            .map(|(x, y)| (x - mean) * (y - mean))
            .sum::<f64>()
    };
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0.0;
    for tied in order.chunk_by(|&i, &j| values[i] == values[j]) {
        for &i in tied {
            ranks[i] = before + (tied.len() as f64 - 1.0) / 2.0;
        }
        before += tied.len() as f64;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_share_ties_and_spearman_sees_order_alone() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
        assert!((spearman(&[1.0, 2.0, 3.0, 4.0], &[1.0, 10.0, 100.0, 1000.0]) - 1.0).abs() < 1e-12);
        assert!((spearman(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn rates_and_ranks_of_worked_examples() {
        let rate = Rate::of(10, 200);
        assert!(
            (rate.low - 0.0274).abs() < 1e-3 && (rate.high - 0.0896).abs() < 1e-3,
            "{rate:?}"
        );
        assert!((spearman(&[1.0, 2.0, 3.0], &[2.0, 3.0, 9.0]) - 1.0).abs() < 1e-12);
        assert!((spearman(&[1.0, 2.0, 3.0], &[3.0, 1.0, 2.0]) + 0.5).abs() < 1e-12);
    }
}
