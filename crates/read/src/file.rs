//! One file: bytes to drafts of documents, or to the reason why not.

use std::fs;

use visavis_records::{Rejected, Removed, Stage};

use crate::{
    Limits, ReadOptions,
    columns::Refusal,
    decode,
    format::{self, Format, delimited, docx, html, jsonl, markdown, pdf, plain},
    identity::Draft,
    metadata::Metadata,
    page::{self, Block, Page},
    parts, prose, unpack,
    walk::File,
};

/// What a file gave.
#[derive(Debug, Default)]
pub(crate) struct Yield {
    pub drafts: Vec<Draft>,
    pub rejected: Vec<Rejected>,
    pub chars_read: usize,
    pub chars_rejected: usize,
}

/// Reads a file.
pub(crate) fn read(file: &File, options: &ReadOptions) -> Yield {
    let mut out = Yield::default();
    match load(file, &options.limits) {
        Ok(bytes) => read_named(&file.name, &file.name, &bytes, 0, options, &mut out),
        Err(refusal) => out.refuse(&file.name, None, refusal),
    }
    out
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

/// Reads bytes whose name tells the format, unpacking what is packed. A file inside .gz or .zst is `shown` under the
/// name of the packed one, a file of an archive under archive and name.
fn read_named(
    shown: &str,
    name: &str,
    bytes: &[u8],
    depth: u32,
    options: &ReadOptions,
    out: &mut Yield,
) {
    if !unpack::is_packed(name) {
        if let Err(refusal) = read_plain(shown, name, bytes, options, out) {
            out.refuse(shown, None, refusal);
        }
    } else if depth >= options.limits.archive_depth {
        let detail = format!(
            "Archives are nested more than {} deep.",
            options.limits.archive_depth
        );
        out.refuse(shown, None, Refusal::new("nesting", detail, None));
    } else {
        let archive = unpack::is_archive(name);
        for (inner, content) in unpack::unpack(name, bytes, &options.limits) {
            let shown = if archive { &inner } else { shown };
            match content {
                Ok(content) => read_named(shown, &inner, &content, depth + 1, options, out),
                Err(refusal) => out.refuse(shown, None, refusal),
            }
        }
    }
}

fn read_plain(
    shown: &str,
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
    out: &mut Yield,
) -> Result<(), Refusal> {
    let refuse = |reason, detail: String| Err(Refusal::new(reason, detail, None));
    let Some(format) = Format::of(name) else {
        return refuse(
            "format",
            format!(
                "Its format is not read; formats are {}.",
                format::EXTENSIONS
            ),
        );
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return refuse("empty", "The file is empty.".to_owned());
    }
    if matches!(format, Format::Word | Format::Pdf) {
        let page = if format == Format::Pdf {
            pdf::page(bytes, &options.limits)?
        } else {
            docx::page(bytes, &options.limits)?
        };
        out.take(shown, None, None, page, "UTF-8", options);
        return Ok(());
    }
    let declared = if format == Format::Html {
        decode::declared_in_html(bytes)
    } else {
        None
    };
    let Some((text, encoding)) = decode::decode(bytes, declared.as_deref()) else {
        return refuse(
            "binary",
            "Its bytes are no text in any encoding that is known.".to_owned(),
        );
    };
    let column = options.text_column.as_deref();
    let one = |page: Page, out: &mut Yield| out.take(shown, None, None, page, encoding, options);
    match format {
        Format::Plain => one(plain::page(&text), out),
        Format::Markdown => one(markdown::page(&text), out),
        Format::Html if html::depth(&text) > options.limits.html_depth => {
            let limit = options.limits.html_depth;
            return Err(Refusal::new(
                "nesting",
                format!("Its elements are nested more than {limit} deep."),
                None,
            )
            .of(&text));
        }
        Format::Html => one(html::page(&text), out),
        Format::Word | Format::Pdf => {}
        Format::Jsonl => {
            for (line, record) in jsonl::records(&text, options.limits.line_bytes, column) {
                out.record(shown, line, record, encoding, options);
            }
        }
        Format::Delimited(mark) => {
            for (line, record) in delimited::records(&text, mark, column) {
                out.record(shown, line, record, encoding, options);
            }
        }
    }
    if out.drafts.is_empty() && out.rejected.is_empty() {
        return refuse("empty", "There are no records in it.".to_owned());
    }
    Ok(())
}

impl Yield {
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
            prose::judge(&blocks)
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
            self.drafts.push(Draft {
                path: name.to_owned(),
                line,
                part: part as u32,
                metadata: with_header(metadata.clone(), parts::header(blocks, reasons), single),
                folder: folder.clone(),
                encoding: encoding.to_owned(),
                text: page::join(kept),
                removed,
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
