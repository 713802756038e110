//! What the machine's matrix kernels can do, so that throughput can be told as a share of it. Whoever has a clock
//! takes the time.

use rayon::prelude::*;

use crate::{
    Model, Precision,
    cpu::{Linear, Products},
};

/// A matrix product of an encoder's shape, large enough to measure, for each thread.
pub struct MatrixWork {
    linear: Linear,
    x: Vec<f32>,
    threads: usize,
}

/// Rows, inputs and outputs of the product.
const SHAPE: [usize; 3] = [512, 384, 1536];

/// Times that each thread does it in a run.
const REPEATS: usize = 8;

impl MatrixWork {
    /// Work in the arithmetic of a precision, quantisation included.
    pub fn new(precision: Precision) -> Self {
        let [rows, inputs, outputs] = SHAPE;
        let value = |i: usize| ((i * 2_654_435_761) % 1021) as f32 / 510.0 - 1.0;
        let weights: Vec<f32> = (0..inputs * outputs).map(value).collect();
        let x = (0..rows * inputs).map(value).collect();
        Self {
            linear: Linear::new(&weights, Vec::new(), inputs, precision),
            x,
            threads: rayon::current_num_threads(),
        }
    }

    /// Does the work on every thread and says how many operations (multiplications and additions) it was.
    pub fn run(&self) -> f64 {
        let [rows, inputs, outputs] = SHAPE;
        (0..self.threads).into_par_iter().for_each(|_| {
            let (mut products, mut y) = (Products::default(), vec![0.0; rows * outputs]);
            for _ in 0..REPEATS {
                self.linear.apply(&self.x, &mut y, None, &mut products);
                std::hint::black_box(&mut y);
            }
        });
        (self.threads * REPEATS * 2 * rows * inputs * outputs) as f64
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
