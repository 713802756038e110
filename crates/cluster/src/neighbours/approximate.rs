//! An inverted index: rows in cells around centroids, searched in the cells nearby by coarse products, then among the
//! neighbours of neighbours by exact ones.

use rayon::prelude::*;
use visavis_kernels::{dot, int8::Kernel};
use visavis_records::{Neighbours, UnitVectors};

use super::exact_neighbours;
use crate::{
    kmeans::{cells, gram, members},
    products::{Best, Coarse, Searching},
};

/// Cells searched around each cell, its own counted.
const PROBES: usize = 16;
/// Rows that search together.
const BLOCK: usize = 512;
/// Rows that a search must have seen, for each neighbour wanted.
const SEEN: usize = 16;
/// Neighbours whose own neighbours are looked at.
const FRIENDS: usize = 10;

/// The `k` nearest rows of each row as far as an index finds them: nearly all, in a time that grows as n√n. It is
/// deterministic: cells are settled on a fixed sample and searched in a fixed order.
pub fn approximate_neighbours(vectors: &UnitVectors, k: usize) -> Neighbours {
    search(Kernel::new(), vectors, k)
}

/// The same by a kernel, or in f32.
pub(super) fn search(kernel: Option<Kernel>, vectors: &UnitVectors, k: usize) -> Neighbours {
    let (n, dim) = (vectors.len(), vectors.dim());
    let k = k.min(n.saturating_sub(1));
    let count = (3.0 * (n as f64).sqrt()) as usize;
    if k == 0 || n < 4 * PROBES || count < 2 {
        return exact_neighbours(vectors, k);
    }
    let (centroids, cell) = cells(kernel, vectors.as_slice(), dim, count.min(n / 4));
    let of_cell = members(&cell, centroids.len() / dim);
    // Coarse products mistake the order of what is about as near: exact ones choose from some more than wanted.
    let wide = (k + k / 4 + 1).min(n - 1);
    let near = candidates(kernel, vectors, &of_cell, &gram(&centroids, dim), wide);
    // Cell by cell, since its rows have neighbours in common.
    let found: Vec<Vec<Vec<(f32, u32)>>> = of_cell
        .par_iter()
        .map(|rows| {
            rows.iter()
                .map(|&row| nearest_among(vectors, &near, wide, row, k))
                .collect()
        })
        .collect();
    let (mut rows, mut similarity) = (vec![0; n * k], vec![0.0; n * k]);
    for (row, found) in of_cell.iter().flatten().zip(found.iter().flatten()) {
        for (i, &(s, other)) in found.iter().enumerate() {
            rows[*row as usize * k + i] = other;
            similarity[*row as usize * k + i] = s.clamp(-1.0, 1.0);
        }
    }
    Neighbours::new(k, rows, similarity)
}

/// For each row `wide` candidates from the cells around, best first. `gram` has the products of all centroids.
fn candidates(
    kernel: Option<Kernel>,
    vectors: &UnitVectors,
    of_cell: &[Vec<u32>],
    gram: &[f32],
    wide: usize,
) -> Vec<u32> {
    let (count, dim) = (of_cell.len(), vectors.dim());
    let values = |rows: &[u32]| vectors.select(rows).into_vec();
    let coarse = Coarse::new(kernel, dim, count, |cell| values(&of_cell[cell]));
    // A passage that is there a hundred thousand times makes a large cell.
    let blocks: Vec<(usize, &[u32])> = of_cell
        .iter()
        .enumerate()
        .flat_map(|(cell, rows)| rows.chunks(BLOCK).map(move |rows| (cell, rows)))
        .collect();
    let found: Vec<Vec<Best>> = blocks
        .par_iter()
        .map_init(Searching::default, |searching, &(own, rows)| {
            let mut best = vec![Best::new(wide); rows.len()];
            coarse.look(values(rows), searching);
            let mut order: Vec<u32> = (0..count as u32).collect();
            let similarity = &gram[own * count..(own + 1) * count];
            order.sort_by(|&a, &b| {
                similarity[b as usize]
                    .total_cmp(&similarity[a as usize])
                    .then(a.cmp(&b))
            });
            let mut seen = 0;
            for (probe, &other) in order.iter().enumerate() {
                if probe >= PROBES && seen >= SEEN * wide {
                    break;
                }
                let others = &of_cell[other as usize];
                if others.is_empty() {
                    continue;
                }
                seen += others.len();
                let products = coarse.find(searching, other as usize);
                let products = products.chunks_exact(others.len());
                for ((&row, best), products) in rows.iter().zip(&mut best).zip(products) {
                    best.offer_all(products, others, row);
                }
            }
            best
        })
        .collect();
    let mut by_row = vec![0; vectors.len() * wide];
    for (&row, best) in of_cell.iter().flatten().zip(found.iter().flatten()) {
        let places = &mut by_row[row as usize * wide..];
        for (place, &(_, other)) in places.iter_mut().zip(&best.kept) {
            *place = other;
        }
    }
    by_row
}

/// The `k` nearest of a row's candidates and of the first candidates of the first of them.
fn nearest_among(
    vectors: &UnitVectors,
    near: &[u32],
    wide: usize,
    row: u32,
    k: usize,
) -> Vec<(f32, u32)> {
    let of = |row: u32| &near[row as usize * wide..(row as usize + 1) * wide];
    let mut all = of(row).to_vec();
    for &friend in of(row).iter().take(FRIENDS) {
        all.extend(of(friend).iter().take(FRIENDS));
    }
    all.sort_unstable();
    all.dedup();
    let mut best = Best::new(k);
    for other in all.into_iter().filter(|&other| other != row) {
        let (a, b) = (vectors.row(row as usize), vectors.row(other as usize));
        best.offer(dot(a, b), other);
    }
    best.kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cells_do_not_show_friends_do() {
        let angles = [0.0f32, 0.3, 0.5, 0.1];
        let rows = angles.iter().flat_map(|a| [a.cos(), a.sin()]).collect();
        let vectors = UnitVectors::new(rows, 2).unwrap();
        // Two candidates a row; row 3, the nearest to row 0, is one of row 1 alone.
        let near = [1, 2, 0, 3, 0, 1, 1, 2];
        let found = nearest_among(&vectors, &near, 2, 0, 2);
        assert_eq!(found.iter().map(|f| f.1).collect::<Vec<_>>(), [3, 1]);
    }
}
