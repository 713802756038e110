//! Products in single precision on AMX tiles, which multiply bf16 and add in f32: each number is the sum of three of
//! bf16, exactly but for its last bits, and of the nine products of parts the six that matter are added (Henry, Tang and
//! Heinecke 2019, arXiv 1904.06376). As near to the true product as sums in f32 are, in fewer cycles.
#![allow(unsafe_code)]
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]

#[cfg(target_arch = "x86_64")]
mod amx;

/// Outputs that are packed side by side.
const PANEL: usize = 32;

/// Inner size is padded to a multiple of this: the values of a tile's row.
const STEP: usize = 32;

/// Parts of a number.
const PARTS: usize = 3;

/// Weights in the order that tiles read them: for each 32 outputs and each 32 inputs, three parts of two tiles.
#[derive(Debug, Clone)]
pub struct Weights {
    data: Vec<Line>,
    inputs: usize,
    outputs: usize,
    /// Padded to whole panels.
    bias: Vec<f32>,
}

/// Rows to be multiplied, in parts.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Blocks of 32 rows; in each, for each 32 inputs, three parts of two tiles.
    data: Vec<Line>,
    len: usize,
    inputs: usize,
}

/// 64 bytes that do not straddle cache lines: a row of a tile.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u16; 32]);

/// To the nearest bf16, ties to even.
pub(crate) fn rounded(x: f32) -> u16 {
    let bits = x.to_bits();
    if x.is_nan() {
        return (bits >> 16) as u16 | 0x40;
    }
    ((bits.wrapping_add(0x7fff + (bits >> 16 & 1))) >> 16) as u16
}

/// Three numbers of bf16 whose sum is `x`.
fn split(x: f32) -> [u16; PARTS] {
    let mut rest = x;
    [(); PARTS].map(|()| {
        let part = rounded(rest);
        rest -= f32::from_bits(u32::from(part) << 16);
        part
    })
}

impl Weights {
    /// Packs weights (outputs × inputs), with a bias for each output.
    ///
    /// # Panics
    /// If the lengths do not agree.
    pub fn new(weights: &[f32], inputs: usize, bias: &[f32]) -> Self {
        let outputs = bias.len();
        assert_eq!(weights.len(), outputs * inputs);
        let (panels, steps) = (outputs.div_ceil(PANEL), inputs.div_ceil(STEP));
        let mut data = vec![Line([0; 32]); panels * steps * PARTS * PANEL];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            for (input, &weight) in row.iter().enumerate() {
                let block = output / PANEL * steps + input / STEP;
                let tile = output % PANEL / 16;
                for (part, value) in split(weight).into_iter().enumerate() {
                    let line = ((block * PARTS + part) * 2 + tile) * 16 + input % STEP / 2;
                    data[line].0[output % 16 * 2 + input % 2] = value;
                }
            }
        }
        let mut bias = bias.to_vec();
        bias.resize(panels * PANEL, 0.0);
        Self {
            data,
            inputs,
            outputs,
            bias,
        }
    }

    /// `out = rows·weightsᵀ + bias`, and GELU of it where asked, row by row. A row's values do not depend on the other
    /// rows.
    ///
    /// # Panics
    /// If this processor has no tiles, or the shapes do not agree.
    pub fn apply(&self, rows: &Rows, gelu: bool, out: &mut [f32]) {
        assert_eq!(rows.inputs, self.inputs);
        assert_eq!(out.len(), rows.len * self.outputs);
        #[cfg(target_arch = "x86_64")]
        amx::apply(rows, self, gelu, out);
        #[cfg(not(target_arch = "x86_64"))]
        panic!("no tiles here: {rows:?} {gelu}");
    }
}

impl Rows {
    /// Takes rows of `inputs` values.
    ///
    /// # Panics
    /// If this processor has no tiles.
    pub fn split(&mut self, x: &[f32], inputs: usize) {
        (self.len, self.inputs) = (x.len() / inputs, inputs);
        let lines = self.len.div_ceil(32) * inputs.div_ceil(STEP) * PARTS * 32;
        // Products of several sizes take turns: what is there already stays.
        if self.data.len() < lines {
            self.data.resize(lines, Line([0; 32]));
        }
        #[cfg(target_arch = "x86_64")]
        amx::split(x, inputs, &mut self.data);
        #[cfg(not(target_arch = "x86_64"))]
        panic!("no tiles here");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn three_parts_are_the_number() {
        let mut random = Random::new(3, 3);
        for _ in 0..10_000 {
            let x = random.normal() as f32;
            let parts = split(x).map(|p| f64::from(f32::from_bits(u32::from(p) << 16)));
            let error = (parts.iter().sum::<f64>() - f64::from(x)).abs();
            assert!(
                error <= f64::from(x.abs()) * 2f64.powi(-25),
                "{x} {parts:?}"
            );
        }
    }

    /// Nearer to the product in f64 than a plain sum in f32.
    #[test]
    fn tiles_agree_with_the_product() {
        if !crate::has_tiles() {
            println!("no tiles on this processor: not compared");
            return;
        }
        let mut rows = Rows::default();
        // Falling, so that buffers hold something of the product before.
        for (n, inputs, outputs) in [
            (70, 384, 100),
            (64, 256, 1024),
            (65, 24, 7),
            (3, 1536, 384),
            (12, 100, 33),
            (1, 32, 96),
        ] {
            let mut random = Random::new(n as u64, inputs as u64);
            let mut draw =
                |n: usize| -> Vec<f32> { (0..n).map(|_| random.normal() as f32).collect() };
            let (w, bias, x) = (draw(outputs * inputs), draw(outputs), draw(n * inputs));
            let weights = Weights::new(&w, inputs, &bias);
            for gelu in [false, true] {
                let mut out = vec![9.0; n * outputs];
                rows.split(&x, inputs);
                weights.apply(&rows, gelu, &mut out);
                let (mut ours, mut plain, mut seen) = (0.0, 0.0, 0);
                for (x, out) in x.chunks_exact(inputs).zip(out.chunks_exact(outputs)) {
                    for ((w, bias), y) in w.chunks_exact(inputs).zip(&bias).zip(out) {
                        let products = x.iter().zip(w);
                        let exact: f64 = products
                            .clone()
                            .map(|(x, w)| f64::from(*x) * f64::from(*w))
                            .sum::<f64>()
                            + f64::from(*bias);
                        let single = products.fold(0.0f32, |s, (x, w)| s + x * w) + bias;
                        let [exact, single] = if gelu {
                            // Its own error is tested where it is.
                            [exact as f32, single].map(|x| f64::from(crate::gelu::gelu(x)))
                        } else {
                            [exact, f64::from(single)]
                        };
                        ours += (f64::from(*y) - exact).powi(2);
                        plain += (single - exact).powi(2);
                        seen += 1;
                    }
                }
                assert_eq!(seen, n * outputs);
                assert!(
                    ours.sqrt() <= plain.sqrt() + 1e-6,
                    "{inputs} {ours} {plain}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_finite_stays_so() {
        if !crate::has_tiles() {
            return;
        }
        let weights = Weights::new(&[1.0; 64], 32, &[0.0; 2]);
        let mut rows = Rows::default();
        for bad in [f32::NAN, f32::INFINITY] {
            let mut x = [1.0; 64];
            x[40] = bad;
            let mut out = [0.0; 4];
            rows.split(&x, 32);
            weights.apply(&rows, false, &mut out);
            assert_eq!(out[..2], [32.0; 2]);
            assert!(out[2..].iter().all(|y| !y.is_finite()));
        }
    }
}
