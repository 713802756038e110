//! What the machine's matrix kernels can do, so that throughput can be told as a share of it. Whoever has a clock
//! takes the time.

use candle_core::Tensor;
use rayon::prelude::*;
use visavis_records::EncodeError;

use crate::{
    Model,
    cpu::{Linear, Products},
};

/// A matrix product large enough to measure, where a model does its own.
pub struct MatrixWork(Work);

enum Work {
    /// Of an encoder's shape, for each thread.
    Cpu {
        linear: Box<Linear>,
        x: Vec<f32>,
        threads: usize,
    },
    Gpu(Tensor),
}

/// Rows, inputs and outputs of the product on a CPU: all of it in cache, as in the encoder.
const SHAPE: [usize; 3] = [64, 384, 1536];
/// Rows and columns of the square product on a GPU.
const SQUARE: usize = 8192;
/// Times that it is done in a run by each thread of a CPU.
const REPEATS: usize = 64;
/// And by a GPU.
const GPU_REPEATS: usize = 8;

impl MatrixWork {
    /// Work in the arithmetic of a model, on a CPU quantisation included.
    ///
    /// # Errors
    /// Where a GPU refuses.
    pub fn of(model: &Model) -> Result<Self, EncodeError> {
        let value = |i: usize| ((i * 2_654_435_761) % 1021) as f32 / 510.0 - 1.0;
        if let Some(gpu) = &model.gpu {
            let values = (0..SQUARE * SQUARE).map(value).collect();
            let square = gpu
                .put(values, &[SQUARE, SQUARE])
                .map_err(|e| refused(&e))?;
            return Ok(Self(Work::Gpu(square)));
        }
        let [rows, inputs, outputs] = SHAPE;
        let weights: Vec<f32> = (0..inputs * outputs).map(value).collect();
        Ok(Self(Work::Cpu {
            linear: Box::new(Linear::new(&weights, Vec::new(), inputs, model.precision)),
            x: (0..rows * inputs).map(value).collect(),
            threads: rayon::current_num_threads(),
        }))
    }

    /// Does the work and says how many operations (multiplications and additions) it was.
    ///
    /// # Errors
    /// Where a GPU refuses.
    pub fn run(&self) -> Result<f64, EncodeError> {
        match &self.0 {
            Work::Cpu { linear, x, threads } => {
                let [rows, inputs, outputs] = SHAPE;
                (0..*threads).into_par_iter().for_each(|_| {
                    let (mut products, mut y) = (Products::default(), vec![0.0; rows * outputs]);
                    for _ in 0..REPEATS {
                        linear.apply(x, &mut y, None, &mut products);
                        std::hint::black_box(&mut y);
                    }
                });
                Ok((threads * REPEATS * 2 * rows * inputs * outputs) as f64)
            }
            Work::Gpu(square) => {
                let multiply = || {
                    for _ in 0..GPU_REPEATS {
                        square.matmul(square)?;
                    }
                    square.device().synchronize()
                };
                multiply().map_err(|e| refused(&e))?;
                Ok((GPU_REPEATS * 2 * SQUARE.pow(3)) as f64)
            }
        }
    }
}

fn refused(e: &candle_core::Error) -> EncodeError {
    EncodeError {
        row: None,
        message: e.to_string(),
    }
}

impl Model {
    /// Operations (multiplications and additions) of the matrix products that a text of so many tokens takes,
    /// attention included.
    pub fn operations(&self, tokens: usize) -> f64 {
        let per_block = |b: &crate::cpu::Block| {
            let linear = [&b.qkv, &b.out, &b.feed_forward.up, &b.feed_forward.down];
            let linear: usize = linear.iter().map(|l| l.inputs() * l.outputs()).sum();
            let attention = 2 * tokens * b.attention.heads * b.attention.head_width;
            2.0 * tokens as f64 * (linear + attention) as f64
        };
        self.network.blocks.iter().map(per_block).sum()
    }
}
