//! Texts that go through the network together, and how they lie beside each other for attention.

use candle_core::{Result, Tensor};

use super::Place;
use crate::cpu;

/// Texts whose lengths have the same number of so many tokens are padded to the longest of them.
const STEP: usize = 16;

/// The tokens of several texts, one text after the other.
pub(super) struct Batch {
    /// Ids of all tokens.
    pub ids: Tensor,
    /// Their positions.
    pub positions: Tensor,
    pub groups: Vec<Group>,
    /// Where each token lies among the padded tokens of all groups.
    pub scatter: Tensor,
}

/// Neighbouring texts of like length.
pub(super) struct Group {
    pub lengths: Vec<usize>,
    pub longest: usize,
    /// For each padded token of each text the token of the batch; padding repeats the text's first.
    pub gather: Tensor,
    /// texts × 1 × 1 × longest: minus infinity at padding.
    pub mask: Tensor,
}

impl Batch {
    pub fn new(texts: &[&[u32]], padding: Option<usize>, place: &Place) -> Result<Self> {
        let (mut ids, mut positions, mut scatter) = (Vec::new(), Vec::new(), Vec::new());
        let (mut groups, mut padded) = (Vec::new(), 0);
        for texts in texts.chunk_by(|a, b| a.len().div_ceil(STEP) == b.len().div_ceil(STEP)) {
            let longest = texts.iter().map(|t| t.len()).max().unwrap_or(0);
            let (mut gather, mut mask) = (Vec::new(), Vec::new());
            for text in texts {
                let first = ids.len();
                ids.extend_from_slice(text);
                positions.extend(cpu::positions(text, padding).map(|p| p as u32));
                scatter.extend((padded..padded + text.len()).map(|p| p as u32));
                padded += longest;
                for place in 0..longest {
                    let there = place < text.len();
                    gather.push((first + if there { place } else { 0 }) as u32);
                    mask.push(if there { 0.0 } else { f32::NEG_INFINITY });
                }
            }
            groups.push(Group {
                lengths: texts.iter().map(|t| t.len()).collect(),
                longest,
                gather: Tensor::new(gather, &place.device)?,
                mask: place.put(mask, &[texts.len(), 1, 1, longest])?,
            });
        }
        Ok(Self {
            ids: Tensor::new(ids, &place.device)?,
            positions: Tensor::new(positions, &place.device)?,
            groups,
            scatter: Tensor::new(scatter, &place.device)?,
        })
    }
}
