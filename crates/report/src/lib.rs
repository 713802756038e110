//! Tables to one self-contained HTML page that a colleague can open: no script, no font, no picture from elsewhere.
//!
//! [`render`] takes the rows of the tables as [`Tables`] and gives the page. Warnings come first, then the issues at a
//! glance, the map, each issue with its terms, shares, gap beside floor, and passages face to face, and at the end
//! what was rejected, how to read the figures, and what was run.
//!
//! ```
//! let page = visavis_report::render(&visavis_report::Tables::default());
//! assert!(page.starts_with("<!DOCTYPE html>") && page.contains("no passages"));
//! ```
//!
//! Invariants: a document is data, never markup: every text is escaped; the same tables give the same bytes; numbers
//! that describe these texts only are shown without interval and say so. This crate knows nothing of how the tables
//! came about, and reads no file.

mod figures;
mod framing;
mod issues;
mod page;
mod view;

use visavis_records::rows::{
    ChunkRow, ClusterRow, CounterpartRow, DocumentRow, FramingRow, PrevalenceRow, QualityRow,
    RejectedRow, TermRow, UnansweredRow,
};

/// The rows a page is made of, and what is to be said about the run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tables<'a> {
    /// What makes the groups: `language`, `source`.
    pub by: &'a [String],
    /// Facts about the run, as name and value: model, precision, version.
    pub facts: &'a [(String, String)],
    /// `documents.parquet`
    pub documents: &'a [DocumentRow],
    /// `chunks.parquet`
    pub chunks: &'a [ChunkRow],
    /// `clusters.parquet`
    pub clusters: &'a [ClusterRow],
    /// `terms.parquet`
    pub terms: &'a [TermRow],
    /// `prevalence.parquet`
    pub prevalence: &'a [PrevalenceRow],
    /// `framing.parquet`
    pub framing: &'a [FramingRow],
    /// `counterparts.parquet`
    pub counterparts: &'a [CounterpartRow],
    /// `unanswered.parquet`
    pub unanswered: &'a [UnansweredRow],
    /// `quality.parquet`
    pub quality: &'a [QualityRow],
    /// `rejected.parquet`
    pub rejected: &'a [RejectedRow],
}

/// The page, complete HTML.
pub fn render(tables: &Tables<'_>) -> String {
    page::page(&view::View::new(tables)).into_string()
}
