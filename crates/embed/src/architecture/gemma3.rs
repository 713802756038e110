//! Gemma 3 text (arXiv 2503.19786), also with bidirectional attention as in `EmbeddingGemma` (arXiv 2509.20354).

use std::sync::Arc;

use serde_json::Value;

use super::Source;
use crate::{
    ModelError,
    cpu::{Attention, Block, Embedding, FeedForward, Network, Norm, Reach, Rope, SubLayer},
};

/// Builds the network.
#[allow(
    clippy::too_many_lines,
    reason = "one list of the parts of one architecture"
)]
pub(super) fn build(source: &mut Source<'_>) -> Result<Network, ModelError> {
    source.anchor("embed_tokens.weight")?;
    let (s, c) = (&*source, source.config);
    let width = c.size(&["hidden_size"])?;
    let heads = c.size(&["num_attention_heads"])?;
    let kv_heads = c.size_or(&["num_key_value_heads"], heads)?;
    let head_width = c.size(&["head_dim"])?;
    let inner = c.size(&["intermediate_size"])?;
    let layers = c.size(&["num_hidden_layers"])?;
    let epsilon = c.number_or(&["rms_norm_eps"], 1e-6)?;
    let activation = s.activation(&["hidden_activation"])?;
    let scalar = c.number_or(&["query_pre_attn_scalar"], head_width as f64)?;
    let bidirectional = c.switch("use_bidirectional_attention");
    if c.get(&["attn_logit_softcapping"]).is_some() {
        return Err(c.unsupported("attn_logit_softcapping", "a number", "null"));
    }
    // The reference halves the window where attention goes both ways: a key is seen if |i − j| < w/2 + 1.
    let window = c.size(&["sliding_window"])?;
    let (far, near) = if bidirectional {
        (Reach::ALL, Reach::window(window / 2))
    } else {
        (
            Reach::CAUSAL,
            Reach {
                behind: window - 1,
                ahead: 0,
            },
        )
    };
    let positions = s.rotary_positions()?;
    let theta = |kind: &str, key: &str, otherwise: f64| {
        let nested = c
            .get(&["rope_parameters"])
            .and_then(|r| r.get(kind)?.get("rope_theta")?.as_f64());
        nested.map_or_else(|| c.number_or(&[key], otherwise), Ok)
    };
    let far_rope = Arc::new(Rope::new(
        theta("full_attention", "rope_theta", 1e6)?,
        1.0,
        head_width,
        positions,
    ));
    let near_rope = Arc::new(Rope::new(
        theta("sliding_attention", "rope_local_base_freq", 1e4)?,
        1.0,
        head_width,
        positions,
    ));
    let types = c.get(&["layer_types"]).and_then(Value::as_array);
    let every = c.size_or(&["_sliding_window_pattern", "sliding_window_pattern"], 6)?;
    let is_global = |layer: usize| match types.and_then(|t| t.get(layer)?.as_str()) {
        Some(kind) => kind == "full_attention",
        None => (layer + 1).is_multiple_of(every),
    };
    // The reference rounds the factor to the type of the table; in f32 that is no rounding.
    let scale = (width as f32).sqrt();
    let embedding = Embedding {
        words: s.weights.table("embed_tokens.weight", width)?,
        positions: None,
        norm: None,
        scale,
    };
    let both = |before: Norm, after: Norm| SubLayer {
        before: Some(before),
        after: Some(after),
        sum: None,
    };
    let block = |layer: usize| {
        let at = |name: &str| format!("layers.{layer}.{name}");
        let norm = |name: &str| s.rms_norm(&at(name), width, epsilon, 1.0);
        let head_norm =
            |name: &str| s.rms_norm(&at(&format!("self_attn.{name}")), head_width, epsilon, 1.0);
        let [q, k, v] = ["q_proj", "k_proj", "v_proj"].map(|n| at(&format!("self_attn.{n}")));
        let global = is_global(layer);
        Ok(Block {
            attention_norms: both(norm("input_layernorm")?, norm("post_attention_layernorm")?),
            qkv: s.linear(
                &[&q, &k, &v],
                width,
                &[heads, kv_heads, kv_heads].map(|h| h * head_width),
            )?,
            attention: Attention {
                heads,
                kv_heads,
                head_width,
                scale: scalar.powf(-0.5) as f32,
                reach: if global { far } else { near },
                rope: Some(if global {
                    far_rope.clone()
                } else {
                    near_rope.clone()
                }),
                head_norms: Some((head_norm("q_norm")?, head_norm("k_norm")?)),
                distance_bias: None,
            },
            out: s.linear(&[&at("self_attn.o_proj")], heads * head_width, &[width])?,
            feed_forward_norms: both(
                norm("pre_feedforward_layernorm")?,
                norm("post_feedforward_layernorm")?,
            ),
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
    let blocks = (0..layers).map(block).collect::<Result<_, ModelError>>()?;
    Ok(Network {
        width,
        embedding,
        blocks,
        final_norm: Some(s.rms_norm("norm", width, epsilon, 1.0)?),
    })
}
