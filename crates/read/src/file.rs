//! One file: bytes to drafts of documents, or to the reason why not.

use std::{fs, io};

use visavis_records::{ColumnarReader, Rejected, Removed, Stage};

use crate::{
    LINES, Limits, ReadOptions,
    columns::{self, Refusal},
    decode,
    format::{self, Format, delimited, docx, html, jsonl, markdown, pdf, plain},
    identity::Draft,
    metadata::Metadata,
    page::{self, Block, Page},
    parts, prose,
    shelf::{Body, Laid, Shelf},
    unpack,
    walk::File,
};

/// What a file gave.
#[derive(Debug)]
pub(crate) struct Yield<'a> {
    shelf: &'a Shelf,
    pub drafts: Vec<Draft>,
    pub rejected: Vec<Rejected>,
    pub chars_read: usize,
    pub chars_rejected: usize,
    /// Why the shelf took no more.
    failed: Option<io::Error>,
}

/// Reads files one by one, all in the same way.
#[derive(Clone, Copy)]
pub(crate) struct FileReader<'a> {
    pub options: &'a ReadOptions,
    pub columnar: Option<&'a dyn ColumnarReader>,
    pub shelf: &'a Shelf,
}

impl<'a> FileReader<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// Where the shelf takes no more.
    pub fn read(&self, file: &File) -> io::Result<Yield<'a>> {
        let mut out = Yield::new(self.shelf);
        match load(file, &self.options.limits) {
            Ok(bytes) => self.read_named(&file.name, &file.name, &bytes, 0, &mut out),
            Err(refusal) => out.refuse(&file.name, None, refusal),
        }
        out.failed.take().map_or(Ok(out), Err)
    }

    /// Reads lines of JSON that are in no file.
    ///
    /// # Errors
    /// Where the shelf takes no more.
    pub fn lines(&self, bytes: &[u8]) -> io::Result<Yield<'a>> {
        let mut out = Yield::new(self.shelf);
        self.read_named(LINES, "-.jsonl", bytes, 0, &mut out);
        out.failed.take().map_or(Ok(out), Err)
    }

    /// Reads bytes whose name tells the format, unpacking what is packed. A file inside .gz or .zst is `shown` under
    /// the name of the packed one, a file of an archive under archive and name.
    fn read_named(&self, shown: &str, name: &str, bytes: &[u8], depth: u32, out: &mut Yield<'_>) {
        let limits = &self.options.limits;
        if !unpack::is_packed(name) {
            if let Err(refusal) = self.read_plain(shown, name, bytes, out) {
                out.refuse(shown, None, refusal);
            }
        } else if depth >= limits.archive_depth {
            let detail = format!(
                "Archives are nested more than {} deep.",
                limits.archive_depth
            );
            out.refuse(shown, None, Refusal::new("nesting", detail, None));
        } else {
            let archive = unpack::is_archive(name);
            for (inner, content) in unpack::unpack(name, bytes, limits) {
                let shown = if archive { &inner } else { shown };
                match content {
                    Ok(content) => self.read_named(shown, &inner, &content, depth + 1, out),
                    Err(refusal) => out.refuse(shown, None, refusal),
                }
            }
        }
    }

    fn read_plain(
        &self,
        shown: &str,
        name: &str,
        bytes: &[u8],
        out: &mut Yield<'_>,
    ) -> Result<(), Refusal> {
        let refuse = |reason, detail: String| Err(Refusal::new(reason, detail, None));
        let Some(format) = Format::of(name) else {
            let formats = format::EXTENSIONS;
            return refuse(
                "format",
                format!("Its format is not read; formats are {formats}."),
            );
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return refuse("empty", "The file is empty.".to_owned());
        }
        match format {
            Format::Word => {
                let page = docx::page(bytes, &self.options.limits)?;
                out.take(shown, None, None, page, "UTF-8", self.options);
            }
            Format::Pdf => {
                let page = pdf::page(bytes, &self.options.limits)?;
                out.take(shown, None, None, page, "UTF-8", self.options);
            }
            Format::Parquet => self.columns(shown, bytes, out)?,
            text => self.text(shown, text, bytes, out)?,
        }
        if out.drafts.is_empty() && out.rejected.is_empty() {
            return refuse("empty", "There are no records in it.".to_owned());
        }
        Ok(())
    }

    /// A file that is text as it stands.
    fn text(
        &self,
        shown: &str,
        format: Format,
        bytes: &[u8],
        out: &mut Yield<'_>,
    ) -> Result<(), Refusal> {
        let options = self.options;
        let declared = if format == Format::Html {
            decode::declared_in_html(bytes)
        } else {
            None
        };
        let Some((text, encoding)) = decode::decode(bytes, declared.as_deref()) else {
            let detail = "Its bytes are no text in any encoding that is known.".to_owned();
            return Err(Refusal::new("binary", detail, None));
        };
        let one =
            |page: Page, out: &mut Yield<'_>| out.take(shown, None, None, page, encoding, options);
        let limits = &options.limits;
        match format {
            Format::Markdown => one(markdown::page(&text), out),
            Format::Html if html::depth(&text) > limits.html_depth => {
                let detail = format!(
                    "Its elements are nested more than {} deep.",
                    limits.html_depth
                );
                return Err(Refusal::new("nesting", detail, None).of(&text));
            }
            Format::Html => one(html::page(&text), out),
            Format::Jsonl => {
                for (line, record) in jsonl::records(&text, limits.line_bytes, &options.columns) {
                    out.record(shown, line, record, encoding, options);
                }
            }
            Format::Delimited(mark) => {
                for (line, record) in delimited::records(&text, mark, &options.columns) {
                    out.record(shown, line, record, encoding, options);
                }
            }
            _ => one(plain::page(&text), out),
        }
        Ok(())
    }

    /// A Parquet file: its rows are records, numbered from 1.
    fn columns(&self, shown: &str, bytes: &[u8], out: &mut Yield<'_>) -> Result<(), Refusal> {
        let malformed = |what: &str| {
            Refusal::new(
                "malformed",
                format!("It is no Parquet that can be read: {what}."),
                None,
            )
        };
        let Some(columnar) = self.columnar else {
            let detail = "Nothing that opens Parquet was given along.".to_owned();
            return Err(Refusal::new("format", detail, None));
        };
        let (size, limit) = (
            columnar.unpacked_bytes(bytes).map_err(|e| malformed(&e))?,
            self.options.limits.unpacked_bytes,
        );
        if size > limit {
            let detail = format!("Unpacked its columns have {size} bytes; the limit is {limit}.");
            return Err(Refusal::new("too_large", detail, None));
        }
        let mut n = 0;
        let read = columnar.rows(bytes, &mut |fields| {
            n += 1;
            let page = columns::record(fields, &self.options.columns);
            out.record(shown, n, page, "UTF-8", self.options);
        });
        match read {
            // What was read before the break stays.
            Err(what) if n > 0 => out.refuse(shown, Some((n + 1).to_string()), malformed(&what)),
            read => read.map_err(|e| malformed(&e))?,
        }
        Ok(())
    }
}

fn load(file: &File, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let unreadable = |e| Refusal::new("unreadable", format!("It cannot be opened: {e}."), None);
    let size = fs::metadata(&file.path).map_err(unreadable)?.len();
    if size > limits.file_bytes {
        let limit = limits.file_bytes;
        return Err(Refusal::new(
            "too_large",
            format!("It has {size} bytes; the limit is {limit}."),
            None,
        ));
    }
    fs::read(&file.path).map_err(unreadable)
}

impl<'a> Yield<'a> {
    fn new(shelf: &'a Shelf) -> Self {
        Self {
            shelf,
            drafts: Vec::new(),
            rejected: Vec::new(),
            chars_read: 0,
            chars_rejected: 0,
            failed: None,
        }
    }

    fn refuse(&mut self, source: &str, record: Option<String>, refusal: Refusal) {
        self.chars_read += refusal.ink;
        self.chars_rejected += refusal.ink;
        self.rejected.push(Rejected {
            source: source.to_owned(),
            record,
            stage: Stage::Read.name(),
            reason: refusal.reason.to_owned(),
            detail: refusal.detail,
        });
    }

    fn record(
        &mut self,
        name: &str,
        line: u64,
        page: Result<Page, Refusal>,
        encoding: &str,
        options: &ReadOptions,
    ) {
        match page {
            Ok(page) => {
                let id = page.metadata.id.clone();
                self.take(name, id, Some(line), page, encoding, options);
            }
            Err(refusal) => {
                let record = refusal.id.clone().unwrap_or_else(|| line.to_string());
                self.refuse(name, Some(record), refusal);
            }
        }
    }

    /// Makes a page drafts, one for each article: the prose kept, the rest removed with its reasons.
    fn take(
        &mut self,
        name: &str,
        id: Option<String>,
        line: Option<u64>,
        page: Page,
        encoding: &str,
        options: &ReadOptions,
    ) {
        let ink = page.ink();
        let Page {
            metadata,
            removed,
            blocks,
        } = page;
        let reasons = if options.keep_boilerplate {
            vec![None; blocks.len()]
        } else {
            prose::judge(&blocks, metadata.author.as_deref())
        };
        if reasons.iter().all(Option::is_some) {
            let (reason, detail) = if blocks.is_empty() {
                ("empty", "There is no text in it.")
            } else {
                (
                    "no_text",
                    "There is no prose in it, only menus, links and the like.",
                )
            };
            let record = id.or(line.map(|l| l.to_string()));
            self.refuse(
                name,
                record,
                Refusal {
                    ink,
                    ..Refusal::new(reason, detail.to_owned(), None)
                },
            );
            return;
        }
        self.chars_read += ink;
        let folder = first_folder(name);
        let parts = parts::split(&blocks, &reasons);
        let (single, mut before) = (parts.len() == 1, Some(removed));
        for (part, range) in parts.into_iter().enumerate() {
            let (blocks, reasons) = (&blocks[range.clone()], &reasons[range]);
            let kept = blocks
                .iter()
                .zip(reasons)
                .filter(|(_, reason)| reason.is_none())
                .map(|(block, _)| block);
            let mut removed = before.take().unwrap_or_default();
            removed.extend(pieces(blocks, reasons));
            let body = Body {
                text: page::join(kept),
                removed,
            };
            let body = match Laid::new(&body, self.shelf) {
                Ok(body) => body,
                Err(error) => {
                    self.failed = Some(error);
                    return;
                }
            };
            self.drafts.push(Draft {
                path: name.to_owned(),
                line,
                part: part as u32,
                metadata: with_header(metadata.clone(), parts::header(blocks, reasons), single),
                folder: folder.clone(),
                encoding: encoding.to_owned(),
                body,
            });
        }
    }
}

/// The first folder of a path; an archive is none.
fn first_folder(name: &str) -> Option<String> {
    let (folders, _) = name.rsplit_once('/')?;
    folders
        .split('/')
        .find(|f| !unpack::is_archive(f))
        .map(str::to_owned)
}

/// What the page says about itself, with what the head of the text says: where the page leaves a field open, or, of
/// several articles, says it of the page and not of this one.
fn with_header(page: Metadata, header: Metadata, single: bool) -> Metadata {
    if !single {
        return header.or(Metadata {
            title: None,
            date: None,
            author: None,
            language: None,
            ..page
        });
    }
    let titled = page.title.as_deref().zip(header.title.as_deref());
    let longer = titled.is_some_and(|(page, header)| prose::repeats::with_site(page, header));
    let title = if longer {
        header.title.clone()
    } else {
        page.title.clone()
    };
    Metadata { title, ..page }.or(header)
}

/// The blocks taken out; neighbours that go for one reason are one piece.
fn pieces(blocks: &[Block], reasons: &[Option<&'static str>]) -> Vec<Removed> {
    let mut out: Vec<Removed> = Vec::new();
    let mut last = None;
    for (at, (block, reason)) in blocks.iter().zip(reasons).enumerate() {
        let Some(reason) = reason else { continue };
        match out.last_mut() {
            Some(piece) if piece.reason == *reason && last == Some(at.wrapping_sub(1)) => {
                piece.text.push('\n');
                piece.text.push_str(&block.text);
            }
            _ => out.push(Removed {
                text: block.text.clone(),
                reason: (*reason).to_owned(),
            }),
        }
        last = Some(at);
    }
    out
}
