//! Attention in bf16, on AMX tiles or on vectors: for encoders whose other products are in 8 bits, which are coarser still.
//!
//! One head of one text at a time, all of it in cache: keys and values are packed once, then 32 queries at a time go
//! against all keys in reach: scores in f32, their exponentials in bf16 with their sum in f32, and what these weights
//! make of the values. A query's result does not depend on the other queries.
#![allow(unsafe_code)]
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]

#[cfg(target_arch = "x86_64")]
mod vectors;
#[cfg(target_arch = "x86_64")]
mod wide;

/// Attention of a text: what all its heads have in common.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Queries, keys and values: tokens × stride.
    pub qkv: &'a [f32],
    /// Values a token.
    pub stride: usize,
    /// Values a head.
    pub width: usize,
    /// What scores are multiplied by.
    pub scale: f32,
    /// How many places behind it and ahead of it a query sees.
    pub reach: [usize; 2],
}

/// Keys and values of a head, and room for the work.
#[derive(Debug, Clone, Default)]
pub struct Buffers {
    /// Tiles of keys.
    keys: Vec<Line>,
    /// Tiles of values.
    values: Vec<Line>,
    /// 32 queries.
    queries: Vec<Line>,
    /// Their scores, row by row.
    scores: Vec<Line>,
    /// Exponentials of the scores.
    weights: Vec<Line>,
    /// What comes out.
    sums: Vec<Line>,
}

/// 64 bytes that do not straddle cache lines.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

impl Text<'_> {
    fn tokens(&self) -> usize {
        self.qkv.len() / self.stride
    }

    /// Keys that the query at `place` sees: a range.
    fn keys_of(&self, place: usize) -> (usize, usize) {
        let [behind, ahead] = self.reach;
        let end = place.saturating_add(ahead).saturating_add(1);
        (place.saturating_sub(behind), end.min(self.tokens()))
    }

    /// Packs the keys and values that begin at columns `key` and `value`.
    ///
    /// # Panics
    /// If this processor does not multiply bf16, or a column lies outside.
    pub fn pack(&self, key: usize, value: usize, buffers: &mut Buffers) {
        assert!(key.max(value) + self.width <= self.stride);
        #[cfg(target_arch = "x86_64")]
        wide::pack(self, key, value, buffers);
        #[cfg(not(target_arch = "x86_64"))]
        panic!("no bf16 here: {key} {value} {buffers:?}");
    }

    /// Answers the queries that begin at column `query` from what was packed last, into column `column` of rows of
    /// `out`, `out_stride` apart. `bias`, where given, is added to scores: for key j and query i its value at
    /// `tokens − 1 + j − i`.
    ///
    /// # Panics
    /// If this processor does not multiply bf16, nothing of this text's size was packed, or shapes do not agree.
    pub fn attend(
        &self,
        query: usize,
        bias: Option<&[f32]>,
        buffers: &mut Buffers,
        out: &mut [f32],
        out_stride: usize,
        column: usize,
    ) {
        assert!(query + self.width <= self.stride && column + self.width <= out_stride);
        assert_eq!(out.len(), self.tokens() * out_stride);
        assert!(bias.is_none_or(|b| b.len() == 2 * self.tokens() - 1));
        #[cfg(target_arch = "x86_64")]
        wide::attend(self, query, bias, buffers, out, out_stride, column);
        #[cfg(not(target_arch = "x86_64"))]
        panic!("no bf16 here: {buffers:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Random, single};

    /// To the nearest bf16.
    fn rounded(x: f32) -> f64 {
        f64::from(f32::from_bits(u32::from(single::rounded(x)) << 16))
    }

    /// The equation in f64, with what is in bf16 rounded to it.
    fn plain(text: &Text<'_>, [query, key, value]: [usize; 3], bias: Option<&[f32]>) -> Vec<f64> {
        let tokens = text.tokens();
        let at = |token: usize, column: usize, d: usize| text.qkv[token * text.stride + column + d];
        let mut out = Vec::new();
        for i in 0..tokens {
            let (from, to) = text.keys_of(i);
            let score = |j: usize| {
                let key = |d| rounded(at(j, key, d) * text.scale);
                let product: f64 = (0..text.width)
                    .map(|d| rounded(at(i, query, d)) * key(d))
                    .sum();
                product + bias.map_or(0.0, |b| f64::from(b[tokens - 1 + j - i]))
            };
            let scores: Vec<f64> = (from..to).map(score).collect();
            let largest = scores.iter().copied().fold(f64::MIN, f64::max);
            let weights: Vec<f64> = scores.iter().map(|s| (s - largest).exp()).collect();
            let total: f64 = weights.iter().sum();
            for d in 0..text.width {
                let sum: f64 = weights
                    .iter()
                    .zip(from..)
                    .map(|(w, j)| rounded(*w as f32) * rounded(at(j, value, d)))
                    .sum();
                out.push(sum / total);
            }
        }
        out
    }

    #[test]
    fn attention_agrees_with_the_equation() {
        if !crate::has_bf16() {
            println!("no bf16 on this processor: not compared");
            return;
        }
        let mut buffers = Buffers::default();
        for width in [8, 32, 33, 64, 96] {
            for reach in [[usize::MAX; 2], [5, 5], [usize::MAX, 0], [40, 3]] {
                // Falling, so that buffers hold something of the text before.
                for tokens in [130, 70, 33, 32, 7, 1] {
                    let mut random = Random::new(tokens as u64, width as u64);
                    let mut draw =
                        |n: usize| -> Vec<f32> { (0..n).map(|_| random.normal() as f32).collect() };
                    let stride = 4 * width + 3;
                    let (qkv, bias) = (draw(tokens * stride), draw(2 * tokens - 1));
                    let text = Text {
                        qkv: &qkv,
                        stride,
                        width,
                        scale: 0.3,
                        reach,
                    };
                    let columns = [width + 1, 2 * width + 3, 0];
                    for bias in [None, Some(&bias[..])] {
                        let expected = plain(&text, columns, bias);
                        let mut out = vec![9.0; tokens * (width + 5)];
                        text.pack(columns[1], columns[2], &mut buffers);
                        text.attend(columns[0], bias, &mut buffers, &mut out, width + 5, 2);
                        let rows = out
                            .chunks_exact(width + 5)
                            .zip(expected.chunks_exact(width));
                        for (found, expected) in rows {
                            assert_eq!([found[0], found[1], found[width + 2]], [9.0; 3]);
                            for (a, b) in found[2..].iter().zip(expected) {
                                let error = (f64::from(*a) - b).abs();
                                assert!(error < 4e-3, "{width} {reach:?} {tokens}: {a} {b}");
                            }
                        }
                    }
                }
            }
        }
    }
}
