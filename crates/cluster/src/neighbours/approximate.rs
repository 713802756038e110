//! An inverted index: rows in cells around centroids, searched in the cells nearby, then among the neighbours of
//! neighbours.

use rayon::prelude::*;
use visavis_kernels::dot;
use visavis_records::{Neighbours, UnitVectors};

use super::{collect, exact_neighbours};
use crate::{
    kmeans::{cells, gram, members},
    products::{Best, product},
};

/// Cells searched around each cell, its own counted.
const PROBES: usize = 16;
/// Rows that a search must have seen, for each neighbour wanted.
const SEEN: usize = 16;
/// Neighbours whose own neighbours are looked at.
const FRIENDS: usize = 10;

/// The `k` nearest rows of each row as far as an index finds them: nearly all, in a time that grows as n√n. It is
/// deterministic: cells are settled on a fixed sample and searched in a fixed order.
pub fn approximate_neighbours(vectors: &UnitVectors, k: usize) -> Neighbours {
    let (n, dim) = (vectors.len(), vectors.dim());
    let k = k.min(n.saturating_sub(1));
    let count = (3.0 * (n as f64).sqrt()) as usize;
    if k == 0 || n < 4 * PROBES || count < 2 {
        return exact_neighbours(vectors, k);
    }
    let (centroids, cell) = cells(vectors.as_slice(), dim, count.min(n / 4));
    let count = centroids.len() / dim;
    let of_cell = members(&cell, count);
    let near = gram(&centroids, dim);
    // Rows side by side with those of their cell.
    let sorted: Vec<Vec<f32>> = of_cell
        .par_iter()
        .map(|m| {
            m.iter()
                .flat_map(|&r| vectors.row(r as usize))
                .copied()
                .collect()
        })
        .collect();
    let found: Vec<Vec<(u32, Best)>> = (0..count)
        .into_par_iter()
        .map_init(Vec::new, |out, own| {
            let rows = &of_cell[own];
            let mut best: Vec<(u32, Best)> = rows.iter().map(|&r| (r, Best::new(k))).collect();
            if rows.is_empty() {
                return best;
            }
            let mut order: Vec<u32> = (0..count as u32).collect();
            let similarity = &near[own * count..(own + 1) * count];
            order.sort_by(|&a, &b| {
                similarity[b as usize]
                    .total_cmp(&similarity[a as usize])
                    .then(a.cmp(&b))
            });
            let mut seen = 0;
            for (probe, &other) in order.iter().enumerate() {
                if probe >= PROBES && seen >= SEEN * k {
                    break;
                }
                let others = &of_cell[other as usize];
                if others.is_empty() {
                    continue;
                }
                seen += others.len();
                if out.len() < rows.len() * others.len() {
                    out.resize(rows.len() * others.len(), 0.0f32);
                }
                product(&sorted[own], &sorted[other as usize], dim, out);
                for ((row, best), products) in best.iter_mut().zip(out.chunks_exact(others.len())) {
                    for (&s, &o) in products.iter().zip(others) {
                        if o != *row {
                            best.offer(s, o);
                        }
                    }
                }
            }
            best
        })
        .collect();
    drop(sorted);
    let mut by_row: Vec<Best> = vec![Best::new(0); n];
    for (row, best) in found.into_iter().flatten() {
        by_row[row as usize] = best;
    }
    let refined: Vec<Vec<(f32, u32)>> = (0..n)
        .into_par_iter()
        .map(|row| befriend(vectors, &by_row, row))
        .collect();
    collect(k, refined.into_iter())
}

/// The neighbours of a row, and of its neighbours, the nearest of them all.
fn befriend(vectors: &UnitVectors, by_row: &[Best], row: usize) -> Vec<(f32, u32)> {
    let mut best = by_row[row].clone();
    let mut candidates: Vec<u32> = best
        .kept
        .iter()
        .take(FRIENDS)
        .flat_map(|&(_, friend)| {
            by_row[friend as usize]
                .kept
                .iter()
                .take(FRIENDS)
                .map(|&(_, r)| r)
        })
        .filter(|&r| r as usize != row)
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    let mut known: Vec<u32> = best.kept.iter().map(|b| b.1).collect();
    known.sort_unstable();
    for candidate in candidates {
        if known.binary_search(&candidate).is_err() {
            best.offer(
                dot(vectors.row(row), vectors.row(candidate as usize)),
                candidate,
            );
        }
    }
    best.kept
}
