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
    amx::{Tiles, available, narrow},
    gelu::wide::Gelu,
};

/// Rows of a block: two tiles.
const ROWS: usize = 32;
/// Lines of 32 rows, or outputs, by 32 inputs.
const LINES: usize = 32 * PARTS;

#[repr(C, align(64))]
struct Sums([f32; ROWS * PANEL]);

pub(super) fn split(x: &[f32], inputs: usize, out: &mut [Line]) {
    #[target_feature(enable = "avx512f,avx512bf16,avx512vl")]
    fn wide(x: &[f32], inputs: usize, out: &mut [Line]) {
        let steps = inputs.div_ceil(STEP);
        let blocks = x
            .chunks(ROWS * inputs)
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
    assert!(available());
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
    let _tiles = Tiles::new();
    // A block is finished while the tiles work on the next.
    let mut sums = [const { Sums([0.0; ROWS * PANEL]) }; 2];
    let mut turn = 0;
    let mut waiting = None;
    for panel in 0..weights.bias.len() / PANEL {
        let w = &weights.data[panel * steps * LINES..][..steps * LINES];
        for first in (0..rows.len).step_by(ROWS) {
            let x = &rows.data[first / ROWS * steps * LINES..][..steps * LINES];
            // SAFETY: tiles are shaped, and both sides have all steps.
            unsafe { block(x.as_ptr(), w.as_ptr(), steps, &mut sums[turn]) };
            turn = 1 - turn;
            if let Some((first, panel)) = waiting.replace((first, panel)) {
                store(weights, gelu, out, first, panel, &sums[turn]);
            }
        }
    }
    if let Some((first, panel)) = waiting {
        store(weights, gelu, out, first, panel, &sums[1 - turn]);
    }
}

/// Sums of 32 rows by 32 outputs. With a, b, c the parts of a number from the largest on: ca, ba, aa, ac, ab, bb.
///
/// # Safety
/// Tiles are shaped; `steps` × [`LINES`] lines at `x` and at `w`.
#[inline]
unsafe fn block(x: *const Line, w: *const Line, steps: usize, sums: &mut Sums) {
    // SAFETY: loads read 16 lines each, within what the caller promises; stores write the whole of `sums`.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            // c·a
            "tileloadd tmm6, [{w} + {line}]",
            "tileloadd tmm7, [{w} + {line} + 1024]",
            "tileloadd tmm4, [{x} + {line} + 4096]",
            "tileloadd tmm5, [{x} + {line} + 5120]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            // b·a
            "tileloadd tmm4, [{x} + {line} + 2048]",
            "tileloadd tmm5, [{x} + {line} + 3072]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            // a·a
            "tileloadd tmm4, [{x} + {line}]",
            "tileloadd tmm5, [{x} + {line} + 1024]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            // a·c
            "tileloadd tmm6, [{w} + {line} + 4096]",
            "tileloadd tmm7, [{w} + {line} + 5120]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            // a·b
            "tileloadd tmm6, [{w} + {line} + 2048]",
            "tileloadd tmm7, [{w} + {line} + 3072]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            // b·b
            "tileloadd tmm4, [{x} + {line} + 2048]",
            "tileloadd tmm5, [{x} + {line} + 3072]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {x}, 6144",
            "add {w}, 6144",
            "dec {n}",
            "jnz 2b",
            "tilestored [{sums} + {wide}], tmm0",
            "tilestored [{sums} + {wide} + 64], tmm1",
            "tilestored [{sums} + {wide} + 2048], tmm2",
            "tilestored [{sums} + {wide} + 2112], tmm3",
            x = inout(reg) x => _,
            w = inout(reg) w => _,
            n = inout(reg) steps => _,
            line = in(reg) 64usize,
            wide = in(reg) 128usize,
            sums = in(reg) sums.0.as_mut_ptr(),
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// Adds the bias to the rows of a block, and stores what is within them.
fn store(weights: &Weights, gelu: bool, out: &mut [f32], first: usize, panel: usize, sums: &Sums) {
    #[target_feature(enable = "avx512f")]
    fn wide<const GELU: bool>(
        weights: &Weights,
        out: &mut [f32],
        first: usize,
        panel: usize,
        sums: &Sums,
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
