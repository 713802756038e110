//! Clean text to passages: sentences, the language of each, and cuts where a reader would cut, within the encoder's
//! token budget.
//!
//! A [`Chunker`] is built once from [`ChunkOptions`] and the encoder's [`TokenCounter`] and gives a [`Chunked`] for
//! each document.
//!
//! ```
//! use visavis_chunk::{ChunkOptions, Chunker};
//! # use std::collections::BTreeMap;
//! # use visavis_records::{ContentHash, DocId, Document, Language, TokenCounter};
//! struct Words;
//! impl TokenCounter for Words {
//!     fn count(&self, text: &str) -> usize { text.split_whitespace().count() + 2 }
//!     fn limit(&self) -> usize { 128 }
//! }
//! # let text = "The guns are silent. That is an achievement.\n\nОружие молчит, и это достижение. Так считают многие жители.".to_owned();
//! # let content_hash = ContentHash::of(&text);
//! # let document = Document { doc_id: DocId::of("", content_hash, 0, 0), path: String::new(), record: None, part: 0,
//! #     title: None, author: None, date: None, url: None, source: None, declared_language: None, meta: BTreeMap::new(),
//! #     encoding: "UTF-8".into(), text, removed: vec![], content_hash, duplicate_of: None, not_counted: None };
//! let chunked = Chunker::new(ChunkOptions::default(), &Words).chunk(0, &document);
//! let texts: Vec<&str> = chunked.chunks.iter().map(|c| c.text(&document.text)).collect();
//! assert_eq!(texts, ["The guns are silent. That is an achievement.", "Оружие молчит, и это достижение. Так считают многие жители."]);
//! assert_eq!(chunked.chunks[1].language, Language::RU);
//! ```
//!
//! Invariants:
//! - Passages in order rejoin to the document's text: between them, and before the first and behind the last, stands
//!   white space only. (With `overlap_sentences` a passage begins with sentences of the one before.)
//! - `start..end` in code points and `bytes` select the same text, which neither begins nor ends with white space.
//! - No passage has more tokens than `min(max_tokens, counter.limit())` by the counter's own count, save for a single
//!   character that has more by itself.
//! - A passage is in one language. It is cut inside a sentence only where the sentence is over the budget, and never
//!   inside a grapheme unless a single one is.
//!
//! This crate does no IO and knows nothing of files, formats, models or vectors.

mod identify;
mod neighbours;
mod offsets;
mod pack;
mod sentences;
mod spans;
mod split;
mod telltale;

use std::{collections::BTreeMap, sync::Arc};

pub use identify::Identifier;
use pack::{Budget, Unit};
use sentences::{Gap, Sentence};
use spans::Label;
use visavis_records::{Chunk, ChunkId, Document, Language, TokenCounter};

/// How to cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkOptions {
    /// Most tokens of a passage, special tokens included; the encoder's limit holds where it is less.
    pub max_tokens: usize,
    /// Tokens that a passage should have, special tokens included.
    pub target_tokens: usize,
    /// Sentences that a passage repeats of the one before.
    pub overlap_sentences: usize,
    /// Languages that are told apart; empty for [`Language::CALIBRATED`].
    pub languages: Vec<Language>,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self {
            max_tokens: usize::MAX,
            target_tokens: 150,
            overlap_sentences: 0,
            languages: Vec::new(),
        }
    }
}

/// The passages of a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chunked {
    /// Passages in order; none where the text is empty.
    pub chunks: Vec<Chunk>,
    /// The language of most of the text.
    pub language: Option<Language>,
    /// Languages with their shares of the characters (white space not counted), largest first; they add up to 1.
    pub languages: Vec<(Language, f32)>,
}

/// Cuts documents into passages. Safe to use from several threads at once.
#[derive(Clone)]
pub struct Chunker<'a> {
    options: ChunkOptions,
    budget: Budget,
    counter: &'a dyn TokenCounter,
    identifier: Arc<Identifier>,
}

impl std::fmt::Debug for Chunker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunker")
            .field("options", &self.options)
            .field("identifier", &self.identifier)
            .finish_non_exhaustive()
    }
}

impl<'a> Chunker<'a> {
    /// A chunker with an identifier of its own.
    pub fn new(options: ChunkOptions, counter: &'a dyn TokenCounter) -> Self {
        let identifier = Arc::new(Identifier::new(&options.languages));
        Self::with_identifier(options, counter, identifier)
    }

    /// A chunker that shares an identifier; the languages are the identifier's.
    pub fn with_identifier(
        options: ChunkOptions,
        counter: &'a dyn TokenCounter,
        identifier: Arc<Identifier>,
    ) -> Self {
        let limit = options.max_tokens.min(counter.limit());
        let budget = Budget {
            limit,
            target: options.target_tokens.clamp(1, limit.max(1)),
            overlap: options.overlap_sentences,
        };
        Self {
            options,
            budget,
            counter,
            identifier,
        }
    }

    /// How it cuts.
    pub fn options(&self) -> &ChunkOptions {
        &self.options
    }

    /// The identifier, to be shared.
    pub fn identifier(&self) -> Arc<Identifier> {
        Arc::clone(&self.identifier)
    }

    /// Cuts a document, whose row in canonical order is given.
    pub fn chunk(&self, document_row: u32, document: &Document) -> Chunked {
        let text = document.text.as_str();
        let sentences = sentences::sentences(text);
        let labels = spans::label(
            text,
            &sentences,
            document.declared_language,
            &self.identifier,
        );
        let offsets = offsets::Offsets::new(text);
        let mut chunks = Vec::new();
        let mut shares = BTreeMap::<Language, usize>::new();
        let mut start = 0;
        while start < sentences.len() {
            let language = labels[start].language;
            let run = labels[start..]
                .iter()
                .take_while(|l| l.language == language)
                .count();
            let run = start..start + run;
            let (units, sentence_of) = self.units(text, &sentences[run.clone()]);
            for (range, tokens) in pack::pack(text, &units, self.budget, self.counter) {
                let bytes = units[range.start].bytes.start..units[range.end - 1].bytes.end;
                let (first, last) = (
                    offsets.code_points(bytes.start),
                    offsets.code_points(bytes.end),
                );
                let voters =
                    run.start + sentence_of[range.start]..=run.start + sentence_of[range.end - 1];
                chunks.push(Chunk {
                    chunk_id: ChunkId::of(document.doc_id, first, last),
                    document: document_row,
                    ordinal: chunks.len() as u32,
                    start: first,
                    end: last,
                    bytes: bytes.start as u32..bytes.end as u32,
                    language,
                    language_confidence: confidence(&sentences[voters.clone()], &labels[voters]),
                    n_tokens: tokens as u32,
                });
            }
            *shares.entry(language).or_default() += sentences[run.clone()]
                .iter()
                .map(|s| ink(&text[s.bytes.clone()]))
                .sum::<usize>();
            start = run.end;
        }
        let all: usize = shares.values().sum();
        let mut languages: Vec<(Language, f32)> = shares
            .into_iter()
            .map(|(l, n)| (l, n as f32 / all.max(1) as f32))
            .collect();
        languages.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Chunked {
            chunks,
            language: languages.first().map(|l| l.0),
            languages,
        }
    }

    /// Sentences with their tokens, those over the budget in pieces; and the sentence of each.
    fn units(&self, text: &str, sentences: &[Sentence]) -> (Vec<Unit>, Vec<usize>) {
        let (mut units, mut sentence_of) = (Vec::new(), Vec::new());
        for (at, sentence) in sentences.iter().enumerate() {
            let tokens = self.counter.count(&text[sentence.bytes.clone()]);
            if tokens <= self.budget.limit {
                let alone = at == 0 || sentences[at - 1].gap == Gap::Paragraph;
                let heading = alone
                    && sentence.gap == Gap::Paragraph
                    && is_heading(&text[sentence.bytes.clone()]);
                units.push(Unit {
                    bytes: sentence.bytes.clone(),
                    gap: sentence.gap,
                    tokens,
                    heading,
                });
                sentence_of.push(at);
                continue;
            }
            for bytes in split::split(
                text,
                sentence.bytes.clone(),
                self.counter,
                self.budget.limit,
            ) {
                let gap = if bytes.end == sentence.bytes.end {
                    sentence.gap
                } else {
                    Gap::Space
                };
                let tokens = self.counter.count(&text[bytes.clone()]);
                units.push(Unit {
                    bytes,
                    gap,
                    tokens,
                    heading: false,
                });
                sentence_of.push(at);
            }
        }
        (units, sentence_of)
    }
}

/// A short paragraph without a full stop.
fn is_heading(paragraph: &str) -> bool {
    paragraph.chars().count() <= 120
        && !paragraph.ends_with(['.', '!', '…', ';', ',', '。', '！', '।', '؟'])
}

fn ink(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The mean over the passage's sentences, by length.
fn confidence(sentences: &[Sentence], labels: &[Label]) -> f32 {
    let weight = |s: &Sentence| s.bytes.len() as f64;
    let all: f64 = sentences.iter().map(weight).sum();
    let sum: f64 = sentences
        .iter()
        .zip(labels)
        .map(|(s, l)| weight(s) * f64::from(l.confidence))
        .sum();
    (sum / all.max(1.0)) as f32
}
