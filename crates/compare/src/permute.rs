//! How large a gap is by chance: documents permuted between the groups.

use visavis_kernels::Random;

use crate::{
    CompareOptions,
    distribution::normal_cdf,
    energy::{Pair, Sums},
    floor::Shift,
};

/// A test of gap > floor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Test {
    pub p: f64,
    pub p_min: f64,
    /// Permutations drawn.
    pub draws: usize,
}

/// What is tested: the gap, the floor, and the variance of each beyond what permutation shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hypothesis {
    pub gap: f64,
    pub floor: f64,
    pub variance: f64,
}

/// Sum over pairs of different units of the squared double-centred distance, each unit's own share left out:
/// an unbiased estimate of the sum of squared eigenvalues (Székely and Rizzo 2014, U-centring). Needs 4 units.
fn eigenvalues(pair: &Pair) -> f64 {
    let units = 0..pair.m;
    let n = units.len() as f64;
    if units.len() < 4 {
        return 0.0;
    }
    let rows: Vec<f64> = units
        .clone()
        .map(|u| units.clone().map(|v| pair.d[u * pair.m + v]).sum())
        .collect();
    let total: f64 = rows.iter().sum();
    let mut sum = 0.0;
    for (i, u) in units.clone().enumerate() {
        for (j, v) in units.clone().enumerate() {
            if i != j && pair.twin[u] != v {
                let centred = pair.d[u * pair.m + v] - (rows[i] + rows[j]) / (n - 2.0)
                    + total / ((n - 1.0) * (n - 2.0));
                sum += centred * centred;
            }
        }
    }
    (sum / (n * (n - 3.0))).max(0.0)
}

/// What the gap varies by around the floor, on the scale of the gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Noise {
    /// Factor by which chance is larger than permutation shows, because the smaller group is the more diverse: at
    /// least 1 (studentised as by Chung and Romano 2013).
    pub ratio: f64,
    /// Variance that a true gap as large as the floor adds to the gap of permuted documents.
    pub linear: f64,
}

pub(crate) fn noise(pair: &Pair, sums: &Sums, floor: f64, jackknife: f64) -> Noise {
    let energy = sums.energy();
    let (a, b) = (pair.n_a as f64, pair.n_b() as f64);
    let pooled = eigenvalues(pair);
    let scale = 2.0 * energy.between;
    // How much more a group's documents vary than the pool: their variance is known far better than its square.
    let variance = (a * pair.variance[0] + b * pair.variance[1]) / (a + b);
    let [ra, rb] = pair.variance.map(|v| {
        if variance > 0.0 {
            (v / variance).max(0.0)
        } else {
            1.0
        }
    });
    let (wa, wb) = (ra / a + rb / b, 1.0 / a + 1.0 / b);
    let own = 2.0 * pooled * (wa / scale).powi(2);
    // A jackknife counts the variance of pairs twice (Efron and Stein 1981); what is left is that of single documents,
    // here that of the observed gap, which may be far above the floor: not more than four times what is typical.
    let single = (jackknife - 2.0 * own).max(0.0);
    let typical = 4.0 * floor * (pooled / energy.between) * wa / scale;
    let typical = if typical > 0.0 { typical } else { 0.0 };
    Noise {
        ratio: (wa / wb).max(1.0),
        linear: single.clamp(typical, 4.0 * typical),
    }
}

/// p for gap > floor.
///
/// Permuted documents show how the gap varies where the groups do not differ; the floor is added, and each draw is
/// widened by a normal error of the variance that the floor's own error and a displacement as large as the floor
/// bring: p is the mean over permutations of Φ((draw + floor − gap)/sd). Draws stop after `exceedances` (Besag and
/// Clifford 1991).
pub(crate) fn test(
    pair: &Pair,
    hypothesis: &Hypothesis,
    ratio: f64,
    options: &CompareOptions,
    purpose: u64,
) -> Test {
    let mut random = Random::new(options.seed, purpose);
    let mut labels: Vec<bool> = (0..pair.m).map(|i| i < pair.n_a).collect();
    let free: Vec<usize> = (0..pair.m)
        .filter(|&i| pair.twin[i] == usize::MAX)
        .collect();
    let twins: Vec<(usize, usize)> = (0..pair.n_a)
        .filter(|&i| pair.twin[i] != usize::MAX)
        .map(|i| (i, pair.twin[i]))
        .collect();
    let observed = pair.sums();
    let rows: Vec<f64> = pair.row_sums().iter().map(|r| r.0 + r.1).collect();
    let total: f64 = rows.iter().sum();
    let sd = hypothesis.variance.sqrt();
    let (mut exceed, mut draws) = (0.0, 0);
    let mut of_free: Vec<bool> = free.iter().map(|&i| labels[i]).collect();
    while draws < options.permutations && exceed < options.exceedances as f64 {
        random.shuffle(&mut of_free);
        free.iter().zip(&of_free).for_each(|(&i, &l)| labels[i] = l);
        for &(i, j) in &twins {
            let first = random.bits() & 1 == 0;
            (labels[i], labels[j]) = (first, !first);
        }
        let gap = ratio * permuted(pair, &labels, &rows, total, &observed);
        let z = gap + hypothesis.floor - hypothesis.gap;
        exceed += if sd > 0.0 {
            normal_cdf(z / sd)
        } else {
            f64::from(u8::from(z >= 0.0))
        };
        draws += 1;
    }
    let p_min = smallest(pair, options);
    let p = if draws > 0 && exceed >= options.exceedances as f64 {
        exceed / draws as f64
    } else {
        (exceed + 1.0) / (draws as f64 + 1.0)
    };
    Test {
        p: p.clamp(p_min, 1.0),
        p_min,
        draws,
    }
}

/// The gap under other labels: the sum within the smaller group is added up, the rest follows from the row sums.
fn permuted(pair: &Pair, labels: &[bool], rows: &[f64], total: f64, observed: &Sums) -> f64 {
    let small = pair.n_a <= pair.n_b();
    let members: Vec<usize> = (0..pair.m).filter(|&i| labels[i] == small).collect();
    let mut inside = 0.0;
    for (k, &i) in members.iter().enumerate() {
        let row = &pair.d[i * pair.m..(i + 1) * pair.m];
        inside += members[..k].iter().map(|&j| row[j]).sum::<f64>();
    }
    inside *= 2.0;
    let cross = members.iter().map(|&i| rows[i]).sum::<f64>() - inside;
    let other = total - inside - 2.0 * cross;
    let (aa, bb) = if small {
        (inside, other)
    } else {
        (other, inside)
    };
    Sums {
        aa,
        ab: cross,
        bb,
        ..*observed
    }
    .energy()
    .gap()
}

/// The smallest p that can come out: one over the number of different ways to deal the documents out, equal groups
/// being interchangeable, and no less than one over the permutations drawn at most.
fn smallest(pair: &Pair, options: &CompareOptions) -> f64 {
    let twins = pair.twins();
    let (a, b) = ((pair.n_a - twins) as f64, (pair.n_b() - twins) as f64);
    let ln = crate::distribution::ln_gamma;
    let ways = ln(a + b + 1.0) - ln(a + 1.0) - ln(b + 1.0) + twins as f64 * 2f64.ln();
    let symmetric = if pair.n_a == pair.n_b() {
        2f64.ln()
    } else {
        0.0
    };
    (symmetric - ways)
        .exp()
        .max(1.0 / (options.permutations as f64 + 1.0))
        .min(1.0)
}

/// What to add to p-values that are the rows' own: q by Benjamini and Hochberg (1995), in the order given.
pub(crate) fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[i].total_cmp(&p[j]).then(i.cmp(&j)));
    let mut q = vec![1.0; p.len()];
    let mut least = 1.0f64;
    for (rank, &i) in order.iter().enumerate().rev() {
        least = least.min(p[i] * p.len() as f64 / (rank + 1) as f64);
        q[i] = least;
    }
    q
}

/// The floor on the scale of the gap, and its variance: its own error, and what the options add to it.
pub(crate) fn floor_on_gap(shift: Shift, within: f64, options: &CompareOptions) -> (f64, f64) {
    let sum = within + shift.squared;
    let floor = 1.0 - (within / sum).sqrt();
    let slope = 0.5 * within.sqrt() / sum.powf(1.5);
    let added = [
        options.floor_tolerance * floor,
        options.floor_error * shift.contrast,
    ];
    let added: f64 = added.iter().map(|sd| sd * sd).sum();
    (floor, shift.variance * slope * slope + added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_between_languages_has_the_errors_of_the_options() {
        let options = CompareOptions {
            floor_tolerance: 0.5,
            floor_error: 0.01,
            ..CompareOptions::default()
        };
        let shift = |squared: f64, contrast: f64| Shift {
            squared,
            variance: 0.0,
            contrast,
        };
        let (floor, variance) = floor_on_gap(shift(3.0, 1.0), 1.0, &options);
        assert_eq!(floor, 0.5);
        assert!((variance - 0.25 * 0.25 - 0.01 * 0.01).abs() < 1e-12);
        let (_, mixed) = floor_on_gap(shift(0.0, 0.25), 1.0, &options);
        assert!((mixed - 0.0025 * 0.0025).abs() < 1e-12);
        assert_eq!(floor_on_gap(shift(0.0, 0.0), 1.0, &options), (0.0, 0.0));
    }

    #[test]
    fn q_values_of_a_worked_example() {
        let q = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
        let expected = [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5];
        assert!(
            q.iter().zip(expected).all(|(q, e)| (q - e).abs() < 1e-12),
            "{q:?}"
        );
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
