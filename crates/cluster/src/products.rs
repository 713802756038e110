//! Rows by rows: the products that neighbours, k-means and trees are made of.

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};
use rayon::prelude::*;

mod coarse;
pub(crate) use coarse::{Coarse, Searching, nearest_coarse};

/// Rows of a block; a block's product with a tile stays in the cache.
const BLOCK: usize = 128;
/// Rows of a tile of the other side.
const TILE: usize = 1024;

/// `out` (m × n) = `a` (m × dim) · `b` (n × dim)ᵀ. An entry depends on its two rows alone.
pub(crate) fn product(a: &[f32], b: &[f32], dim: usize, out: &mut [f32]) {
    let (m, n) = (a.len() / dim, b.len() / dim);
    let shape = "the lengths are multiples of dim";
    let a = ArrayView2::from_shape((m, dim), a).expect(shape);
    let b = ArrayView2::from_shape((n, dim), b).expect(shape);
    let mut out = ArrayViewMut2::from_shape((m, n), &mut out[..m * n]).expect(shape);
    general_mat_mul(1.0, &a, &b.t(), 0.0, &mut out);
}

/// Visits all products of the rows of `a` with the rows of `b`: for each row of `a` in parallel a state from `start`,
/// fed tile by tile with (state, first row of the tile, products with the tile's rows), in order. The states, by row.
pub(crate) fn scan<S: Send>(
    a: &[f32],
    b: &[f32],
    dim: usize,
    start: impl Fn(usize) -> S + Sync,
    feed: impl Fn(&mut S, usize, &[f32]) + Sync,
) -> Vec<S> {
    let blocks: Vec<Vec<S>> = a
        .par_chunks(BLOCK * dim)
        .enumerate()
        .map_init(
            || vec![0.0f32; BLOCK * TILE],
            |out, (block, rows)| {
                let m = rows.len() / dim;
                let mut states: Vec<S> = (0..m).map(|i| start(block * BLOCK + i)).collect();
                for (tile, columns) in b.chunks(TILE * dim).enumerate() {
                    let n = columns.len() / dim;
                    product(rows, columns, dim, out);
                    for (state, products) in states.iter_mut().zip(out[..m * n].chunks_exact(n)) {
                        feed(state, tile * TILE, products);
                    }
                }
                states
            },
        )
        .collect();
    blocks.into_iter().flatten().collect()
}

/// The `k` best of what is offered, best first, ties by number.
#[derive(Debug, Clone)]
pub(crate) struct Best {
    k: usize,
    /// (similarity, number), best first.
    pub(crate) kept: Vec<(f32, u32)>,
}

impl Best {
    pub(crate) fn new(k: usize) -> Self {
        Self {
            k,
            kept: Vec::with_capacity(k),
        }
    }

    /// Offers what has these numbers, all but `own`.
    pub(crate) fn offer_all(&mut self, similarities: &[f32], numbers: &[u32], own: u32) {
        const LANES: usize = 16;
        for (some, of) in similarities.chunks(LANES).zip(numbers.chunks(LANES)) {
            // Most rows are far from most others: sixteen are passed over at once.
            let floor = match self.kept.last() {
                Some(worst) if self.kept.len() == self.k => worst.0,
                _ => f32::NEG_INFINITY,
            };
            if some.iter().fold(0, |any, &s| any | u8::from(s >= floor)) > 0 {
                for (&s, &number) in some.iter().zip(of) {
                    if number != own {
                        self.offer(s, number);
                    }
                }
            }
        }
    }

    #[inline]
    pub(crate) fn offer(&mut self, similarity: f32, number: u32) {
        let before = |&(s, n): &(f32, u32)| s > similarity || (s == similarity && n < number);
        if self.kept.len() == self.k {
            match self.kept.last() {
                Some(worst) if !before(worst) => self.kept.pop(),
                _ => return,
            };
        }
        let place = self.kept.partition_point(before);
        self.kept.insert(place, (similarity, number));
    }
}

/// For each row of `vectors` the nearest and second nearest of `centroids` (both n × `dim`): number and product of the
/// nearest, product of the second (−1 where there is none). Ties go to the lower number.
pub(crate) fn nearest_two(vectors: &[f32], centroids: &[f32], dim: usize) -> Vec<(u32, f32, f32)> {
    scan(
        vectors,
        centroids,
        dim,
        |_| (0u32, f32::NEG_INFINITY, f32::NEG_INFINITY),
        |state, first, products| {
            for (i, &s) in products.iter().enumerate() {
                if s > state.2 {
                    if s > state.1 {
                        *state = ((first + i) as u32, s, state.1);
                    } else {
                        state.2 = s;
                    }
                }
            }
        },
    )
    .into_iter()
    .map(|(c, s1, s2)| (c, s1, s2.max(-1.0)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use visavis_kernels::{Random, dot};

    #[test]
    fn a_product_depends_on_its_two_rows_alone() {
        let mut r = Random::new(1, 1);
        let dim = 300;
        let a: Vec<f32> = (0..300 * dim).map(|_| r.normal() as f32).collect();
        let all = scan(
            &a,
            &a,
            dim,
            |_| Vec::new(),
            |s: &mut Vec<f32>, _, p| s.extend_from_slice(p),
        );
        for (i, row) in all.iter().enumerate() {
            for (j, &s) in row.iter().enumerate() {
                assert_eq!(s, all[j][i], "{i} {j}");
                let plain = dot(&a[i * dim..(i + 1) * dim], &a[j * dim..(j + 1) * dim]);
                assert!((s - plain).abs() < 1e-3, "{s} {plain}");
            }
        }
        let part = scan(
            &a[7 * dim..9 * dim],
            &a[dim..],
            dim,
            |_| Vec::new(),
            |s: &mut Vec<f32>, _, p| s.extend_from_slice(p),
        );
        assert_eq!(part[1], all[8][1..]);
    }

    #[test]
    fn the_best_come_first_and_ties_by_number() {
        let mut best = Best::new(3);
        for (i, s) in [0.1, 0.5, 0.5, 0.2, 0.5, 0.9].into_iter().enumerate() {
            best.offer(s, i as u32);
        }
        assert_eq!(best.kept, [(0.9, 5), (0.5, 1), (0.5, 2)]);
        let (mut one, mut all) = (Best::new(5), Best::new(5));
        let mut r = Random::new(4, 4);
        let similarities: Vec<f32> = (0..200).map(|_| r.below(30) as f32).collect();
        let numbers: Vec<u32> = (0..200).map(|i| i * 7 % 200).collect();
        all.offer_all(&similarities, &numbers, 14);
        for (&s, &number) in similarities.iter().zip(&numbers).filter(|o| *o.1 != 14) {
            one.offer(s, number);
        }
        assert_eq!(all.kept, one.kept);
        assert_eq!(
            nearest_two(&[1.0, 0.0], &[0.0, 1.0, 1.0, 0.0, 1.0, 0.0], 2),
            [(1, 1.0, 1.0)]
        );
    }
}
