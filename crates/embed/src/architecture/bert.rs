//! BERT (Devlin et al. 2018, arXiv 1810.04805), and `RoBERTa` and `XLM-RoBERTa`, which count positions in another way.

use super::Source;
use crate::{
    ModelError,
    cpu::{Attention, Block, Embedding, FeedForward, Network, Norm, Positions, Reach, SubLayer},
};

/// Builds the network; `padding` is `RoBERTa`'s padding id, after which its positions begin.
pub(super) fn build(
    source: &mut Source<'_>,
    padding: Option<usize>,
) -> Result<Network, ModelError> {
    source.anchor("embeddings.word_embeddings.weight")?;
    let (s, c) = (&*source, source.config);
    let kind = c.word_or(&["position_embedding_type"], "absolute");
    if kind != "absolute" {
        return Err(c.unsupported("position_embedding_type", kind, "absolute"));
    }
    let width = c.size(&["hidden_size"])?;
    let heads = c.size(&["num_attention_heads"])?;
    let inner = c.size(&["intermediate_size"])?;
    let epsilon = c.number_or(&["layer_norm_eps"], 1e-12)?;
    let activation = s.activation(&["hidden_act"])?;
    let head_width = s.head_width(width, heads)?;

    let positions = c.size(&["max_position_embeddings"])?;
    let mut table = s
        .weights
        .tensor("embeddings.position_embeddings.weight", &[positions, width])?;
    let types = c.size_or(&["type_vocab_size"], 2)?;
    let types = s
        .weights
        .tensor("embeddings.token_type_embeddings.weight", &[types, width])?;
    for row in table.chunks_exact_mut(width) {
        row.iter_mut().zip(&types).for_each(|(p, t)| *p += t);
    }
    let embedding = Embedding {
        words: s
            .weights
            .table("embeddings.word_embeddings.weight", width)?,
        positions: Some(Positions { table, padding }),
        norm: Some(s.layer_norm("embeddings.LayerNorm", width, epsilon)?),
        scale: 1.0,
    };
    let after = |norm: Norm| SubLayer {
        sum: Some(norm),
        ..SubLayer::default()
    };
    let block = |layer: usize| {
        let at = |name: &str| format!("encoder.layer.{layer}.{name}");
        let [q, k, v] = ["query", "key", "value"].map(|n| at(&format!("attention.self.{n}")));
        Ok(Block {
            attention_norms: after(s.layer_norm(
                &at("attention.output.LayerNorm"),
                width,
                epsilon,
            )?),
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
            out: s.linear(&[&at("attention.output.dense")], width, &[width])?,
            feed_forward_norms: after(s.layer_norm(&at("output.LayerNorm"), width, epsilon)?),
            feed_forward: FeedForward {
                up: s.linear(&[&at("intermediate.dense")], width, &[inner])?,
                activation,
                gated: false,
                down: s.linear(&[&at("output.dense")], inner, &[width])?,
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
        final_norm: None,
    })
}
