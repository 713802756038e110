//! How much each group speaks of each cluster.

use rayon::prelude::*;
use visavis_kernels::Random;
use visavis_records::{Clustering, Groups, Layer, rows::PrevalenceRow};

use crate::{
    CompareOptions, Corpus,
    distribution::{moments, normal_cdf, student_quantile},
    units::{Unit, counts, ranges, taking_part, units},
};

/// Shares of every cluster of every layer in every group, with log-odds against the other groups together.
///
/// - `n_chunks`, `n_documents`: passages of the group in the cluster, and the documents they come from.
/// - `share` (0–1): mean over the group's m documents of the fraction of the document's passages that lie in the
///   cluster, so that documents weigh equally; outliers are in the denominator.
/// - `share_low`, `share_high`: 95 % bootstrap interval over documents, at the percentiles that Student's t asks for
///   with m − 1 degrees of freedom (Hesterberg 2015, "expanded percentile"). Where no document speaks of the cluster,
///   `share_high` is 1 − 0.025^(1/m) (Clopper and Pearson 1934).
/// - `log_odds`: δ = ln(y + α)/(n + α₀ − y − α) of the group minus the same of all other groups together, with
///   y = m · share, n = m, α₀ = `prior_documents` and α = α₀ times the cluster's share of all documents (Monroe,
///   Colaresi and Quinn 2008, equations 15 and 16; documents in the place of words, so that it is clustered by
///   document). Positive: the group speaks more of it.
/// - `z` = δ / sd(δ) (their equation 22); the variance of each side is that of its bootstrap draws, or
///   1/(y + α) + 1/(n + α₀ − y − α) (their equation 20) where that is larger because fewer than `min_documents`
///   of the side's documents speak of the cluster. `ci_low`, `ci_high`: δ ± t · sd, 95 %, t with the degrees of
///   freedom of the smaller side.
///
/// Intervals, log-odds and z are null in a corpus of fewer than `min_passages` passages and where the group or the
/// others have fewer than `min_documents` documents; the share remains, as a statement about these texts only.
///
/// # Panics
/// If [`Corpus::check`] finds a fault.
pub fn prevalence(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    options: &CompareOptions,
) -> Vec<PrevalenceRow> {
    prevalence_without(
        corpus,
        clustering,
        groups,
        options,
        &vec![false; corpus.len()],
    )
}

pub(crate) fn prevalence_without(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    options: &CompareOptions,
    left_out: &[bool],
) -> Vec<PrevalenceRow> {
    let units = units(
        corpus,
        &taking_part(corpus, groups, left_out),
        0..corpus.len() as u32,
    );
    let statistics = corpus.len() >= options.min_passages;
    clustering
        .layers
        .iter()
        .flat_map(|layer| of_layer(&units, layer, groups, options, statistics))
        .collect()
}

/// One group's shares: as they are, and in each bootstrap draw (draws × clusters).
struct Shares {
    share: Vec<f64>,
    draws: Vec<f32>,
    n_chunks: Vec<u32>,
    n_documents: Vec<u32>,
    m: usize,
}

fn shares(
    units: &[Unit],
    counts: &[Vec<(u32, u32)>],
    k: usize,
    draws: usize,
    seed: u64,
    purpose: u64,
) -> Shares {
    let (mut n_chunks, mut n_documents, mut share) = (vec![0; k], vec![0; k], vec![0.0; k]);
    let m = units.len();
    for (unit, counts) in units.iter().zip(counts) {
        for &(cluster, n) in counts {
            n_chunks[cluster as usize] += n;
            n_documents[cluster as usize] += 1;
            share[cluster as usize] += f64::from(n) / (unit.rows.len() * m) as f64;
        }
    }
    let mut drawn = vec![0.0f32; draws * k];
    drawn
        .par_chunks_mut(k.max(1))
        .enumerate()
        .for_each(|(b, out)| {
            let mut random = Random::new(
                seed,
                purpose.wrapping_mul(0x1_0000_0001).wrapping_add(b as u64),
            );
            for _ in 0..m {
                let unit = random.below(m);
                for &(cluster, n) in &counts[unit] {
                    out[cluster as usize] += n as f32 / (units[unit].rows.len() * m) as f32;
                }
            }
        });
    Shares {
        share,
        draws: drawn,
        n_chunks,
        n_documents,
        m,
    }
}

fn of_layer(
    units: &[Unit],
    layer: &Layer,
    groups: &Groups,
    options: &CompareOptions,
    statistics: bool,
) -> Vec<PrevalenceRow> {
    let k = layer.n_clusters as usize;
    let counts = counts(units, layer);
    let groups_shares: Vec<Shares> = ranges(units, groups.labels.len())
        .into_iter()
        .enumerate()
        .map(|(g, range)| {
            let draws = if statistics && range.len() >= options.min_documents {
                options.bootstrap
            } else {
                0
            };
            let purpose = (u64::from(layer.first) << 20) + g as u64 + 1;
            shares(
                &units[range.clone()],
                &counts[range],
                k,
                draws,
                options.seed,
                purpose,
            )
        })
        .collect();
    let mut rows = Vec::with_capacity(k * groups_shares.len());
    for c in 0..k {
        let mass: f64 = groups_shares.iter().map(|s| s.m as f64 * s.share[c]).sum();
        let documents: usize = groups_shares.iter().map(|s| s.m).sum();
        for (g, own) in groups_shares.iter().enumerate() {
            let mut row = PrevalenceRow {
                cluster: layer.first as i32 + c as i32,
                group: groups.labels[g].clone(),
                n_chunks: own.n_chunks[c],
                n_documents: own.n_documents[c],
                share: own.share[c],
                share_low: None,
                share_high: None,
                log_odds: None,
                z: None,
                ci_low: None,
                ci_high: None,
            };
            if !own.draws.is_empty() {
                let (low, high) = interval(own, c, k);
                (row.share_low, row.share_high) = (Some(low), Some(high));
            }
            let others: Vec<&Shares> = groups_shares
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != g)
                .map(|(_, s)| s)
                .collect();
            let enough = others.iter().map(|s| s.m).sum::<usize>() >= options.min_documents;
            if statistics && own.m >= options.min_documents && enough && mass > 0.0 {
                let prior = options.prior_documents * mass / documents as f64;
                let sides = [
                    side(&[own], c, k, prior, options),
                    side(&others, c, k, prior, options),
                ];
                let delta = sides[0].0 - sides[1].0;
                let sd = (sides[0].1 + sides[1].1).sqrt();
                let smaller = own.m.min(documents - own.m);
                let t = student_quantile(0.975, (smaller - 1).max(1) as f64);
                row.log_odds = Some(delta);
                row.z = Some(delta / sd);
                (row.ci_low, row.ci_high) = (Some(delta - t * sd), Some(delta + t * sd));
            }
            rows.push(row);
        }
    }
    rows
}

fn interval(own: &Shares, c: usize, k: usize) -> (f64, f64) {
    if own.n_documents[c] == 0 {
        return (0.0, 1.0 - 0.025f64.powf(1.0 / own.m as f64));
    }
    let m = own.m as f64;
    let tail = normal_cdf((m / (m - 1.0)).sqrt() * student_quantile(0.025, m - 1.0));
    let mut draws: Vec<f32> = own.draws.iter().skip(c).step_by(k).copied().collect();
    draws.sort_by(f32::total_cmp);
    let at = |p: f64| f64::from(draws[((p * draws.len() as f64) as usize).min(draws.len() - 1)]);
    (at(tail).min(own.share[c]), at(1.0 - tail).max(own.share[c]))
}

/// Log-odds of a side (one group, or several together) with its variance.
fn side(
    groups: &[&Shares],
    c: usize,
    k: usize,
    prior: f64,
    options: &CompareOptions,
) -> (f64, f64) {
    let n: f64 = groups.iter().map(|s| s.m as f64).sum();
    let rest = options.prior_documents - prior;
    let odds = |y: f64| ((y + prior) / (n - y + rest).max(1e-9)).ln();
    let y: f64 = groups.iter().map(|s| s.m as f64 * s.share[c]).sum();
    let analytic = 1.0 / (y + prior) + 1.0 / (n - y + rest).max(1e-9);
    // A group too small to be drawn stands as it is.
    let drawn = groups
        .iter()
        .map(|s| s.draws.len() / k.max(1))
        .max()
        .unwrap_or(0);
    let bootstrap = moments((0..drawn).map(|b| {
        odds(
            groups
                .iter()
                .map(|s| s.m as f64 * s.draws.get(b * k + c).map_or(s.share[c], |&x| f64::from(x)))
                .sum(),
        )
    }))
    .1;
    let speak: u32 = groups.iter().map(|s| s.n_documents[c]).sum();
    let few = (speak as usize) < options.min_documents || drawn == 0;
    (
        odds(y),
        if few {
            analytic.max(bootstrap)
        } else {
            bootstrap.max(1e-12)
        },
    )
}
