//! Bytes to documents of clean text: files and folders, formats, encodings, metadata, and the prose of a page without
//! the page around it.
//!
//! [`read`] takes paths and gives a [`Reading`]: documents sorted by id, and a row for everything refused. [`read_all`]
//! takes other [`Inputs`] too and gives [`Shelved`], from which documents come one after the other.
//!
//! ```
//! let folder = std::env::temp_dir().join(format!("visavis-read-{}", std::process::id()));
//! std::fs::create_dir_all(folder.join("institute"))?;
//! std::fs::write(folder.join("institute/a.md"), "---\ndate: 2019-02-12\n---\n# Title\n\nThe *text*.\n")?;
//! let reading = visavis_read::read(&[folder.clone()], &Default::default(), &|_, _| ())?;
//! let document = &reading.documents[0];
//! assert_eq!(document.text, "Title\n\nThe text.");
//! assert_eq!((document.source.as_deref(), document.path.as_str()), (Some("institute"), "institute/a.md"));
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | step | file | what it does |
//! |---|---|---|
//! | find | `walk`, `unpack` | folders, globs; .gz, .zst, .zip within limits |
//! | decode | `decode`, `characters` | encodings; NFC, invisible characters out, white space single |
//! | parse | `format` | .txt .md .html .pdf .docx .jsonl .csv .tsv .parquet to blocks and metadata |
//! | judge | `prose` | which blocks are text and which are page, and why |
//! | divide | `parts` | pages of several articles |
//! | compare | `recurring` | lines that recur over the documents of a source |
//! | name | `identity`, `copies` | ids; documents that repeat another |
//!
//! Between these steps texts lie in a file (`shelf`): what memory holds grows with the number of documents by their
//! metadata and some hundred bytes each, and by the largest files that are open, not by their texts.
//!
//! Invariants:
//! - *Nothing is lost.* Every character read that is not white space stands in the text of a document, in one of its
//!   [`Removed`] pieces, or in what was refused: `chars_read` = kept + removed + `chars_rejected`. Read are: of a text
//!   or Markdown file everything, front matter being removed with the reason `front_matter` and hyphens that only
//!   divide a line with `hyphenation`; of HTML, and of the HTML that Markdown renders to, the text nodes of the body,
//!   since scripts, styles, templates, `noscript` and comments are code and the head is metadata; of .docx the main
//!   part; of .pdf the glyphs that its pages show, ligatures as letters; of a record of JSONL, CSV or Parquet the text
//!   column, the others being metadata. Markup itself, and characters that
//!   carry no text (soft hyphens, zero-width spaces, marks of direction, control characters, the private use area),
//!   are not characters read.
//! - *Precision first.* A paragraph of prose goes only where the markup around it or its own words say that it is none
//!   of the text, or where it stands in the document already.
//! - Bad input is a row of `rejected`, never an error, and stops nothing around it. Hidden files and the folder beside
//!   a saved page are not input.
//! - The same documents, ids and order for any order of the paths and any number of threads. An id depends on the
//!   record's own id and the text; renaming a file changes none. A text depends on the file, and on the other documents
//!   of its source where lines recur over them. (A PDF that takes longer than is allowed depends on the machine.)
//!
//! Reasons in [`Removed`]: `front_matter`, `hyphenation`; by markup `menu`, `header`, `footer`, `aside`, `form`,
//! `notice`, `share`, `related`, `comments`, `newsletter`, `ad`, `poll`, `caption`, `disclaimer`, `bio`, `hidden`; by
//! form and words also `links`, `icon`, `language_link`, `tags`, `rating`, `reading_time`, `page_number`, `rotated`; by
//! comparison `repeated_title`, `repeated_paragraph`, `pull_quote`, `recurring`. Reasons in [`Rejected`]: `empty`,
//! `no_text`, `binary`, `format`, `malformed`, `too_large`, `too_slow`, `truncated`, `encrypted`, `nesting`, `path`,
//! `link`, `missing`, `unreadable`.
//!
//! This crate does not know languages beyond what metadata declare, and nothing of passages, tokens or vectors. It
//! opens Parquet only with a [`ColumnarReader`] that is handed in, and does not read text in pictures.

mod characters;
mod columns;
mod copies;
mod dates;
mod decode;
mod file;
mod format;
mod front;
mod identity;
mod languages;
mod metadata;
mod page;
mod parts;
mod prose;
mod recurring;
mod shelf;
mod sidecar;
mod unpack;
mod walk;
mod words;

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use visavis_records::{ColumnarReader, DocId, Document, Rejected, Removed};

use shelf::{Body, Shelf};

/// What to read, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Globs over the files' names relative to the folder; empty for all files.
    pub include: Vec<String>,
    /// Globs of files to leave out.
    pub exclude: Vec<String>,
    /// Columns of records, for what is not found by its usual names.
    pub columns: Columns,
    /// Keep menus, share rows and the like in the text.
    pub keep_boilerplate: bool,
    /// What is too much.
    pub limits: Limits,
}

/// The columns of JSONL, CSV and Parquet that hold what every document has; each is found by its usual names where it
/// is not given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the names of a document's fields")]
pub struct Columns {
    pub text: Option<String>,
    pub id: Option<String>,
    pub title: Option<String>,
    pub author: Option<String>,
    pub date: Option<String>,
    pub language: Option<String>,
    pub source: Option<String>,
    pub url: Option<String>,
}

/// What is too much: beyond it a file or record is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a file.
    pub file_bytes: u64,
    /// Bytes of a line of JSONL.
    pub line_bytes: usize,
    /// Bytes of a packed file, a whole archive, a PDF's streams or a Parquet's columns when unpacked.
    pub unpacked_bytes: u64,
    /// How many times larger a packed file may become; the first megabyte is always allowed.
    pub unpacked_ratio: u64,
    /// Files in an archive.
    pub archive_files: usize,
    /// Archives inside archives.
    pub archive_depth: u32,
    /// Elements of HTML inside each other.
    pub html_depth: usize,
    /// Pages of a PDF.
    pub pdf_pages: usize,
    /// Seconds that a PDF may take: the one limit that depends on the machine.
    pub pdf_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 1 << 30,
            line_bytes: 64 << 20,
            unpacked_bytes: 1 << 30,
            unpacked_ratio: 100,
            archive_files: 1_000_000,
            archive_depth: 3,
            html_depth: 2_000,
            pdf_pages: 10_000,
            pdf_seconds: 120,
        }
    }
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// Documents, sorted by id; ids are unique.
    pub documents: Vec<Document>,
    /// What was refused, sorted.
    pub rejected: Vec<Rejected>,
    /// Files that were opened.
    pub files: usize,
    /// Characters read, white space not counted.
    pub chars_read: u64,
    /// Those of `chars_read` in files and records that were refused.
    pub chars_rejected: u64,
}

/// Set-up that cannot work, or a full disk; bad files are rows of [`Reading::rejected`] instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A path that does not exist.
    #[error("{} does not exist; give a file or folder of documents", .0.display())]
    Missing(PathBuf),
    /// A path that cannot be looked at.
    #[error("{} cannot be opened: {error}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system says.
        error: String,
    },
    /// A folder without files, or with none that the globs let through.
    #[error("{} holds no files to read (formats: {formats})", .0.display(), formats = format::EXTENSIONS)]
    NoFiles(PathBuf),
    /// A pattern that is no glob.
    #[error("`{0}` is not a glob; write `*.html` or `2018/**`")]
    Glob(String),
    /// Texts could not be laid aside, or not be had back: the disk is full.
    #[error("the temporary file for the texts that were read: {0}")]
    Shelf(String),
}

#[allow(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn shelf_failed(error: std::io::Error) -> ReadError {
    ReadError::Shelf(error.to_string())
}

/// What is read, and with whose help.
#[derive(Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// Files and folders.
    pub paths: &'a [PathBuf],
    /// Lines of JSON that are in no file, as from standard input; their path is [`LINES`].
    pub lines: Option<&'a [u8]>,
    /// Opens .parquet; without it they are refused.
    pub columnar: Option<&'a dyn ColumnarReader>,
    /// The folder for a file in which texts lie until they are asked for; else that of the system.
    pub shelf: Option<&'a Path>,
}

/// The path of documents that came as [`Inputs::lines`].
pub const LINES: &str = "-";

/// Name of the threads on which PDFs are parsed. Their panics are caught and refuse the file; a program may keep them
/// from its terminal.
pub const PDF_THREAD: &str = format::pdf::THREAD;

/// Reads files and folders. `progress` is told how many files are done, of how many.
///
/// # Errors
/// Only where the set-up cannot work: a path that does not exist, a folder without files, a broken glob; or where there
/// is no room for the texts in the system's temporary folder.
pub fn read(
    paths: &[PathBuf],
    options: &ReadOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Reading, ReadError> {
    let inputs = Inputs {
        paths,
        ..Inputs::default()
    };
    read_all(inputs, options, progress)?.in_memory()
}

/// What was read, as in [`Reading`], with the texts of the documents on disk.
#[derive(Debug)]
#[allow(missing_docs, reason = "as in `Reading`")]
pub struct Shelved {
    documents: Vec<identity::Header>,
    shelf: Shelf,
    pub rejected: Vec<Rejected>,
    pub files: usize,
    pub chars_read: u64,
    pub chars_rejected: u64,
}

impl Shelved {
    /// The same with the texts.
    ///
    /// # Errors
    /// Where they cannot be had back.
    pub fn in_memory(self) -> Result<Reading, ReadError> {
        Ok(Reading {
            documents: self.documents().collect::<Result<_, _>>()?,
            rejected: self.rejected,
            files: self.files,
            chars_read: self.chars_read,
            chars_rejected: self.chars_rejected,
        })
    }

    /// The ids of the documents, sorted.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = DocId> + '_ {
        self.documents.iter().map(|header| header.document.doc_id)
    }

    /// The documents, sorted by id; ids are unique.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = Result<Document, ReadError>> + '_ {
        self.documents.iter().map(|header| {
            let Body { text, removed } = self.shelf.get(header.place).map_err(shelf_failed)?;
            Ok(Document {
                text,
                removed,
                ..header.document.clone()
            })
        })
    }
}

/// Reads all of some inputs; else as [`read`].
///
/// # Errors
/// As [`read`].
pub fn read_all(
    inputs: Inputs<'_>,
    options: &ReadOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Shelved, ReadError> {
    let (mut files, mut rejected) = walk::walk(inputs.paths, options)?;
    let described = sidecar::take(&mut files, &mut rejected);
    let done = AtomicUsize::new(0);
    let shelf = Shelf::new(inputs.shelf).map_err(shelf_failed)?;
    let reader = file::FileReader {
        options,
        columnar: inputs.columnar,
        shelf: &shelf,
    };
    let mut yields: Vec<file::Yield<'_>> = files
        .par_iter()
        .map(|file| {
            let mut result = reader.read(file)?;
            // Most files give one document; room for four would be most of what is held of it.
            result.drafts.shrink_to_fit();
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
            Ok(result)
        })
        .collect::<std::io::Result<_>>()
        .map_err(shelf_failed)?;
    if let Some(lines) = inputs.lines {
        yields.push(reader.lines(lines).map_err(shelf_failed)?);
    }
    let files = yields.len();
    let (mut drafts, mut chars_read, mut chars_rejected) = (Vec::new(), 0, 0);
    for mut result in yields {
        chars_read += result.chars_read as u64;
        chars_rejected += result.chars_rejected as u64;
        rejected.append(&mut result.rejected);
        drafts.append(&mut result.drafts);
    }
    for draft in &mut drafts {
        if let Some(metadata) = described.get(&draft.path) {
            draft.metadata = metadata.clone().or(std::mem::take(&mut draft.metadata));
        }
    }
    if !options.keep_boilerplate {
        recurring::take(&mut drafts, &shelf).map_err(shelf_failed)?;
    }
    rejected.sort();
    Ok(Shelved {
        documents: identity::documents(drafts, &shelf).map_err(shelf_failed)?,
        shelf,
        rejected,
        files,
        chars_read,
        chars_rejected,
    })
}

/// A piece taken out, cleaned line by line; none where nothing is left.
fn removed(text: &str, reason: &str) -> Option<Removed> {
    let text = characters::lines(text);
    (!text.is_empty()).then(|| Removed {
        text,
        reason: reason.to_owned(),
    })
}
