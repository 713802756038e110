//! Activations, vectorised.

// Vector code has its caller's instruction set only where it is inlined into it.
#![allow(clippy::inline_always)]

use rten_simd::{SimdOp, SimdUnaryOp};
use rten_vecmath::{ApproxGelu, Gelu, Silu};

/// An activation function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// x·Φ(x).
    Gelu,
    /// Its approximation with tanh.
    GeluTanh,
    /// x·σ(x).
    Silu,
    Relu,
}

impl Activation {
    /// The activation of that name in configurations.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gelu" => Self::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Self::GeluTanh,
            "silu" | "swish" => Self::Silu,
            "relu" => Self::Relu,
            _ => return None,
        })
    }

    /// Names of the activations that are known.
    pub const KNOWN: &str = "gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, silu, swish, relu";

    /// Applies the activation in place.
    pub fn apply(self, x: &mut [f32]) {
        match self {
            Self::Gelu => Gelu {}.map_mut(x),
            Self::GeluTanh => ApproxGelu {}.map_mut(x),
            Self::Silu => Silu {}.map_mut(x),
            // Not `max`, which would make 0 of NaN.
            Self::Relu => x
                .iter_mut()
                .for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x }),
        }
    }

    /// Gated rows: of each row's two halves, the activation of the first times the second.
    pub fn apply_gated(self, rows: &mut [f32], width: usize, out: &mut [f32]) {
        for (row, out) in rows
            .chunks_exact_mut(2 * width)
            .zip(out.chunks_exact_mut(width))
        {
            let (gate, value) = row.split_at_mut(width);
            self.apply(gate);
            Multiply { out, gate, value }.dispatch();
        }
    }
}

struct Multiply<'a> {
    out: &'a mut [f32],
    gate: &'a [f32],
    value: &'a [f32],
}

impl SimdOp for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: rten_simd::Isa>(self, _: I) {
        for ((out, gate), value) in self.out.iter_mut().zip(self.gate).zip(self.value) {
            *out = gate * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_those_of_the_books() {
        let check = |activation: Activation, plain: fn(f64) -> f64| {
            let mut x: Vec<f32> = (-800..800).map(|i| i as f32 / 100.0).collect();
            let expected: Vec<f64> = x.iter().map(|&x| plain(f64::from(x))).collect();
            activation.apply(&mut x);
            for (x, e) in x.iter().zip(expected) {
                assert!((f64::from(*x) - e).abs() < 3e-6, "{activation:?}: {x} {e}");
            }
        };
        check(Activation::Gelu, |x| {
            0.5 * x * (1.0 + candle_core::cpu::erf::erf_f64(x / 2f64.sqrt()))
        });
        check(Activation::GeluTanh, |x| {
            0.5 * x
                * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3))).tanh())
        });
        check(Activation::Silu, |x| x / (1.0 + (-x).exp()));
        check(Activation::Relu, |x| x.max(0.0));
    }

    #[test]
    fn a_gate_multiplies_the_second_half() {
        let mut out = [0.0; 4];
        Activation::Relu.apply_gated(&mut [2.0, -1.0, 3.0, 4.0, 0.5, 1.0, 6.0, -7.0], 2, &mut out);
        assert_eq!(out, [6.0, 0.0, 3.0, -7.0]);
    }

    #[test]
    fn nan_stays_nan() {
        for activation in [
            Activation::Gelu,
            Activation::GeluTanh,
            Activation::Silu,
            Activation::Relu,
        ] {
            let mut x = [f32::NAN; 17];
            activation.apply(&mut x);
            assert!(x.iter().all(|x| x.is_nan()), "{activation:?}");
        }
    }
}
