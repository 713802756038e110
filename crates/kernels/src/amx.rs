//! AMX: whether tiles can be had, their shapes, and products by them. The instructions are not yet in the stable
//! library, so they are written out.
#![allow(unsafe_code)]

use std::{
    arch::{
        asm,
        x86_64::{__cpuid_count, __m256bh, __m256i, __m512, _mm512_cvtneps_pbh},
    },
    marker::PhantomData,
    sync::OnceLock,
};

/// Whether processor and system let us use tiles, with AVX-512 for what follows; asks the system once.
pub(crate) fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        let vectors = crate::has_bf16() && is_x86_feature_detected!("avx512vnni");
        vectors && has_tiles() && permitted()
    })
}

/// CPUID leaf 7: AMX-BF16, AMX-TILE and AMX-INT8.
fn has_tiles() -> bool {
    // Leaf 7 exists on every processor with AVX-512.
    #[allow(unused_unsafe, reason = "safe from Rust 1.92 on")]
    // SAFETY: as said.
    let edx = unsafe { __cpuid_count(7, 0) }.edx;
    [22, 24, 25].iter().all(|bit| edx & (1 << bit) != 0)
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

/// Tiles of this thread, eight of 16 rows of 64 bytes, as long as this lives.
pub(crate) struct Tiles(PhantomData<*const ()>);

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

impl Tiles {
    /// Shapes the tiles.
    ///
    /// # Panics
    /// If there are none.
    pub fn new() -> Self {
        assert!(available());
        // SAFETY: tiles are there and permitted, and the shapes are valid.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &SHAPES, options(nostack, readonly)) };
        Self(PhantomData)
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: tiles are there; nobody uses them any more.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}

/// Rows, and outputs, of a block: two tiles each way.
pub(crate) const BLOCK: usize = 32;

/// Rows of a tile.
const TILE: usize = 16;

/// Sums of a block.
#[repr(C, align(64))]
pub(crate) struct Sums<T>(pub [T; BLOCK * BLOCK]);

/// Multiplies blocks of 32 rows by panels of 32 outputs; a block, told by its first row and its panel, is finished
/// while the tiles work on the next.
pub(crate) fn blocks<T: Copy + Default>(
    rows: usize,
    panels: usize,
    mut multiply: impl FnMut(usize, usize, &mut Sums<T>),
    mut finish: impl FnMut(usize, usize, &Sums<T>),
) {
    let _tiles = Tiles::new();
    let mut sums = [(); 2].map(|()| Sums([T::default(); BLOCK * BLOCK]));
    let mut turn = 0;
    let mut waiting = None;
    for panel in 0..panels {
        for first in (0..rows).step_by(BLOCK) {
            multiply(first, panel, &mut sums[turn]);
            turn = 1 - turn;
            if let Some((first, panel)) = waiting.replace((first, panel)) {
                finish(first, panel, &sums[turn]);
            }
        }
    }
    if let Some((first, panel)) = waiting {
        finish(first, panel, &sums[1 - turn]);
    }
}

/// 32 rows, `stride` bytes apart; a step is 64 bytes of each.
#[derive(Clone, Copy)]
pub(crate) struct Left {
    pub rows: *const u8,
    pub stride: usize,
}

/// Two tiles of 16 lines of 64 bytes, `stride` bytes apart; those of the next step are `step` bytes further.
#[derive(Clone, Copy)]
pub(crate) struct Right {
    pub tiles: [*const u8; 2],
    pub stride: usize,
    pub step: usize,
}

/// 32 rows of 32 sums of 4 bytes, `stride` bytes apart.
#[derive(Clone, Copy)]
pub(crate) struct Out {
    pub rows: *mut u8,
    pub stride: usize,
}

impl<T> Sums<T> {
    pub fn out(&mut self) -> Out {
        Out {
            rows: self.0.as_mut_ptr().cast(),
            stride: 4 * BLOCK,
        }
    }
}

impl Out {
    /// Where each of the two rows of tiles goes.
    pub fn halves(self) -> [*mut u8; 2] {
        [self.rows, self.rows.wrapping_add(TILE * self.stride)]
    }
}

/// No sums, in tiles 0–3.
macro_rules! clear {
    () => {
        "tilezero tmm0\ntilezero tmm1\ntilezero tmm2\ntilezero tmm3"
    };
}

/// Two tiles of rows, 4 and 5, by two tiles of outputs, 6 and 7.
macro_rules! multiply {
    ($by:literal) => {
        concat!(
            $by,
            " tmm0, tmm4, tmm6\n",
            $by,
            " tmm1, tmm4, tmm7\n",
            $by,
            " tmm2, tmm5, tmm6\n",
            $by,
            " tmm3, tmm5, tmm7"
        )
    };
}

/// Stores the sums at `s` and `t`.
macro_rules! store {
    () => {
        "tilestored [{s} + {wide}], tmm0\ntilestored [{s} + {wide} + 64], tmm1\n\
         tilestored [{t} + {wide}], tmm2\ntilestored [{t} + {wide} + 64], tmm3"
    };
}

pub(crate) use {clear, multiply, store};

macro_rules! product {
    ($name:ident, $by:literal, $what:literal) => {
        #[doc = $what]
        ///
        /// # Safety
        /// Tiles are shaped, and all steps of both sides and the whole of `out` are there.
        #[inline]
        pub(crate) unsafe fn $name(left: Left, right: Right, steps: usize, out: Out) {
            let [s, t] = out.halves();
            // SAFETY: as promised by the caller.
            unsafe {
                asm!(
                    clear!(),
                    "2:",
                    "tileloadd tmm4, [{x} + {row}]",
                    "tileloadd tmm6, [{k} + {line}]",
                    "tileloadd tmm7, [{l} + {line}]",
                    "tileloadd tmm5, [{y} + {row}]",
                    multiply!($by),
                    "add {x}, 64",
                    "add {y}, 64",
                    "add {k}, {next}",
                    "add {l}, {next}",
                    "dec {n}",
                    "jnz 2b",
                    store!(),
                    x = inout(reg) left.rows => _,
                    y = inout(reg) left.rows.add(TILE * left.stride) => _,
                    k = inout(reg) right.tiles[0] => _,
                    l = inout(reg) right.tiles[1] => _,
                    n = inout(reg) steps => _,
                    row = in(reg) left.stride,
                    line = in(reg) right.stride,
                    next = in(reg) right.step,
                    s = in(reg) s,
                    t = in(reg) t,
                    wide = in(reg) out.stride,
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                    options(nostack),
                );
            }
        }
    };
}

product!(
    bytes,
    "tdpbusd",
    "Products of unsigned by signed bytes, summed in 32 bits."
);
product!(halves, "tdpbf16ps", "Products of bf16, summed in f32.");

/// To bf16, as 16 numbers of 16 bits.
#[target_feature(enable = "avx512f,avx512bf16,avx512vl")]
#[inline]
pub(crate) fn narrow(x: __m512) -> __m256i {
    // SAFETY: both are 32 bytes without a meaning of their own.
    unsafe { std::mem::transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(x)) }
}
