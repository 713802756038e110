//! Products that only say what to look at: of 8-bit integers where the processor has instructions for them, which are
//! several times as fast, and in f32 elsewhere. The integers' sums are exact, so the same on every such processor.

use rayon::prelude::*;
use visavis_kernels::int8::{Kernel, Rows, Weights, quantised};

use super::{BLOCK, product};

/// Rows to be found, in sets that are searched whole.
pub(crate) struct Coarse {
    dim: usize,
    sets: Sets,
}

enum Sets {
    Bytes(Kernel, Vec<Weights>),
    Single(Vec<Vec<f32>>),
}

/// Rows that look for others, and room for their products.
#[derive(Default)]
pub(crate) struct Searching {
    rows: Vec<f32>,
    bytes: Rows,
    products: Vec<f32>,
}

impl Coarse {
    /// Sets of rows of `dim` values: `rows_of` gives the rows of each of `0..sets`.
    pub(crate) fn new(
        kernel: Option<Kernel>,
        dim: usize,
        sets: usize,
        rows_of: impl Fn(usize) -> Vec<f32> + Send + Sync,
    ) -> Self {
        let sets = (0..sets).into_par_iter();
        let sets = match kernel {
            Some(kernel) => {
                let packed = sets.map(|set| {
                    let (integers, scales) = quantised(&rows_of(set), dim);
                    Weights::new(&integers, dim, &scales, &vec![0.0; scales.len()])
                });
                Sets::Bytes(kernel, packed.collect())
            }
            None => Sets::Single(sets.map(rows_of).collect()),
        };
        Self { dim, sets }
    }

    /// Takes the rows that look.
    pub(crate) fn look(&self, rows: Vec<f32>, searching: &mut Searching) {
        searching.rows = rows;
        if let Sets::Bytes(..) = self.sets {
            searching.bytes.quantise(&searching.rows, self.dim);
        }
    }

    /// Products of the rows that look with those of a set, row by row; of unit vectors right within 0.01.
    pub(crate) fn find<'a>(&self, searching: &'a mut Searching, set: usize) -> &'a [f32] {
        let rows = searching.rows.len() / self.dim;
        let others = match &self.sets {
            Sets::Bytes(_, sets) => sets[set].outputs(),
            Sets::Single(sets) => sets[set].len() / self.dim,
        };
        if searching.products.len() < rows * others {
            searching.products.resize(rows * others, 0.0);
        }
        let out = &mut searching.products[..rows * others];
        match &self.sets {
            Sets::Bytes(kernel, sets) => kernel.apply(&searching.bytes, &sets[set], false, out),
            Sets::Single(sets) => product(&searching.rows, &sets[set], self.dim, out),
        }
        out
    }
}

/// For each row the nearest of `centroids` (both n × `dim`), but for rounding.
pub(crate) fn nearest_coarse(
    kernel: Option<Kernel>,
    rows: &[f32],
    centroids: &[f32],
    dim: usize,
) -> Vec<u32> {
    let coarse = Coarse::new(kernel, dim, 1, |_| centroids.to_vec());
    let count = centroids.len() / dim;
    let blocks: Vec<Vec<u32>> = rows
        .par_chunks(BLOCK * dim)
        .map_init(Searching::default, |searching, rows| {
            coarse.look(rows.to_vec(), searching);
            let products = coarse.find(searching, 0);
            products.chunks_exact(count).map(largest).collect()
        })
        .collect();
    blocks.concat()
}

/// Where the largest value is, the first of equals.
fn largest(values: &[f32]) -> u32 {
    let mut lanes = [f32::NEG_INFINITY; 16];
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = if x > *lane { x } else { *lane };
        }
    }
    let most = lanes
        .iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |m, &x| m.max(x));
    values.iter().position(|&x| x == most).unwrap_or(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{planted::mixture, products::nearest_two};

    #[test]
    fn coarse_products_are_near_the_exact_and_find_what_they_find() {
        let (vectors, _) = mixture(300, 100, 7, 0.1, 3);
        let rows = vectors.as_slice();
        let (left, right) = rows.split_at(70 * 100);
        let exact: Vec<u32> = nearest_two(left, right, 100).iter().map(|n| n.0).collect();
        for kernel in [None, Some(Kernel::Plain), Kernel::new()] {
            let coarse = Coarse::new(kernel, 100, 2, |set| {
                right[set * 115 * 100..(set + 1) * 115 * 100].to_vec()
            });
            let mut searching = Searching::default();
            coarse.look(left.to_vec(), &mut searching);
            for set in 0..2 {
                for (i, found) in coarse.find(&mut searching, set).iter().enumerate() {
                    let (a, b) = (i / 115, 70 + set * 115 + i % 115);
                    let plain = visavis_kernels::dot(vectors.row(a), vectors.row(b));
                    assert!((found - plain).abs() < 0.01, "{kernel:?} {found} {plain}");
                }
            }
            let near = nearest_coarse(kernel, left, right, 100);
            let same = near.iter().zip(&exact).filter(|(a, b)| a == b).count();
            assert!(same > 60, "{kernel:?}: {same} of 70");
            assert!(kernel.is_some() || same == 70);
        }
    }
}
