//! GELU, x·Φ(x), by pieces: around each sixth of the axis, Φ − ½ by the cubic through it at four Chebyshev points. Off by
//! at most 5·10⁻⁷ of the larger of |x| and 1, and the same bytes with and without vectors.
#![allow(unsafe_code)]

use std::{f64::consts::PI, sync::LazyLock};

use crate::int8::MAGIC;

/// Pieces to 1.
const FINENESS: f32 = 6.0;
const PIECES: usize = 32;
/// The middle of the last piece, beyond which Φ − ½ is as good as ½.
const END: f32 = (PIECES - 1) as f32 / FINENESS;
/// Coefficients of t⁰…t³ for each piece, t being the distance from its middle.
static TABLE: LazyLock<[[f32; PIECES]; 4]> = LazyLock::new(|| {
    let mut table = [[0.0; PIECES]; 4];
    for piece in 0..PIECES {
        let middle = piece as f64 / f64::from(FINENESS);
        let half = 0.5 / f64::from(FINENESS);
        let points = [0.0, 1.0, 2.0, 3.0].map(|k: f64| half * ((2.0 * k + 1.0) * PI / 8.0).cos());
        // Newton's divided differences, multiplied out.
        let mut differences = points.map(|t| above_half(middle + t));
        for order in 1..4 {
            for i in (order..4).rev() {
                differences[i] =
                    (differences[i] - differences[i - 1]) / (points[i] - points[i - order]);
            }
        }
        let mut cubic = [0.0; 4];
        for (difference, point) in differences.iter().zip(points).rev() {
            for i in (1..4).rev() {
                cubic[i] = cubic[i - 1] - point * cubic[i];
            }
            cubic[0] = difference - point * cubic[0];
        }
        for (row, coefficient) in table.iter_mut().zip(cubic) {
            row[piece] = coefficient as f32;
        }
    }
    // Nothing of nothing, exactly.
    table[0][0] = 0.0;
    table
});

/// Φ(x) − ½ = φ(x)·Σ x^(2k+1) / (1·3·…·(2k+1)): Abramowitz and Stegun, 26.2.11.
fn above_half(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for k in 1..200 {
        term *= x * x / f64::from(2 * k + 1);
        sum += term;
    }
    sum * (-x * x / 2.0).exp() / (2.0 * PI).sqrt()
}

/// GELU of a value.
pub(crate) fn gelu(x: f32) -> f32 {
    let size = x.abs();
    // NaN takes the last piece here, and is NaN by its size in the end.
    let within = if size < END { size } else { END };
    let shifted = within.mul_add(FINENESS, MAGIC);
    let piece = shifted.to_bits() as usize % PIECES;
    let t = (shifted - MAGIC).mul_add(-1.0 / FINENESS, within);
    let [a, b, c, d] = TABLE.each_ref().map(|row| row[piece]);
    let above = d.mul_add(t, c).mul_add(t, b).mul_add(t, a);
    size.mul_add(above, 0.5 * x)
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod wide {
    use std::arch::x86_64::{
        __m512, _mm512_abs_ps, _mm512_castps_si512, _mm512_fmadd_ps, _mm512_loadu_ps,
        _mm512_min_ps, _mm512_mul_ps, _mm512_permutex2var_ps, _mm512_set1_ps, _mm512_sub_ps,
    };

    use super::{END, FINENESS, PIECES, TABLE};
    use crate::int8::MAGIC;

    /// The table in registers.
    #[derive(Clone, Copy)]
    pub(crate) struct Gelu([[__m512; 2]; 4]);

    impl Gelu {
        #[target_feature(enable = "avx512f")]
        #[inline]
        pub fn new() -> Self {
            let half = |row: usize, at: usize| {
                let row: &[f32; PIECES] = &TABLE[row];
                // SAFETY: a row has 32 values.
                unsafe { _mm512_loadu_ps(row.as_ptr().add(at)) }
            };
            Self([
                [half(0, 0), half(0, 16)],
                [half(1, 0), half(1, 16)],
                [half(2, 0), half(2, 16)],
                [half(3, 0), half(3, 16)],
            ])
        }

        /// GELU of 16 values.
        #[target_feature(enable = "avx512f")]
        #[inline]
        pub fn of(&self, x: __m512) -> __m512 {
            let size = _mm512_abs_ps(x);
            let within = _mm512_min_ps(size, _mm512_set1_ps(END));
            let magic = _mm512_set1_ps(MAGIC);
            let shifted = _mm512_fmadd_ps(within, _mm512_set1_ps(FINENESS), magic);
            // The permutation looks at the lowest five bits alone.
            let piece = _mm512_castps_si512(shifted);
            let whole = _mm512_sub_ps(shifted, magic);
            let t = _mm512_fmadd_ps(whole, _mm512_set1_ps(-1.0 / FINENESS), within);
            let [a, b, c, d] = self.0;
            let a = _mm512_permutex2var_ps(a[0], piece, a[1]);
            let b = _mm512_permutex2var_ps(b[0], piece, b[1]);
            let c = _mm512_permutex2var_ps(c[0], piece, c[1]);
            let d = _mm512_permutex2var_ps(d[0], piece, d[1]);
            let above = _mm512_fmadd_ps(d, t, c);
            let above = _mm512_fmadd_ps(above, t, b);
            let above = _mm512_fmadd_ps(above, t, a);
            _mm512_fmadd_ps(size, above, _mm512_mul_ps(x, _mm512_set1_ps(0.5)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By Simpson's rule.
    fn exact(x: f64) -> f64 {
        let n = 4000;
        let h = x / f64::from(n);
        let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * PI).sqrt();
        let inner: f64 = (1..n)
            .map(|i| f64::from(2 + 2 * (i % 2)) * density(h * f64::from(i)))
            .sum();
        x * (0.5 + h / 3.0 * (density(0.0) + inner + density(x)))
    }

    #[test]
    fn pieces_are_near_the_function() {
        let mut worst = 0.0f64;
        for i in -1200..=1200 {
            let x = i as f32 / 150.0 + 0.001;
            let error = (f64::from(gelu(x)) - exact(f64::from(x))).abs();
            worst = worst.max(error / f64::from(x.abs()).max(1.0));
        }
        assert!(worst < 5e-7, "{worst}");
        assert_eq!(gelu(0.0), 0.0);
        assert!((gelu(100.0) - 100.0).abs() < 1e-4 && gelu(-100.0).abs() < 1e-4);
        assert!(gelu(f32::NAN).is_nan() && gelu(f32::INFINITY) == f32::INFINITY);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn vectors_give_the_same_bytes() {
        use std::arch::x86_64::{_mm512_loadu_ps, _mm512_storeu_ps};

        #[target_feature(enable = "avx512f")]
        fn sixteen(x: &mut [f32; 16]) {
            // SAFETY: 16 values are there.
            unsafe {
                let y = wide::Gelu::new().of(_mm512_loadu_ps(x.as_ptr()));
                _mm512_storeu_ps(x.as_mut_ptr(), y);
            }
        }
        if !is_x86_feature_detected!("avx512f") {
            println!("no vectors to compare");
            return;
        }
        let mut x: Vec<f32> = (0..4000).map(|i| i as f32 / 300.0 - 6.6).collect();
        x.extend([
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            0.0,
            -0.0,
            1e-40,
            1e30,
            -1e30,
        ]);
        for chunk in x.as_chunks_mut::<16>().0 {
            let expected = chunk.map(gelu);
            // SAFETY: the instructions are there.
            unsafe { sixteen(chunk) };
            for (x, e) in chunk.iter().zip(expected) {
                assert!(
                    x.to_bits() == e.to_bits() || x.is_nan() && e.is_nan(),
                    "{x} {e}"
                );
            }
        }
    }
}
