//! The CPU engine: a transformer encoder over packed tokens.
//!
//! Tokens of several texts lie one after the other without padding. Matrix products, norms and activations see rows;
//! attention sees one text at a time. A row's result depends on its own text alone, never on what else is in the
//! pack, so a text has the same vector in any company and for any number of threads.
//!
//! Everything here is on one thread; the caller runs packs side by side.

mod activation;
mod attention;
mod block;
mod embedding;
mod linear;
mod norm;
mod rope;
mod workspace;

pub(crate) use activation::Activation;
pub(crate) use attention::{Attention, DistanceBias, Reach};
pub(crate) use block::{Block, FeedForward, SubLayer};
pub(crate) use embedding::{Embedding, Positions, positions};
pub(crate) use linear::{Linear, kernel_names};
pub(crate) use norm::Norm;
pub(crate) use rope::Rope;
pub(crate) use workspace::{Products, Workspace};

use crate::ModelError;

/// Texts to be encoded together: their ids one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pack {
    /// Token ids of all texts.
    pub ids: Vec<u32>,
    /// Tokens of each text.
    pub lengths: Vec<usize>,
}

impl Pack {
    /// Adds a text.
    pub fn push(&mut self, ids: &[u32]) {
        self.ids.extend(ids);
        self.lengths.push(ids.len());
    }
}

/// An encoder, ready to run.
pub(crate) struct Network {
    /// Values a token.
    pub width: usize,
    pub embedding: Embedding,
    pub blocks: Vec<Block>,
    pub final_norm: Option<Norm>,
}

impl Network {
    /// Token vectors of the last layer, tokens × width, in `workspace.hidden`. Fails where the file of the word
    /// embeddings cannot be read.
    pub fn run(&self, pack: &Pack, workspace: &mut Workspace) -> Result<(), ModelError> {
        workspace.resize(pack.ids.len(), self.width);
        let mut hidden = std::mem::take(&mut workspace.hidden);
        self.embedding.apply(pack, &mut hidden)?;
        for block in &self.blocks {
            block.apply(pack, &mut hidden, workspace);
        }
        if let Some(norm) = &self.final_norm {
            norm.apply(&mut hidden);
        }
        workspace.hidden = hidden;
        Ok(())
    }
}
