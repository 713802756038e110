//! AMX: whether tiles can be had, and their shapes. The instructions are not yet in the stable library, so they are
//! written out where they are used.
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
        let vectors = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni")
            && is_x86_feature_detected!("avx512bf16");
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

/// To bf16, as 16 numbers of 16 bits.
#[target_feature(enable = "avx512f,avx512bf16,avx512vl")]
#[inline]
pub(crate) fn narrow(x: __m512) -> __m256i {
    // SAFETY: both are 32 bytes without a meaning of their own.
    unsafe { std::mem::transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(x)) }
}
