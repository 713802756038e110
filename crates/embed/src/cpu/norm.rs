//! Layer norms, with what was computed beside the residual stream added in the same pass.

// Vector code has its caller's instruction set only where it is inlined into it.
#![allow(clippy::inline_always)]

use rten_simd::{Isa, SimdOp};

/// Normalisation of a row.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    /// Whether the mean is taken out (layer norm) or not (RMS norm).
    pub centred: bool,
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
    pub epsilon: f32,
}

impl Norm {
    /// Layer norm; `shift` may be empty.
    pub fn layer(scale: Vec<f32>, mut shift: Vec<f32>, epsilon: f64) -> Self {
        shift.resize(scale.len(), 0.0);
        Self {
            centred: true,
            scale,
            shift,
            epsilon: epsilon as f32,
        }
    }

    /// Root-mean-square norm.
    pub fn rms(scale: Vec<f32>, epsilon: f64) -> Self {
        Self {
            centred: false,
            shift: vec![0.0; scale.len()],
            scale,
            epsilon: epsilon as f32,
        }
    }

    /// Normalises each row in place.
    pub fn apply(&self, rows: &mut [f32]) {
        Rows {
            norm: Some(self),
            values: rows,
            add: None,
        }
        .dispatch();
    }

    /// Adds rows to rows, and normalises the sums where there is a norm.
    pub fn add_and_apply(norm: Option<&Self>, rows: &mut [f32], add: &[f32]) {
        Rows {
            norm,
            values: rows,
            add: Some(add),
        }
        .dispatch();
    }
}

struct Rows<'a> {
    norm: Option<&'a Norm>,
    values: &'a mut [f32],
    add: Option<&'a [f32]>,
}

impl SimdOp for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let add = |row: &mut [f32], add: &[f32]| row.iter_mut().zip(add).for_each(|(x, a)| *x += a);
        let Some(norm) = self.norm else {
            if let Some(all) = self.add {
                add(self.values, all);
            }
            return;
        };
        let width = norm.scale.len();
        for (i, row) in self.values.chunks_exact_mut(width).enumerate() {
            if let Some(all) = self.add {
                add(row, &all[i * width..][..width]);
            }
            let mean = if norm.centred {
                sum(row, |x| x) / width as f32
            } else {
                0.0
            };
            let variance = sum(row, |x| (x - mean) * (x - mean)) / width as f32;
            let factor = 1.0 / (variance + norm.epsilon).sqrt();
            for ((x, scale), shift) in row.iter_mut().zip(&norm.scale).zip(&norm.shift) {
                *x = (*x - mean) * factor * scale + shift;
            }
        }
    }
}

/// Sum of a function of a row's values in 16 lanes, in a fixed order.
#[inline(always)]
fn sum(row: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; 16];
    let (chunks, rest) = row.as_chunks::<16>();
    for chunk in chunks {
        for i in 0..16 {
            lanes[i] += f(chunk[i]);
        }
    }
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
    }
    rest.iter().fold(lanes[0], |s, &x| s + f(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_mean_and_length_that_the_norm_gives() {
        let row: Vec<f32> = (0..40).map(|i| (i * i % 17) as f32 - 3.0).collect();
        let (scale, shift) = (vec![2.0; 40], vec![0.5; 40]);
        let mean = row.iter().sum::<f32>() / 40.0;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 40.0;
        let mut normed: Vec<f32> = row.iter().map(|x| x / 2.0).collect();
        Norm::add_and_apply(
            Some(&Norm::layer(scale.clone(), shift, 1e-5)),
            &mut normed,
            &row.iter().map(|x| x / 2.0).collect::<Vec<_>>(),
        );
        for (x, y) in row.iter().zip(&normed) {
            assert!(((x - mean) / variance.sqrt() * 2.0 + 0.5 - y).abs() < 1e-4);
        }
        let square = row.iter().map(|x| x * x).sum::<f32>() / 40.0;
        let mut normed = row.clone();
        Norm::rms(scale, 1e-6).apply(&mut normed);
        for (x, y) in row.iter().zip(&normed) {
            assert!((x / square.sqrt() * 2.0 - y).abs() < 1e-4);
        }
    }
}
