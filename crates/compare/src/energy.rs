//! Energy distance between the documents of two groups.

mod distances;

pub(crate) use distances::Distances;

use crate::distribution::jackknife_variance;

/// Two groups' units, those of the first group first, with the distances between them.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    /// m × m; 0 on the diagonal and between the two units of one document, which count for nothing.
    pub d: Vec<f64>,
    /// Mean distance within each unit, NaN where it is one passage.
    pub within: Vec<f64>,
    /// The other unit of the same document, or `usize::MAX`.
    pub twin: Vec<usize>,
    /// Units of the first group.
    pub n_a: usize,
    /// Units in all.
    pub m: usize,
    /// Mean cosine of passages of different documents within each group.
    pub cosine: [f64; 2],
    /// Variance of the difference of the two.
    pub cosine_variance: f64,
    /// The mean cosine as seen from the origin, mean of the two groups.
    pub closeness: f64,
    /// Variance of the documents' mean vectors within each group, summed over dimensions.
    pub variance: [f64; 2],
}

/// Sums of distances within and between two groups, with the number of pairs in each.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    pub aa: f64,
    pub ab: f64,
    pub bb: f64,
    pub n_aa: f64,
    pub n_ab: f64,
    pub n_bb: f64,
}

/// Mean distances between and within two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Energy {
    pub between: f64,
    pub within_a: f64,
    pub within_b: f64,
}

impl Energy {
    /// (2 E|X−Y| − E|X−X′| − E|Y−Y′|) / 2 E|X−Y|.
    pub fn gap(&self) -> f64 {
        (2.0 * self.between - self.within_a - self.within_b) / (2.0 * self.between)
    }
}

/// The gap between two clouds of unit vectors about one direction that are concentrated as these are (mean cosines
/// within each), as shorter passages are less than longer ones: the mean cosine between them is then √(a b), and in
/// many dimensions a mean distance is the root of the mean squared one. It grows with (a − b)², which chance alone
/// makes as large as the `variance` of a − b: that part is taken off.
pub(crate) fn spread([a, b]: [f64; 2], variance: f64) -> f64 {
    let (a, b) = (a.clamp(0.0, 1.0), b.clamp(0.0, 1.0));
    let distance = |cosine: f64| (2.0 - 2.0 * cosine).max(0.0).sqrt();
    let (between, square) = (distance((a * b).sqrt()), (a - b) * (a - b));
    if between > 0.0 && square > variance {
        let gap = (2.0 * between - distance(a) - distance(b)) / (2.0 * between);
        gap * (1.0 - variance / square)
    } else {
        0.0
    }
}

impl Sums {
    pub fn energy(&self) -> Energy {
        Energy {
            between: self.ab / self.n_ab,
            within_a: self.aa / self.n_aa,
            within_b: self.bb / self.n_bb,
        }
    }
}

impl Pair {
    pub fn n_b(&self) -> usize {
        self.m - self.n_a
    }

    /// Documents that have passages in both groups.
    pub fn twins(&self) -> usize {
        self.twin[..self.n_a]
            .iter()
            .filter(|&&t| t != usize::MAX)
            .count()
    }

    /// For each unit the sum of its distances to the first and to the second group's units.
    pub fn row_sums(&self) -> Vec<(f64, f64)> {
        self.d
            .chunks_exact(self.m)
            .map(|row| (row[..self.n_a].iter().sum(), row[self.n_a..].iter().sum()))
            .collect()
    }

    pub fn sums(&self) -> Sums {
        self.sums_of(&self.row_sums())
    }

    pub fn sums_of(&self, rows: &[(f64, f64)]) -> Sums {
        let (a, b) = (self.n_a as f64, self.n_b() as f64);
        Sums {
            aa: rows[..self.n_a].iter().map(|r| r.0).sum(),
            ab: rows[..self.n_a].iter().map(|r| r.1).sum(),
            bb: rows[self.n_a..].iter().map(|r| r.1).sum(),
            n_aa: a * (a - 1.0),
            n_ab: a * b - self.twins() as f64,
            n_bb: b * (b - 1.0),
        }
    }

    /// The energy of these texts. A group of one document stands by the distances between that document's passages;
    /// `None` where even those are missing, or all distances are 0.
    pub fn energy(&self) -> Option<Energy> {
        let mut energy = self.sums().energy();
        if self.n_a == 1 {
            energy.within_a = self.within[0];
        }
        if self.n_b() == 1 {
            energy.within_b = self.within[self.n_a];
        }
        (energy.between > 0.0 && energy.gap().is_finite()).then_some(energy)
    }

    /// Jackknife over documents: variance of the gap, and the degrees of freedom by Welch and Satterthwaite. Needs
    /// three documents a side.
    pub fn jackknife(&self) -> (f64, f64) {
        let rows = self.row_sums();
        let all = self.sums_of(&rows);
        let without = |i: usize| {
            let mut s = all;
            let (a, b) = rows[i];
            if i < self.n_a {
                s.aa -= 2.0 * a;
                s.ab -= b;
                s.n_aa -= 2.0 * (self.n_a - 1) as f64;
                s.n_ab -= self.n_b() as f64 - f64::from(u8::from(self.twin[i] != usize::MAX));
            } else {
                s.bb -= 2.0 * b;
                s.ab -= a;
                s.n_bb -= 2.0 * (self.n_b() - 1) as f64;
                s.n_ab -= self.n_a as f64 - f64::from(u8::from(self.twin[i] != usize::MAX));
            }
            s.energy().gap()
        };
        let side = |range: std::ops::Range<usize>| {
            let gaps: Vec<f64> = range.map(without).collect();
            (jackknife_variance(&gaps), gaps.len() as f64 - 1.0)
        };
        let ((va, dfa), (vb, dfb)) = (side(0..self.n_a), side(self.n_a..self.m));
        let df = (va + vb) * (va + vb) / (va * va / dfa + vb * vb / dfb);
        (va + vb, if df.is_finite() { df } else { dfa.min(dfb) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use visavis_kernels::Random;
    use visavis_records::UnitVectors;

    /// The definition, pair by pair.
    fn plain(a: &[Vec<u32>], b: &[Vec<u32>], document: &[u32], vectors: &UnitVectors) -> f64 {
        let distance = |x: u32, y: u32| {
            let squares = vectors
                .row(x as usize)
                .iter()
                .zip(vectors.row(y as usize))
                .map(|(x, y)| f64::from(x - y).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let mean = |p: &[Vec<u32>], q: &[Vec<u32>], from: (usize, usize)| {
            let (mut sum, mut n) = (0.0, 0.0);
            for (i, x) in p.iter().enumerate() {
                for (j, y) in q.iter().enumerate() {
                    if document[from.0 + i] != document[from.1 + j] {
                        let all = x.iter().flat_map(|&x| y.iter().map(move |&y| (x, y)));
                        sum += all.map(|(x, y)| distance(x, y)).sum::<f64>()
                            / (x.len() * y.len()) as f64;
                        n += 1.0;
                    }
                }
            }
            sum / n
        };
        let (between, aa, bb) = (
            mean(a, b, (0, a.len())),
            mean(a, a, (0, 0)),
            mean(b, b, (a.len(), a.len())),
        );
        (2.0 * between - aa - bb) / (2.0 * between)
    }

    #[test]
    fn gap_and_jackknife_agree_with_the_definition() {
        let mut random = Random::new(9, 9);
        let vectors =
            UnitVectors::new((0..40 * 5).map(|_| random.normal() as f32).collect(), 5).unwrap();
        let units: Vec<Vec<u32>> = (0..11)
            .map(|u| (u * 3..u * 3 + 1 + u % 3).collect())
            .collect();
        // Document 2 has passages in both groups.
        let document = [0, 1, 2, 3, 4, 2, 5, 6, 7, 8, 9];
        let distances = Distances::of(&units, &vectors, &[]);
        let pair = distances.pair(&[0, 1, 2, 3, 4], &[5, 6, 7, 8, 9, 10], &document);
        let expected = plain(&units[..5], &units[5..], &document, &vectors);
        assert!((pair.energy().unwrap().gap() - expected).abs() < 1e-6);

        let without: Vec<f64> = (0..11)
            .map(|i| {
                let keep = |range: std::ops::Range<usize>| {
                    range
                        .filter(|&u| u != i)
                        .map(|u| units[u].clone())
                        .collect::<Vec<_>>()
                };
                let document: Vec<u32> = (0..11).filter(|&u| u != i).map(|u| document[u]).collect();
                plain(&keep(0..5), &keep(5..11), &document, &vectors)
            })
            .collect();
        let part = |v: &[f64]| {
            let n = v.len() as f64;
            let mean = v.iter().sum::<f64>() / n;
            v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() * (n - 1.0) / n
        };
        let (variance, df) = pair.jackknife();
        assert!((variance - part(&without[..5]) - part(&without[5..])).abs() < 1e-8);
        assert!((4.0..=9.0).contains(&df), "{df}");
    }

    #[test]
    fn equal_clouds_have_no_gap_and_distant_ones_all_of_it() {
        let data = [[1.0f32, 0.0], [1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0]].concat();
        let vectors = UnitVectors::new(data, 2).unwrap();
        let distances = Distances::of(&[vec![0], vec![1], vec![2], vec![3]], &vectors, &[]);
        let gap = |a: &[usize], b: &[usize]| {
            distances
                .pair(a, b, &[0, 1, 2, 3])
                .energy()
                .map(|e| e.gap())
        };
        assert!((gap(&[0, 1], &[2, 3]).unwrap() - 1.0).abs() < 1e-6);
        assert!(
            gap(&[0, 2], &[1, 3]).unwrap() < 0.0,
            "nothing between them, and the U-statistic says so"
        );
        assert_eq!(gap(&[0], &[1, 2]), None, "one passage has no spread");
    }
}
