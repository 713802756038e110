//! `MPNet` (Song et al. 2020, arXiv 2004.09297): BERT with a bias for each head and bucket of distances.

use std::sync::Arc;

use super::Source;
use crate::{
    ModelError,
    cpu::{
        Attention, Block, DistanceBias, Embedding, FeedForward, Network, Norm, Positions, Reach,
        SubLayer,
    },
};

/// Builds the network.
pub(super) fn build(source: &mut Source<'_>) -> Result<Network, ModelError> {
    source.anchor("embeddings.word_embeddings.weight")?;
    let (s, c) = (&*source, source.config);
    let width = c.size(&["hidden_size"])?;
    let heads = c.size(&["num_attention_heads"])?;
    let inner = c.size(&["intermediate_size"])?;
    let epsilon = c.number_or(&["layer_norm_eps"], 1e-12)?;
    let activation = s.activation(&["hidden_act"])?;
    let head_width = s.head_width(width, heads)?;
    let positions = c.size(&["max_position_embeddings"])?;
    let table = s
        .weights
        .tensor("embeddings.position_embeddings.weight", &[positions, width])?;
    let padding = c.size_or(&["pad_token_id"], 1)?;
    let embedding = Embedding {
        words: s
            .weights
            .table("embeddings.word_embeddings.weight", width)?,
        positions: Some(Positions {
            table,
            padding: Some(padding),
        }),
        norm: Some(s.layer_norm("embeddings.LayerNorm", width, epsilon)?),
        scale: 1.0,
    };
    let buckets = c.size_or(&["relative_attention_num_buckets"], 32)?;
    let bias = s
        .weights
        .tensor("encoder.relative_attention_bias.weight", &[buckets, heads])?;
    let distance_bias = Arc::new(distance_bias(&bias, heads, buckets, positions));
    let after = |norm: Norm| SubLayer {
        sum: Some(norm),
        ..SubLayer::default()
    };
    let block = |layer: usize| {
        let at = |name: &str| format!("encoder.layer.{layer}.{name}");
        let [q, k, v] = ["q", "k", "v"].map(|n| at(&format!("attention.attn.{n}")));
        Ok(Block {
            attention_norms: after(s.layer_norm(&at("attention.LayerNorm"), width, epsilon)?),
            qkv: s.linear(&[&q, &k, &v], width, &[width; 3])?,
            attention: Attention {
                heads,
                kv_heads: heads,
                head_width,
                scale: 1.0 / (head_width as f32).sqrt(),
                reach: Reach::ALL,
                rope: None,
                head_norms: None,
                distance_bias: Some(distance_bias.clone()),
            },
            out: s.linear(&[&at("attention.attn.o")], width, &[width])?,
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

/// Spreads the table (buckets × heads) over all distances up to `limit`.
fn distance_bias(table: &[f32], heads: usize, buckets: usize, limit: usize) -> DistanceBias {
    let distances = || (0..2 * limit - 1).map(|i| i as i64 - (limit as i64 - 1));
    let values = (0..heads)
        .flat_map(|h| distances().map(move |d| table[bucket(d, buckets) * heads + h]))
        .collect();
    DistanceBias { values, limit }
}

/// The bucket of `key − query` (T5's scheme, Raffel et al. 2019, arXiv 1910.10683): half the buckets for keys behind
/// the query, and in each half the nearest distances one by one, the others logarithmically up to 128.
fn bucket(distance: i64, buckets: usize) -> usize {
    let half = buckets / 2;
    let exact = half / 2;
    let away = distance.unsigned_abs() as usize;
    let within = if away < exact {
        away
    } else {
        let log =
            (away as f32 / exact as f32).ln() / (128.0 / exact as f32).ln() * (half - exact) as f32;
        (exact + log as usize).min(half - 1)
    };
    within + if distance > 0 { half } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_those_of_the_paper() {
        let found: Vec<usize> = [0, -1, 1, -7, 7, -8, 11, -12, 127, -128, 1000]
            .map(|d| bucket(d, 32))
            .to_vec();
        assert_eq!(found, [0, 1, 17, 7, 23, 8, 24, 9, 31, 15, 31]);
    }
}
