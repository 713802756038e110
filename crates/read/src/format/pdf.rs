//! PDF: what its pages show, as paragraphs.
//!
//! `pdf-extract` tells each glyph's character and place; lines, paragraphs and running heads are found from the places
//! (`lines`, `layout`). Chosen in November 2026 on the files of `data/pdf` (four programs that write PDF, standard and
//! embedded fonts), by the share of the words found with line ends joined, and by a cold build of each alone on two busy
//! cores:
//!
//! | | English | Russian | German | French | crates | build |
//! |---|---|---|---|---|---|---|
//! | pdf-extract 0.12 (here) | 1.000 | 0.998, 1.000 | 1.000 | panics; mended (`guard`) as the others | 72 | 193 s |
//! | `pdf_oxide` 0.3, without its features | 1.000 | 0.998, 1.000 | 1.000 | 0.997 | 109 | 601 s |
//!
//! Beside the crates that this house builds anyway pdf-extract adds 25 and about a minute. The Hayro crates were looked
//! at and not built: they draw pages, and bring 170 000 lines, most of them of fonts and pictures.
//!
//! The parser was not written for hostile files. So a file is looked over before (`guard`), and parsed on a thread of
//! its own: a panic there refuses the file, and so does running longer than is allowed. A thread that hangs inside the
//! parser, without giving glyphs, cannot be ended and runs on till the program ends.
//!
//! It does not read text in pictures, forms, or right-to-left order that a writer has turned into places.

mod glyphs;
mod guard;
mod layout;
mod lines;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use pdf_extract::{Document, Object, decode_text_string, output_doc_page};

use crate::{Limits, columns::Refusal, metadata::Metadata, page::Page};

/// Name of the threads that parse, so that a program can tell their panics, which are caught, from its own.
pub(crate) const THREAD: &str = "visavis-read-pdf";
/// Stack of such a thread: forms nest inside forms.
const STACK: usize = 64 << 20;

/// A PDF file.
pub(crate) fn page(bytes: &[u8], limits: &Limits) -> Result<Page, Refusal> {
    guard::inflation(bytes, limits)?;
    let (bytes, pages, stop) = (
        bytes.to_vec(),
        limits.pdf_pages,
        Arc::new(AtomicBool::new(false)),
    );
    let (send, receive) = mpsc::channel();
    let stopped = Arc::clone(&stop);
    let parser = move || {
        let found = catch_unwind(AssertUnwindSafe(|| parse(&bytes, pages, &stopped)));
        // Nobody listens where the time ran out before.
        let _ = send.send(found);
    };
    let spawned = thread::Builder::new()
        .name(THREAD.to_owned())
        .stack_size(STACK)
        .spawn(parser);
    if let Err(error) = spawned {
        return Err(malformed(&format!(
            "no thread to parse it could be started ({error})"
        )));
    }
    match receive.recv_timeout(Duration::from_secs(limits.pdf_seconds)) {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => Err(malformed(
            "its parser gave up on something that no PDF should hold",
        )),
        Err(_) => {
            stop.store(true, Ordering::Relaxed);
            let detail = format!(
                "Reading it took more than {} seconds, the limit.",
                limits.pdf_seconds
            );
            Err(Refusal::new("too_slow", detail, None))
        }
    }
}

fn malformed(what: &str) -> Refusal {
    Refusal::new("malformed", format!("It is no readable PDF: {what}."), None)
}

fn parse(bytes: &[u8], most: usize, stop: &AtomicBool) -> Result<Page, Refusal> {
    let mut document = Document::load_mem(bytes).map_err(|e| malformed(&e.to_string()))?;
    // Many files may be read by all and are encrypted only against printing: their password is empty.
    if document.is_encrypted() && document.decrypt("").is_err() {
        let detail = "It is encrypted and needs a password. Save a copy without one.".to_owned();
        return Err(Refusal::new("encrypted", detail, None));
    }
    let pages = document.get_pages();
    if pages.len() > most {
        let detail = format!("It has {} pages; the limit is {most}.", pages.len());
        return Err(Refusal::new("too_large", detail, None));
    }
    guard::nesting(&document, pages.values())?;
    guard::mend(&mut document);
    let mut sheets = Vec::with_capacity(pages.len());
    for number in pages.keys() {
        let mut sheet = glyphs::Sheet::new(stop);
        output_doc_page(&document, &mut sheet, *number)
            .map_err(|e| malformed(&format!("page {number}: {e}")))?;
        sheets.push(lines::Leaf::of(sheet));
    }
    let mut page = layout::page(sheets);
    if page.blocks.is_empty() && page.removed.is_empty() {
        let detail = "There is no text in it: its pages are pictures, or empty. Have it read by a program that recognises characters.";
        return Err(Refusal::new("no_text", detail.to_owned(), None));
    }
    page.metadata = metadata(&document);
    Ok(page)
}

/// Title, author and language as the file names them.
fn metadata(document: &Document) -> Metadata {
    let mut pairs = Vec::new();
    let info = document
        .trailer
        .get(b"Info")
        .and_then(|i| document.dereference(i));
    let info = info.ok().and_then(|(_, object)| object.as_dict().ok());
    let text = |object: &Object| decode_text_string(object).ok();
    for (key, name) in [
        (&b"Title"[..], "title"),
        (b"Author", "author"),
        (b"Subject", "subject"),
    ] {
        let value = info.and_then(|i| i.get(key).ok()).and_then(text);
        pairs.extend(
            value
                .filter(|v| !is_of_a_program(v))
                .map(|v| (name.to_owned(), v)),
        );
    }
    let language = document
        .catalog()
        .ok()
        .and_then(|c| c.get(b"Lang").ok())
        .and_then(text);
    pairs.extend(language.map(|l| ("language".to_owned(), l)));
    Metadata::from_pairs(pairs)
}

/// What programs write where nobody gave a title: the name of a file, or "untitled".
fn is_of_a_program(title: &str) -> bool {
    let title = title.trim().to_lowercase();
    let file = [
        ".doc", ".docx", ".indd", ".qxd", ".tex", ".dvi", ".rtf", ".pdf", ".odt", ".pub", ".ppt",
        ".pptx",
    ];
    file.iter().any(|e| title.ends_with(e))
        || [
            "microsoft word",
            "untitled",
            "unnamed",
            "anonymous",
            "(anonymous)",
            "unspecified",
            "(unspecified)",
        ]
        .iter()
        .any(|p| title.starts_with(p))
}
