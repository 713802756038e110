//! AMX-INT8: 32 rows by 32 outputs at a time, in four tiles of sums.
#![allow(unsafe_code)]

use std::arch::x86_64::_mm512_load_si512;

use super::{PANEL, Rows, STEP, Weights, vnni::Finish};
use crate::amx::{self, BLOCK, Left, Right, Sums};

/// Applies weights to rows.
pub(super) fn apply(rows: &Rows, weights: &Weights, gelu: bool, out: &mut [f32]) {
    // Whole blocks by tiles; the rows of a last, partial block are padded.
    let mut padded: Vec<u8> = Vec::new();
    let whole = rows.len() / BLOCK * BLOCK;
    if whole < rows.len() {
        padded.resize(BLOCK * rows.stride, 0);
        padded[..(rows.len() - whole) * rows.stride]
            .copy_from_slice(&rows.data[whole * rows.stride..rows.len() * rows.stride]);
    }
    let multiply = |first: usize, panel: usize, sums: &mut Sums<i32>| {
        let x = if first < whole {
            &rows.data[first * rows.stride..]
        } else {
            &padded[..]
        };
        let w = weights.data.as_ptr().cast::<u8>();
        let w = w.wrapping_add(panel * weights.panel_bytes());
        let left = Left {
            rows: x.as_ptr(),
            stride: rows.stride,
        };
        let right = Right {
            tiles: [w, w.wrapping_add(64)],
            stride: 4 * PANEL,
            step: STEP * PANEL,
        };
        // SAFETY: tiles are shaped. Rows are `stride` apart with 32 rows from each block's start (the last block is
        // the padded copy); a panel is `panel_bytes` long.
        unsafe { amx::bytes(left, right, rows.stride / STEP, sums.out()) };
    };
    let finish = |first: usize, panel: usize, sums: &Sums<i32>| {
        store(rows, weights, gelu, out, first, panel, sums);
    };
    amx::blocks(rows.len(), weights.scales.len() / PANEL, multiply, finish);
}

/// Finishes the rows of a block.
fn store(
    rows: &Rows,
    weights: &Weights,
    gelu: bool,
    out: &mut [f32],
    first: usize,
    panel: usize,
    sums: &Sums<i32>,
) {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    fn wide<const GELU: bool>(
        rows: &Rows,
        weights: &Weights,
        out: &mut [f32],
        first: usize,
        panel: usize,
        sums: &Sums<i32>,
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
