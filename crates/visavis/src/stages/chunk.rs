//! Documents → passages.

use rayon::prelude::*;
use visavis_chunk::{ChunkOptions, Chunker};
use visavis_records::{
    Rejected, Stage,
    rows::{ChunkRow, DocumentRow, TextRow},
};

use crate::{Error, Pipeline, pipeline::Done};

pub fn run(pipeline: &mut Pipeline) -> Result<(), Error> {
    pipeline.step(Stage::Chunk, &[], |p, watch| {
        let mut documents: Vec<DocumentRow> = p.folder.read()?;
        let texts: Vec<TextRow> = p.folder.read()?;
        let settings = &p.config.chunk;
        let encoder = p.encoder()?;
        let options = ChunkOptions {
            max_tokens: settings.max_tokens.unwrap_or(usize::MAX),
            target_tokens: settings.target_tokens,
            overlap_sentences: settings.overlap,
            languages: settings.languages.clone(),
        };
        let chunker = Chunker::new(options, encoder);
        watch.at(0, documents.len() as u64, "documents");
        let chunked: Vec<_> = documents
            .par_iter()
            .zip(&texts)
            .enumerate()
            .map(|(row, (document, text))| {
                chunker.chunk(row as u32, &super::read::document(document, text))
            })
            .collect();

        let mut rows = Vec::new();
        let mut rejected = Vec::new();
        for ((document, text), chunked) in documents.iter_mut().zip(&texts).zip(chunked) {
            document.language = chunked.language;
            (document.languages, document.language_shares) = chunked.languages.into_iter().unzip();
            document.n_chunks = Some(chunked.chunks.len() as u32);
            if chunked.chunks.is_empty() {
                rejected.push(Rejected {
                    source: document.path.clone(),
                    record: document.record.clone(),
                    stage: Stage::Chunk.name(),
                    reason: "no_passage".into(),
                    detail: "the document has no text that makes a passage".into(),
                });
            }
            rows.extend(chunked.chunks.into_iter().map(|chunk| ChunkRow {
                chunk_id: chunk.chunk_id,
                doc_id: document.doc_id,
                ordinal: chunk.ordinal,
                text: chunk.text(&text.text).to_owned(),
                language: chunk.language,
                language_confidence: chunk.language_confidence,
                start: chunk.start,
                end: chunk.end,
                n_tokens: chunk.n_tokens,
                group: None,
                cluster: None,
                nearest_cluster: None,
                strength: None,
                is_representative: None,
                projection_x: None,
                projection_y: None,
                neighbors: None,
            }));
        }
        let footer = p.footer(Stage::Chunk);
        p.folder.write(&documents, &footer)?;
        p.folder.write(&rows, &footer)?;
        let tokens: u64 = rows.iter().map(|r| u64::from(r.n_tokens)).sum();
        Ok(Done {
            files: vec!["documents.parquet", "chunks.parquet"],
            rejected,
            counts: [
                ("chunks".to_owned(), rows.len() as u64),
                ("tokens".to_owned(), tokens),
            ]
            .into(),
            notes: [].into(),
            line: format!("{} passages, {tokens} tokens", rows.len()),
        })
    })
}
