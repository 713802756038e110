//! Rotary position embeddings (Su et al. 2021, arXiv 2104.09864), in the convention that pairs a head's halves.

/// Cosines and sines for each position.
#[derive(Debug, Clone)]
pub(crate) struct Rope {
    pub half: usize,
    /// positions × half.
    pub cosines: Vec<f32>,
    pub sines: Vec<f32>,
}

impl Rope {
    /// Tables for `positions` positions of heads of `width` values; `scale` divides positions (1 for none).
    pub fn new(theta: f64, scale: f64, width: usize, positions: usize) -> Self {
        let half = width / 2;
        let frequencies: Vec<f32> = (0..half)
            .map(|i| (theta.powf(-2.0 * i as f64 / width as f64) / scale) as f32)
            .collect();
        // As the reference does: the angle in f32.
        let angles = || {
            (0..positions).flat_map(|p| frequencies.iter().map(move |f| f64::from(p as f32 * f)))
        };
        Self {
            half,
            cosines: angles().map(|a| a.cos() as f32).collect(),
            sines: angles().map(|a| a.sin() as f32).collect(),
        }
    }

    /// Turns one head at one position, in place.
    pub fn apply(&self, head: &mut [f32], position: usize) {
        let table = position * self.half..(position + 1) * self.half;
        let (first, second) = head.split_at_mut(self.half);
        let turns = self.cosines[table.clone()].iter().zip(&self.sines[table]);
        for ((a, b), (cos, sin)) in first.iter_mut().zip(second).zip(turns) {
            (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_depend_on_the_distance_alone() {
        let rope = Rope::new(10_000.0, 1.0, 8, 64);
        let turned = |head: [f32; 8], position| {
            let mut h = head;
            rope.apply(&mut h, position);
            h
        };
        let (q, k) = (
            [0.3, -1.0, 2.0, 0.5, 1.0, 0.7, -0.2, 0.1],
            [1.0, 0.2, -0.4, 0.9, -1.1, 0.6, 0.3, 0.8],
        );
        let product = |i, j| {
            turned(q, i)
                .iter()
                .zip(turned(k, j))
                .map(|(a, b)| a * b)
                .sum::<f32>()
        };
        assert!((product(3, 10) - product(40, 47)).abs() < 1e-4);
        assert!((product(3, 10) - product(3, 11)).abs() > 1e-3);
        assert_eq!(turned(q, 0), q);
    }
}
