//! From bytes to pages, one format a file.

pub(crate) mod delimited;
pub(crate) mod docx;
pub(crate) mod html;
pub(crate) mod jsonl;
pub(crate) mod markdown;
pub(crate) mod pdf;
pub(crate) mod plain;
pub(crate) mod zones;

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Plain,
    Markdown,
    Html,
    Jsonl,
    Word,
    Pdf,
    Parquet,
    /// With the character between the fields, where the extension settles it.
    Delimited(Option<u8>),
}

/// Extensions that are read, for messages.
pub(crate) const EXTENSIONS: &str =
    ".txt .md .html .pdf .docx .jsonl .csv .tsv .parquet, each also .gz, .zst or in a .zip";

impl Format {
    /// By the extension of a file's name.
    pub fn of(name: &str) -> Option<Self> {
        let file = name.rsplit('/').next().unwrap_or(name);
        let (_, extension) = file.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "txt" | "text" => Self::Plain,
            "md" | "markdown" => Self::Markdown,
            "html" | "htm" | "xhtml" => Self::Html,
            "jsonl" | "ndjson" => Self::Jsonl,
            "docx" => Self::Word,
            "pdf" => Self::Pdf,
            "parquet" | "pq" => Self::Parquet,
            "csv" => Self::Delimited(None),
            "tsv" | "tab" => Self::Delimited(Some(b'\t')),
            _ => return None,
        })
    }
}
