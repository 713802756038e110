//! Communities that modularity holds together though they are not one: below a size that grows with the whole graph it
//! merges what has nothing in common (the resolution limit: Fortunato and Barthélemy, 2007). Each community is looked
//! at by itself, and falls into pieces that are far less like each other than within.

use rayon::prelude::*;
use visavis_records::UnitVectors;

use crate::{
    communities::{leiden, renumber},
    graph::Graph,
    kmeans::{gram, members, sum},
};

/// Two pieces stay together where the mean cosine across them is at least this share of the mean cosine within the
/// looser of them. On debiased vectors 0 is no likeness at all.
const TOGETHER: f64 = 0.5;
/// The least passages of a piece: fewer are told apart from a sentence in all its translations by nothing.
const LEAST: usize = 20;
/// How often pieces are looked at again.
const DEPTH: usize = 4;

/// The partition with every community split that falls apart.
pub(crate) fn split(
    vectors: &UnitVectors,
    graph: &Graph,
    mut part: Vec<u32>,
    resolution: f64,
    seed: u64,
) -> Vec<u32> {
    for _ in 0..DEPTH {
        let count = renumber(&mut part);
        let communities = members(&part, count);
        let pieces: Vec<Option<Vec<u32>>> = communities
            .par_iter()
            .map(|rows| pieces(vectors, graph, rows, resolution, seed))
            .collect();
        let mut next = count as u32;
        let mut any = false;
        for (rows, pieces) in communities.iter().zip(pieces) {
            let Some(pieces) = pieces else { continue };
            any = true;
            for (&row, &piece) in rows.iter().zip(&pieces) {
                if piece > 0 {
                    part[row as usize] = next + piece - 1;
                }
            }
            next += pieces.iter().max().copied().unwrap_or(0);
        }
        if !any {
            break;
        }
    }
    part
}

/// The piece of each row of a community, or `None` where it is one.
fn pieces(
    vectors: &UnitVectors,
    graph: &Graph,
    rows: &[u32],
    resolution: f64,
    seed: u64,
) -> Option<Vec<u32>> {
    if rows.len() < 2 * LEAST {
        return None;
    }
    let mut part = leiden(&graph.within(rows), resolution, seed);
    let dim = vectors.dim();
    loop {
        let count = renumber(&mut part);
        if count < 2 {
            return None;
        }
        let sets: Vec<Vec<u32>> = members(&part, count)
            .into_iter()
            .map(|m| m.into_iter().map(|i| rows[i as usize]).collect())
            .collect();
        let sums: Vec<Vec<f64>> = sets
            .iter()
            .map(|m| sum(vectors.as_slice(), dim, m))
            .collect();
        let within: Vec<f64> = sums
            .iter()
            .zip(&sets)
            .map(|(s, m)| mean_cosine(s, m.len()))
            .collect();
        let means: Vec<f32> = sums
            .iter()
            .zip(&sets)
            .flat_map(|(s, m)| s.iter().map(|x| (x / m.len() as f64) as f32))
            .collect();
        let across = gram(&means, dim);
        // The pair that has most reason to stay together: one too small, or alike.
        let mut best = (TOGETHER, None);
        for a in 0..count {
            for b in 0..a {
                let like = f64::from(across[a * count + b]);
                let small = sets[a].len().min(sets[b].len()) < LEAST;
                let loose = within[a].min(within[b]).max(1e-6);
                let reason = if small { 1e3 + like } else { like / loose };
                if reason >= best.0 {
                    best = (reason, Some((a as u32, b as u32)));
                }
            }
        }
        let Some((a, b)) = best.1 else {
            return Some(part);
        };
        for p in &mut part {
            if *p == a {
                *p = b;
            }
        }
    }
}

/// Mean cosine between two different passages of a set, from the sum of its vectors.
fn mean_cosine(sum: &[f64], n: usize) -> f64 {
    let n = n as f64;
    if n < 2.0 {
        1.0
    } else {
        (sum.iter().map(|x| x * x).sum::<f64>() - n) / (n * (n - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{graph::fuzzy, neighbours::neighbours, planted::mixture, score::adjusted_rand};

    #[test]
    fn what_was_merged_falls_apart_and_what_is_one_stays() {
        let (vectors, truth) = mixture(1500, 128, 12, 0.0, 3);
        let graph = fuzzy(&neighbours(&vectors, 15), 15);
        let merged: Vec<u32> = truth.iter().map(|&t| t as u32 / 3).collect();
        let found: Vec<i32> = split(&vectors, &graph, merged, 1.0, 0)
            .into_iter()
            .map(|p| p as i32)
            .collect();
        assert!(
            adjusted_rand(&found, &truth) > 0.95,
            "{}",
            adjusted_rand(&found, &truth)
        );
        let (one, _) = mixture(200, 64, 1, 0.0, 3);
        let graph = fuzzy(&neighbours(&one, 15), 15);
        assert_eq!(split(&one, &graph, vec![0; 200], 1.0, 0), [0; 200]);
    }

    #[test]
    fn the_mean_cosine_is_that_of_all_pairs() {
        let (vectors, _) = mixture(30, 8, 2, 0.0, 3);
        let all: Vec<u32> = (0..30).collect();
        let mut plain = 0.0;
        for i in 0..30 {
            for j in 0..i {
                plain += f64::from(visavis_kernels::dot(vectors.row(i), vectors.row(j))) / 435.0;
            }
        }
        assert!((mean_cosine(&sum(vectors.as_slice(), 8, &all), 30) - plain).abs() < 1e-5);
    }
}
