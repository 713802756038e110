//! Buffers that are reused from layer to layer and from pack to pack.

use rten_gemm::GemmExecutor;
use visavis_kernels::{int8, single};

/// The buffers of one thread.
#[derive(Default)]
pub(crate) struct Workspace {
    /// Token vectors between blocks.
    pub hidden: Vec<f32>,
    /// Normalised input of a sublayer.
    pub input: Vec<f32>,
    /// Output of a sublayer.
    pub output: Vec<f32>,
    /// Queries, keys and values, token by token.
    pub qkv: Vec<f32>,
    /// What attention makes of them.
    pub context: Vec<f32>,
    /// Inner activations of a feed-forward network, a block of rows at a time.
    pub inner: Vec<f32>,
    pub attention: AttentionBuffers,
    pub products: Products,
}

/// Buffers of attention on one head.
#[derive(Default)]
pub(crate) struct AttentionBuffers {
    /// Keys, transposed: head width × tokens.
    pub keys: Vec<f32>,
    /// Values: tokens × head width.
    pub values: Vec<f32>,
    /// Scores of a few queries: queries × tokens.
    pub scores: Vec<f32>,
    /// Their outputs.
    pub outputs: Vec<f32>,
    /// The same in bf16.
    pub bf16: visavis_kernels::attention::Buffers,
}

/// Matrix kernels and the buffers of quantised products.
#[derive(Default)]
pub(crate) struct Products {
    pub f32: GemmExecutor<f32>,
    pub int8: GemmExecutor<u8, i8, i32>,
    /// A block of rows in 8 bits.
    pub rows: int8::Rows,
    /// A block of rows in parts of bf16.
    pub parts: single::Rows,
    pub sums: Vec<i32>,
}

impl Workspace {
    /// Makes room for a pack.
    pub fn resize(&mut self, tokens: usize, width: usize) {
        for buffer in [&mut self.hidden, &mut self.input, &mut self.output] {
            buffer.resize(tokens * width, 0.0);
        }
    }
}
