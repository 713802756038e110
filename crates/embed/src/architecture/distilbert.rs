//! `DistilBERT` (Sanh et al. 2019, arXiv 1910.01108).

use super::Source;
use crate::{
    ModelError,
    cpu::{Attention, Block, Embedding, FeedForward, Network, Norm, Positions, Reach, SubLayer},
};

/// Builds the network.
pub(super) fn build(source: &mut Source<'_>) -> Result<Network, ModelError> {
    source.anchor("embeddings.word_embeddings.weight")?;
    let (s, c) = (&*source, source.config);
    let width = c.size(&["dim", "hidden_size"])?;
    let heads = c.size(&["n_heads", "num_attention_heads"])?;
    let inner = c.size(&["hidden_dim"])?;
    let epsilon = 1e-12;
    let activation = s.activation(&["activation"])?;
    let head_width = s.head_width(width, heads)?;
    let positions = c.size(&["max_position_embeddings"])?;
    let table = s
        .weights
        .tensor("embeddings.position_embeddings.weight", &[positions, width])?;
    let embedding = Embedding {
        words: s
            .weights
            .table("embeddings.word_embeddings.weight", width)?,
        positions: Some(Positions {
            table,
            padding: None,
        }),
        norm: Some(s.layer_norm("embeddings.LayerNorm", width, epsilon)?),
        scale: 1.0,
    };
    let after = |norm: Norm| SubLayer {
        sum: Some(norm),
        ..SubLayer::default()
    };
    let block = |layer: usize| {
        let at = |name: &str| format!("transformer.layer.{layer}.{name}");
        let [q, k, v] = ["q_lin", "k_lin", "v_lin"].map(|n| at(&format!("attention.{n}")));
        Ok(Block {
            attention_norms: after(s.layer_norm(&at("sa_layer_norm"), width, epsilon)?),
            qkv: s.linear(&[&q, &k, &v], width, &[width; 3])?,
            attention: Attention {
                heads,
                kv_heads: heads,
                head_width,
                scale: 1.0 / (head_width as f32).sqrt(),
                reach: Reach::ALL,
                rope: None,
                head_norms: None,
                distance_bias: None,
            },
            out: s.linear(&[&at("attention.out_lin")], width, &[width])?,
            feed_forward_norms: after(s.layer_norm(&at("output_layer_norm"), width, epsilon)?),
            feed_forward: FeedForward {
                up: s.linear(&[&at("ffn.lin1")], width, &[inner])?,
                activation,
                gated: false,
                down: s.linear(&[&at("ffn.lin2")], inner, &[width])?,
            },
        })
    };
    let blocks = (0..c.size(&["n_layers", "num_hidden_layers"])?)
        .map(block)
        .collect::<Result<_, ModelError>>()?;
    Ok(Network {
        width,
        embedding,
        blocks,
        final_norm: None,
    })
}
