//! A passage.

use std::ops::Range;

use crate::{ChunkId, Language};

/// A passage: a range of its document's clean text, in one language, within the encoder's token budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// Its id.
    pub chunk_id: ChunkId,
    /// Row of its document in canonical order.
    pub document: u32,
    /// Place among the passages of its document, from 0.
    pub ordinal: u32,
    /// First code point of the passage in the document's text.
    pub start: u32,
    /// One past its last code point.
    pub end: u32,
    /// The same range in bytes of UTF-8.
    pub bytes: Range<u32>,
    /// Language of the passage.
    pub language: Language,
    /// How sure the detection is, 0–1.
    pub language_confidence: f32,
    /// Tokens by the encoder's tokenizer, special tokens included.
    pub n_tokens: u32,
}

impl Chunk {
    /// The passage's text, out of its document's.
    ///
    /// # Panics
    /// If `document` is not the text that the passage was cut from.
    pub fn text<'a>(&self, document: &'a str) -> &'a str {
        &document[self.bytes.start as usize..self.bytes.end as usize]
    }
}
