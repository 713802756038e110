//! Mixtures with known clusters, for tests and benches.

use visavis_kernels::Random;
use visavis_records::UnitVectors;

/// `n` unit vectors of `dim` values with the planted cluster of each (−1: background), after the mixture that this
/// project's peers were measured on: unequal clusters (log-normal weights, σ = 0.7) whose centres lie in a subspace of
/// up to 64 dimensions; within a cluster an anisotropic spread of up to 24 dimensions and an isotropic one, so that a
/// vector's cosine with its centre is about 0.6 to 0.8; a share `noise` of background in the subspace of the centres.
pub fn mixture(
    n: usize,
    dim: usize,
    clusters: usize,
    noise: f64,
    seed: u64,
) -> (UnitVectors, Vec<i32>) {
    let mut r = Random::new(seed, 0x70_6c61_6e74);
    let of_centres = orthonormal(64.min(dim), dim, &mut r);
    let of_spread = orthonormal(24.min(dim), dim, &mut r);
    let centres: Vec<Vec<f32>> = (0..clusters)
        .map(|_| unit(&combine(&of_centres, &mut r)))
        .collect();
    let spread: Vec<f32> = (0..clusters)
        .map(|_| (0.7 + 0.6 * r.uniform()) as f32)
        .collect();
    let mut cumulative = Vec::with_capacity(clusters);
    let mut total = 0.0;
    for _ in 0..clusters {
        total += (0.7 * r.normal()).exp();
        cumulative.push(total);
    }
    let mut labels = Vec::with_capacity(n);
    let mut data = Vec::with_capacity(n * dim);
    for _ in 0..n {
        let background = clusters == 0 || r.uniform() < noise;
        let u = r.uniform() * total;
        let label = cumulative
            .partition_point(|&c| c <= u)
            .min(clusters.saturating_sub(1));
        let own;
        let (centre, width) = if background {
            own = unit(&combine(&of_centres, &mut r));
            (&own, 1.0)
        } else {
            (&centres[label], spread[label])
        };
        let low = combine(&of_spread, &mut r);
        let low_scale = 0.8 / (of_spread.len() as f32).sqrt();
        let iso_scale = 0.6 / (dim as f32).sqrt();
        for (c, l) in centre.iter().zip(&low) {
            data.push(c + width * (low_scale * l + iso_scale * r.normal() as f32));
        }
        labels.push(if background { -1 } else { label as i32 });
    }
    (
        UnitVectors::new(data, dim.max(1)).unwrap_or_else(|_| UnitVectors::empty(dim)),
        labels,
    )
}

fn combine(basis: &[Vec<f32>], r: &mut Random) -> Vec<f32> {
    let mut v = vec![0.0; basis.first().map_or(0, Vec::len)];
    for direction in basis {
        let along = r.normal() as f32;
        for (x, d) in v.iter_mut().zip(direction) {
            *x += along * d;
        }
    }
    v
}

fn unit(v: &[f32]) -> Vec<f32> {
    let norm = visavis_kernels::dot(v, v).sqrt().max(f32::MIN_POSITIVE);
    v.iter().map(|x| x / norm).collect()
}

/// Random orthonormal vectors, by Gram and Schmidt.
fn orthonormal(count: usize, dim: usize, r: &mut Random) -> Vec<Vec<f32>> {
    let mut basis: Vec<Vec<f32>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut v: Vec<f32> = (0..dim).map(|_| r.normal() as f32).collect();
        for _ in 0..2 {
            for b in &basis {
                let along = visavis_kernels::dot(&v, b);
                for (x, y) in v.iter_mut().zip(b) {
                    *x -= along * y;
                }
            }
        }
        basis.push(unit(&v));
    }
    basis
}
