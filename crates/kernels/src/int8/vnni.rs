//! AVX-512 with VNNI: 12 rows by 32 outputs at a time, all sums in registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512, __m512i, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
    _mm512_load_si512, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mask_storeu_ps,
    _mm512_maskz_loadu_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps, _mm512_mullo_epi32,
    _mm512_reduce_add_ps, _mm512_reduce_max_ps, _mm512_reduce_min_ps, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_sub_epi32,
};

use super::{PANEL, Rows, Weights, quantise_within};
use crate::gelu::wide::Gelu;

/// Rows of a tile.
const ROWS: usize = 12;

/// Whether this processor has the instructions.
pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
}

/// Quantises one row with the widest vectors.
pub(super) fn quantise(row: &[f32], out: &mut [u8]) -> (f32, u8) {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    fn wide(row: &[f32], out: &mut [u8]) -> (f32, u8) {
        quantise_within(row, range(row), out)
    }
    // SAFETY: the caller asked `available`.
    unsafe { wide(row, out) }
}

/// [`super::range`], which the compiler makes shuffles of with these instructions.
#[target_feature(enable = "avx512f")]
fn range(row: &[f32]) -> Option<(f32, f32)> {
    let nothing = _mm512_setzero_ps();
    let (mut low, mut high, mut check) = ([nothing; 2], [nothing; 2], [nothing; 2]);
    let mut take = |x: __m512, side: usize| {
        low[side] = _mm512_min_ps(x, low[side]);
        high[side] = _mm512_max_ps(x, high[side]);
        // 0 · x is 0 but for infinity and NaN, and NaN stays.
        check[side] = _mm512_fmadd_ps(x, nothing, check[side]);
    };
    let (pairs, rest) = row.as_chunks::<32>();
    for pair in pairs {
        // SAFETY: 32 values are there.
        unsafe {
            take(_mm512_loadu_ps(pair.as_ptr()), 0);
            take(_mm512_loadu_ps(pair.as_ptr().add(16)), 1);
        }
    }
    for part in rest.chunks(16) {
        let mask = u16::MAX >> (16 - part.len());
        // SAFETY: the mask keeps the load within the part.
        unsafe { take(_mm512_maskz_loadu_ps(mask, part.as_ptr()), 0) };
    }
    let check = _mm512_reduce_add_ps(_mm512_add_ps(check[0], check[1]));
    (check == 0.0).then(|| {
        (
            _mm512_reduce_min_ps(_mm512_min_ps(low[0], low[1])),
            _mm512_reduce_max_ps(_mm512_max_ps(high[0], high[1])),
        )
    })
}

/// Applies weights to rows.
pub(super) fn apply(rows: &Rows, weights: &Weights, gelu: bool, out: &mut [f32]) {
    if gelu {
        tiles::<true>(rows, weights, out);
    } else {
        tiles::<false>(rows, weights, out);
    }
}

fn tiles<const GELU: bool>(rows: &Rows, weights: &Weights, out: &mut [f32]) {
    assert!(available());
    for panel in 0..weights.scales.len() / PANEL {
        let mut first = 0;
        while first < rows.len() {
            let n = ROWS.min(rows.len() - first);
            // SAFETY: the instructions are there; `first + n` rows and `panel` are within bounds as asserted by the
            // caller, who checked the shapes.
            unsafe {
                match n {
                    12 => tile::<12, GELU>(rows, weights, out, first, panel),
                    11 => tile::<11, GELU>(rows, weights, out, first, panel),
                    10 => tile::<10, GELU>(rows, weights, out, first, panel),
                    9 => tile::<9, GELU>(rows, weights, out, first, panel),
                    8 => tile::<8, GELU>(rows, weights, out, first, panel),
                    7 => tile::<7, GELU>(rows, weights, out, first, panel),
                    6 => tile::<6, GELU>(rows, weights, out, first, panel),
                    5 => tile::<5, GELU>(rows, weights, out, first, panel),
                    4 => tile::<4, GELU>(rows, weights, out, first, panel),
                    3 => tile::<3, GELU>(rows, weights, out, first, panel),
                    2 => tile::<2, GELU>(rows, weights, out, first, panel),
                    _ => tile::<1, GELU>(rows, weights, out, first, panel),
                }
            }
            first += n;
        }
    }
}

/// `N` rows by one panel.
///
/// # Safety
/// AVX-512 F, BW, VL and VNNI; rows `first..first + N` and the panel exist, and `out` has a value for each.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn tile<const N: usize, const GELU: bool>(
    rows: &Rows,
    weights: &Weights,
    out: &mut [f32],
    first: usize,
    panel: usize,
) {
    let mut sums = [[_mm512_setzero_si512(); 2]; N];
    // SAFETY: a panel is `panel_bytes` long and a row `stride`, which is a multiple of 64.
    unsafe {
        let w = weights
            .data
            .as_ptr()
            .cast::<i8>()
            .add(panel * weights.panel_bytes());
        let x = rows.data.as_ptr().add(first * rows.stride);
        for k in (0..rows.stride).step_by(4) {
            let w0 = _mm512_load_si512(w.add(k * PANEL).cast());
            let w1 = _mm512_load_si512(w.add(k * PANEL + 64).cast());
            for i in 0..N {
                let x =
                    _mm512_set1_epi32(x.add(i * rows.stride + k).cast::<i32>().read_unaligned());
                sums[i][0] = _mm512_dpbusd_epi32(sums[i][0], x, w0);
                sums[i][1] = _mm512_dpbusd_epi32(sums[i][1], x, w1);
            }
        }
    }
    let finish = Finish::<GELU>::new(weights, panel);
    for (i, sums) in sums.into_iter().enumerate() {
        finish.row(rows, first + i, sums, out);
    }
}

/// What turns the sums of a panel into values: zeros taken out, scales, bias and, where asked, GELU.
pub(super) struct Finish<const GELU: bool> {
    column: usize,
    outputs: usize,
    sums: [__m512i; 2],
    scales: [__m512; 2],
    bias: [__m512; 2],
    /// Where `GELU`.
    gelu: Option<Gelu>,
}

impl<const GELU: bool> Finish<GELU> {
    #[target_feature(enable = "avx512f")]
    #[inline]
    pub fn new(weights: &Weights, panel: usize) -> Self {
        let column = panel * PANEL;
        // SAFETY: sums, scales and biases are padded to whole panels.
        unsafe {
            let sums = weights.sums[column..column + PANEL].as_ptr();
            let scales = weights.scales[column..column + PANEL].as_ptr();
            let bias = weights.bias[column..column + PANEL].as_ptr();
            Self {
                column,
                outputs: weights.outputs,
                sums: [
                    _mm512_loadu_si512(sums.cast()),
                    _mm512_loadu_si512(sums.add(16).cast()),
                ],
                scales: [_mm512_loadu_ps(scales), _mm512_loadu_ps(scales.add(16))],
                bias: [_mm512_loadu_ps(bias), _mm512_loadu_ps(bias.add(16))],
                gelu: if GELU { Some(Gelu::new()) } else { None },
            }
        }
    }

    /// Stores what is within the row.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    #[inline]
    pub fn row(&self, rows: &Rows, row: usize, sums: [__m512i; 2], out: &mut [f32]) {
        let zero = _mm512_set1_epi32(i32::from(rows.zeros[row]));
        let scale = _mm512_set1_ps(rows.scales[row]);
        let start = row * self.outputs + self.column;
        let out = &mut out[start..(row + 1) * self.outputs];
        for (half, out) in out.chunks_mut(16).take(2).enumerate() {
            let correction = _mm512_mullo_epi32(zero, self.sums[half]);
            let exact = _mm512_cvtepi32_ps(_mm512_sub_epi32(sums[half], correction));
            let scale = _mm512_mul_ps(self.scales[half], scale);
            let mut y = _mm512_fmadd_ps(exact, scale, self.bias[half]);
            if let Some(gelu) = &self.gelu {
                y = gelu.of(y);
            }
            let mask = u16::MAX >> (16 - out.len());
            // SAFETY: the mask keeps the store within the row.
            unsafe { _mm512_mask_storeu_ps(out.as_mut_ptr(), mask, y) };
        }
    }
}
