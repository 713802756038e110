//! Token vectors to one vector a text.

/// One way to pool; a model may join several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PoolingMode {
    Cls,
    Max,
    Mean,
    MeanSqrtLen,
    WeightedMean,
    LastToken,
}

/// How token vectors become one vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pooling {
    /// Joined in the order of [`PoolingMode::ALL`].
    pub modes: Vec<PoolingMode>,
    /// Whether the prompt's tokens count.
    pub include_prompt: bool,
}

impl Default for Pooling {
    fn default() -> Self {
        Self {
            modes: vec![PoolingMode::Mean],
            include_prompt: true,
        }
    }
}

impl PoolingMode {
    /// In the order in which sentence-transformers joins them.
    pub const ALL: [Self; 6] = [
        Self::Cls,
        Self::Max,
        Self::Mean,
        Self::MeanSqrtLen,
        Self::WeightedMean,
        Self::LastToken,
    ];

    /// Its switch in older configurations.
    pub fn key(self) -> &'static str {
        match self {
            Self::Cls => "pooling_mode_cls_token",
            Self::Max => "pooling_mode_max_tokens",
            Self::Mean => "pooling_mode_mean_tokens",
            Self::MeanSqrtLen => "pooling_mode_mean_sqrt_len_tokens",
            Self::WeightedMean => "pooling_mode_weightedmean_tokens",
            Self::LastToken => "pooling_mode_lasttoken",
        }
    }

    /// Its name in newer configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cls => "cls",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::MeanSqrtLen => "mean_sqrt_len_tokens",
            Self::WeightedMean => "weightedmean",
            Self::LastToken => "lasttoken",
        }
    }
}

impl Pooling {
    /// Width of the pooled vector for token vectors of `width` values.
    pub fn width(&self, width: usize) -> usize {
        width * self.modes.len()
    }

    /// Pools the token vectors of one text (tokens × `width`) into `out`, leaving out the first `skip` tokens where
    /// the prompt does not count.
    pub fn pool(&self, tokens: &[f32], width: usize, skip: usize, out: &mut [f32]) {
        let skip = if self.include_prompt {
            0
        } else {
            skip.min(tokens.len() / width - 1)
        };
        for (mode, out) in self.modes.iter().zip(out.chunks_exact_mut(width)) {
            let rows = || tokens.chunks_exact(width).skip(skip);
            let n = rows().len() as f32;
            match mode {
                PoolingMode::Cls => out.copy_from_slice(&tokens[..width]),
                PoolingMode::LastToken => out.copy_from_slice(&tokens[tokens.len() - width..]),
                PoolingMode::Max => {
                    out.fill(f32::NEG_INFINITY);
                    rows().for_each(|row| {
                        out.iter_mut()
                            .zip(row)
                            .for_each(|(o, &x)| *o = if x > *o { x } else { *o });
                    });
                }
                PoolingMode::Mean => weighted_sum(rows().map(|r| (r, 1.0 / n)), out),
                PoolingMode::MeanSqrtLen => weighted_sum(rows().map(|r| (r, 1.0 / n.sqrt())), out),
                PoolingMode::WeightedMean => {
                    // A token's weight is its place in the whole text, from 1.
                    let all = tokens.len() / width;
                    let total = (skip + 1..=all).sum::<usize>() as f32;
                    weighted_sum(
                        rows()
                            .enumerate()
                            .map(|(i, r)| (r, (skip + i + 1) as f32 / total)),
                        out,
                    );
                }
            }
        }
    }
}

/// Sums rows with weights, in order.
fn weighted_sum<'a>(rows: impl Iterator<Item = (&'a [f32], f32)>, out: &mut [f32]) {
    out.fill(0.0);
    for (row, weight) in rows {
        out.iter_mut().zip(row).for_each(|(o, x)| *o += x * weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_what_they_say_and_join_in_order() {
        let tokens = [1.0, 10.0, 3.0, -2.0, 5.0, 4.0];
        let mut out = [0.0; 12];
        Pooling {
            modes: PoolingMode::ALL.to_vec(),
            include_prompt: true,
        }
        .pool(&tokens, 2, 0, &mut out);
        let s = 3.0f32.sqrt();
        let expected = [
            1.0,
            10.0,
            5.0,
            10.0,
            3.0,
            4.0,
            9.0 / s,
            12.0 / s,
            22.0 / 6.0,
            18.0 / 6.0,
            5.0,
            4.0,
        ];
        for (o, e) in out.iter().zip(expected) {
            assert!((o - e).abs() < 1e-5, "{out:?}");
        }
    }

    #[test]
    fn a_prompt_that_does_not_count_is_left_out() {
        let mut out = [0.0; 1];
        let pooling = Pooling {
            include_prompt: false,
            ..Pooling::default()
        };
        pooling.pool(&[9.0, 9.0, 1.0, 3.0], 1, 2, &mut out);
        assert_eq!(out, [2.0]);
        pooling.pool(&[9.0, 7.0], 1, 5, &mut out);
        assert_eq!(out, [7.0], "something must remain");
    }
}
