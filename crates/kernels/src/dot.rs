//! Inner products.
#![allow(unsafe_code)]
// Vector code has its caller's instruction set only where it is inlined into it.
#![allow(clippy::inline_always)]

use rayon::prelude::*;

/// Inner product of two slices of one length, summed in sixteen lanes in a fixed order, so that the bytes are the same
/// whatever the compiler and the processor make of it.
///
/// # Panics
/// If the lengths differ.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    /// The same with sixteen lanes in one register.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn wide(a: &[f32], b: &[f32]) -> f32 {
        lanes(a, b)
    }
    assert_eq!(a.len(), b.len());
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the instructions are there.
        return unsafe { wide(a, b) };
    }
    lanes(a, b)
}

/// Products are rounded before they are added, whatever the processor could do at once.
#[inline(always)]
fn lanes(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    let (a16, a_rest) = a.as_chunks::<16>();
    let (b16, b_rest) = b.as_chunks::<16>();
    for (x, y) in a16.iter().zip(b16) {
        for i in 0..16 {
            lanes[i] += x[i] * y[i];
        }
    }
    for i in (0..4).map(|k| 8 >> k) {
        for j in 0..i {
            lanes[j] += lanes[j + i];
        }
    }
    lanes[0] + a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum::<f32>()
}

/// All inner products of the rows of `a` (m × dim) with the rows of `b` (n × dim), row by row into m × n values.
///
/// # Panics
/// If `dim` is 0 or does not divide the lengths.
pub fn cosine_block(a: &[f32], b: &[f32], dim: usize) -> Vec<f32> {
    assert!(dim > 0 && a.len().is_multiple_of(dim) && b.len().is_multiple_of(dim));
    let n = b.len() / dim;
    let mut out = vec![0.0; a.len() / dim * n];
    if n > 0 {
        out.par_chunks_mut(n)
            .zip(a.par_chunks(dim))
            .for_each(|(out, x)| {
                for (o, y) in out.iter_mut().zip(b.chunks_exact(dim)) {
                    *o = dot(x, y);
                }
            });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn lanes_agree_with_the_plain_sum() {
        let mut r = Random::new(3, 3);
        for len in [0, 1, 15, 16, 17, 384, 401] {
            let a: Vec<f32> = (0..len).map(|_| r.normal() as f32).collect();
            let b: Vec<f32> = (0..len).map(|_| r.normal() as f32).collect();
            let plain: f64 = a
                .iter()
                .zip(&b)
                .map(|(x, y)| f64::from(*x) * f64::from(*y))
                .sum();
            assert!((f64::from(dot(&a, &b)) - plain).abs() < 1e-4, "{len}");
            assert_eq!(dot(&a, &b), lanes(&a, &b), "the same bytes");
        }
        let block = cosine_block(&[1.0, 0.0, 0.0, 1.0], &[2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 2);
        assert_eq!(block, [2.0, 4.0, 6.0, 3.0, 5.0, 7.0]);
    }
}
