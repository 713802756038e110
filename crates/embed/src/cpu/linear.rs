//! Linear layers: products with weights that are packed once, in f32 or in 8-bit integers.
//!
//! The fused kernels of this house are used where the processor has the instructions for them, and rten-gemm's
//! elsewhere; in 8 bits the integers are the same.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;
use visavis_kernels::{has_bf16, has_tiles, int8, single};

use super::{Activation, workspace::Products};
use crate::Precision;

/// Rows that go through a product and its epilogue together, so that what the product wrote is still in cache.
const BLOCK: usize = 64;

/// `y = activation(x·Wᵀ + b)`.
pub(crate) struct Linear {
    weights: Packed,
    bias: Vec<f32>,
    inputs: usize,
}

enum Packed {
    /// Not packed, outputs × inputs: for another device to take.
    Plain(Vec<f32>),
    F32(PackedBMatrix<f32>),
    /// The same for the fused kernel.
    FusedF32(single::Weights),
    /// Weights of an output channel are `scale` times an integer of −127…127; `totals` are these integers' sums.
    Int8 {
        weights: PackedBMatrix<i8>,
        scales: Vec<f32>,
        totals: Vec<i32>,
    },
    /// The same for the fused kernels.
    FusedInt8 {
        weights: int8::Weights,
        kernel: int8::Kernel,
    },
}

impl Linear {
    /// Packs weights (outputs × inputs, as `PyTorch` stores them) and a bias (empty for none).
    pub fn new(weights: &[f32], bias: Vec<f32>, inputs: usize, precision: Precision) -> Self {
        Self::packed(weights, bias, inputs, precision, true)
    }

    /// Keeps weights (outputs × inputs) and a bias as they are, for another device to take.
    pub fn plain(weights: Vec<f32>, mut bias: Vec<f32>, inputs: usize) -> Self {
        bias.resize(weights.len() / inputs, 0.0);
        Self {
            weights: Packed::Plain(weights),
            bias,
            inputs,
        }
    }

    /// The weights of a plain layer, which are gone from it then.
    ///
    /// # Panics
    /// If the layer is packed.
    pub fn take_weights(&mut self) -> Vec<f32> {
        match &mut self.weights {
            Packed::Plain(weights) => std::mem::take(weights),
            _ => panic!("a packed layer has no plain weights"),
        }
    }

    /// The bias; zeros where there is none.
    pub fn bias(&self) -> &[f32] {
        &self.bias
    }

    fn packed(
        weights: &[f32],
        bias: Vec<f32>,
        inputs: usize,
        precision: Precision,
        fused: bool,
    ) -> Self {
        let outputs = weights.len() / inputs;
        let bias = if bias.is_empty() {
            vec![0.0; outputs]
        } else {
            bias
        };
        let weights = if precision == Precision::Int8 {
            let (integers, scales) = int8::quantised(weights, inputs);
            if let Some(kernel) = int8::Kernel::new().filter(|_| fused) {
                let weights = int8::Weights::new(&integers, inputs, &scales, &bias);
                return Self {
                    weights: Packed::FusedInt8 { weights, kernel },
                    bias,
                    inputs,
                };
            }
            let view = NdTensorView::from_data([outputs, inputs], &integers[..]);
            let kernel = GemmExecutor::<u8, i8, i32>::default();
            let totals = integers
                .chunks_exact(inputs)
                .map(|channel| channel.iter().map(|&w| i32::from(w)).sum())
                .collect();
            Packed::Int8 {
                weights: kernel.prepack_b(view.transposed()),
                scales,
                totals,
            }
        } else if fused && has_tiles() {
            Packed::FusedF32(single::Weights::new(weights, inputs, &bias))
        } else {
            let view = NdTensorView::from_data([outputs, inputs], weights);
            Packed::F32(GemmExecutor::<f32>::default().prepack_b(view.transposed()))
        };
        Self {
            weights,
            bias,
            inputs,
        }
    }

    /// Whether its arithmetic is coarser than bf16.
    pub fn is_coarse(&self) -> bool {
        matches!(self.weights, Packed::FusedInt8 { .. } | Packed::Int8 { .. })
    }

    /// Values that come in a row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Values that go out a row.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Applies the layer to rows of `x`, writing rows of `y`.
    pub fn apply(
        &self,
        x: &[f32],
        y: &mut [f32],
        activation: Option<Activation>,
        products: &mut Products,
    ) {
        let (inputs, outputs) = (self.inputs, self.outputs());
        let gelu = activation == Some(Activation::Gelu);
        for (x, y) in x.chunks(BLOCK * inputs).zip(y.chunks_mut(BLOCK * outputs)) {
            let rows = x.len() / inputs;
            // Whether the activation is done as well.
            let activated = match &self.weights {
                Packed::Plain(_) => unreachable!("a plain layer is for another device"),
                Packed::F32(weights) => {
                    let a = NdTensorView::from_data([rows, inputs], x);
                    let (a, b) = (GemmInputA::Unpacked(a), GemmInputB::Packed(weights));
                    products
                        .f32
                        .gemm(y, a, b, GemmOptions::default())
                        .expect("shapes agree by construction");
                    for row in y.chunks_exact_mut(outputs) {
                        row.iter_mut().zip(&self.bias).for_each(|(y, b)| *y += b);
                    }
                    false
                }
                Packed::FusedF32(weights) => {
                    products.parts.split(x, inputs);
                    weights.apply(&products.parts, gelu, y);
                    gelu
                }
                Packed::FusedInt8 { weights, kernel } => {
                    products.rows.quantise(x, inputs);
                    kernel.apply(&products.rows, weights, gelu, y);
                    gelu
                }
                Packed::Int8 {
                    weights,
                    scales,
                    totals,
                } => {
                    products.rows.quantise(x, inputs);
                    products.multiply(weights, inputs, outputs);
                    let rows = products.rows.scales().iter().zip(products.rows.zeros());
                    let sums = products.sums.chunks_exact(outputs);
                    for ((row, sums), (row_scale, &zero)) in
                        y.chunks_exact_mut(outputs).zip(sums).zip(rows)
                    {
                        let channels = scales.iter().zip(totals).zip(&self.bias);
                        for ((y, sum), ((scale, total), bias)) in
                            row.iter_mut().zip(sums).zip(channels)
                        {
                            *y =
                                (sum - i32::from(zero) * total) as f32 * (scale * row_scale) + bias;
                        }
                    }
                    false
                }
            };
            if let Some(activation) = activation.filter(|_| !activated) {
                activation.apply(y);
            }
        }
    }
}

impl Products {
    /// The integer product of the quantised rows with `weights`, zeros not yet taken out, into `sums`: the same
    /// integers on every processor.
    fn multiply(&mut self, weights: &PackedBMatrix<i8>, inputs: usize, outputs: usize) {
        let (rows, stride) = (self.rows.integers(), self.rows.stride());
        self.sums.resize(self.rows.len() * outputs, 0);
        let shape = [self.rows.len(), inputs];
        let mut product = |rows: &[u8], beta: i32| {
            let a =
                NdTensorView::from_data_with_strides(shape, rows, [stride, 1]).expect("whole rows");
            let (a, b) = (GemmInputA::Unpacked(a), GemmInputB::Packed(weights));
            let options = GemmOptions {
                beta,
                ..GemmOptions::default()
            };
            self.int8
                .gemm(&mut self.sums, a, b, options)
                .expect("shapes agree by construction");
        };
        if !self.int8.may_saturate() {
            product(rows, 0);
            return;
        }
        // Sums of two products of 8 bits by 8 bits do not fit the 16 bits of the older instruction; of 7 bits by 8
        // bits they do. So a row is split into two halves.
        let half: Vec<u8> = rows.iter().map(|x| x / 2).collect();
        product(&half, 0);
        let rest: Vec<u8> = rows.iter().map(|x| x - x / 2).collect();
        product(&rest, 1);
    }
}

/// Names of the kernels that this processor gets for a precision.
pub(crate) fn kernel_names(precision: Precision) -> Vec<String> {
    let products = Products::default();
    let mut names = vec![if has_tiles() {
        "f32:amx-bf16".to_owned()
    } else {
        format!("f32:{}", products.f32.kernel_name())
    }];
    if precision == Precision::Int8 {
        names.push(match int8::Kernel::new() {
            Some(kernel) => format!("int8:{}", kernel.name()),
            None if products.int8.may_saturate() => {
                format!("int8:{}-halves", products.int8.kernel_name())
            }
            None => format!("int8:{}", products.int8.kernel_name()),
        });
        if has_tiles() {
            names.push("attention:amx-bf16".to_owned());
        } else if has_bf16() {
            names.push("attention:avx512-bf16".to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use visavis_kernels::Random;

    fn random(n: usize, purpose: u64) -> Vec<f32> {
        let mut r = Random::new(5, purpose);
        (0..n).map(|_| r.normal() as f32).collect()
    }

    fn plain(w: &[f32], b: &[f32], x: &[f32], inputs: usize) -> Vec<f32> {
        let rows = x.chunks_exact(inputs);
        rows.flat_map(|x| {
            w.chunks_exact(inputs).zip(b).map(move |(w, b)| {
                w.iter()
                    .zip(x)
                    .map(|(w, x)| f64::from(*w) * f64::from(*x))
                    .sum::<f64>() as f32
                    + b
            })
        })
        .collect()
    }

    /// Also checks that the fused kernel and the other agree.
    fn apply(w: &[f32], b: &[f32], x: &[f32], inputs: usize, precision: Precision) -> Vec<f32> {
        let [fused, other] = [true, false].map(|fused| {
            let linear = Linear::packed(w, b.to_vec(), inputs, precision, fused);
            let mut y = vec![0.0; x.len() / inputs * b.len()];
            linear.apply(x, &mut y, None, &mut Products::default());
            y
        });
        // Sums in f32 are off by about as much, the one or the other.
        let tolerance = 2e-6 * (inputs as f32).sqrt();
        for (a, b) in fused.iter().zip(&other) {
            assert!(
                (a - b).abs() <= tolerance * b.abs().max(1.0) || a.is_nan() && b.is_nan(),
                "{a} {b}"
            );
        }
        fused
    }

    #[test]
    fn both_precisions_agree_with_the_plain_product() {
        for (inputs, outputs, rows) in [(32, 96, 1), (384, 100, 70), (1536, 384, 3), (24, 7, 65)] {
            let (w, b, x) = (
                random(inputs * outputs, 1),
                random(outputs, 2),
                random(rows * inputs, 3),
            );
            let expected = plain(&w, &b, &x, inputs);
            let scale = (inputs as f32).sqrt();
            for (precision, tolerance) in [(Precision::F32, 1e-5), (Precision::Int8, 0.05)] {
                let y = apply(&w, &b, &x, inputs, precision);
                let worst = y
                    .iter()
                    .zip(&expected)
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0, f32::max);
                assert!(
                    worst < tolerance * scale,
                    "{precision} {inputs}×{outputs}: {worst}"
                );
            }
        }
    }

    #[test]
    fn a_row_is_the_same_bytes_in_any_company() {
        let (w, b, x) = (random(384 * 512, 1), random(512, 2), random(150 * 384, 3));
        for precision in [Precision::F32, Precision::Int8] {
            let together = apply(&w, &b, &x, 384, precision);
            for row in [0, 1, 63, 64, 149] {
                let alone = apply(&w, &b, &x[row * 384..(row + 1) * 384], 384, precision);
                assert_eq!(
                    alone,
                    together[row * 512..(row + 1) * 512],
                    "{precision} row {row}"
                );
            }
        }
    }

    /// The integers are exact, also at the ends of the range where 16-bit sums would saturate.
    #[test]
    fn integer_sums_are_exact_at_the_extremes() {
        let (inputs, outputs) = (64, 20);
        let w: Vec<f32> = (0..inputs * outputs)
            .map(|i| if i % 3 == 0 { -127.0 } else { 127.0 })
            .collect();
        let x: Vec<f32> = (0..inputs)
            .map(|i| if i % 7 == 0 { 0.0 } else { 255.0 })
            .collect();
        let y = apply(&w, &vec![0.0; outputs], &x, inputs, Precision::Int8);
        assert_eq!(y, plain(&w, &vec![0.0; outputs], &x, inputs));
    }

    #[test]
    fn what_is_not_finite_stays_so() {
        let w = random(32 * 8, 1);
        for bad in [f32::NAN, f32::INFINITY] {
            let mut x = random(64, 3);
            x[33] = bad;
            let y = apply(&w, &[0.0; 8], &x, 32, Precision::Int8);
            assert!(
                y[..8].iter().all(|v| v.is_finite()) && y[8..].iter().all(|v| v.is_nan()),
                "{y:?}"
            );
        }
    }
}
