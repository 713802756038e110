//! Products of 8-bit integers with the rest of a linear layer in the same pass: for processors with AVX-512 VNNI or
//! AMX, where the products themselves are so fast that another pass over the sums would show.
//!
//! Rows are unsigned (0…255, each with its own zero and scale), weights signed (−127…127, a scale for each output).
//! Sums are exact 32-bit integers, the same from every kernel; [`Kernel::Plain`] is the slow twin.

// Vector code has its caller's instruction set only where it is inlined into it.
#![allow(clippy::inline_always)]

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod vnni;

/// Outputs that are packed side by side.
const PANEL: usize = 32;

/// Inner size is padded to a multiple of this: the bytes of a tile's row.
const STEP: usize = 64;

/// What multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// Loops, for tests.
    Plain,
    /// AVX-512 with VNNI.
    #[cfg(target_arch = "x86_64")]
    Vnni,
    /// Tiles of AMX-INT8, with AVX-512 for what follows.
    #[cfg(target_arch = "x86_64")]
    Amx,
}

/// Weights in the order that kernels read them: panels of 32 outputs; within a panel, for each four inputs, the four
/// weights of each output.
#[derive(Debug, Clone)]
pub struct Weights {
    data: Vec<Line>,
    inputs: usize,
    /// Scale of each output; padded to whole panels, as are the others.
    scales: Vec<f32>,
    bias: Vec<f32>,
    /// Sum of the weights of each output.
    sums: Vec<i32>,
    outputs: usize,
}

/// 1.5·2²³: adding it to a small number rounds that to the nearest integer, ties to even, and leaves it in the low bits.
pub(crate) const MAGIC: f32 = 12_582_912.0;

/// 64 bytes that do not straddle cache lines.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([i8; 64]);

/// Rows to be multiplied, quantised.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// rows × stride.
    data: Vec<u8>,
    stride: usize,
    zeros: Vec<u8>,
    scales: Vec<f32>,
}

impl Kernel {
    /// The fastest kernel of this processor, if it has one.
    pub fn new() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if vnni::available() {
            return Some(if crate::amx::available() {
                Self::Amx
            } else {
                Self::Vnni
            });
        }
        None
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => "avx512-vnni",
            #[cfg(target_arch = "x86_64")]
            Self::Amx => "amx-int8",
        }
    }

    /// `out = rows·weightsᵀ` with scales, zeros and bias applied, and GELU where asked, row by row. A row's values do
    /// not depend on the other rows.
    ///
    /// # Panics
    /// If the shapes do not agree.
    pub fn apply(self, rows: &Rows, weights: &Weights, gelu: bool, out: &mut [f32]) {
        assert_eq!(
            rows.stride,
            weights.inputs.next_multiple_of(STEP),
            "rows and weights of one inner size"
        );
        assert_eq!(
            out.len(),
            rows.len() * weights.outputs,
            "an output for each row and channel"
        );
        match self {
            Self::Plain => plain(rows, weights, gelu, out),
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => vnni::apply(rows, weights, gelu, out),
            #[cfg(target_arch = "x86_64")]
            Self::Amx => amx::apply(rows, weights, gelu, out),
        }
    }
}

impl Weights {
    /// Packs weights (outputs × inputs), with a scale and a bias for each output.
    ///
    /// # Panics
    /// If the lengths do not agree.
    pub fn new(weights: &[i8], inputs: usize, scales: &[f32], bias: &[f32]) -> Self {
        let outputs = scales.len();
        assert!(weights.len() == outputs * inputs && bias.len() == outputs);
        let (stride, panels) = (inputs.next_multiple_of(STEP), outputs.div_ceil(PANEL));
        let mut data = vec![Line([0; 64]); panels * PANEL * stride / 64];
        let mut sums = vec![0; panels * PANEL];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            sums[output] = row.iter().map(|&w| i32::from(w)).sum();
            for (input, &weight) in row.iter().enumerate() {
                let at = (output / PANEL * stride + input / 4 * 4) * PANEL
                    + output % PANEL * 4
                    + input % 4;
                data[at / 64].0[at % 64] = weight;
            }
        }
        let padded = |values: &[f32]| {
            let mut values = values.to_vec();
            values.resize(panels * PANEL, 0.0);
            values
        };
        Self {
            data,
            inputs,
            scales: padded(scales),
            bias: padded(bias),
            sums,
            outputs,
        }
    }

    /// Inputs a row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Outputs a row.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Bytes of a panel.
    #[cfg(target_arch = "x86_64")]
    fn panel_bytes(&self) -> usize {
        self.inputs.next_multiple_of(STEP) * PANEL
    }
}

/// Weights (outputs × inputs) as integers of −127…127, and a scale for each output. An output with a value that is not
/// finite gets the scale NaN.
pub fn quantised(weights: &[f32], inputs: usize) -> (Vec<i8>, Vec<f32>) {
    let mut integers = Vec::with_capacity(weights.len());
    let mut scales = Vec::with_capacity(weights.len() / inputs);
    for output in weights.chunks_exact(inputs) {
        let largest = output.iter().fold(0.0f32, |m, w| m.max(w.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        integers.extend(output.iter().map(|w| (w / scale).round_ties_even() as i8));
        // NaN and infinity have no integer: let the whole output say so.
        let broken = output.iter().any(|w| !w.is_finite());
        scales.push(if broken { f32::NAN } else { scale });
    }
    (integers, scales)
}

impl Rows {
    /// Quantises rows of `width` values: `x ≈ scale·(integer − zero)` with integers 0…255 over the row's range, 0
    /// among them. A row with a value that is not finite gets the scale NaN.
    pub fn quantise(&mut self, x: &[f32], width: usize) {
        let n = x.len() / width;
        self.stride = width.next_multiple_of(STEP);
        // Products of several sizes take turns: what is there already stays.
        if self.data.len() < n * self.stride {
            self.data.resize(n * self.stride, 0);
        }
        self.zeros.clear();
        self.scales.clear();
        for (row, out) in x
            .chunks_exact(width)
            .zip(self.data.chunks_exact_mut(self.stride))
        {
            #[cfg(target_arch = "x86_64")]
            let (scale, zero) = if vnni::available() {
                vnni::quantise(row, out)
            } else {
                quantise_row(row, out)
            };
            #[cfg(not(target_arch = "x86_64"))]
            let (scale, zero) = quantise_row(row, out);
            out[width..].fill(0);
            self.scales.push(scale);
            self.zeros.push(zero);
        }
    }

    /// The integers, row by row, [`Self::stride`] apart.
    pub fn integers(&self) -> &[u8] {
        &self.data[..self.len() * self.stride]
    }

    /// Integers from one row to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// The integer that stands for 0 in each row.
    pub fn zeros(&self) -> &[u8] {
        &self.zeros
    }

    /// What a step of one is worth in each row.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }
}

/// The scale and zero of a row whose values lie in `low`…`high` (0 within).
#[inline(always)]
fn grid(low: f32, high: f32) -> (f32, u8) {
    let scale = if high > low {
        (high - low) / 255.0
    } else {
        1.0
    };
    (scale, (-low / scale).round_ties_even() as u8)
}

/// Quantises one row.
fn quantise_row(row: &[f32], out: &mut [u8]) -> (f32, u8) {
    quantise_within(row, range(row), out)
}

/// The least and the largest value of a row and 0; `None` where a value is not finite. In lanes, so that the compiler
/// can vectorise it.
fn range(row: &[f32]) -> Option<(f32, f32)> {
    let (mut low, mut high, mut check) = ([0.0f32; 16], [0.0f32; 16], [0.0f32; 16]);
    let (chunks, rest) = row.as_chunks::<16>();
    for chunk in chunks {
        for i in 0..16 {
            low[i] = if chunk[i] < low[i] { chunk[i] } else { low[i] };
            high[i] = if chunk[i] > high[i] {
                chunk[i]
            } else {
                high[i]
            };
            check[i] += chunk[i] * 0.0;
        }
    }
    let finite = check.iter().all(|&c| c == 0.0) && rest.iter().all(|x| x.is_finite());
    finite.then(|| {
        let least = low.iter().chain(rest).fold(0.0f32, |m, &x| m.min(x));
        let most = high.iter().chain(rest).fold(0.0f32, |m, &x| m.max(x));
        (least, most)
    })
}

/// Quantises one row of a known range; written so that the compiler can vectorise it.
#[inline(always)]
fn quantise_within(row: &[f32], range: Option<(f32, f32)>, out: &mut [u8]) -> (f32, u8) {
    let Some((low, high)) = range else {
        out[..row.len()].fill(0);
        return (f32::NAN, 0);
    };
    let (scale, zero) = grid(low, high);
    let inverse = 1.0 / scale;
    for (out, x) in out.iter_mut().zip(row) {
        let rounded =
            (x * inverse + MAGIC).to_bits() as i32 - MAGIC.to_bits() as i32 + i32::from(zero);
        *out = rounded.clamp(0, 255) as u8;
    }
    (scale, zero)
}

fn plain(rows: &Rows, weights: &Weights, gelu: bool, out: &mut [f32]) {
    let at = |output: usize, input: usize| {
        let at =
            (output / PANEL * rows.stride + input / 4 * 4) * PANEL + output % PANEL * 4 + input % 4;
        i32::from(weights.data[at / 64].0[at % 64])
    };
    for (r, out) in out.chunks_exact_mut(weights.outputs).enumerate() {
        let row = &rows.data[r * rows.stride..(r + 1) * rows.stride];
        for (o, y) in out.iter_mut().enumerate() {
            let sum: i32 = row[..weights.inputs]
                .iter()
                .enumerate()
                .map(|(i, &x)| i32::from(x) * at(o, i))
                .sum();
            let exact = sum - i32::from(rows.zeros[r]) * weights.sums[o];
            *y = (exact as f32).mul_add(weights.scales[o] * rows.scales[r], weights.bias[o]);
            if gelu {
                *y = crate::gelu::gelu(*y);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    fn kernels() -> Vec<Kernel> {
        let mut kernels = vec![Kernel::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            kernels.extend(vnni::available().then_some(Kernel::Vnni));
            kernels.extend(crate::amx::available().then_some(Kernel::Amx));
        }
        kernels
    }

    #[test]
    fn every_kernel_gives_the_bytes_of_the_plain_one() {
        println!("kernels: {:?}", kernels());
        for (inputs, outputs, n) in [
            (32, 96, 1),
            (384, 100, 70),
            (1536, 384, 3),
            (24, 7, 65),
            (256, 1024, 64),
            (100, 33, 12),
        ] {
            let mut r = Random::new(1, inputs as u64);
            let weights: Vec<i8> = (0..inputs * outputs)
                .map(|_| (r.below(255) as i32 - 127) as i8)
                .collect();
            let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| r.normal() as f32).collect() };
            let weights = Weights::new(&weights, inputs, &draw(outputs), &draw(outputs));
            let mut x = draw(n * inputs);
            // The ends of the range.
            x[..inputs]
                .iter_mut()
                .enumerate()
                .for_each(|(i, x)| *x = if i % 5 == 0 { -1e3 } else { 1e3 });
            let mut rows = Rows::default();
            rows.quantise(&x, inputs);
            for gelu in [false, true] {
                let mut expected = vec![0.0; n * outputs];
                Kernel::Plain.apply(&rows, &weights, gelu, &mut expected);
                for kernel in kernels() {
                    let mut found = vec![0.0; n * outputs];
                    kernel.apply(&rows, &weights, gelu, &mut found);
                    assert_eq!(found, expected, "{} {inputs}×{outputs}", kernel.name());
                }
            }
        }
    }

    #[test]
    fn quantised_rows_are_near_and_damaged_ones_are_marked() {
        let mut r = Random::new(2, 2);
        for width in [7, 64, 384, 401] {
            let mut x: Vec<f32> = (0..3 * width).map(|_| r.normal() as f32).collect();
            x[width..2 * width].fill(0.0);
            let mut rows = Rows::default();
            rows.quantise(&x, width);
            for (i, row) in x.chunks_exact(width).enumerate() {
                let mut slow = vec![0; width];
                assert_eq!(
                    quantise_row(row, &mut slow),
                    (rows.scales[i], rows.zeros[i])
                );
                let found = &rows.data[i * rows.stride..][..width];
                assert_eq!(found, slow);
                for (q, x) in found.iter().zip(row) {
                    assert!(
                        (rows.scales[i] * (i32::from(*q) - i32::from(rows.zeros[i])) as f32 - x)
                            .abs()
                            <= rows.scales[i] * 0.501
                    );
                }
            }
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                x[2 * width + width / 2] = bad;
                rows.quantise(&x, width);
                assert!(rows.scales[2].is_nan() && rows.scales[0].is_finite());
            }
        }
    }
}
