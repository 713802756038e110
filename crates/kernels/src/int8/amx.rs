//! AMX-INT8: 32 rows by 32 outputs at a time, in four tiles of sums. The instructions are not yet in the stable
//! library, so they are written out.
#![allow(unsafe_code)]

use std::{
    arch::{
        asm,
        x86_64::{__cpuid_count, _mm512_load_si512},
    },
    sync::OnceLock,
};

use super::{PANEL, Rows, STEP, Weights, vnni};

/// Rows of a block: two tiles.
const ROWS: usize = 32;

/// Whether processor and system let us use tiles; asks the system once.
pub(super) fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| vnni::available() && has_tiles() && permitted())
}

/// CPUID leaf 7: AMX-TILE and AMX-INT8.
fn has_tiles() -> bool {
    // Leaf 7 exists on every processor with AVX-512.
    let edx = __cpuid_count(7, 0).edx;
    edx & (1 << 24) != 0 && edx & (1 << 25) != 0
}

/// Linux gives the large tile state only to processes that ask for it.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    const ARCH_PRCTL: u64 = 158;
    const REQUEST_PERMISSION: u64 = 0x1023;
    const TILE_DATA: u64 = 18;
    let result: i64;
    // SAFETY: this system call reads its two numbers and changes only what state the process may use.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") ARCH_PRCTL => result,
            in("rdi") REQUEST_PERMISSION,
            in("rsi") TILE_DATA,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result == 0
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// Shapes of the tiles: 0–3 sums, 4–5 rows, 6–7 weights; each of 16 rows of 64 bytes.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

const SHAPES: Shapes = {
    let (mut row_bytes, mut rows) = ([0; 16], [0; 16]);
    let mut i = 0;
    while i < 8 {
        row_bytes[i] = 64;
        rows[i] = 16;
        i += 1;
    }
    Shapes {
        palette: 1,
        start: 0,
        reserved: [0; 14],
        row_bytes,
        rows,
    }
};

/// Sums of a block, 32 × 32.
#[repr(C, align(64))]
struct Sums([i32; ROWS * PANEL]);

/// Applies weights to rows.
pub(super) fn apply(rows: &Rows, weights: &Weights, out: &mut [f32]) {
    assert!(available());
    // Whole blocks by tiles; the rows of a last, partial block are padded.
    let mut padded: Vec<u8> = Vec::new();
    let whole = rows.len() / ROWS * ROWS;
    if whole < rows.len() {
        padded.resize(ROWS * rows.stride, 0);
        padded[..(rows.len() - whole) * rows.stride]
            .copy_from_slice(&rows.data[whole * rows.stride..rows.len() * rows.stride]);
    }
    let mut sums = Sums([0; ROWS * PANEL]);
    // SAFETY: tiles are there and permitted. Rows are `stride` apart with 32 rows from each block's start (the last
    // block is the padded copy); a panel is `panel_bytes` long; `finish` stays within its row.
    unsafe {
        asm!("ldtilecfg [{}]", in(reg) &SHAPES, options(nostack, readonly));
        for panel in 0..weights.scales.len() / PANEL {
            let w = weights
                .data
                .as_ptr()
                .cast::<i8>()
                .add(panel * weights.panel_bytes());
            for first in (0..rows.len()).step_by(ROWS) {
                let x = if first < whole {
                    rows.data.as_ptr().add(first * rows.stride)
                } else {
                    padded.as_ptr()
                };
                block(x, rows.stride, w, &mut sums);
                store(
                    rows,
                    weights,
                    out,
                    first,
                    ROWS.min(rows.len() - first),
                    panel,
                    &sums,
                );
            }
        }
        asm!("tilerelease", options(nostack, nomem));
    }
}

/// Sums of 32 rows by a panel.
///
/// # Safety
/// Tiles are configured; 32 rows of `stride` bytes at `x`, a panel at `w`.
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

/// Finishes `n` rows of a block.
///
/// # Safety
/// As [`vnni::finish`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn store(
    rows: &Rows,
    weights: &Weights,
    out: &mut [f32],
    first: usize,
    n: usize,
    panel: usize,
    sums: &Sums,
) {
    for i in 0..n {
        // SAFETY: row `i` of the block is 32 sums.
        unsafe {
            let at = sums.0.as_ptr().add(i * PANEL);
            let sums = [
                _mm512_load_si512(at.cast()),
                _mm512_load_si512(at.add(16).cast()),
            ];
            vnni::finish(rows, weights, out, first + i, panel, sums);
        }
    }
}
