//! Attention, one text and one head at a time: keys transposed and values gathered once a head, then a few queries at
//! a time against all keys in reach, all of it in cache.

// Vector code has its caller's instruction set only where it is inlined into it.
#![allow(clippy::inline_always)]

use std::sync::Arc;

use rten_simd::{
    Isa, SimdOp,
    ops::{BitOps, NumOps},
};
use rten_vecmath::Softmax;

use visavis_kernels::attention as bf16;

use super::{Norm, Rope, workspace::AttentionBuffers};

/// Queries that go against the keys together.
const QUERIES: usize = 6;

/// Which keys a query sees: those at most so many places behind it and ahead of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    pub behind: usize,
    pub ahead: usize,
}

impl Reach {
    /// Every key.
    pub const ALL: Self = Self {
        behind: usize::MAX,
        ahead: usize::MAX,
    };
    /// Keys up to the query's own place.
    pub const CAUSAL: Self = Self {
        behind: usize::MAX,
        ahead: 0,
    };

    /// Keys at most so many places away.
    pub fn window(places: usize) -> Self {
        Self {
            behind: places,
            ahead: places,
        }
    }
}

/// The shape and options of attention in one layer.
pub(crate) struct Attention {
    pub heads: usize,
    /// Heads of keys and values; each serves `heads / kv_heads` query heads.
    pub kv_heads: usize,
    pub head_width: usize,
    /// What scores are multiplied by.
    pub scale: f32,
    pub reach: Reach,
    pub rope: Option<Arc<Rope>>,
    /// Norms of each head of queries and of keys.
    pub head_norms: Option<(Norm, Norm)>,
    /// Added to scores: for each head the value at distance `key − query + limit − 1`.
    pub distance_bias: Option<Arc<DistanceBias>>,
}

/// A value for each head and signed distance.
pub(crate) struct DistanceBias {
    pub values: Vec<f32>,
    /// The largest number of tokens it serves.
    pub limit: usize,
}

impl Attention {
    /// Values a token in the joint matrix of queries, keys and values.
    pub fn stride(&self) -> usize {
        (self.heads + 2 * self.kv_heads) * self.head_width
    }

    /// Applies attention to one text: `qkv` is tokens × stride (changed in place by norms and rotations), `context`
    /// tokens × (heads · head width). `coarse` asks for bf16 where the processor is fast in it.
    pub fn apply(
        &self,
        qkv: &mut [f32],
        context: &mut [f32],
        coarse: bool,
        buffers: &mut AttentionBuffers,
    ) {
        let (stride, width) = (self.stride(), self.head_width);
        if self.rope.is_some() || self.head_norms.is_some() {
            for (position, token) in qkv.chunks_exact_mut(stride).enumerate() {
                let (queries, rest) = token.split_at_mut(self.heads * width);
                let keys = &mut rest[..self.kv_heads * width];
                if let Some((query_norm, key_norm)) = &self.head_norms {
                    query_norm.apply(queries);
                    key_norm.apply(keys);
                }
                if let Some(rope) = &self.rope {
                    queries
                        .chunks_exact_mut(width)
                        .chain(keys.chunks_exact_mut(width))
                        .for_each(|h| rope.apply(h, position));
                }
            }
        }
        if coarse && visavis_kernels::has_bf16() {
            self.apply_in_bf16(qkv, context, &mut buffers.bf16);
            return;
        }
        Text {
            attention: self,
            qkv,
            context,
            buffers,
        }
        .dispatch();
    }

    fn apply_in_bf16(&self, qkv: &[f32], context: &mut [f32], buffers: &mut bf16::Buffers) {
        let (stride, width) = (self.stride(), self.head_width);
        let tokens = qkv.len() / stride;
        let text = bf16::Text {
            qkv,
            stride,
            width,
            scale: self.scale,
            reach: [self.reach.behind, self.reach.ahead],
        };
        let group = self.heads / self.kv_heads;
        for h in 0..self.heads {
            if h % group == 0 {
                let key = (self.heads + h / group) * width;
                text.pack(key, key + self.kv_heads * width, buffers);
            }
            let bias = self.distance_bias.as_ref().map(|b| {
                let from = h * (2 * b.limit - 1) + b.limit - tokens;
                &b.values[from..from + 2 * tokens - 1]
            });
            let row = self.heads * width;
            text.attend(h * width, bias, buffers, context, row, h * width);
        }
    }
}

struct Text<'a> {
    attention: &'a Attention,
    qkv: &'a [f32],
    context: &'a mut [f32],
    buffers: &'a mut AttentionBuffers,
}

impl SimdOp for Text<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self {
            attention,
            qkv,
            context,
            buffers,
        } = self;
        let lanes = isa.f32().len();
        let (stride, width) = (attention.stride(), attention.head_width);
        let tokens = qkv.len() / stride;
        let head = Head {
            tokens,
            padded: tokens.next_multiple_of(2 * lanes),
            width,
            padded_width: width.next_multiple_of(2 * lanes),
            reach: attention.reach,
        };
        let row = attention.heads * width;
        let AttentionBuffers {
            keys,
            values,
            scores,
            outputs,
            ..
        } = buffers;
        keys.resize(head.padded * width, 0.0);
        values.resize(tokens * head.padded_width, 0.0);
        scores.resize(QUERIES * head.padded, 0.0);
        outputs.resize(QUERIES * head.padded_width, 0.0);
        let group = attention.heads / attention.kv_heads;
        for h in 0..attention.heads {
            if h % group == 0 {
                let k = (attention.heads + h / group) * width;
                let v = k + attention.kv_heads * width;
                head.gather(qkv, stride, k, v, attention.scale, keys, values);
            }
            for first in (0..tokens).step_by(QUERIES) {
                // The last queries are done together with ones before them, whose outputs come out the same again.
                let n = QUERIES.min(tokens - first);
                let queries: [&[f32]; QUERIES] = std::array::from_fn(|i| {
                    let at = (first + i.min(n - 1)) * stride + h * width;
                    &qkv[at..at + width]
                });
                let (low, high) = head.keys_of(first, first + n, lanes);
                head.score(isa, queries, keys, low, high, scores);
                for i in 0..n {
                    let row = &mut scores[i * head.padded..(i + 1) * head.padded];
                    if let Some(bias) = &attention.distance_bias {
                        let from = h * (2 * bias.limit - 1) + bias.limit - 1 - (first + i);
                        row.iter_mut()
                            .zip(&bias.values[from..from + tokens])
                            .for_each(|(s, b)| *s += b);
                    }
                    let (from, to) = head.keys_of_one(first + i);
                    row[low..from].fill(0.0);
                    row[to..high].fill(0.0);
                    Softmax::new_mut(&mut row[from..to]).dispatch();
                }
                head.mix(isa, scores, values, low, high.min(tokens), outputs);
                for (i, out) in outputs.chunks_exact(head.padded_width).take(n).enumerate() {
                    let at = (first + i) * row + h * width;
                    context[at..at + width].copy_from_slice(&out[..width]);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Head {
    tokens: usize,
    /// Tokens and width up to the next multiple of two vectors.
    padded: usize,
    width: usize,
    padded_width: usize,
    reach: Reach,
}

impl Head {
    /// Keys that the query at `place` sees: a range.
    fn keys_of_one(&self, place: usize) -> (usize, usize) {
        let end = place.saturating_add(self.reach.ahead).saturating_add(1);
        (
            place.saturating_sub(self.reach.behind),
            end.min(self.tokens),
        )
    }

    /// Keys that some query of a range sees, in whole pairs of vectors.
    fn keys_of(&self, first: usize, end: usize, lanes: usize) -> (usize, usize) {
        let low = self.keys_of_one(first).0 / (2 * lanes) * (2 * lanes);
        (low, self.keys_of_one(end - 1).1.next_multiple_of(2 * lanes))
    }

    /// Transposes the keys of a head, scaled, and gathers its values.
    #[allow(clippy::too_many_arguments)] // one call, and each is a number of the layout
    #[inline(always)]
    fn gather(
        &self,
        qkv: &[f32],
        stride: usize,
        k: usize,
        v: usize,
        scale: f32,
        keys: &mut [f32],
        values: &mut [f32],
    ) {
        for (j, token) in qkv.chunks_exact(stride).enumerate() {
            for (d, x) in token[k..k + self.width].iter().enumerate() {
                keys[d * self.padded + j] = x * scale;
            }
            values[j * self.padded_width..][..self.width]
                .copy_from_slice(&token[v..v + self.width]);
        }
        for d in 0..self.width {
            keys[d * self.padded + self.tokens..(d + 1) * self.padded].fill(0.0);
        }
        for row in values.chunks_exact_mut(self.padded_width) {
            row[self.width..].fill(0.0);
        }
    }

    /// Scores of some queries against the keys of a range.
    #[inline(always)]
    fn score<I: Isa>(
        &self,
        isa: I,
        queries: [&[f32]; QUERIES],
        keys: &[f32],
        low: usize,
        high: usize,
        scores: &mut [f32],
    ) {
        let ops = isa.f32();
        let lanes = ops.len();
        for j in (low..high).step_by(2 * lanes) {
            let mut sums = [[ops.zero(); 2]; QUERIES];
            for d in 0..self.width {
                let pair = &keys[d * self.padded + j..][..2 * lanes];
                let (a, b) = (ops.load(pair), ops.load(&pair[lanes..]));
                for i in 0..QUERIES {
                    let q = ops.splat(queries[i][d]);
                    sums[i][0] = ops.mul_add(q, a, sums[i][0]);
                    sums[i][1] = ops.mul_add(q, b, sums[i][1]);
                }
            }
            for i in 0..QUERIES {
                let out = &mut scores[i * self.padded + j..][..2 * lanes];
                ops.store(sums[i][0], out);
                ops.store(sums[i][1], &mut out[lanes..]);
            }
        }
    }

    /// Sums of the values of a range, weighted by scores.
    #[inline(always)]
    fn mix<I: Isa>(
        &self,
        isa: I,
        scores: &[f32],
        values: &[f32],
        low: usize,
        high: usize,
        outputs: &mut [f32],
    ) {
        let ops = isa.f32();
        let lanes = ops.len();
        let weights: [&[f32]; QUERIES] =
            std::array::from_fn(|i| &scores[i * self.padded..][low..high]);
        let values = &values[low * self.padded_width..high * self.padded_width];
        for c in (0..self.padded_width).step_by(2 * lanes) {
            let mut sums = [[ops.zero(); 2]; QUERIES];
            for (j, value) in values.chunks_exact(self.padded_width).enumerate() {
                let pair = &value[c..c + 2 * lanes];
                let (a, b) = (ops.load(pair), ops.load(&pair[lanes..]));
                for i in 0..QUERIES {
                    let w = ops.splat(weights[i][j]);
                    sums[i][0] = ops.mul_add(w, a, sums[i][0]);
                    sums[i][1] = ops.mul_add(w, b, sums[i][1]);
                }
            }
            for i in 0..QUERIES {
                let out = &mut outputs[i * self.padded_width + c..][..2 * lanes];
                ops.store(sums[i][0], out);
                ops.store(sums[i][1], &mut out[lanes..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use visavis_kernels::Random;

    /// Attention as the equation has it, in f64.
    fn plain(attention: &Attention, qkv: &[f32]) -> Vec<f32> {
        let (stride, width) = (attention.stride(), attention.head_width);
        let tokens = qkv.len() / stride;
        let at =
            |token: usize, head: usize, d: usize| f64::from(qkv[token * stride + head * width + d]);
        let mut out = Vec::new();
        for i in 0..tokens {
            for h in 0..attention.heads {
                let k = attention.heads + h * attention.kv_heads / attention.heads;
                let sees = |j: usize| {
                    if j > i {
                        j - i <= attention.reach.ahead
                    } else {
                        i - j <= attention.reach.behind
                    }
                };
                let weights: Vec<f64> = (0..tokens)
                    .map(|j| {
                        let product: f64 = (0..width).map(|d| at(i, h, d) * at(j, k, d)).sum();
                        let bias = attention.distance_bias.as_ref().map_or(0.0, |b| {
                            b.values[h * (2 * b.limit - 1) + b.limit - 1 + j - i]
                        });
                        if sees(j) {
                            (product * f64::from(attention.scale) + f64::from(bias)).exp()
                        } else {
                            0.0
                        }
                    })
                    .collect();
                let total: f64 = weights.iter().sum();
                for d in 0..width {
                    let sum: f64 = weights
                        .iter()
                        .enumerate()
                        .map(|(j, w)| w * at(j, k + attention.kv_heads, d))
                        .sum();
                    out.push((sum / total) as f32);
                }
            }
        }
        out
    }

    #[test]
    fn blocks_agree_with_the_equation() {
        for (heads, kv_heads, head_width) in [(4, 4, 8), (3, 3, 64), (4, 2, 16), (2, 1, 33)] {
            for reach in [
                Reach::ALL,
                Reach::window(5),
                Reach::CAUSAL,
                Reach {
                    behind: 9,
                    ahead: 0,
                },
            ] {
                for tokens in [1, 2, 7, 33, 70] {
                    let mut random = Random::new(tokens as u64, 1);
                    let mut draw =
                        |n: usize| -> Vec<f32> { (0..n).map(|_| random.normal() as f32).collect() };
                    let distance_bias = (head_width == 8).then(|| {
                        Arc::new(DistanceBias {
                            values: draw(heads * 159),
                            limit: 80,
                        })
                    });
                    let attention = Attention {
                        heads,
                        kv_heads,
                        head_width,
                        scale: 0.3,
                        reach,
                        rope: None,
                        head_norms: None,
                        distance_bias,
                    };
                    let mut qkv = draw(tokens * attention.stride());
                    let expected = plain(&attention, &qkv);
                    let mut buffers = AttentionBuffers::default();
                    for (coarse, tolerance) in [(false, 1e-5), (true, 3e-2)] {
                        let mut context = vec![0.0; tokens * heads * head_width];
                        // Buffers are reused: leave something in them.
                        attention.apply(
                            &mut draw(79 * attention.stride()),
                            &mut vec![0.0; 79 * heads * head_width],
                            coarse,
                            &mut buffers,
                        );
                        attention.apply(&mut qkv, &mut context, coarse, &mut buffers);
                        for (a, b) in context.iter().zip(&expected) {
                            assert!(
                                (a - b).abs() < tolerance,
                                "{heads} {kv_heads} {head_width} {reach:?} {tokens}: {a} {b}"
                            );
                        }
                    }
                }
            }
        }
    }
}
