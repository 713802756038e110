//! Files → documents.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use visavis_read::{Columns, Inputs, LINES, ReadError, ReadOptions, Shelved};
use visavis_records::{
    Document, Stage,
    rows::{DocumentRow, RemovedRow, TextRow},
};

use visavis_tables::Footer;

use crate::{Config, Error, Pipeline, folder::hash, pipeline::Done};

/// Bytes of text that are held and written at once.
const PIECE: usize = 32 << 20;

fn options(config: &Config) -> ReadOptions {
    let read = config.read.clone();
    ReadOptions {
        include: read.include,
        exclude: read.exclude,
        columns: Columns {
            text: read.text_column,
            id: read.id_column,
            title: read.title_column,
            author: read.author_column,
            date: read.date_column,
            language: read.language_column,
            source: read.source_column,
            url: read.url_column,
        },
        keep_boilerplate: read.keep_boilerplate,
        limits: read.limits,
    }
}

fn setup(error: &ReadError) -> Error {
    match error {
        ReadError::Shelf(_) => Error::failed(error.to_string()),
        _ => Error::usage(error.to_string()),
    }
}

/// What the input looks like from outside: names, sizes, times of change.
pub fn fingerprint(paths: &[PathBuf]) -> Result<String, Error> {
    let mut marks = BTreeSet::new();
    let mut open: Vec<PathBuf> = paths.to_vec();
    while let Some(path) = open.pop() {
        let metadata = fs::metadata(&path).map_err(|e| Error::io(&path, &e))?;
        if metadata.is_dir() {
            let entries = fs::read_dir(&path).map_err(|e| Error::io(&path, &e))?;
            open.extend(entries.flatten().map(|entry| entry.path()));
        } else {
            let modified = metadata
                .modified()
                .ok()
                .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            marks.insert((path, metadata.len(), modified.map(|t| t.as_nanos())));
        }
    }
    Ok(hash(&marks))
}

/// Whether standard input is asked for.
pub fn is_lines(path: &Path) -> bool {
    path == Path::new(LINES)
}

pub fn run(pipeline: &mut Pipeline, paths: &[PathBuf]) -> Result<(), Error> {
    pipeline.step(Stage::Read, paths, |p, watch| {
        let report = |done: usize, of: usize| watch.at(done as u64, of as u64, "files");
        let (lines, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.iter().cloned().partition(|path| is_lines(path));
        let inputs = Inputs {
            paths: &paths,
            lines: p.lines.as_deref().filter(|_| !lines.is_empty()),
            columnar: Some(&visavis_tables::Parquet),
            shelf: Some(p.folder.path()),
        };
        let reading =
            visavis_read::read_all(inputs, &options(&p.config), &report).map_err(|e| setup(&e))?;
        // What was read, whatever its names and places: equal input, equal hash.
        let ids: Vec<String> = reading.ids().map(|id| id.to_string()).collect();
        let inputs = hash(&ids);

        let mut footer = p.footer(Stage::Read);
        footer.entries.retain(|(key, _)| key != "inputs");
        footer.entries.insert(1, ("inputs".into(), inputs.clone()));
        let documents = write(&reading, p, &footer)?;
        let line = format!(
            "{} documents from {} files, {} rejected",
            documents,
            reading.files,
            reading.rejected.len()
        );
        Ok(Done {
            files: vec!["documents.parquet", "texts.parquet", "removed.parquet"],
            rejected: reading.rejected,
            counts: [
                ("documents".to_owned(), documents as u64),
                ("files".to_owned(), reading.files as u64),
                ("characters".to_owned(), reading.chars_read),
            ]
            .into(),
            notes: [("inputs".to_owned(), inputs.into())].into(),
            line,
        })
    })
}

/// Writes the documents, how many; of the texts never more is held than one piece.
fn write(reading: &Shelved, p: &Pipeline, footer: &Footer) -> Result<usize, Error> {
    let mut documents: Vec<DocumentRow> = Vec::new();
    let (mut texts, mut pieces, mut bytes) = (Vec::new(), Vec::new(), 0);
    let mut text_table = p.folder.writer::<TextRow>(footer)?;
    let mut removed_table = p.folder.writer::<RemovedRow>(footer)?;
    let all = reading.documents();
    let last = all.len();
    for (n, document) in all.enumerate() {
        let document = document.map_err(|e| setup(&e))?;
        documents.push(row(&document));
        bytes += document.text.len();
        bytes += document.removed.iter().map(|r| r.text.len()).sum::<usize>();
        pieces.extend(removed(&document));
        texts.push(TextRow {
            doc_id: document.doc_id,
            text: document.text,
        });
        if bytes >= PIECE || n + 1 == last {
            text_table.write(&std::mem::take(&mut texts))?;
            removed_table.write(&std::mem::take(&mut pieces))?;
            bytes = 0;
        }
    }
    text_table.finish()?;
    removed_table.finish()?;
    p.folder.write(&documents, footer)?;
    Ok(documents.len())
}

fn row(d: &Document) -> DocumentRow {
    DocumentRow {
        doc_id: d.doc_id,
        path: d.path.clone(),
        record: d.record.clone(),
        part: d.part,
        title: d.title.clone(),
        author: d.author.clone(),
        date: d.date,
        url: d.url.clone(),
        source: d.source.clone(),
        declared_language: d.declared_language,
        language: None,
        languages: Vec::new(),
        language_shares: Vec::new(),
        encoding: d.encoding.clone(),
        n_chars: d.text.chars().count() as u32,
        n_chars_removed: d
            .removed
            .iter()
            .map(|r| r.text.chars().count() as u32)
            .sum(),
        n_chunks: None,
        content_hash: d.content_hash,
        duplicate_of: d.duplicate_of,
        counted: d.not_counted.is_none(),
        not_counted: d.not_counted.clone(),
        meta: d.meta.clone(),
    }
}

fn removed(d: &Document) -> impl Iterator<Item = RemovedRow> {
    let row = |(i, r): (usize, &visavis_records::Removed)| RemovedRow {
        doc_id: d.doc_id,
        ordinal: i as u32,
        text: r.text.clone(),
        reason: r.reason.clone(),
    };
    d.removed.iter().enumerate().map(row)
}

/// The document of a row and its text; what was removed stays in its table.
pub fn document(row: &DocumentRow, text: &TextRow) -> Document {
    Document {
        doc_id: row.doc_id,
        path: row.path.clone(),
        record: row.record.clone(),
        part: row.part,
        title: row.title.clone(),
        author: row.author.clone(),
        date: row.date,
        url: row.url.clone(),
        source: row.source.clone(),
        declared_language: row.declared_language,
        meta: row.meta.clone(),
        encoding: row.encoding.clone(),
        text: text.text.clone(),
        removed: Vec::new(),
        content_hash: row.content_hash,
        duplicate_of: row.duplicate_of,
        not_counted: row.not_counted.clone(),
    }
}
