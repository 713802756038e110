//! Architectures: how each names its settings and tensors. All of them become one [`Network`].
//!
//! To add one: a file with `build(&Source)`, and its `model_type` in [`build`] and [`KNOWN`].

mod bert;
mod distilbert;
mod gemma3;
mod modernbert;
mod mpnet;
mod qwen3;

use crate::{
    ModelError, Precision,
    cpu::{Activation, Linear, Network, Norm},
    settings::Settings,
    weights::Weights,
};

/// `model_type`s that are known.
pub(crate) const KNOWN: &str =
    "bert, distilbert, gemma3_text, modernbert, mpnet, qwen3, roberta, xlm-roberta";

/// Where an architecture finds what it is made of.
pub(crate) struct Source<'a> {
    /// config.json.
    pub config: &'a Settings,
    pub weights: Weights,
    /// Arithmetic of the CPU engine; `None` to leave the weights plain for another device.
    pub precision: Option<Precision>,
    /// Most tokens a text may have, as far as it is known before the architecture is.
    pub max_tokens: Option<usize>,
}

/// Builds the network of a configuration; also its limit of tokens.
pub(crate) fn build(
    config: &Settings,
    weights: Weights,
    precision: Option<Precision>,
    max_tokens: Option<usize>,
) -> Result<(Network, usize), ModelError> {
    let kind = config.word(&["model_type"])?;
    let unknown = || ModelError::UnknownArchitecture {
        path: config.path.clone(),
        found: kind.to_owned(),
        known: KNOWN.to_owned(),
    };
    let mut source = Source {
        config,
        weights,
        precision,
        max_tokens,
    };
    let network = match kind {
        "bert" => bert::build(&mut source, None),
        "roberta" | "xlm-roberta" => {
            bert::build(&mut source, Some(config.size_or(&["pad_token_id"], 1)?))
        }
        "distilbert" => distilbert::build(&mut source),
        "mpnet" => mpnet::build(&mut source),
        "modernbert" => modernbert::build(&mut source),
        "qwen3" => qwen3::build(&mut source),
        "gemma3_text" => gemma3::build(&mut source),
        _ => return Err(unknown()),
    }?;
    let limit = network
        .embedding
        .limit(network.width)
        .into_iter()
        .chain(source.max_tokens)
        .min();
    let limit = match limit {
        Some(limit) => limit,
        None => config.size(&["max_position_embeddings"])?,
    };
    Ok((network, limit))
}

impl Source<'_> {
    /// Chooses the prefix of tensor names by one that must be there.
    fn anchor(&mut self, name: &str) -> Result<(), ModelError> {
        let weights = std::mem::take(&mut self.weights);
        self.weights = weights.with_prefix_of(name)?;
        Ok(())
    }

    /// A linear layer of one or several stacked weight matrices (each outputs × inputs), with biases `….bias` where
    /// the weights are `….weight`.
    fn linear(
        &self,
        names: &[&str],
        inputs: usize,
        outputs: &[usize],
    ) -> Result<Linear, ModelError> {
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for (name, &outputs) in names.iter().zip(outputs) {
            weights.extend(
                self.weights
                    .tensor(&format!("{name}.weight"), &[outputs, inputs])?,
            );
            let name = format!("{name}.bias");
            if self.weights.has(&name) {
                bias.extend(self.weights.tensor(&name, &[outputs])?);
            }
        }
        if !bias.is_empty() && bias.len() != outputs.iter().sum::<usize>() {
            // Some of the stacked matrices have a bias and some have none.
            bias.clear();
            for (name, &outputs) in names.iter().zip(outputs) {
                let name = format!("{name}.bias");
                bias.extend(if self.weights.has(&name) {
                    self.weights.tensor(&name, &[outputs])?
                } else {
                    vec![0.0; outputs]
                });
            }
        }
        Ok(match self.precision {
            Some(precision) => Linear::new(&weights, bias, inputs, precision),
            None => Linear::plain(weights, bias, inputs),
        })
    }

    /// Layer norm with weight and, where there is one, bias.
    fn layer_norm(&self, name: &str, width: usize, epsilon: f64) -> Result<Norm, ModelError> {
        let scale = self.weights.tensor(&format!("{name}.weight"), &[width])?;
        let shift = format!("{name}.bias");
        let shift = if self.weights.has(&shift) {
            self.weights.tensor(&shift, &[width])?
        } else {
            Vec::new()
        };
        Ok(Norm::layer(scale, shift, epsilon))
    }

    /// Root-mean-square norm whose scale is the weight plus `plus`.
    fn rms_norm(
        &self,
        name: &str,
        width: usize,
        epsilon: f64,
        plus: f32,
    ) -> Result<Norm, ModelError> {
        let mut scale = self.weights.tensor(&format!("{name}.weight"), &[width])?;
        for w in &mut scale {
            *w += plus;
        }
        Ok(Norm::rms(scale, epsilon))
    }

    /// The activation that a key names.
    fn activation(&self, keys: &[&str]) -> Result<Activation, ModelError> {
        let name = self.config.word(keys)?;
        Activation::named(name)
            .ok_or_else(|| self.config.unsupported(keys[0], name, Activation::KNOWN))
    }

    /// Refuses a width that is not a whole number of heads.
    fn head_width(&self, width: usize, heads: usize) -> Result<usize, ModelError> {
        if width.is_multiple_of(heads) {
            Ok(width / heads)
        } else {
            Err(self.config.unsupported(
                "num_attention_heads",
                &heads.to_string(),
                "a divisor of hidden_size",
            ))
        }
    }

    /// Positions that rotary tables must cover.
    fn rotary_positions(&self) -> Result<usize, ModelError> {
        let most = self.config.size(&["max_position_embeddings"])?;
        Ok(self.max_tokens.map_or(most, |n| n.min(most)))
    }
}
