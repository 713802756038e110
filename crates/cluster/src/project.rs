//! A map: two coordinates a passage, for looking at.

use rayon::prelude::*;
use visavis_kernels::{Random, dot};
use visavis_records::{Neighbours, UnitVectors};

use crate::{
    graph::{Graph, fuzzy},
    kmeans::{sample, sum},
};

/// Passages that the principal components are computed from.
const SAMPLE: usize = 20_000;
/// Neighbours that pull.
const NEIGHBOURS: usize = 15;
/// Passages that push, for each passage and round.
const PUSHES: usize = 10;

/// Two coordinates a passage: the first two principal components, then pulled together along the neighbour graph and
/// pushed apart elsewhere as in UMAP (`McInnes` and others, 2018; its curve with a = b = 1), all passages at once, so that
/// the result is the same for any number of threads.
pub fn project(vectors: &UnitVectors, neighbours: &Neighbours, seed: u64) -> Vec<[f32; 2]> {
    let n = vectors.len();
    let mut place = principal_plane(vectors, seed);
    spread(&mut place, 10.0, seed);
    if n < 4 || neighbours.len() != n {
        return place;
    }
    let graph = fuzzy(neighbours, NEIGHBOURS);
    let rounds = if n > 100_000 { 150 } else { 300 };
    for round in 0..rounds {
        let rate = 0.25 * (1.0 - round as f32 / rounds as f32);
        place = place
            .par_iter()
            .enumerate()
            .map(|(row, &at)| step(row, at, &place, &graph, rate, seed, round))
            .collect();
    }
    center(&mut place);
    place
}

/// Where one passage goes in one round.
fn step(
    row: usize,
    at: [f32; 2],
    place: &[[f32; 2]],
    graph: &Graph,
    rate: f32,
    seed: u64,
    round: usize,
) -> [f32; 2] {
    let mut to = [0.0f32; 2];
    for (other, weight) in graph.edges(row) {
        let there = place[other as usize];
        let d = [at[0] - there[0], at[1] - there[1]];
        let square = d[0] * d[0] + d[1] * d[1];
        if square > 0.0 {
            let pull = -2.0 / (1.0 + square) * weight;
            to[0] += (pull * d[0]).clamp(-4.0, 4.0);
            to[1] += (pull * d[1]).clamp(-4.0, 4.0);
        }
    }
    let mut random = Random::new(seed.wrapping_add(row as u64), 0x6d_6170 + round as u64);
    let weight = graph.degree[row] as f32 / PUSHES as f32;
    for _ in 0..PUSHES {
        let there = place[random.below(place.len())];
        let d = [at[0] - there[0], at[1] - there[1]];
        let square = d[0] * d[0] + d[1] * d[1];
        if square > 0.0 {
            let push = 2.0 / ((0.001 + square) * (1.0 + square)) * weight;
            to[0] += (push * d[0]).clamp(-4.0, 4.0);
            to[1] += (push * d[1]).clamp(-4.0, 4.0);
        }
    }
    [
        at[0] + rate * to[0].clamp(-8.0, 8.0),
        at[1] + rate * to[1].clamp(-8.0, 8.0),
    ]
}

/// Coordinates along the first two principal components, found by power iteration on a sample.
fn principal_plane(vectors: &UnitVectors, seed: u64) -> Vec<[f32; 2]> {
    let (n, dim) = (vectors.len(), vectors.dim());
    if n < 2 {
        return vec![[0.0; 2]; n];
    }
    let picked: Vec<u32> = sample(n, SAMPLE, &mut Random::new(seed, 0x70_6361))
        .into_iter()
        .map(|r| r as u32)
        .collect();
    let mean: Vec<f32> = sum(vectors.as_slice(), dim, &picked)
        .iter()
        .map(|x| (x / picked.len() as f64) as f32)
        .collect();
    let mut random = Random::new(seed, 0x0070_6f77_6572);
    let mut axes: Vec<Vec<f32>> = Vec::new();
    for _ in 0..2 {
        let mut axis: Vec<f32> = (0..dim).map(|_| random.normal() as f32).collect();
        for _ in 0..30 {
            let offset = dot(&mean, &axis);
            let along: Vec<f32> = picked
                .par_iter()
                .map(|&r| dot(vectors.row(r as usize), &axis) - offset)
                .collect();
            let mut next = weighted_sum(vectors, &picked, &along, &mean);
            for other in &axes {
                let along = dot(&next, other);
                next.iter_mut()
                    .zip(other)
                    .for_each(|(x, o)| *x -= along * o);
            }
            let norm = dot(&next, &next).sqrt();
            if norm < 1e-6 {
                break;
            }
            axis = next.into_iter().map(|x| x / norm).collect();
        }
        let widest = axis
            .iter()
            .copied()
            .fold(0.0f32, |m, x| if x.abs() > m.abs() { x } else { m });
        for x in &mut axis {
            *x *= widest.signum();
        }
        axes.push(axis);
    }
    let offset = [dot(&mean, &axes[0]), dot(&mean, &axes[1])];
    (0..n)
        .into_par_iter()
        .map(|r| {
            [
                dot(vectors.row(r), &axes[0]) - offset[0],
                dot(vectors.row(r), &axes[1]) - offset[1],
            ]
        })
        .collect()
}

/// Sum of the centred rows, each times its weight, in batches of a fixed size.
fn weighted_sum(vectors: &UnitVectors, rows: &[u32], weights: &[f32], mean: &[f32]) -> Vec<f32> {
    let parts: Vec<Vec<f32>> = rows
        .par_chunks(1024)
        .zip(weights.par_chunks(1024))
        .map(|(rows, weights)| {
            let mut sum = vec![0.0f32; mean.len()];
            for (&r, &w) in rows.iter().zip(weights) {
                for ((s, x), m) in sum.iter_mut().zip(vectors.row(r as usize)).zip(mean) {
                    *s += w * (x - m);
                }
            }
            sum
        })
        .collect();
    parts
        .into_iter()
        .reduce(|mut a, b| {
            a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
            a
        })
        .unwrap_or_default()
}

/// Scales to a width of `width` and moves equal points a little apart.
fn spread(place: &mut [[f32; 2]], width: f32, seed: u64) {
    let widest = place.iter().flatten().fold(0.0f32, |m, x| m.max(x.abs()));
    let scale = if widest > 1e-6 { width / widest } else { 0.0 };
    for (row, p) in place.iter_mut().enumerate() {
        let mut random = Random::new(seed.wrapping_add(row as u64), 0x6a_6974);
        *p = [
            p[0] * scale + 1e-3 * random.normal() as f32,
            p[1] * scale + 1e-3 * random.normal() as f32,
        ];
    }
}

fn center(place: &mut [[f32; 2]]) {
    for axis in 0..2 {
        let mean = (place.iter().map(|p| f64::from(p[axis])).sum::<f64>()
            / place.len().max(1) as f64) as f32;
        for p in &mut *place {
            p[axis] -= mean;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{neighbours, planted::mixture};

    /// Share of the five nearest on the map that are of the same planted cluster.
    fn purity(place: &[[f32; 2]], truth: &[i32]) -> f64 {
        let mut same = 0.0;
        for (i, p) in place.iter().enumerate() {
            let mut near: Vec<(f32, usize)> = (0..place.len())
                .filter(|&j| j != i)
                .map(|j| {
                    (
                        (p[0] - place[j][0]).powi(2) + (p[1] - place[j][1]).powi(2),
                        j,
                    )
                })
                .collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0));
            same += near[..5]
                .iter()
                .filter(|(_, j)| truth[*j] == truth[i])
                .count() as f64
                / 5.0;
        }
        same / place.len() as f64
    }

    #[test]
    fn clusters_are_islands_on_the_map() {
        let (vectors, truth) = mixture(600, 64, 8, 0.0, 3);
        let graph = neighbours(&vectors, 15);
        let place = project(&vectors, &graph, 0);
        let plane = principal_plane(&vectors, 0);
        assert!(
            place
                .iter()
                .flatten()
                .all(|x| x.is_finite() && x.abs() < 100.0)
        );
        assert!(purity(&place, &truth) > 0.9, "{}", purity(&place, &truth));
        assert!(purity(&place, &truth) > purity(&plane, &truth));
    }

    #[test]
    fn the_same_for_any_number_of_threads() {
        let (vectors, _) = mixture(300, 32, 4, 0.2, 3);
        let graph = neighbours(&vectors, 15);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| project(&vectors, &graph, 5))
        };
        assert_eq!(with(1), with(3));
        assert_ne!(with(1), project(&vectors, &graph, 6));
    }

    #[test]
    fn few_and_equal_passages_have_places() {
        for n in 0..6 {
            let (vectors, _) = mixture(n, 16, 2, 0.0, 1);
            let place = project(&vectors, &neighbours(&vectors, 15), 0);
            assert_eq!(place.len(), n);
            assert!(place.iter().flatten().all(|x| x.is_finite()));
        }
        let same = UnitVectors::new([0.6, 0.8].repeat(100), 2).unwrap();
        let place = project(&same, &neighbours(&same, 15), 0);
        assert!(
            place
                .iter()
                .flatten()
                .all(|x| x.is_finite() && x.abs() < 100.0)
        );
    }
}
