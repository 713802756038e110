//! Mean distances between the documents of a cluster, and what else their mean vectors tell.

use rayon::prelude::*;
use visavis_kernels::dot;
use visavis_records::UnitVectors;

use super::Pair;

/// Mean distances between all documents of a cluster (m units: a document's passages in one group).
#[derive(Debug, Clone)]
pub(crate) struct Distances {
    /// m × m mean Euclidean distances of passages; the diagonal is over different passages of one unit, NaN where it
    /// has only one.
    mean: Vec<f64>,
    /// Mean vectors of the units, m × dim.
    centre: Vec<f32>,
    /// Their products with the origin from which closeness is measured.
    along: Vec<f64>,
    /// Squared length of that origin.
    origin: f64,
    m: usize,
    dim: usize,
}

impl Distances {
    /// Of units given by their rows; closeness is measured from `origin`, from 0 where that is empty.
    pub fn of(rows: &[Vec<u32>], vectors: &UnitVectors, origin: &[f32]) -> Self {
        let (m, dim) = (rows.len(), vectors.dim());
        let centre: Vec<f32> = rows
            .par_iter()
            .flat_map_iter(|rows| centre(rows, vectors))
            .collect();
        let from = |unit: &[f32]| match origin {
            [] => 0.0,
            origin => f64::from(dot(unit, origin)),
        };
        let mean = mean_distances(rows, vectors);
        Self {
            mean,
            along: centre.chunks_exact(dim.max(1)).map(from).collect(),
            origin: f64::from(dot(origin, origin)),
            centre,
            m,
            dim,
        }
    }

    /// The part that two groups need: units `a` and `b`, which come from documents `document`.
    pub fn pair(&self, a: &[usize], b: &[usize], document: &[u32]) -> Pair {
        let units: Vec<usize> = a.iter().chain(b).copied().collect();
        let m = units.len();
        let mut twin = vec![usize::MAX; m];
        for i in 0..a.len() {
            if let Some(j) = (a.len()..m).find(|&j| document[units[j]] == document[units[i]]) {
                (twin[i], twin[j]) = (j, i);
            }
        }
        let mut d: Vec<f64> = units
            .iter()
            .flat_map(|&u| units.iter().map(move |&v| (u, v)))
            .map(|(u, v)| self.mean[u * self.m + v])
            .collect();
        let within: Vec<f64> = (0..m).map(|i| d[i * m + i]).collect();
        for i in 0..m {
            d[i * m + i] = 0.0;
            if twin[i] != usize::MAX {
                d[i * m + twin[i]] = 0.0;
            }
        }
        Pair {
            d,
            within,
            twin,
            n_a: a.len(),
            m,
            cosine: [self.cosine(a), self.cosine(b)],
            cosine_variance: self.cosine_variance(a) + self.cosine_variance(b),
            closeness: 0.5 * (self.closeness(a) + self.closeness(b)),
            variance: [self.variance(a), self.variance(b)],
        }
    }

    /// Mean cosine of passages of different units; of one unit's passages with each other where it is alone.
    fn cosine(&self, units: &[usize]) -> f64 {
        let n = units.len() as f64;
        let sum = self.sum(units);
        let own: f64 = units.iter().map(|&u| self.square(u)).sum();
        let all: f64 = sum.iter().map(|x| x * x).sum();
        if units.len() > 1 {
            (all - own) / (n * (n - 1.0))
        } else {
            own
        }
    }

    fn unit(&self, u: usize) -> &[f32] {
        &self.centre[u * self.dim..(u + 1) * self.dim]
    }

    fn square(&self, u: usize) -> f64 {
        f64::from(dot(self.unit(u), self.unit(u)))
    }

    fn sum(&self, units: &[usize]) -> Vec<f64> {
        let mut sum = vec![0.0f64; self.dim];
        for &u in units {
            sum.iter_mut()
                .zip(self.unit(u))
                .for_each(|(s, &x)| *s += f64::from(x));
        }
        sum
    }

    /// Variance of [`Self::cosine`], by jackknife over units; 0 for fewer than three.
    fn cosine_variance(&self, units: &[usize]) -> f64 {
        let n = units.len() as f64;
        if units.len() < 3 {
            return 0.0;
        }
        let sum = self.sum(units);
        let along = |&u: &usize| -> f64 {
            let unit = self.unit(u).iter();
            unit.zip(&sum).map(|(&x, s)| f64::from(x) * s).sum::<f64>() - self.square(u)
        };
        // Without unit u the pairs lose 2 (u · all others): the rest of the mean is the same for all.
        let lost = units.iter().map(along).collect::<Vec<f64>>();
        let (_, variance) = crate::distribution::moments(lost.into_iter());
        let scale = 2.0 / ((n - 1.0) * (n - 2.0));
        variance * scale * scale * (n - 1.0) * (n - 1.0) / n
    }

    /// The mean cosine as seen from the origin: of x − o and y − o, with |x − o|² at its mean.
    fn closeness(&self, units: &[usize]) -> f64 {
        let along = units.iter().map(|&u| self.along[u]).sum::<f64>() / units.len() as f64;
        let square = 1.0 - 2.0 * along + self.origin;
        if square > 0.0 {
            (self.cosine(units) - 2.0 * along + self.origin) / square
        } else {
            0.0
        }
    }

    /// Variance of the units' mean vectors about the mean of all, summed over dimensions.
    fn variance(&self, units: &[usize]) -> f64 {
        units.iter().map(|&u| self.square(u)).sum::<f64>() / units.len() as f64 - self.cosine(units)
    }
}

fn centre(rows: &[u32], vectors: &UnitVectors) -> Vec<f32> {
    let mut sum = vec![0.0f64; vectors.dim()];
    for &row in rows {
        sum.iter_mut()
            .zip(vectors.row(row as usize))
            .for_each(|(s, &x)| *s += f64::from(x));
    }
    sum.into_iter()
        .map(|s| (s / rows.len() as f64) as f32)
        .collect()
}

/// Passages a tile: two tiles of vectors stay in the second-level cache.
const TILE: usize = 64;

/// Mean distances of all pairs of units, m × m. Passages meet tile by tile; each row of tiles adds up its own sums,
/// which are joined in order, so that the bytes are the same for any number of threads.
fn mean_distances(rows: &[Vec<u32>], vectors: &UnitVectors) -> Vec<f64> {
    let (m, dim) = (rows.len(), vectors.dim());
    let flat: Vec<u32> = rows.iter().flatten().copied().collect();
    let unit: Vec<usize> = rows
        .iter()
        .enumerate()
        .flat_map(|(u, rows)| rows.iter().map(move |_| u))
        .collect();
    let data: Vec<f32> = flat
        .iter()
        .flat_map(|&r| vectors.row(r as usize))
        .copied()
        .collect();
    let starts: Vec<usize> = (0..flat.len()).step_by(TILE).collect();
    let sums: Vec<(usize, Vec<f64>)> = starts
        .par_iter()
        .map(|&start| {
            let end = (start + TILE).min(flat.len());
            let first = unit[start];
            let mut sums = vec![0.0f64; (unit[end - 1] + 1 - first) * m];
            for other in (start..flat.len()).step_by(TILE) {
                for x in start..end {
                    let vector = &data[x * dim..(x + 1) * dim];
                    let sums = &mut sums[(unit[x] - first) * m..(unit[x] - first + 1) * m];
                    for y in other.max(x + 1)..(other + TILE).min(flat.len()) {
                        let cosine = dot(vector, &data[y * dim..(y + 1) * dim]);
                        sums[unit[y]] += f64::from((2.0 - 2.0 * cosine).max(0.0).sqrt());
                    }
                }
            }
            (first, sums)
        })
        .collect();
    let mut total = vec![0.0f64; m * m];
    for (first, sums) in sums {
        total[first * m..first * m + sums.len()]
            .iter_mut()
            .zip(&sums)
            .for_each(|(t, s)| *t += s);
    }
    for u in 0..m {
        for v in u..m {
            let (a, b) = (rows[u].len(), rows[v].len());
            let pairs = if u == v { a * (a - 1) / 2 } else { a * b };
            let mean = if pairs == 0 {
                f64::NAN
            } else {
                total[u * m + v] / pairs as f64
            };
            (total[u * m + v], total[v * m + u]) = (mean, mean);
        }
    }
    total
}
