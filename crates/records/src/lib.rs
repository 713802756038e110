//! The nouns that flow between the stages, and the traits through which stages use each other's work.
//!
//! A [`Document`] is clean text with its metadata; a [`Chunk`] is a range of it; [`UnitVectors`] are the passages'
//! embeddings; a [`Clustering`] puts each passage in a cluster of every layer; the rows in [`rows`] are what the
//! tables hold. Inside a run a passage or document is a dense row number in one canonical order (sorted by id, so
//! that the order of the input never matters); in the tables it is a short string.
//!
//! ```
//! use visavis_records::{Language, UnitVectors};
//! let vectors = UnitVectors::new(vec![3.0, 4.0, 0.0, 2.0], 2)?;
//! assert_eq!(vectors.row(0), [0.6, 0.8]);
//! assert_eq!("ru".parse::<Language>()?, Language::RU);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants: plain values only, no IO, no heavy dependency. This crate knows nothing of files, models, Parquet or
//! of any stage.

pub mod calibration;
pub mod chunk;
pub mod clustering;
pub mod date;
pub mod directions;
pub mod document;
pub mod groups;
pub mod id;
pub mod language;
pub mod lexicon;
pub mod neighbours;
pub mod rows;
pub mod seams;
pub mod vectors;

pub use calibration::{CalibrationKind, CalibrationText, CalibrationVectors};
pub use chunk::Chunk;
pub use clustering::{Clustering, Layer};
pub use date::Date;
pub use directions::{LanguageBasis, LanguageDirections};
pub use document::{Document, Rejected, Removed, Stage};
pub use groups::Groups;
pub use id::{ChunkId, ContentHash, DocId};
pub use language::Language;
pub use lexicon::lexicon;
pub use neighbours::Neighbours;
pub use seams::{ColumnarReader, EncodeError, Encoder, TokenCounter};
pub use vectors::{UnitVectors, VectorError};
