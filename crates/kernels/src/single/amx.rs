//! The loops of single precision on tiles: 32 rows by 32 outputs at a time, in four tiles of sums.

use std::arch::{
    asm,
    x86_64::{
        __m256i, __m512, _mm256_store_si256, _mm512_add_ps, _mm512_castsi512_ps,
        _mm512_cvtepu16_epi32, _mm512_load_ps, _mm512_loadu_ps, _mm512_mask_storeu_ps,
        _mm512_maskz_loadu_ps, _mm512_slli_epi32, _mm512_sub_ps,
    },
};

use super::{Line, PANEL, PARTS, Rows, STEP, Weights};
use crate::{
    amx::{self, BLOCK, Out, Sums, clear, multiply, narrow, store},
    gelu::wide::Gelu,
};

/// Lines of 32 rows, or outputs, by 32 inputs.
const LINES: usize = 32 * PARTS;

pub(super) fn split(x: &[f32], inputs: usize, out: &mut [Line]) {
    #[target_feature(enable = "avx512f,avx512bf16,avx512vl")]
    fn wide(x: &[f32], inputs: usize, out: &mut [Line]) {
        let steps = inputs.div_ceil(STEP);
        let blocks = x
            .chunks(BLOCK * inputs)
            .zip(out.chunks_exact_mut(steps * LINES));
        for (x, out) in blocks {
            for (i, row) in x.chunks_exact(inputs).enumerate() {
                for (values, lines) in row.chunks(STEP).zip(out.chunks_exact_mut(LINES)) {
                    for (half, values) in values.chunks(16).enumerate() {
                        let mask = u16::MAX >> (16 - values.len());
                        // SAFETY: the mask keeps the load within the values; half a line is 32 aligned bytes.
                        unsafe {
                            let mut rest = _mm512_maskz_loadu_ps(mask, values.as_ptr());
                            for part in 0..PARTS {
                                let narrow = narrow(rest);
                                rest = _mm512_sub_ps(rest, widen(narrow));
                                let line = lines[part * 32 + i].0.as_mut_ptr();
                                _mm256_store_si256(line.add(half * 16).cast(), narrow);
                            }
                        }
                    }
                    // Where the last step is not whole, what a former use left would count.
                    if values.len() < STEP {
                        let filled = values.len().next_multiple_of(16);
                        for part in 0..PARTS {
                            lines[part * 32 + i].0[filled..].fill(0);
                        }
                    }
                }
            }
        }
    }
    assert!(amx::available());
    // SAFETY: the instructions are there.
    unsafe { wide(x, inputs, out) };
}

#[target_feature(enable = "avx512f")]
#[inline]
fn widen(x: __m256i) -> __m512 {
    _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(x)))
}

pub(super) fn apply(rows: &Rows, weights: &Weights, gelu: bool, out: &mut [f32]) {
    let steps = weights.inputs.div_ceil(STEP);
    let multiply = |first: usize, panel: usize, sums: &mut Sums<f32>| {
        let x = &rows.data[first / BLOCK * steps * LINES..][..steps * LINES];
        let w = &weights.data[panel * steps * LINES..][..steps * LINES];
        // SAFETY: tiles are shaped, and both sides have all steps.
        unsafe { block(x.as_ptr(), w.as_ptr(), steps, sums.out()) };
    };
    let finish = |first: usize, panel: usize, sums: &Sums<f32>| {
        self::finish(weights, gelu, out, first, panel, sums);
    };
    amx::blocks(rows.len, weights.bias.len() / PANEL, multiply, finish);
}

/// Sums of 32 rows by 32 outputs. With a, b, c the parts of a number from the largest on: ca, ba, aa, ac, ab, bb.
///
/// # Safety
/// Tiles are shaped; `steps` × [`LINES`] lines at `x` and at `w`, and the whole of `out`.
#[inline]
unsafe fn block(x: *const Line, w: *const Line, steps: usize, out: Out) {
    let [s, t] = out.halves();
    // SAFETY: loads read 16 lines each, within what the caller promises, as do stores.
    unsafe {
        asm!(
            clear!(),
            "2:",
            // c·a
            "tileloadd tmm6, [{w} + {line}]",
            "tileloadd tmm7, [{w} + {line} + 1024]",
            "tileloadd tmm4, [{x} + {line} + 4096]",
            "tileloadd tmm5, [{x} + {line} + 5120]",
            multiply!("tdpbf16ps"),
            // b·a
            "tileloadd tmm4, [{x} + {line} + 2048]",
            "tileloadd tmm5, [{x} + {line} + 3072]",
            multiply!("tdpbf16ps"),
            // a·a
            "tileloadd tmm4, [{x} + {line}]",
            "tileloadd tmm5, [{x} + {line} + 1024]",
            multiply!("tdpbf16ps"),
            // a·c
            "tileloadd tmm6, [{w} + {line} + 4096]",
            "tileloadd tmm7, [{w} + {line} + 5120]",
            multiply!("tdpbf16ps"),
            // a·b
            "tileloadd tmm6, [{w} + {line} + 2048]",
            "tileloadd tmm7, [{w} + {line} + 3072]",
            multiply!("tdpbf16ps"),
            // b·b
            "tileloadd tmm4, [{x} + {line} + 2048]",
            "tileloadd tmm5, [{x} + {line} + 3072]",
            multiply!("tdpbf16ps"),
            "add {x}, 6144",
            "add {w}, 6144",
            "dec {n}",
            "jnz 2b",
            store!(),
            x = inout(reg) x => _,
            w = inout(reg) w => _,
            n = inout(reg) steps => _,
            line = in(reg) 64usize,
            s = in(reg) s,
            t = in(reg) t,
            wide = in(reg) out.stride,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// Adds the bias to the rows of a block, and stores what is within them.
fn finish(
    weights: &Weights,
    gelu: bool,
    out: &mut [f32],
    first: usize,
    panel: usize,
    sums: &Sums<f32>,
) {
    #[target_feature(enable = "avx512f")]
    fn wide<const GELU: bool>(
        weights: &Weights,
        out: &mut [f32],
        first: usize,
        panel: usize,
        sums: &Sums<f32>,
    ) {
        let column = panel * PANEL;
        let bias = &weights.bias[column..column + PANEL];
        // SAFETY: 32 values are there.
        let bias = unsafe {
            [
                _mm512_loadu_ps(bias.as_ptr()),
                _mm512_loadu_ps(bias.as_ptr().add(16)),
            ]
        };
        let gelu = if GELU { Some(Gelu::new()) } else { None };
        let rows = out.chunks_exact_mut(weights.outputs).skip(first);
        for (row, sums) in rows.zip(sums.0.chunks_exact(PANEL)) {
            for (half, out) in row[column..].chunks_mut(16).take(2).enumerate() {
                let mask = u16::MAX >> (16 - out.len());
                // SAFETY: the mask keeps the store within the row; sums are aligned as each row of them is.
                unsafe {
                    let mut y =
                        _mm512_add_ps(_mm512_load_ps(sums.as_ptr().add(half * 16)), bias[half]);
                    if let Some(gelu) = &gelu {
                        y = gelu.of(y);
                    }
                    _mm512_mask_storeu_ps(out.as_mut_ptr(), mask, y);
                }
            }
        }
    }
    // SAFETY: tiles are there, and with them the instructions.
    unsafe {
        if gelu {
            wide::<true>(weights, out, first, panel, sums);
        } else {
            wide::<false>(weights, out, first, panel, sums);
        }
    }
}
