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

    /// What each token of a text of so many counts, the first `skip` not at all; for [`Self::Max`] just which count.
    pub fn weights(self, tokens: usize, skip: usize) -> Vec<f32> {
        let n = (tokens - skip) as f32;
        let counted = |weight: &dyn Fn(usize) -> f32| {
            let of = |place| if place < skip { 0.0 } else { weight(place) };
            (0..tokens).map(of).collect()
        };
        let only = |place: usize| {
            (0..tokens)
                .map(|p| f32::from(u8::from(p == place)))
                .collect()
        };
        match self {
            Self::Cls => only(0),
            Self::LastToken => only(tokens - 1),
            Self::Max => counted(&|_| 1.0),
            Self::Mean => counted(&|_| 1.0 / n),
            Self::MeanSqrtLen => counted(&|_| 1.0 / n.sqrt()),
            Self::WeightedMean => {
                // A token's weight is its place in the whole text, from 1.
                let total = (skip + 1..=tokens).sum::<usize>() as f32;
                counted(&|place| (place + 1) as f32 / total)
            }
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

    /// Tokens of a text of so many that pooling leaves out, of the `prompt` tokens before it: something must remain.
    pub fn skipped(&self, tokens: usize, prompt: usize) -> usize {
        if self.include_prompt {
            0
        } else {
            prompt.min(tokens - 1)
        }
    }

    /// Pools the token vectors of one text (tokens × `width`) into `out`, leaving out the `prompt` tokens before it
    /// where they do not count.
    pub fn pool(&self, tokens: &[f32], width: usize, prompt: usize, out: &mut [f32]) {
        let n = tokens.len() / width;
        for (mode, out) in self.modes.iter().zip(out.chunks_exact_mut(width)) {
            let weights = mode.weights(n, self.skipped(n, prompt));
            let rows = tokens.chunks_exact(width).zip(weights);
            let counted = rows.filter(|(_, weight)| *weight > 0.0);
            if *mode == PoolingMode::Max {
                out.fill(f32::NEG_INFINITY);
                for (row, _) in counted {
                    let pairs = out.iter_mut().zip(row);
                    pairs.for_each(|(o, &x)| *o = if x > *o { x } else { *o });
                }
            } else {
                weighted_sum(counted, out);
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
