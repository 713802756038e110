//! What is done to a pooled vector: dense layers and normalisation.

use visavis_kernels::dot;

/// One step.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    Dense(Dense),
    Normalize,
}

/// A dense layer with its activation, in f32 on the CPU: a text has only one vector.
#[derive(Debug, Clone)]
pub(crate) struct Dense {
    /// outputs × inputs.
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
    pub inputs: usize,
    pub activation: fn(f32) -> f32,
}

impl Dense {
    /// The activation of that (`PyTorch`) name.
    pub fn activation(name: &str) -> Option<fn(f32) -> f32> {
        Some(match name {
            "Identity" => |x| x,
            "Tanh" => f32::tanh,
            "ReLU" => |x| x.max(0.0),
            "GELU" => |x| {
                candle_core::cpu::erf::erf_f64(f64::from(x) / std::f64::consts::SQRT_2) as f32
                    * 0.5
                    * x
                    + 0.5 * x
            },
            "Sigmoid" => |x| 1.0 / (1.0 + (-x).exp()),
            "SiLU" => |x| x / (1.0 + (-x).exp()),
            _ => return None,
        })
    }
}

impl Stage {
    /// Width of what comes out, for what goes in; `None` where it does not fit.
    pub fn width(&self, width: usize) -> Option<usize> {
        match self {
            Self::Dense(dense) => (dense.inputs == width).then_some(dense.bias.len()),
            Self::Normalize => Some(width),
        }
    }

    /// Applies the step to one vector.
    pub fn apply(&self, mut vector: Vec<f32>) -> Vec<f32> {
        match self {
            Self::Dense(dense) => dense
                .weight
                .chunks_exact(dense.inputs)
                .zip(&dense.bias)
                .map(|(row, bias)| (dense.activation)(dot(row, &vector) + bias))
                .collect(),
            Self::Normalize => {
                let norm = vector
                    .iter()
                    .map(|&x| f64::from(x) * f64::from(x))
                    .sum::<f64>()
                    .sqrt()
                    .max(1e-12);
                for x in &mut vector {
                    *x = (f64::from(*x) / norm) as f32;
                }
                vector
            }
        }
    }
}
