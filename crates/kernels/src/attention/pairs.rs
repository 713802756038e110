//! Products of bf16 on vectors, for processors that have AVX512-BF16 and no tiles; blocks are laid out as for tiles.

use std::arch::x86_64::{
    __m512, __m512bh, __m512i, _mm512_dpbf16_ps, _mm512_load_si512, _mm512_set1_epi32,
    _mm512_setzero_ps,
};

use crate::amx::{BLOCK, Left, Out, Right};

/// Rows at a time: their sums, of two vectors each, stay in registers.
const ROWS: usize = 8;
/// Pairs of values in a line of 64 bytes.
const PAIRS: usize = 16;

/// What [`crate::amx::halves`] gives, for the first `n` rows of a block: sums of products of pairs, in the order of the
/// steps.
///
/// # Safety
/// All steps of both sides and the whole of `out` are there, lines on the right at multiples of 64 bytes.
#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) unsafe fn halves(left: Left, right: Right, steps: usize, out: Out, n: usize) {
    for first in (0..n.min(BLOCK)).step_by(ROWS) {
        let mut sums = [[_mm512_setzero_ps(); 2]; ROWS];
        for step in 0..steps {
            for pair in 0..PAIRS {
                // SAFETY: as promised by the caller.
                unsafe {
                    let line = step * right.step + pair * right.stride;
                    let lines = right.tiles.map(|t| _mm512_load_si512(t.add(line).cast()));
                    let values = left.rows.add(step * 64 + pair * 4);
                    for (i, sums) in sums.iter_mut().enumerate() {
                        let value = *values.add((first + i) * left.stride).cast::<[u8; 4]>();
                        let value = _mm512_set1_epi32(i32::from_ne_bytes(value));
                        for (sum, line) in sums.iter_mut().zip(lines) {
                            *sum = dot(*sum, value, line);
                        }
                    }
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            // SAFETY: as promised by the caller; 64 bytes are 64 bytes.
            unsafe {
                let row = out.rows.add((first + i) * out.stride);
                row.cast::<[__m512; 2]>().write_unaligned(*sums);
            }
        }
    }
}

/// `sum` and the products of two pairs of bf16 in each of 16 places.
#[target_feature(enable = "avx512f,avx512bf16")]
#[inline]
fn dot(sum: __m512, a: __m512i, b: __m512i) -> __m512 {
    // SAFETY: all are 64 bytes without a meaning of their own.
    let [a, b] = [a, b].map(|x| unsafe { std::mem::transmute::<__m512i, __m512bh>(x) });
    _mm512_dpbf16_ps(sum, a, b)
}
