//! Drafts to documents: ids that no renaming changes, copies numbered.

use std::{collections::BTreeMap, io};

use visavis_records::{DocId, Document};

use crate::{
    copies::{self, Signature},
    metadata::Metadata,
    shelf::{Laid, Place, Shelf},
};

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
    pub body: Laid,
}

/// A document without its text.
#[derive(Debug)]
pub(crate) struct Header {
    pub document: Document,
    /// Where its text lies.
    pub place: Place,
    pub signature: Option<Signature>,
}

/// Documents sorted by id. Drafts that agree in record id, text and part are copies, numbered by metadata and path.
pub(crate) fn documents(mut drafts: Vec<Draft>, shelf: &Shelf) -> io::Result<Vec<Header>> {
    drafts.sort_by(|a, b| {
        let key = |d: &Draft| (d.metadata.id.clone(), d.part, d.body.content_hash);
        (key(a), &a.metadata, &a.path, a.line).cmp(&(key(b), &b.metadata, &b.path, b.line))
    });
    let mut numbers = BTreeMap::new();
    let mut documents: Vec<Header> = drafts
        .into_iter()
        .map(|draft| {
            let content_hash = draft.body.content_hash;
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
            let document = Document {
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
                text: String::new(),
                removed: Vec::new(),
                content_hash,
                duplicate_of: None,
                not_counted: None,
            };
            Header {
                document,
                place: draft.body.place,
                signature: draft.body.signature,
            }
        })
        .collect();
    documents.sort_by_key(|header| header.document.doc_id);
    copies::mark(&mut documents, shelf)?;
    Ok(documents)
}
