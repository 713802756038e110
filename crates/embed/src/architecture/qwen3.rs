//! Qwen3 (arXiv 2505.09388): a causal decoder used as an encoder by its last token.

use std::sync::Arc;

use super::Source;
use crate::{
    ModelError,
    cpu::{Attention, Block, Embedding, FeedForward, Network, Norm, Reach, Rope, SubLayer},
};

/// Builds the network.
pub(super) fn build(source: &mut Source<'_>) -> Result<Network, ModelError> {
    source.anchor("embed_tokens.weight")?;
    let (s, c) = (&*source, source.config);
    if c.switch("use_sliding_window") {
        return Err(c.unsupported("use_sliding_window", "true", "false"));
    }
    if let Some(scaling) = c.get(&["rope_scaling"]) {
        return Err(c.unsupported("rope_scaling", &scaling.to_string(), "null"));
    }
    let width = c.size(&["hidden_size"])?;
    let heads = c.size(&["num_attention_heads"])?;
    let kv_heads = c.size_or(&["num_key_value_heads"], heads)?;
    let head_width = c.size_or(&["head_dim"], width / heads)?;
    let inner = c.size(&["intermediate_size"])?;
    let epsilon = c.number_or(&["rms_norm_eps"], 1e-6)?;
    let activation = s.activation(&["hidden_act"])?;
    let nested = c
        .get(&["rope_parameters"])
        .and_then(|r| r.get("rope_theta")?.as_f64());
    let theta = nested.map_or_else(|| c.number_or(&["rope_theta"], 10_000.0), Ok)?;
    let rope = Arc::new(Rope::new(theta, 1.0, head_width, s.rotary_positions()?));
    let embedding = Embedding {
        words: s.weights.table("embed_tokens.weight", width)?,
        positions: None,
        norm: None,
        scale: 1.0,
    };
    let before = |norm: Norm| SubLayer {
        before: Some(norm),
        ..SubLayer::default()
    };
    let block = |layer: usize| {
        let at = |name: &str| format!("layers.{layer}.{name}");
        let [q, k, v] = ["q_proj", "k_proj", "v_proj"].map(|n| at(&format!("self_attn.{n}")));
        let head_norm =
            |name: &str| s.rms_norm(&at(&format!("self_attn.{name}")), head_width, epsilon, 0.0);
        Ok(Block {
            attention_norms: before(s.rms_norm(&at("input_layernorm"), width, epsilon, 0.0)?),
            qkv: s.linear(
                &[&q, &k, &v],
                width,
                &[heads, kv_heads, kv_heads].map(|h| h * head_width),
            )?,
            attention: Attention {
                heads,
                kv_heads,
                head_width,
                scale: 1.0 / (head_width as f32).sqrt(),
                reach: Reach::CAUSAL,
                rope: Some(rope.clone()),
                head_norms: Some((head_norm("q_norm")?, head_norm("k_norm")?)),
                distance_bias: None,
            },
            out: s.linear(&[&at("self_attn.o_proj")], heads * head_width, &[width])?,
            feed_forward_norms: before(s.rms_norm(
                &at("post_attention_layernorm"),
                width,
                epsilon,
                0.0,
            )?),
            feed_forward: FeedForward {
                up: s.linear(
                    &[&at("mlp.gate_proj"), &at("mlp.up_proj")],
                    width,
                    &[inner; 2],
                )?,
                activation,
                gated: true,
                down: s.linear(&[&at("mlp.down_proj")], inner, &[width])?,
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
        final_norm: Some(s.rms_norm("norm", width, epsilon, 0.0)?),
    })
}
