//! Communities that modularity holds together though they are not one: below a size that grows with the whole graph it
//! merges what has nothing in common (the resolution limit: Fortunato and Barthélemy, 2007). Each community is looked
//! at by itself, and falls into pieces that are far less like each other than within.

use rayon::prelude::*;
use visavis_records::UnitVectors;

use crate::{
    communities::{leiden, renumber},
    graph::Graph,
    kmeans::{members, sum},
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
    let count = renumber(&mut part);
    let mut next = count as u32;
    // What was looked at and is one stays so: only new pieces are looked at again.
    let mut unseen = members(&part, count);
    for _ in 0..DEPTH {
        let found: Vec<Option<Vec<u32>>> = unseen
            .par_iter()
            .map(|rows| pieces(vectors, graph, rows, resolution, seed))
            .collect();
        let mut new = Vec::new();
        for (rows, piece) in unseen.iter().zip(found) {
            let Some(piece) = piece else { continue };
            let count = piece.iter().max().map_or(0, |&p| p as usize + 1);
            for (&row, &piece) in rows.iter().zip(&piece).filter(|(_, p)| **p > 0) {
                part[row as usize] = next + piece - 1;
            }
            next += count as u32 - 1;
            let sets = members(&piece, count).into_iter();
            new.extend(sets.map(|m| m.iter().map(|&i| rows[i as usize]).collect()));
        }
        if new.is_empty() {
            break;
        }
        unseen = new;
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
    let count = renumber(&mut part);
    let mut pieces: Vec<Piece> = members(&part, count)
        .into_iter()
        .map(|m| {
            let of_corpus: Vec<u32> = m.iter().map(|&i| rows[i as usize]).collect();
            Piece {
                size: m.len(),
                sum: sum(vectors.as_slice(), vectors.dim(), &of_corpus),
            }
        })
        .collect();
    let mut across: Vec<Vec<f64>> = (0..count)
        .map(|a| (0..a).map(|b| pieces[a].like(&pieces[b])).collect())
        .collect();
    loop {
        if pieces.len() < 2 {
            return None;
        }
        // The pair that has most reason to stay together: one too small, or alike.
        let within: Vec<f64> = pieces.iter().map(Piece::within).collect();
        let mut best = (TOGETHER, None);
        for (a, row) in across.iter().enumerate() {
            for (b, &like) in row.iter().enumerate() {
                let small = pieces[a].size.min(pieces[b].size) < LEAST;
                let loose = within[a].min(within[b]).max(1e-6);
                let reason = if small { 1e3 + like } else { like / loose };
                if reason >= best.0 {
                    best = (reason, Some((a, b)));
                }
            }
        }
        let Some((a, b)) = best.1 else {
            renumber(&mut part);
            return Some(part);
        };
        // a goes into b, and the last piece takes its number.
        let (gone, last) = (pieces.swap_remove(a), pieces.len());
        pieces[b].add(&gone);
        for p in &mut part {
            if *p as usize == a {
                *p = b as u32;
            } else if *p as usize == last {
                *p = a as u32;
            }
        }
        across.pop();
        for (x, row) in across.iter_mut().enumerate() {
            for (y, like) in row.iter_mut().enumerate() {
                if [x, y].iter().any(|i| *i == a || *i == b) {
                    *like = pieces[x].like(&pieces[y]);
                }
            }
        }
    }
}

/// Passages of a community that may be a cluster of their own.
struct Piece {
    size: usize,
    sum: Vec<f64>,
}

impl Piece {
    fn add(&mut self, other: &Self) {
        self.size += other.size;
        for (s, x) in self.sum.iter_mut().zip(&other.sum) {
            *s += x;
        }
    }

    /// Mean cosine between the passages of two pieces.
    fn like(&self, other: &Self) -> f64 {
        let products = self.sum.iter().zip(&other.sum).map(|(x, y)| x * y);
        products.sum::<f64>() / (self.size * other.size) as f64
    }

    fn within(&self) -> f64 {
        mean_cosine(&self.sum, self.size)
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
