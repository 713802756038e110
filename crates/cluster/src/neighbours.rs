//! The nearest passages of each passage.

use std::collections::BTreeSet;

use visavis_records::{Language, Neighbours, UnitVectors};

use crate::products::{Best, scan};

mod approximate;
pub use approximate::approximate_neighbours;

/// Above so many passages the search is approximate.
pub const EXACT: usize = 10_000;

/// The `k` nearest rows of each row by cosine, itself left out: [`exact_neighbours`] up to [`EXACT`] rows,
/// [`approximate_neighbours`] from there. Fewer than `k` where there are not so many other rows.
pub fn neighbours(vectors: &UnitVectors, k: usize) -> Neighbours {
    if vectors.len() > EXACT {
        approximate_neighbours(vectors, k)
    } else {
        exact_neighbours(vectors, k)
    }
}

/// The `k` nearest rows of each row, by products of all rows with all, in blocks and in parallel.
pub fn exact_neighbours(vectors: &UnitVectors, k: usize) -> Neighbours {
    let k = k.min(vectors.len().saturating_sub(1));
    if k == 0 {
        return Neighbours::default();
    }
    let all = vectors.as_slice();
    let best = scan(
        all,
        all,
        vectors.dim(),
        |row| (row, Best::new(k)),
        |(row, best), first, products| {
            for (i, &s) in products.iter().enumerate() {
                if first + i != *row {
                    best.offer(s, (first + i) as u32);
                }
            }
        },
    );
    collect(k, best.into_iter().map(|(_, best)| best.kept))
}

/// The `k` nearest rows of each row, at least `k` / 2L of them (and at least one) from each of the L languages: no
/// language can have all its neighbours at home while others write about the same. Exact.
///
/// # Panics
/// If there is not one language a row.
pub fn balanced_neighbours(vectors: &UnitVectors, language: &[Language], k: usize) -> Neighbours {
    assert_eq!(vectors.len(), language.len(), "one language a row");
    let k = k.min(vectors.len().saturating_sub(1));
    let distinct: Vec<Language> = language
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if k == 0 || distinct.len() < 2 {
        return exact_neighbours(vectors, k);
    }
    let of: Vec<usize> = language
        .iter()
        .map(|l| distinct.binary_search(l).unwrap_or(0))
        .collect();
    let each = (k / (2 * distinct.len())).max(1);
    let all = vectors.as_slice();
    let best = scan(
        all,
        all,
        vectors.dim(),
        |row| (row, Best::new(k), vec![Best::new(each); distinct.len()]),
        |(row, best, by_language), first, products| {
            for (i, &s) in products.iter().enumerate() {
                let other = first + i;
                if other != *row {
                    best.offer(s, other as u32);
                    by_language[of[other]].offer(s, other as u32);
                }
            }
        },
    );
    collect(
        k,
        best.into_iter().map(|(_, best, by_language)| {
            let mut kept: Vec<(f32, u32)> = by_language.into_iter().flat_map(|b| b.kept).collect();
            // With more languages than neighbours the nearest of them.
            kept.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            kept.truncate(k);
            let open: Vec<_> = best
                .kept
                .into_iter()
                .filter(|b| !kept.contains(b))
                .take(k - kept.len())
                .collect();
            kept.extend(open);
            kept.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            kept
        }),
    )
}

fn collect(k: usize, best: impl ExactSizeIterator<Item = Vec<(f32, u32)>>) -> Neighbours {
    let mut rows = Vec::with_capacity(best.len() * k);
    let mut similarity = Vec::with_capacity(best.len() * k);
    for (s, number) in best.flatten() {
        rows.push(number);
        similarity.push(s.clamp(-1.0, 1.0));
    }
    Neighbours::new(k, rows, similarity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::mixture;
    use visavis_kernels::int8::Kernel;

    /// The slow twin: sort everything.
    fn plain(vectors: &UnitVectors, row: usize, k: usize) -> Vec<u32> {
        let mut all: Vec<(f64, u32)> = vectors
            .rows()
            .enumerate()
            .filter(|&(other, _)| other != row)
            .map(|(other, v)| {
                let s: f64 = v
                    .iter()
                    .zip(vectors.row(row))
                    .map(|(x, y)| f64::from(*x) * f64::from(*y))
                    .sum();
                (s, other as u32)
            })
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        all.into_iter().take(k).map(|(_, other)| other).collect()
    }

    #[test]
    fn the_nearest_are_those_of_a_full_sort() {
        let (vectors, _) = mixture(1500, 48, 12, 0.1, 3);
        let graph = neighbours(&vectors, 10);
        assert_eq!((graph.k(), graph.len()), (10, 1500));
        let mut same = 0;
        for row in 0..1500 {
            let (found, similarity) = graph.of(row);
            assert!(similarity.is_sorted_by(|a, b| a >= b) && !found.contains(&(row as u32)));
            same += found
                .iter()
                .zip(plain(&vectors, row, 10))
                .filter(|(a, b)| **a == *b)
                .count();
        }
        assert!(
            same >= 14_990,
            "only ties within rounding may differ: {same}"
        );
    }

    #[test]
    fn the_approximate_are_nearly_the_exact() {
        let (vectors, _) = mixture(6000, 64, 40, 0.1, 3);
        let exact = exact_neighbours(&vectors, 10);
        for kernel in [None, Kernel::new()] {
            let near = approximate::search(kernel, &vectors, 10);
            assert_eq!((near.k(), near.len()), (10, 6000));
            let mut found = 0;
            for row in 0..6000 {
                let (rows, similarity) = near.of(row);
                assert!(similarity.is_sorted_by(|a, b| a >= b) && !rows.contains(&(row as u32)));
                found += exact.of(row).0.iter().filter(|r| rows.contains(r)).count();
            }
            assert!(found > 54_000, "{kernel:?}: {found} of 60000");
        }
        let near = approximate_neighbours(&vectors, 10);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(3)
            .build()
            .unwrap();
        assert_eq!(pool.install(|| approximate_neighbours(&vectors, 10)), near);
        let same = UnitVectors::new([0.6, 0.8].repeat(300), 2).unwrap();
        assert_eq!(approximate_neighbours(&same, 5).of(0).0, [1, 2, 3, 4, 5]);
        assert_eq!(approximate_neighbours(&same.select(&[0, 1, 2]), 5).k(), 2);
    }

    #[test]
    fn balanced_neighbours_are_the_nearest_of_every_language() {
        let (vectors, _) = mixture(200, 24, 4, 0.1, 3);
        let language: Vec<Language> = (0..200)
            .map(|i| {
                [Language::EN, Language::RU, Language::KA]
                    [usize::from(i > 180) + usize::from(i > 190)]
            })
            .collect();
        let (plain, balanced) = (
            exact_neighbours(&vectors, 12),
            balanced_neighbours(&vectors, &language, 12),
        );
        for row in 0..200 {
            let (rows, _) = balanced.of(row);
            assert_eq!(rows.len(), 12);
            for wanted in [Language::EN, Language::RU, Language::KA] {
                assert!(
                    rows.iter()
                        .filter(|&&r| language[r as usize] == wanted)
                        .count()
                        >= 2
                );
            }
            assert_eq!(rows[0], plain.of(row).0[0]);
        }
        assert_eq!(
            balanced_neighbours(&vectors, &[Language::EN; 200], 12),
            plain
        );
    }

    #[test]
    fn few_and_equal_passages_have_few_and_equal_neighbours() {
        assert!(neighbours(&UnitVectors::empty(3), 5).is_empty());
        let one = UnitVectors::new(vec![1.0, 0.0], 2).unwrap();
        assert!(neighbours(&one, 5).is_empty());
        let same = UnitVectors::new([0.6, 0.8].repeat(4), 2).unwrap();
        let graph = neighbours(&same, 10);
        assert_eq!((graph.k(), graph.of(2).0), (3, &[0, 1, 3][..]));
    }
}
