//! AMX-INT8: 32 rows by 32 outputs at a time, in four tiles of sums.
#![allow(unsafe_code)]

use std::arch::{asm, x86_64::_mm512_load_si512};

use super::{PANEL, Rows, STEP, Weights, vnni::Finish};
use crate::amx::Tiles;

/// Rows of a block: two tiles.
const ROWS: usize = 32;

/// Sums of a block, 32 × 32.
#[repr(C, align(64))]
struct Sums([i32; ROWS * PANEL]);

/// Applies weights to rows.
pub(super) fn apply(rows: &Rows, weights: &Weights, gelu: bool, out: &mut [f32]) {
    // Whole blocks by tiles; the rows of a last, partial block are padded.
    let mut padded: Vec<u8> = Vec::new();
    let whole = rows.len() / ROWS * ROWS;
    if whole < rows.len() {
        padded.resize(ROWS * rows.stride, 0);
        padded[..(rows.len() - whole) * rows.stride]
            .copy_from_slice(&rows.data[whole * rows.stride..rows.len() * rows.stride]);
    }
    let _tiles = Tiles::new();
    // A block is finished while the tiles work on the next.
    let mut sums = [const { Sums([0; ROWS * PANEL]) }; 2];
    let mut turn = 0;
    let mut waiting = None;
    for panel in 0..weights.scales.len() / PANEL {
        for first in (0..rows.len()).step_by(ROWS) {
            // SAFETY: tiles are shaped. Rows are `stride` apart with 32 rows from each block's start (the last block
            // is the padded copy); a panel is `panel_bytes` long.
            unsafe {
                let w = weights.data.as_ptr().cast::<i8>();
                let w = w.add(panel * weights.panel_bytes());
                let x = if first < whole {
                    rows.data.as_ptr().add(first * rows.stride)
                } else {
                    padded.as_ptr()
                };
                block(x, rows.stride, w, &mut sums[turn]);
            }
            turn = 1 - turn;
            if let Some((first, panel)) = waiting.replace((first, panel)) {
                store(rows, weights, gelu, out, first, panel, &sums[turn]);
            }
        }
    }
    if let Some((first, panel)) = waiting {
        store(rows, weights, gelu, out, first, panel, &sums[1 - turn]);
    }
}

/// Sums of 32 rows by a panel.
///
/// # Safety
/// Tiles are shaped; 32 rows of `stride` bytes at `x`, a panel at `w`.
#[inline]
unsafe fn block(x: *const u8, stride: usize, w: *const i8, sums: &mut Sums) {
    // SAFETY: loads read 16 rows of 64 bytes: of `x` `stride` apart, of `w` 128 apart, within what the caller
    // promises; stores write the whole of `sums`.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            "tileloadd tmm6, [{w} + {wide}]",
            "tileloadd tmm4, [{x} + {stride}]",
            "tdpbusd tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{w} + {wide} + 64]",
            "tdpbusd tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{y} + {stride}]",
            "tdpbusd tmm2, tmm5, tmm6",
            "tdpbusd tmm3, tmm5, tmm7",
            "add {x}, 64",
            "add {y}, 64",
            "add {w}, 2048",
            "dec {n}",
            "jnz 2b",
            "tilestored [{sums} + {wide}], tmm0",
            "tilestored [{sums} + {wide} + 64], tmm1",
            "tilestored [{sums} + {wide} + 2048], tmm2",
            "tilestored [{sums} + {wide} + 2112], tmm3",
            x = inout(reg) x => _,
            y = inout(reg) x.add(16 * stride) => _,
            w = inout(reg) w => _,
            n = inout(reg) stride / STEP => _,
            stride = in(reg) stride,
            wide = in(reg) 128usize,
            sums = in(reg) sums.0.as_mut_ptr(),
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// Finishes the rows of a block.
fn store(
    rows: &Rows,
    weights: &Weights,
    gelu: bool,
    out: &mut [f32],
    first: usize,
    panel: usize,
    sums: &Sums,
) {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    fn wide<const GELU: bool>(
        rows: &Rows,
        weights: &Weights,
        out: &mut [f32],
        first: usize,
        panel: usize,
        sums: &Sums,
    ) {
        let finish = Finish::<GELU>::new(weights, panel);
        for (i, sums) in sums.0.chunks_exact(PANEL).enumerate() {
            let row = first + i;
            if row == rows.len() {
                break;
            }
            // SAFETY: 32 sums, aligned as each row of them is.
            let sums = unsafe {
                [
                    _mm512_load_si512(sums.as_ptr().cast()),
                    _mm512_load_si512(sums.as_ptr().add(16).cast()),
                ]
            };
            finish.row(rows, row, sums, out);
        }
    }
    // SAFETY: tiles are there, and with them the instructions.
    unsafe {
        if gelu {
            wide::<true>(rows, weights, out, first, panel, sums);
        } else {
            wide::<false>(rows, weights, out, first, panel, sums);
        }
    }
}
