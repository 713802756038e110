//! Token ids to the first token vectors.

use super::{Norm, Pack};
use crate::{ModelError, weights::RowTable};

/// Word embeddings, with what is added to them.
pub(crate) struct Embedding {
    /// Read from its file row by row: only rows that occur take memory.
    pub words: RowTable,
    pub positions: Option<Positions>,
    pub norm: Option<Norm>,
    /// What words are multiplied by.
    pub scale: f32,
}

/// Learned positions, with the one token type that is used added.
pub(crate) struct Positions {
    /// positions × width.
    pub table: Vec<f32>,
    /// For `RoBERTa`'s way of counting: positions begin after this id, and a token of this id has it as its position.
    pub padding: Option<usize>,
}

/// The position of each token of a text, counted as [`Positions::padding`] says.
pub(crate) fn positions(text: &[u32], padding: Option<usize>) -> impl Iterator<Item = usize> {
    let mut seen = 0;
    let position = move |(place, &id): (usize, &u32)| match padding {
        None => place,
        Some(padding) if id as usize == padding => padding,
        Some(padding) => {
            seen += 1;
            padding + seen
        }
    };
    text.iter().enumerate().map(position)
}

impl Embedding {
    /// Most tokens a text may have, where positions limit it.
    pub fn limit(&self, width: usize) -> Option<usize> {
        let positions = self.positions.as_ref()?;
        Some((positions.table.len() / width).saturating_sub(positions.padding.map_or(0, |p| p + 1)))
    }

    /// Writes the vectors of a pack's tokens, tokens × width.
    pub fn apply(&self, pack: &Pack, hidden: &mut [f32]) -> Result<(), ModelError> {
        let width = hidden.len() / pack.ids.len().max(1);
        let mut rows = hidden.chunks_exact_mut(width);
        let mut ids = &pack.ids[..];
        for &length in &pack.lengths {
            let (text, rest) = ids.split_at(length);
            ids = rest;
            let padding = self.positions.as_ref().and_then(|p| p.padding);
            for ((&id, position), row) in text.iter().zip(positions(text, padding)).zip(&mut rows) {
                self.words.read(id as usize, row)?;
                if self.scale != 1.0 {
                    for x in row.iter_mut() {
                        *x *= self.scale;
                    }
                }
                let Some(positions) = &self.positions else {
                    continue;
                };
                let table = &positions.table[position * width..(position + 1) * width];
                for (x, p) in row.iter_mut().zip(table) {
                    *x += p;
                }
            }
        }
        if let Some(norm) = &self.norm {
            norm.apply(hidden);
        }
        Ok(())
    }
}
