//! Spherical k-means (Dhillon and Modha, 2001): centroids on the sphere, each passage with the centroid of greatest
//! cosine.

use rayon::prelude::*;
use visavis_kernels::{Random, dot, int8::Kernel};

use crate::products::{nearest_coarse, nearest_two, scan};

/// Passages sampled for each centroid when there are more: centroids settle on the sample, the last pass sees all.
const SAMPLE: usize = 256;
/// Above so many centroids any rows are seeds as good as chosen ones, and sooner found.
const MANY: usize = 256;

/// Rows sampled and steps made for each cell of [`cells`].
const CELL_SAMPLE: usize = 24;
const CELL_STEPS: usize = 4;

/// A partition of rows by centroids.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KMeans {
    /// Unit vectors, k × dim.
    pub(crate) centroids: Vec<f32>,
    /// For each row its centroid, its product with it and with the next best.
    pub(crate) nearest: Vec<(u32, f32, f32)>,
}

impl KMeans {
    /// Sum of the cosines to the own centroid: what the algorithm makes large.
    fn objective(&self) -> f64 {
        self.nearest.iter().map(|n| f64::from(n.1)).sum()
    }
}

/// Cells of about equal worth, from a small sample and in few steps: not a clustering, a way to find things. Unit
/// centroids and the cell of each row.
pub(crate) fn cells(
    kernel: Option<Kernel>,
    rows: &[f32],
    dim: usize,
    k: usize,
) -> (Vec<f32>, Vec<u32>) {
    let random = &mut Random::new(0, 0x6365_6c6c);
    let drawn = sample(rows.len() / dim, CELL_SAMPLE * k, random);
    let training: Vec<f32> = drawn
        .iter()
        .flat_map(|&r| &rows[r * dim..(r + 1) * dim])
        .copied()
        .collect();
    let seeds = sample(drawn.len(), k, random);
    let mut centroids = seeds
        .iter()
        .flat_map(|&r| &training[r * dim..(r + 1) * dim])
        .copied()
        .collect::<Vec<f32>>();
    for _ in 0..CELL_STEPS {
        let labels = nearest_coarse(kernel, &training, &centroids, dim);
        centroids = means(&training, dim, &labels, &centroids);
    }
    let labels = nearest_coarse(kernel, rows, &centroids, dim);
    (centroids, labels)
}

/// The best of `restarts` runs from different seeds; fewer than `k` clusters where there are not so many different
/// rows. `rows` is n × `dim`, of unit length.
pub(crate) fn kmeans(
    rows: &[f32],
    dim: usize,
    k: usize,
    seed: u64,
    restarts: u64,
    iterations: usize,
) -> KMeans {
    let n = rows.len() / dim;
    let picked = sample(n, SAMPLE * k.max(1), &mut Random::new(seed, 0x73_616d_706c));
    let few: Vec<f32>;
    let training = if picked.len() < n {
        few = picked
            .iter()
            .flat_map(|&r| &rows[r * dim..(r + 1) * dim])
            .copied()
            .collect();
        &few[..]
    } else {
        rows
    };
    let mut best: Option<(f64, KMeans)> = None;
    for restart in 0..restarts.max(1) {
        let random = &mut Random::new(seed, 0x006b_6d65_616e_7300 + restart);
        let start = if k > MANY {
            let drawn = sample(training.len() / dim, k, random);
            drawn
                .iter()
                .flat_map(|&r| &training[r * dim..(r + 1) * dim])
                .copied()
                .collect()
        } else {
            plus_plus(training, dim, k, random)
        };
        let run = lloyd(training, dim, start, iterations);
        let objective = run.objective();
        if best.as_ref().is_none_or(|(o, _)| objective > *o) {
            best = Some((objective, run));
        }
    }
    let (_, mut run) = best.expect("at least one restart");
    if picked.len() < n {
        run.nearest = nearest_two(rows, &run.centroids, dim);
    }
    run
}

/// `m` of 0..n in ascending order, without replacement; all where `m` is not smaller.
pub(crate) fn sample(n: usize, m: usize, random: &mut Random) -> Vec<usize> {
    if m >= n {
        return (0..n).collect();
    }
    // Floyd's selection.
    let mut taken = std::collections::BTreeSet::new();
    for j in n - m..n {
        let t = random.below(j + 1);
        if !taken.insert(t) {
            taken.insert(j);
        }
    }
    taken.into_iter().collect()
}

/// Seeds by k-means++ (Arthur and Vassilvitskii, 2007), the best of a few draws at each step.
pub(crate) fn plus_plus(rows: &[f32], dim: usize, k: usize, random: &mut Random) -> Vec<f32> {
    let n = rows.len() / dim;
    if n == 0 || k == 0 {
        return Vec::new();
    }
    let row = |r: usize| &rows[r * dim..(r + 1) * dim];
    let draws = if k > 64 { 1 } else { 2 + k.ilog2() as usize };
    let first = random.below(n);
    let mut centroids = row(first).to_vec();
    // Half the squared distance to the nearest seed so far; below what rounding makes of zero it is zero.
    let distance = |products: &[f32]| -> Vec<f32> {
        products
            .iter()
            .map(|&s| if s > 1.0 - 1e-6 { 0.0 } else { 1.0 - s })
            .collect()
    };
    let products = |candidate: &[f32]| -> Vec<f32> {
        rows.par_chunks(dim).map(|r| dot(r, candidate)).collect()
    };
    let mut nearest = distance(&products(row(first)));
    while centroids.len() < k * dim {
        let mut cumulative = Vec::with_capacity(n);
        let mut total = 0.0f64;
        for &d in &nearest {
            total += f64::from(d);
            cumulative.push(total);
        }
        if total <= 0.0 {
            break;
        }
        let mut best: Option<(f64, usize, Vec<f32>)> = None;
        for _ in 0..draws {
            let u = random.uniform() * total;
            let mut r = cumulative.partition_point(|&c| c <= u).min(n - 1);
            while nearest[r] == 0.0 && r > 0 {
                r -= 1;
            }
            let d: Vec<f32> = distance(&products(row(r)))
                .iter()
                .zip(&nearest)
                .map(|(a, b)| a.min(*b))
                .collect();
            let left: f64 = d.iter().map(|&x| f64::from(x)).sum();
            if best.as_ref().is_none_or(|(l, _, _)| left < *l) {
                best = Some((left, r, d));
            }
        }
        let Some((_, r, d)) = best else { break };
        centroids.extend_from_slice(row(r));
        nearest = d;
    }
    centroids
}

/// Assigns and averages until nothing moves.
pub(crate) fn lloyd(
    rows: &[f32],
    dim: usize,
    mut centroids: Vec<f32>,
    iterations: usize,
) -> KMeans {
    if centroids.is_empty() {
        return KMeans {
            centroids,
            nearest: Vec::new(),
        };
    }
    let mut nearest = nearest_two(rows, &centroids, dim);
    for _ in 0..iterations {
        let labels: Vec<u32> = nearest.iter().map(|n| n.0).collect();
        centroids = means(rows, dim, &labels, &centroids);
        let moved = nearest_two(rows, &centroids, dim);
        let still = moved.iter().zip(&nearest).all(|(a, b)| a.0 == b.0);
        nearest = moved;
        if still {
            break;
        }
    }
    KMeans { centroids, nearest }
}

/// Mean directions of labelled rows; a cluster without rows, or whose rows cancel out, keeps its old centroid.
pub(crate) fn means(rows: &[f32], dim: usize, labels: &[u32], old: &[f32]) -> Vec<f32> {
    let mut centroids = old.to_vec();
    centroids
        .par_chunks_mut(dim)
        .zip(members(labels, old.len() / dim))
        .for_each(|(centroid, members)| {
            let mean = sum(rows, dim, &members);
            let norm = mean.iter().map(|x| x * x).sum::<f64>().sqrt();
            if norm > 1e-9 {
                for (c, m) in centroid.iter_mut().zip(mean) {
                    *c = (m / norm) as f32;
                }
            }
        });
    centroids
}

/// Rows of each label, ascending.
pub(crate) fn members(labels: &[u32], k: usize) -> Vec<Vec<u32>> {
    let mut members = vec![Vec::new(); k];
    for (row, &label) in labels.iter().enumerate() {
        members[label as usize].push(row as u32);
    }
    members
}

/// Sum of the rows named, in the order named.
pub(crate) fn sum(rows: &[f32], dim: usize, members: &[u32]) -> Vec<f64> {
    let mut sum = vec![0.0f64; dim];
    for &r in members {
        for (s, x) in sum.iter_mut().zip(&rows[r as usize * dim..]) {
            *s += f64::from(*x);
        }
    }
    sum
}

/// All products of some centroids with each other, row by row.
pub(crate) fn gram(centroids: &[f32], dim: usize) -> Vec<f32> {
    scan(
        centroids,
        centroids,
        dim,
        |_| Vec::new(),
        |s: &mut Vec<f32>, _, p| s.extend_from_slice(p),
    )
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{planted::mixture, score};
    use linfa::prelude::*;
    use linfa_clustering::{KMeans as Linfa, KMeansInit};
    use ndarray::Array2;

    #[test]
    fn it_agrees_with_euclidean_k_means_from_the_same_start() {
        let (vectors, _) = mixture(600, 128, 4, 0.0, 5);
        let start = plus_plus(vectors.as_slice(), 128, 4, &mut Random::new(1, 1));
        let ours = lloyd(vectors.as_slice(), 128, start.clone(), 100);
        let records = Array2::from_shape_vec((600, 128), vectors.as_slice().to_vec()).unwrap();
        let centroids = Array2::from_shape_vec((4, 128), start).unwrap();
        let data = DatasetBase::from(records);
        let model = Linfa::params(4)
            .init_method(KMeansInit::Precomputed(centroids))
            .n_runs(1)
            .fit(&data)
            .unwrap();
        let theirs: Vec<i32> = model.predict(&data).iter().map(|&c| c as i32).collect();
        let ours: Vec<i32> = ours.nearest.iter().map(|n| n.0 as i32).collect();
        assert!(
            score::adjusted_rand(&ours, &theirs) > 0.98,
            "{}",
            score::adjusted_rand(&ours, &theirs)
        );
    }

    #[test]
    fn planted_clusters_are_found() {
        let (vectors, truth) = mixture(2000, 256, 8, 0.0, 2);
        let found: Vec<i32> = kmeans(vectors.as_slice(), 256, 8, 0, 10, 50)
            .nearest
            .iter()
            .map(|n| n.0 as i32)
            .collect();
        assert!(
            score::adjusted_rand(&found, &truth) > 0.95,
            "{}",
            score::adjusted_rand(&found, &truth)
        );
    }

    #[test]
    fn there_are_no_more_clusters_than_different_rows() {
        let rows = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0];
        let run = kmeans(&rows, 2, 3, 0, 2, 10);
        assert_eq!(run.centroids.len() / 2, 2);
        assert_eq!(run.nearest[0].0, run.nearest[2].0);
        assert_ne!(run.nearest[0].0, run.nearest[1].0);
        assert!(kmeans(&[], 2, 3, 0, 2, 10).nearest.is_empty());
    }
}
