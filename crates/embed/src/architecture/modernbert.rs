//! `ModernBERT` (Warner et al. 2024, arXiv 2412.13663): norms before, rotary positions, gated activations, and most
//! layers with a window.

use std::sync::Arc;

use super::Source;
use crate::{
    ModelError,
    cpu::{Attention, Block, Embedding, FeedForward, Network, Norm, Reach, Rope, SubLayer},
};

/// Builds the network.
pub(super) fn build(source: &mut Source<'_>) -> Result<Network, ModelError> {
    source.anchor("embeddings.tok_embeddings.weight")?;
    let (s, c) = (&*source, source.config);
    let width = c.size(&["hidden_size"])?;
    let heads = c.size(&["num_attention_heads"])?;
    let inner = c.size(&["intermediate_size"])?;
    let epsilon = c.number_or(&["norm_eps"], 1e-5)?;
    let activation = s.activation(&["hidden_activation"])?;
    let head_width = s.head_width(width, heads)?;
    let every = c.size_or(&["global_attn_every_n_layers"], 3)?;
    let window = c.size_or(&["local_attention"], 128)? / 2;
    let positions = s.rotary_positions()?;
    let theta = |kind: &str, key: &str, otherwise: f64| {
        // Newer configurations keep them under rope_parameters.
        let nested = c
            .get(&["rope_parameters"])
            .and_then(|r| r.get(kind)?.get("rope_theta")?.as_f64());
        nested.map_or_else(|| c.number_or(&[key], otherwise), Ok)
    };
    let far = Arc::new(Rope::new(
        theta("full_attention", "global_rope_theta", 160_000.0)?,
        1.0,
        head_width,
        positions,
    ));
    let near = Arc::new(Rope::new(
        theta("sliding_attention", "local_rope_theta", 10_000.0)?,
        1.0,
        head_width,
        positions,
    ));
    let embedding = Embedding {
        words: s.weights.table("embeddings.tok_embeddings.weight", width)?,
        positions: None,
        norm: Some(s.layer_norm("embeddings.norm", width, epsilon)?),
        scale: 1.0,
    };
    let before = |norm: Option<Norm>| SubLayer {
        before: norm,
        ..SubLayer::default()
    };
    let block = |layer: usize| {
        let at = |name: &str| format!("layers.{layer}.{name}");
        let global = layer.is_multiple_of(every);
        // The embeddings are normalised already.
        let first = if layer == 0 {
            None
        } else {
            Some(s.layer_norm(&at("attn_norm"), width, epsilon)?)
        };
        Ok(Block {
            attention_norms: before(first),
            qkv: s.linear(&[&at("attn.Wqkv")], width, &[3 * width])?,
            attention: Attention {
                heads,
                kv_heads: heads,
                head_width,
                scale: 1.0 / (head_width as f32).sqrt(),
                reach: if global {
                    Reach::ALL
                } else {
                    Reach::window(window)
                },
                rope: Some(if global { far.clone() } else { near.clone() }),
                head_norms: None,
                distance_bias: None,
            },
            out: s.linear(&[&at("attn.Wo")], width, &[width])?,
            feed_forward_norms: before(Some(s.layer_norm(&at("mlp_norm"), width, epsilon)?)),
            feed_forward: FeedForward {
                up: s.linear(&[&at("mlp.Wi")], width, &[2 * inner])?,
                activation,
                gated: true,
                down: s.linear(&[&at("mlp.Wo")], inner, &[width])?,
            },
        })
    };
    let blocks = (0..c.size(&["num_hidden_layers"])?)
        .map(block)
        .collect::<Result<_, ModelError>>()?;
    Ok(Network {
        width,
        embedding,
        blocks,
        final_norm: Some(s.layer_norm("final_norm", width, epsilon)?),
    })
}
