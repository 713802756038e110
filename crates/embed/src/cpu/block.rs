//! A transformer layer: attention and a feed-forward network on a residual stream.

use super::{Activation, Attention, Linear, Norm, Pack, Workspace};

/// Rows of the feed-forward network that go through both of its layers together.
const ROWS: usize = 64;

/// Where a sublayer is normalised: `x ← sum(x + after(f(before(x))))`, each norm optional. BERT has the last, later
/// encoders the first, Gemma the first two.
#[derive(Debug, Clone, Default)]
pub(crate) struct SubLayer {
    pub before: Option<Norm>,
    pub after: Option<Norm>,
    pub sum: Option<Norm>,
}

/// One layer.
pub(crate) struct Block {
    pub attention_norms: SubLayer,
    /// Queries, keys and values in one product.
    pub qkv: Linear,
    pub attention: Attention,
    pub out: Linear,
    pub feed_forward_norms: SubLayer,
    pub feed_forward: FeedForward,
}

/// `down(activation(up(x)))`; gated where `up` makes two halves.
pub(crate) struct FeedForward {
    pub up: Linear,
    pub activation: Activation,
    pub gated: bool,
    pub down: Linear,
}

impl SubLayer {
    /// The input of the sublayer: the stream itself, or its norm in `buffer`.
    fn input<'a>(&self, hidden: &'a [f32], buffer: &'a mut [f32]) -> &'a [f32] {
        let Some(norm) = &self.before else {
            return hidden;
        };
        buffer.copy_from_slice(hidden);
        norm.apply(buffer);
        buffer
    }

    /// Adds the sublayer's output to the stream.
    fn add(&self, hidden: &mut [f32], output: &mut [f32]) {
        if let Some(norm) = &self.after {
            norm.apply(output);
        }
        Norm::add_and_apply(self.sum.as_ref(), hidden, output);
    }
}

impl Block {
    /// Applies the layer to the stream of a pack.
    pub fn apply(&self, pack: &Pack, hidden: &mut [f32], workspace: &mut Workspace) {
        let Workspace {
            input,
            output,
            qkv,
            context,
            inner,
            attention,
            products,
            ..
        } = workspace;
        let tokens = pack.ids.len();
        let (stride, joined) = (self.qkv.outputs(), self.out.inputs());
        qkv.resize(tokens * stride, 0.0);
        context.resize(tokens * joined, 0.0);
        self.qkv.apply(
            self.attention_norms.input(hidden, input),
            qkv,
            None,
            products,
        );
        let (mut qkv, mut texts) = (&mut qkv[..], &mut context[..]);
        for &length in &pack.lengths {
            let (text, rest) = qkv.split_at_mut(length * stride);
            let (out, after) = texts.split_at_mut(length * joined);
            self.attention
                .apply(text, out, self.qkv.is_coarse(), attention);
            (qkv, texts) = (rest, after);
        }
        self.out.apply(context, output, None, products);
        self.attention_norms.add(hidden, output);

        let width = self.feed_forward.down.outputs();
        for hidden in hidden.chunks_mut(ROWS * width) {
            let (input, output) = (&mut input[..hidden.len()], &mut output[..hidden.len()]);
            self.feed_forward.apply(
                self.feed_forward_norms.input(hidden, input),
                output,
                inner,
                products,
            );
            self.feed_forward_norms.add(hidden, output);
        }
    }
}

impl FeedForward {
    fn apply(
        &self,
        input: &[f32],
        output: &mut [f32],
        inner: &mut Vec<f32>,
        products: &mut super::workspace::Products,
    ) {
        let rows = input.len() / self.up.inputs();
        let (up, down) = (self.up.outputs(), self.down.inputs());
        if self.gated {
            inner.resize(rows * (up + down), 0.0);
            let (halves, gated) = inner.split_at_mut(rows * up);
            self.up.apply(input, halves, None, products);
            self.activation.apply_gated(halves, down, gated);
            self.down.apply(gated, output, None, products);
        } else {
            inner.resize(rows * up, 0.0);
            self.up.apply(input, inner, Some(self.activation), products);
            self.down.apply(inner, output, None, products);
        }
    }
}
