//! The loops of bf16 attention on AVX-512.

use std::arch::x86_64::{
    __m512, __m512bh, __m512i, _mm512_add_ps, _mm512_cvtepu16_epi32, _mm512_cvtne2ps_pbh,
    _mm512_fmadd_ps, _mm512_fmsub_ps, _mm512_load_ps, _mm512_mask_max_ps, _mm512_mask_storeu_ps,
    _mm512_maskz_loadu_ps, _mm512_maskz_mov_ps, _mm512_mul_ps, _mm512_or_si512,
    _mm512_reduce_add_ps, _mm512_reduce_max_ps, _mm512_roundscale_ps, _mm512_scalef_ps,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_shuffle_i32x4,
    _mm512_slli_epi32, _mm512_store_ps, _mm512_store_si512, _mm512_sub_ps, _mm512_unpackhi_epi32,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::{Buffers, Line, Text, vectors};
use crate::amx::{self, BLOCK, Left, Out, Right, Tiles};

/// Lines of a tile.
const TILE: usize = 16;
/// Bytes of a line.
const LINE: usize = size_of::<Line>();

/// Sizes of a text's head.
#[derive(Clone, Copy)]
struct Sizes {
    /// Blocks of 32 keys.
    blocks: usize,
    /// Steps of 32 values that a head is wide.
    steps: usize,
}

impl Sizes {
    fn of(text: &Text<'_>) -> Self {
        Self {
            blocks: text.tokens().div_ceil(BLOCK),
            steps: text.width.div_ceil(BLOCK),
        }
    }
}

pub(super) fn pack(text: &Text<'_>, key: usize, value: usize, buffers: &mut Buffers) {
    assert!(crate::has_bf16());
    // SAFETY: the instructions are there.
    unsafe { pack_wide(text, key, value, buffers) };
}

/// `n ≤ 32` values as two vectors, zeros behind them.
#[target_feature(enable = "avx512f")]
#[inline]
fn load(values: &[f32]) -> [__m512; 2] {
    let n = values.len().min(32);
    let mask = ((1u64 << n) - 1) as u32;
    // SAFETY: the masks keep loads within the values.
    unsafe {
        [
            _mm512_maskz_loadu_ps(mask as u16, values.as_ptr()),
            _mm512_maskz_loadu_ps((mask >> 16) as u16, values.as_ptr().wrapping_add(16)),
        ]
    }
}

#[target_feature(enable = "avx512f,avx512bf16")]
#[inline]
fn narrow([low, high]: [__m512; 2]) -> __m512i {
    let both: __m512bh = _mm512_cvtne2ps_pbh(high, low);
    // SAFETY: both are 64 bytes without a meaning of their own.
    unsafe { std::mem::transmute::<__m512bh, __m512i>(both) }
}

/// Keys become tiles of 16 keys by 32 values: line p has, for each key, its values 2p and 2p + 1. Values become tiles
/// of 32 keys by 16 values: line p has, for each value, that of keys 2p and 2p + 1.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
fn pack_wide(text: &Text<'_>, key: usize, value: usize, buffers: &mut Buffers) {
    let (tokens, sizes) = (text.tokens(), Sizes::of(text));
    let lines = sizes.blocks * sizes.steps * 2 * TILE;
    buffers.keys.resize(lines, Line([0.0; 16]));
    buffers.values.resize(lines, Line([0.0; 16]));
    let scale = _mm512_set1_ps(text.scale);
    let row = |token: usize, column: usize, from: usize| {
        let start = token * text.stride + column;
        &text.qkv[start + from..start + text.width]
    };
    let mut tiles = buffers.keys.chunks_exact_mut(TILE);
    for first in (0..sizes.blocks * BLOCK).step_by(TILE) {
        for step in 0..sizes.steps {
            let mut lines = [_mm512_setzero_si512(); TILE];
            for (i, line) in lines.iter_mut().enumerate() {
                if first + i < tokens {
                    let [low, high] = load(row(first + i, key, step * 32));
                    *line = narrow([_mm512_mul_ps(low, scale), _mm512_mul_ps(high, scale)]);
                }
            }
            let tile = tiles.next().expect("a tile for each step");
            for (line, packed) in tile.iter_mut().zip(transpose(&lines)) {
                // SAFETY: a line is 64 aligned bytes.
                unsafe { _mm512_store_si512(line.0.as_mut_ptr().cast(), packed) };
            }
        }
    }
    let mut tiles = buffers.values.chunks_exact_mut(TILE);
    for first in (0..sizes.blocks * BLOCK).step_by(BLOCK) {
        for step in 0..sizes.steps {
            let (left, right) = (
                tiles.next().expect("a tile"),
                tiles.next().expect("and another"),
            );
            for (p, (left, right)) in left.iter_mut().zip(right).enumerate() {
                let token = first + 2 * p;
                let read = |token: usize| {
                    if token < tokens {
                        load(row(token, value, step * 32))
                    } else {
                        [_mm512_setzero_ps(); 2]
                    }
                };
                let (even, odd) = (read(token), read(token + 1));
                // SAFETY: lines are 64 aligned bytes.
                unsafe {
                    _mm512_store_si512(left.0.as_mut_ptr().cast(), pairs(even[0], odd[0]));
                    _mm512_store_si512(right.0.as_mut_ptr().cast(), pairs(even[1], odd[1]));
                }
            }
        }
    }
}

/// The values of two rows side by side, in bf16.
#[target_feature(enable = "avx512f,avx512bf16,avx512vl")]
#[inline]
fn pairs(even: __m512, odd: __m512) -> __m512i {
    let [even, odd] = [
        _mm512_cvtepu16_epi32(amx::narrow(even)),
        _mm512_cvtepu16_epi32(amx::narrow(odd)),
    ];
    _mm512_or_si512(even, _mm512_slli_epi32::<16>(odd))
}

/// Transposes 16 × 16 values of 32 bits.
#[target_feature(enable = "avx512f")]
#[inline]
fn transpose(rows: &[__m512i; 16]) -> [__m512i; 16] {
    let mut a = *rows;
    for i in (0..16).step_by(2) {
        a[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        a[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    let mut b = a;
    for i in (0..16).step_by(4) {
        b[i] = _mm512_unpacklo_epi64(a[i], a[i + 2]);
        b[i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 2]);
        b[i + 2] = _mm512_unpacklo_epi64(a[i + 1], a[i + 3]);
        b[i + 3] = _mm512_unpackhi_epi64(a[i + 1], a[i + 3]);
    }
    // b[4g + c] has, in its lane l, column 4l + c of rows 4g…4g + 3.
    let mut out = b;
    for c in 0..4 {
        let low = _mm512_shuffle_i32x4::<0x88>(b[c], b[4 + c]);
        let high = _mm512_shuffle_i32x4::<0xdd>(b[c], b[4 + c]);
        let low_after = _mm512_shuffle_i32x4::<0x88>(b[8 + c], b[12 + c]);
        let high_after = _mm512_shuffle_i32x4::<0xdd>(b[8 + c], b[12 + c]);
        out[c] = _mm512_shuffle_i32x4::<0x88>(low, low_after);
        out[4 + c] = _mm512_shuffle_i32x4::<0x88>(high, high_after);
        out[8 + c] = _mm512_shuffle_i32x4::<0xdd>(low, low_after);
        out[12 + c] = _mm512_shuffle_i32x4::<0xdd>(high, high_after);
    }
    out
}

pub(super) fn attend(
    text: &Text<'_>,
    query: usize,
    bias: Option<&[f32]>,
    buffers: &mut Buffers,
    out: &mut [f32],
    out_stride: usize,
    column: usize,
) {
    assert!(crate::has_bf16());
    let (tokens, sizes) = (text.tokens(), Sizes::of(text));
    let lines = sizes.blocks * sizes.steps * 2 * TILE;
    assert!(
        buffers.keys.len() == lines && buffers.values.len() == lines,
        "keys and values of this text"
    );
    let tiles = amx::available().then(Tiles::new);
    let line = Line([0.0; 16]);
    buffers.queries.resize(BLOCK * sizes.steps, line);
    buffers.scores.resize(BLOCK * sizes.blocks * 2, line);
    buffers.weights.resize(BLOCK * sizes.blocks, line);
    buffers.sums.resize(BLOCK * sizes.steps * 2, line);
    for first in (0..tokens).step_by(BLOCK) {
        let n = BLOCK.min(tokens - first);
        let low = text.keys_of(first).0 / BLOCK;
        let high = text.keys_of(first + n - 1).1.div_ceil(BLOCK);
        // SAFETY: the instructions are there, tiles are shaped where there are any, and both sides and the sums are lines
        // of buffers that are as large as the blocks below say.
        let product = |left: Left, right: Right, steps: usize, out: Out| unsafe {
            match &tiles {
                Some(_) => amx::halves(left, right, steps, out),
                None => vectors::halves(left, right, steps, out, n),
            }
        };
        // SAFETY: the instructions are there, and tiles, where there are any, are shaped. Buffers have the sizes that the blocks say.
        unsafe {
            gather(text, query, first, n, sizes, &mut buffers.queries);
            for block in low..high {
                let queries = Left {
                    rows: buffers.queries.as_ptr().cast(),
                    stride: sizes.steps * LINE,
                };
                let keys = buffers.keys.as_ptr().add(block * 2 * sizes.steps * TILE);
                let keys = Right {
                    tiles: [keys.cast(), keys.add(sizes.steps * TILE).cast()],
                    stride: LINE,
                    step: TILE * LINE,
                };
                let scores = Out {
                    rows: buffers.scores.as_mut_ptr().add(block * 2).cast(),
                    stride: sizes.blocks * 2 * LINE,
                };
                product(queries, keys, sizes.steps, scores);
            }
            let mut totals = [1.0; BLOCK];
            for (i, total) in totals.iter_mut().enumerate().take(n) {
                let range = text.keys_of(first + i);
                let bias = bias.map(|b| &b[tokens - 1 - (first + i)..][..tokens]);
                let scores = &mut buffers.scores[i * sizes.blocks * 2..][..sizes.blocks * 2];
                let weights = &mut buffers.weights[i * sizes.blocks..][..sizes.blocks];
                *total = exponentials(scores, bias, range, low, high, weights);
            }
            for step in 0..sizes.steps {
                let weights = Left {
                    rows: buffers.weights.as_ptr().add(low).cast(),
                    stride: sizes.blocks * LINE,
                };
                let values = (low * sizes.steps + step) * 2 * TILE;
                let values = buffers.values.as_ptr().add(values);
                let values = Right {
                    tiles: [values.cast(), values.add(TILE).cast()],
                    stride: LINE,
                    step: sizes.steps * 2 * TILE * LINE,
                };
                let sums = Out {
                    rows: buffers.sums.as_mut_ptr().add(step * 2).cast(),
                    stride: sizes.steps * 2 * LINE,
                };
                product(weights, values, high - low, sums);
            }
            for (i, total) in totals.iter().enumerate().take(n) {
                let sums = &buffers.sums[i * sizes.steps * 2..][..sizes.steps * 2];
                let start = (first + i) * out_stride + column;
                divide(sums, *total, &mut out[start..start + text.width]);
            }
        }
    }
}

/// Queries in bf16, row by row; rows behind the last are zeros.
#[target_feature(enable = "avx512f,avx512bf16")]
fn gather(text: &Text<'_>, query: usize, first: usize, n: usize, sizes: Sizes, out: &mut [Line]) {
    for (i, lines) in out.chunks_exact_mut(sizes.steps).enumerate() {
        if i >= n {
            lines.fill(Line([0.0; 16]));
            continue;
        }
        let start = (first + i) * text.stride + query;
        let row = &text.qkv[start..start + text.width];
        for (line, values) in lines.iter_mut().zip(row.chunks(32)) {
            // SAFETY: a line is 64 aligned bytes.
            unsafe { _mm512_store_si512(line.0.as_mut_ptr().cast(), narrow(load(values))) };
        }
    }
}

/// Adds the bias to the scores of a query, and writes exp(score − largest) of the keys from `from` to `to` in bf16,
/// zeros elsewhere in the blocks from `low` to `high`; their sum.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
fn exponentials(
    scores: &mut [Line],
    bias: Option<&[f32]>,
    (from, to): (usize, usize),
    low: usize,
    high: usize,
    weights: &mut [Line],
) -> f32 {
    let mask_of = |line: usize| {
        let start = line * 16;
        let below = |end: usize| ((1u32 << end.saturating_sub(start).min(16)) - 1) as u16;
        below(to) & !below(from)
    };
    let mut largest = _mm512_set1_ps(f32::NEG_INFINITY);
    for (i, scores) in scores[2 * low..2 * high].iter_mut().enumerate() {
        let line = 2 * low + i;
        let mask = mask_of(line);
        // SAFETY: a line is 64 aligned bytes; the mask keeps the load of the bias within it, as it ends at `to`.
        unsafe {
            let mut x = _mm512_load_ps(scores.0.as_ptr());
            if let Some(bias) = bias {
                let bias = bias.as_ptr().wrapping_add(line * 16);
                x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(mask, bias));
                _mm512_store_ps(scores.0.as_mut_ptr(), x);
            }
            largest = _mm512_mask_max_ps(largest, mask, largest, x);
        }
    }
    // In powers of two.
    let unit = _mm512_set1_ps(std::f32::consts::LOG2_E);
    let largest = _mm512_set1_ps(_mm512_reduce_max_ps(largest) * std::f32::consts::LOG2_E);
    let mut total = _mm512_setzero_ps();
    let pairs = scores[2 * low..2 * high].as_chunks::<2>().0;
    for (i, (scores, weights)) in pairs.iter().zip(&mut weights[low..high]).enumerate() {
        let exponential = |side: usize| {
            // SAFETY: a line is 64 aligned bytes.
            let x = unsafe { _mm512_load_ps(scores[side].0.as_ptr()) };
            let y = power(_mm512_fmsub_ps(x, unit, largest));
            _mm512_maskz_mov_ps(mask_of(2 * (low + i) + side), y)
        };
        let both = [exponential(0), exponential(1)];
        total = _mm512_add_ps(total, _mm512_add_ps(both[0], both[1]));
        // SAFETY: a line is 64 aligned bytes.
        unsafe { _mm512_store_si512(weights.0.as_mut_ptr().cast(), narrow(both)) };
    }
    _mm512_reduce_add_ps(total)
}

/// 2^x to 4·10⁻⁵, which is finer than bf16: Taylor's polynomial on −½…½.
#[target_feature(enable = "avx512f")]
#[inline]
fn power(x: __m512) -> __m512 {
    const LN: f32 = std::f32::consts::LN_2;
    let whole = _mm512_roundscale_ps::<8>(x);
    let t = _mm512_sub_ps(x, whole);
    let mut y = _mm512_set1_ps(LN * LN * LN * LN / 24.0);
    for coefficient in [LN * LN * LN / 6.0, LN * LN / 2.0, LN, 1.0] {
        y = _mm512_fmadd_ps(y, t, _mm512_set1_ps(coefficient));
    }
    _mm512_scalef_ps(y, whole)
}

/// Sums by their total, as many as `out` is long.
#[target_feature(enable = "avx512f")]
fn divide(sums: &[Line], total: f32, out: &mut [f32]) {
    let inverse = _mm512_set1_ps(1.0 / total);
    for (out, sums) in out.chunks_mut(16).zip(sums) {
        let mask = u16::MAX >> (16 - out.len());
        // SAFETY: a line is 64 aligned bytes, and the mask keeps the store within the row.
        unsafe {
            let y = _mm512_mul_ps(_mm512_load_ps(sums.0.as_ptr()), inverse);
            _mm512_mask_storeu_ps(out.as_mut_ptr(), mask, y);
        }
    }
}
