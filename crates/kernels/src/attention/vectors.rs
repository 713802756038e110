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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    /// 64 bytes of bf16 that do not straddle cache lines.
    #[derive(Clone, Copy)]
    #[repr(C, align(64))]
    struct Line([u16; 32]);

    #[test]
    fn sums_of_pairs_are_those_of_the_values() {
        if !crate::has_bf16() {
            println!("no bf16 on this processor: not compared");
            return;
        }
        let steps = 3;
        let mut random = Random::new(1, 2);
        let mut draw = |n: usize| -> Vec<Line> {
            let mut value = |_| ((random.normal() as f32).to_bits() >> 16) as u16;
            (0..n)
                .map(|_| Line(std::array::from_fn(&mut value)))
                .collect()
        };
        // Rows of 32 values a step; for each step two tiles of 16 pairs by 16 outputs.
        let (rows, tiles) = (draw(BLOCK * steps), draw(2 * PAIRS * steps));
        let mut out = vec![[9.0f32; BLOCK]; BLOCK];
        let left = Left {
            rows: rows.as_ptr().cast(),
            stride: 64 * steps,
        };
        let right = Right {
            tiles: [0, PAIRS].map(|line| tiles[line..].as_ptr().cast()),
            stride: 64,
            step: 2 * PAIRS * 64,
        };
        let written = Out {
            rows: out.as_mut_ptr().cast(),
            stride: 4 * BLOCK,
        };
        // SAFETY: the instructions are there, and the sides are as long as they say.
        unsafe { halves(left, right, steps, written, 9) };
        let wide = |x: u16| f64::from(f32::from_bits(u32::from(x) << 16));
        for (i, sums) in out.iter().enumerate() {
            for (j, sum) in sums.iter().enumerate() {
                let line = |step, pair| 2 * PAIRS * step + j / 16 * PAIRS + pair;
                let product = |k: usize| {
                    let (step, pair) = (k / 32, k % 32 / 2);
                    let right = tiles[line(step, pair)].0[2 * (j % 16) + k % 2];
                    wide(rows[i * steps + step].0[k % 32]) * wide(right)
                };
                let expected: f64 = (0..32 * steps).map(product).sum();
                if i < 2 * ROWS {
                    assert!(
                        (f64::from(*sum) - expected).abs() < 1e-4,
                        "{i} {j}: {sum} {expected}"
                    );
                } else {
                    assert_eq!(*sum, 9.0, "rows that nobody asked for");
                }
            }
        }
    }
}
