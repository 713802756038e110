//! The normal and Student's distribution.

/// Probability that a standard normal value is at most `x`. Relative error below 1e-9 in the lower tail.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    if x > 0.0 {
        return 1.0 - normal_cdf(-x);
    }
    let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    if x > -3.0 {
        // Marsaglia's series: Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/15 + …).
        let (mut term, mut sum) = (x, x);
        let mut k = 3.0;
        while term.abs() > 1e-17 {
            term *= x * x / k;
            sum += term;
            k += 2.0;
        }
        0.5 + density * sum
    } else {
        // Laplace's continued fraction of Mills' ratio, from the far end.
        let t = (1..=60).rev().fold(-x, |t, k| -x + f64::from(k) / t);
        density / t
    }
}

/// The value that a standard normal one is below with probability `p`.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    bisect(-40.0, 40.0, |x| normal_cdf(x) < p)
}

/// The value that Student's t with `df` degrees of freedom is below with probability `p`.
pub(crate) fn student_quantile(p: f64, df: f64) -> f64 {
    bisect(-1e4, 1e4, |t| student_cdf(t, df) < p)
}

fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Probability that Student's t with `df` degrees of freedom is at most `t`.
pub(crate) fn student_cdf(t: f64, df: f64) -> f64 {
    let tail = 0.5 * incomplete_beta(0.5 * df, 0.5, df / (df + t * t));
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Regularised incomplete beta function by Lentz's evaluation of its continued fraction.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return f64::from(u8::from(x >= 1.0));
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let front =
        (a * x.ln() + b * (1.0 - x).ln() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp() / a;
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut value = d;
    for m in 1..300 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for numerator in [even, odd] {
            d = 1.0 / (1.0 + numerator * d);
            c = 1.0 + numerator / c;
            value *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * value
}

/// Logarithm of the gamma function for x > 0: Stirling's series after moving x above 12.
pub(crate) fn ln_gamma(mut x: f64) -> f64 {
    let mut shift = 0.0;
    while x < 12.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = (1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y / 1680.0))) / x;
    shift + (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series
}

/// Chance of `hits` or more in `n` trials that each succeed with `chance`.
pub(crate) fn binomial_tail(hits: u32, n: u32, chance: f64) -> f64 {
    if hits == 0 || chance >= 1.0 {
        return 1.0;
    }
    if chance <= 0.0 {
        return 0.0;
    }
    let choose = |k: u32| {
        let of = |x: u32| ln_gamma(f64::from(x) + 1.0);
        of(n) - of(k) - of(n - k)
    };
    let term = |k: u32| {
        let (k, rest) = (f64::from(k), f64::from(n - k));
        k * chance.ln() + rest * (-chance).ln_1p()
    };
    (hits..=n)
        .map(|k| (choose(k) + term(k)).exp())
        .sum::<f64>()
        .min(1.0)
}

/// Variance of an estimate from what it is without each of its n items (Efron and Stein 1981).
pub(crate) fn jackknife_variance(without: &[f64]) -> f64 {
    let n = without.len() as f64;
    moments(without.iter().copied()).1 * (n - 1.0) * (n - 1.0) / n.max(1.0)
}

/// Mean and unbiased variance; the variance of fewer than two values is 0.
pub(crate) fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (n, sum) = values.clone().fold((0u32, 0.0), |(n, s), x| (n + 1, s + x));
    let mean = sum / f64::from(n.max(1));
    let squares: f64 = values.map(|x| (x - mean) * (x - mean)).sum();
    (
        mean,
        if n > 1 {
            squares / f64::from(n - 1)
        } else {
            0.0
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binomial_tail_is_the_sum_of_its_terms() {
        assert!((binomial_tail(4, 5, 0.5) - 6.0 / 32.0).abs() < 1e-12);
        assert!((binomial_tail(2, 3, 0.1) - 0.028).abs() < 1e-12);
        assert!((binomial_tail(1, 400, 0.01) - (1.0 - 0.99f64.powi(400))).abs() < 1e-9);
        assert_eq!(binomial_tail(0, 3, 0.1), 1.0);
        assert_eq!([0.0, 1.0].map(|p| binomial_tail(1, 3, p)), [0.0, 1.0]);
    }

    #[test]
    fn values_are_those_of_the_printed_tables() {
        for (x, p) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746),
            (-1.96, 0.024_997_895),
            (-4.0, 3.167_124e-5),
            (-6.0, 9.865_876e-10),
        ] {
            assert!(
                (normal_cdf(x) / p - 1.0).abs() < 1e-6,
                "{x}: {}",
                normal_cdf(x)
            );
        }
        assert!((normal_quantile(0.975) - 1.959_964).abs() < 1e-5);
        for (df, t) in [
            (1.0, 12.7062),
            (4.0, 2.7764),
            (10.0, 2.2281),
            (100.0, 1.9840),
        ] {
            assert!(
                (student_quantile(0.975, df) - t).abs() < 1e-3,
                "{df}: {}",
                student_quantile(0.975, df)
            );
        }
        assert!(
            (ln_gamma(5.0) - 24f64.ln()).abs() < 1e-12
                && (ln_gamma(0.5) - 0.572_364_942_924_7).abs() < 1e-10
        );
    }
}
