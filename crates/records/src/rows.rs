//! What the tables hold, row by row. `visavis-tables` writes them and documents every column; the fields here carry
//! the same names.
//!
//! Cluster numbers are unique over all layers ([`crate::Clustering`]); ids of passages and documents are the strings
//! of [`crate::ChunkId`] and [`crate::DocId`].
#![allow(
    missing_docs,
    reason = "every column is documented once, in visavis-tables"
)]

use std::collections::BTreeMap;

use crate::{ChunkId, ContentHash, Date, DocId, Language};

/// A row of `documents.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentRow {
    pub doc_id: DocId,
    pub path: String,
    pub record: Option<String>,
    pub part: u32,
    pub title: Option<String>,
    pub author: Option<String>,
    pub date: Option<Date>,
    pub url: Option<String>,
    pub source: Option<String>,
    pub declared_language: Option<Language>,
    pub language: Option<Language>,
    pub languages: Vec<Language>,
    pub language_shares: Vec<f32>,
    pub encoding: String,
    pub n_chars: u32,
    pub n_chars_removed: u32,
    pub n_chunks: Option<u32>,
    pub content_hash: ContentHash,
    pub duplicate_of: Option<DocId>,
    pub counted: bool,
    pub not_counted: Option<String>,
    /// Each key becomes a column `meta_KEY`.
    pub meta: BTreeMap<String, String>,
}

/// A row of `texts.parquet`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    pub doc_id: DocId,
    pub text: String,
}

/// A row of `removed.parquet`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedRow {
    pub doc_id: DocId,
    pub ordinal: u32,
    pub text: String,
    pub reason: String,
}

/// A row of `chunks.parquet`. What a stage after `chunk` fills in is null until then.
#[derive(Debug, Clone, PartialEq)]
pub struct ChunkRow {
    pub chunk_id: ChunkId,
    pub doc_id: DocId,
    pub ordinal: u32,
    pub text: String,
    pub language: Language,
    pub language_confidence: f32,
    pub start: u32,
    pub end: u32,
    pub n_tokens: u32,
    pub group: Option<String>,
    pub cluster: Option<i32>,
    pub nearest_cluster: Option<i32>,
    pub strength: Option<f32>,
    pub is_representative: Option<bool>,
    pub projection_x: Option<f32>,
    pub projection_y: Option<f32>,
    pub neighbors: Option<NeighborCell>,
}

/// The nearest passages of a passage, as row numbers of `chunks.parquet` with cosine distances: the layout that
/// embedding viewers read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NeighborCell {
    pub ids: Vec<u32>,
    pub distances: Vec<f32>,
}

/// A row of `embeddings.parquet`; a vector of the model's dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddingRow {
    pub chunk_id: ChunkId,
    pub vector: Box<[f32]>,
}

/// A row of `directions.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectionRow {
    pub method: String,
    pub language: Option<Language>,
    pub kind: String,
    pub rank: u32,
    pub vector: Box<[f32]>,
}

/// A row of `clusters.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterRow {
    pub cluster: i32,
    pub layer: u32,
    pub parent: Option<i32>,
    pub name: String,
    pub n_chunks: u32,
    pub n_documents: u32,
    pub cohesion: f32,
    pub stability: Option<f32>,
    pub language_entropy: f32,
    pub coverage: Option<String>,
    pub representatives: Vec<ChunkId>,
}

/// A row of `memberships.parquet`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipRow {
    pub chunk_id: ChunkId,
    pub layer: u32,
    pub cluster: i32,
}

/// A row of `terms.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct TermRow {
    pub cluster: i32,
    pub language: Language,
    pub group: Option<String>,
    pub term: String,
    pub pair_id: Option<u32>,
    pub rank: u32,
    pub score: f32,
    pub z: Option<f32>,
}

/// A row of `prevalence.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct PrevalenceRow {
    pub cluster: i32,
    pub group: String,
    pub n_chunks: u32,
    pub n_documents: u32,
    pub share: f64,
    pub share_low: Option<f64>,
    pub share_high: Option<f64>,
    pub log_odds: Option<f64>,
    pub z: Option<f64>,
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
}

/// A row of `framing.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct FramingRow {
    pub cluster: i32,
    pub layer: u32,
    pub group_a: String,
    pub group_b: String,
    pub n_chunks_a: u32,
    pub n_chunks_b: u32,
    pub n_documents_a: u32,
    pub n_documents_b: u32,
    pub gap: Option<f64>,
    pub gap_low: Option<f64>,
    pub gap_high: Option<f64>,
    pub floor: Option<f64>,
    pub floor_low: Option<f64>,
    pub floor_high: Option<f64>,
    pub excess: Option<f64>,
    pub excess_low: Option<f64>,
    pub excess_high: Option<f64>,
    pub p: Option<f64>,
    pub p_min: Option<f64>,
    pub q: Option<f64>,
    pub verdict: String,
}

/// A row of `counterparts.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct CounterpartRow {
    pub chunk_a: ChunkId,
    pub chunk_b: ChunkId,
    pub cluster: Option<i32>,
    pub group_a: Option<String>,
    pub group_b: Option<String>,
    pub language_a: Language,
    pub language_b: Language,
    pub cosine: f32,
    pub margin: f32,
    pub kind: String,
    pub stance: Option<String>,
    pub stance_p: Option<f32>,
}

/// A row of `unanswered.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnansweredRow {
    pub chunk_id: ChunkId,
    pub cluster: i32,
    pub group: String,
    pub other_group: String,
    pub best_margin: Option<f32>,
    pub nearest_chunk_id: Option<ChunkId>,
}

/// A row of `timeline.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineRow {
    pub cluster: i32,
    pub group: String,
    pub period_start: Date,
    pub n_chunks: u32,
    pub n_documents: u32,
    pub share: f64,
}

/// A row of `quality.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityRow {
    pub name: String,
    pub layer: Option<u32>,
    pub value: f64,
    pub expected: Option<f64>,
    pub verdict: String,
    pub message: String,
}

/// A row of `rejected.parquet`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    pub source: String,
    pub record: Option<String>,
    pub stage: String,
    pub reason: String,
    pub detail: String,
}

/// A row of `hardware.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub struct HardwareRow {
    pub date: Date,
    pub visavis: String,
    pub machine: String,
    pub system: String,
    pub threads: u32,
    pub encoder: String,
    pub precision: String,
    pub device: String,
    pub kernels: Vec<String>,
    pub stage: String,
    pub seconds: f64,
    pub n_documents: u32,
    pub n_chunks: u32,
    pub n_tokens: f64,
    pub tokens_per_second: f64,
    pub matrix_rate: Option<f64>,
    pub matrix_limit: Option<f64>,
}
