//! What `read` makes of the input: documents, the pieces taken out of them, and what was refused.

use std::{collections::BTreeMap, fmt};

use crate::{ContentHash, Date, DocId, Language};

/// A document: clean text with its metadata. Where a page holds several articles, each is a document (`part`).
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its id.
    pub doc_id: DocId,
    /// Path of the file, relative to the folder that was given, with `/`; a name, never opened again.
    pub path: String,
    /// The record's own id (JSONL, CSV), else its line; `None` where the file is the document.
    pub record: Option<String>,
    /// 0, or which of several articles of one page.
    pub part: u32,
    /// Title, from metadata or the page.
    pub title: Option<String>,
    /// Author, from metadata.
    pub author: Option<String>,
    /// Day of publication.
    pub date: Option<Date>,
    /// Address, as the metadata gives it.
    pub url: Option<String>,
    /// Who published it: metadata, else the first folder name.
    pub source: Option<String>,
    /// What the metadata says the language is; detection decides on the text itself.
    pub declared_language: Option<Language>,
    /// All other columns of the input's metadata, by name (without the `meta_` that they carry in the tables).
    pub meta: BTreeMap<String, String>,
    /// Name of the encoding it was decoded from (`UTF-8`, `windows-1251`).
    pub encoding: String,
    /// Clean text: NFC, paragraphs separated by one empty line. What offsets point into.
    pub text: String,
    /// What was taken out, in order of appearance.
    pub removed: Vec<Removed>,
    /// Hash of [`Self::text`].
    pub content_hash: ContentHash,
    /// The document that this one repeats.
    pub duplicate_of: Option<DocId>,
    /// Why comparisons leave it out; `None` where they count it.
    pub not_counted: Option<String>,
}

/// A piece of text taken out of a document, such as a menu or a paragraph pasted twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The piece.
    pub text: String,
    /// One word for why: `menu`, `share`, `repeated`, `front_matter`.
    pub reason: String,
}

/// A stage of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Bytes to documents.
    Read,
    /// Documents to passages.
    Chunk,
    /// Passages to vectors.
    Embed,
    /// Vectors to clusters.
    Cluster,
    /// Clusters and groups to statistics.
    Compare,
    /// Tables to a page.
    Report,
}

impl Stage {
    /// All stages, in the order they run.
    pub const ALL: [Stage; 6] = [
        Stage::Read,
        Stage::Chunk,
        Stage::Embed,
        Stage::Cluster,
        Stage::Compare,
        Stage::Report,
    ];

    /// Its one word, the same in folders, subcommands, configuration and tables.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Chunk => "chunk",
            Stage::Embed => "embed",
            Stage::Cluster => "cluster",
            Stage::Compare => "compare",
            Stage::Report => "report",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Something refused: bad input never stops a run and is never dropped silently.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rejected {
    /// The file, as [`Document::path`].
    pub source: String,
    /// The record or line in it, where there is one.
    pub record: Option<String>,
    /// The stage that refused.
    pub stage: &'static str,
    /// One word for why: `empty`, `binary`, `no_text`, `malformed`.
    pub reason: String,
    /// A sentence that a person understands.
    pub detail: String,
}
