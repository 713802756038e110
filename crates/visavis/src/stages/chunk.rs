//! Documents → passages.

use rayon::prelude::*;
use visavis_chunk::{ChunkOptions, Chunker};
use visavis_records::{
    Chunk, Rejected, Stage,
    rows::{ChunkRow, DocumentRow, TextRow},
};

use crate::{Error, Pipeline, pipeline::Done};

pub fn run(pipeline: &mut Pipeline) -> Result<(), Error> {
    pipeline.step(Stage::Chunk, &[], |p, watch| {
        let mut documents: Vec<DocumentRow> = p.folder.read()?;
        let settings = &p.config.chunk;
        let encoder = p.encoder()?;
        let options = ChunkOptions {
            max_tokens: settings.max_tokens.unwrap_or(usize::MAX),
            target_tokens: settings.target_tokens,
            overlap_sentences: settings.overlap,
            languages: settings.languages.clone(),
        };
        let chunker = Chunker::new(options, encoder);
        let footer = p.footer(Stage::Chunk);
        let mut table = p.folder.writer::<ChunkRow>(&footer)?;
        let (mut rejected, mut chunks, mut tokens, mut done) = (Vec::new(), 0, 0, 0);
        let all = documents.len();
        for texts in p.folder.read_pieces::<TextRow>()? {
            watch.at(done as u64, all as u64, "documents");
            let texts = texts?;
            let documents = documents
                .get_mut(done..done + texts.len())
                .ok_or_else(misfit)?;
            let chunked: Vec<_> = documents
                .par_iter()
                .zip(&texts)
                .enumerate()
                .map(|(n, (document, text))| {
                    let document = super::read::document(document, text);
                    chunker.chunk((done + n) as u32, &document)
                })
                .collect();
            let mut rows = Vec::new();
            for ((document, text), chunked) in documents.iter_mut().zip(&texts).zip(chunked) {
                document.language = chunked.language;
                (document.languages, document.language_shares) =
                    chunked.languages.into_iter().unzip();
                document.n_chunks = Some(chunked.chunks.len() as u32);
                if chunked.chunks.is_empty() {
                    rejected.push(no_passage(document));
                }
                let row = |chunk: Chunk| row(&chunk, document, &text.text);
                rows.extend(chunked.chunks.into_iter().map(row));
            }
            chunks += rows.len();
            tokens += rows.iter().map(|r| u64::from(r.n_tokens)).sum::<u64>();
            table.write(&rows)?;
            done += texts.len();
        }
        if done != all {
            return Err(misfit());
        }
        table.finish()?;
        p.folder.write(&documents, &footer)?;
        Ok(Done {
            files: vec!["documents.parquet", "chunks.parquet"],
            rejected,
            counts: [
                ("chunks".to_owned(), chunks as u64),
                ("tokens".to_owned(), tokens),
            ]
            .into(),
            notes: [].into(),
            line: format!("{chunks} passages, {tokens} tokens"),
        })
    })
}

fn misfit() -> Error {
    Error::failed("texts.parquet does not fit documents.parquet")
}

fn no_passage(document: &DocumentRow) -> Rejected {
    Rejected {
        source: document.path.clone(),
        record: document.record.clone(),
        stage: Stage::Chunk.name(),
        reason: "no_passage".into(),
        detail: "the document has no text that makes a passage".into(),
    }
}

fn row(chunk: &Chunk, document: &DocumentRow, text: &str) -> ChunkRow {
    ChunkRow {
        chunk_id: chunk.chunk_id,
        doc_id: document.doc_id,
        ordinal: chunk.ordinal,
        text: chunk.text(text).to_owned(),
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
    }
}
