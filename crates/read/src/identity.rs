//! Drafts to documents: ids that no renaming changes, copies numbered.

use std::collections::BTreeMap;

use visavis_records::{ContentHash, DocId, Document, Removed};

use crate::{copies, metadata::Metadata};

/// A document before it has an id.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub path: String,
    /// The record's line, in files of records.
    pub line: Option<u64>,
    pub part: u32,
    pub metadata: Metadata,
    /// First folder of the path: the source where metadata name none.
    pub folder: Option<String>,
    pub encoding: String,
    pub text: String,
    pub removed: Vec<Removed>,
}

/// Documents sorted by id. Drafts that agree in record id, text and part are copies, numbered by metadata and path.
pub(crate) fn documents(mut drafts: Vec<Draft>) -> Vec<Document> {
    drafts.sort_by(|a, b| {
        let key = |d: &Draft| (d.metadata.id.clone(), d.part);
        (key(a), &a.text, &a.metadata, &a.path, a.line).cmp(&(
            key(b),
            &b.text,
            &b.metadata,
            &b.path,
            b.line,
        ))
    });
    let mut numbers = BTreeMap::new();
    let mut documents: Vec<Document> = drafts
        .into_iter()
        .map(|draft| {
            let content_hash = ContentHash::of(&draft.text);
            let Metadata {
                id,
                title,
                author,
                date,
                language,
                source,
                url,
                rest,
            } = draft.metadata;
            let own = id.clone().unwrap_or_default();
            let copy = numbers
                .entry((own.clone(), content_hash, draft.part))
                .and_modify(|n| *n += 1)
                .or_insert(0u32);
            Document {
                doc_id: DocId::of(&own, content_hash, draft.part, *copy),
                path: draft.path,
                record: id.or(draft.line.map(|l| l.to_string())),
                part: draft.part,
                title,
                author,
                date,
                url,
                source: source.or(draft.folder),
                declared_language: language,
                meta: rest,
                encoding: draft.encoding,
                text: draft.text,
                removed: draft.removed,
                content_hash,
                duplicate_of: None,
                not_counted: None,
            }
        })
        .collect();
    documents.sort_by_key(|d| d.doc_id);
    copies::mark(&mut documents);
    documents
}
