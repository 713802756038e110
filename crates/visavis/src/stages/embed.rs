//! Passages → unit vectors. A passage that has its vector already, from an earlier or an interrupted run, keeps it.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs,
    io::{BufWriter, Write},
    path::Path,
};

use visavis_embed::ModelError;
use visavis_records::{
    ChunkId, Stage, UnitVectors,
    rows::{ChunkRow, EmbeddingRow},
};
use visavis_tables::{read_footer, read_npy, write_embeddings};

use crate::{Error, Pipeline, folder::hash, pipeline::Done};

/// Passages between two savings of what was computed.
const SHARD: usize = 8192;

/// Key in the footer of `embeddings.parquet` that says what the vectors depend on.
const MADE_BY: &str = "made_by";

/// A model that cannot be had is the user's to mend; one that is broken is a failure.
pub fn setup(error: &ModelError) -> Error {
    use ModelError::{
        Device, Dim, NotAFolder, NotFound, Offline, Precision, Unauthorised, Unknown,
        UnknownArchitecture, UnknownPrompt,
    };
    match error {
        Unknown(_)
        | NotAFolder(_)
        | NotFound { .. }
        | Offline { .. }
        | Unauthorised { .. }
        | Device { .. }
        | Precision { .. }
        | Dim { .. }
        | UnknownPrompt { .. }
        | UnknownArchitecture { .. } => Error::usage(error.to_string()),
        _ => Error::failed(error.to_string()),
    }
}

pub fn run(pipeline: &mut Pipeline) -> Result<(), Error> {
    pipeline.step(Stage::Embed, &[], |p, watch| {
        let chunks: Vec<ChunkRow> = p.folder.read()?;
        let encoder = p.encoder()?;
        let info = encoder.info();
        let made_by = hash(&(
            &info.hash,
            &info.precision,
            &info.device,
            info.dim,
            &info.prompt,
        ));
        let mut footer = p.footer(Stage::Embed);
        footer.entries.push((MADE_BY.into(), made_by.clone()));

        let partial = p.folder.private(&format!("vectors-{made_by}"));
        let mut known = Known::of(p, &made_by, info.dim)?;
        known.read_partial(&partial);
        let missing: Vec<&ChunkRow> = chunks
            .iter()
            .filter(|c| !known.rows.contains_key(&c.chunk_id))
            .collect();
        let tokens = |rows: &[&ChunkRow]| rows.iter().map(|c| u64::from(c.n_tokens)).sum::<u64>();
        let (all, started) = (tokens(&missing), std::time::Instant::now());
        let (mut before, mut truncated) = (0, 0);
        for shard in missing.chunks(SHARD) {
            let texts: Vec<&str> = shard.iter().map(|c| c.text.as_str()).collect();
            let encoded = encoder
                .encode_with(&texts, &|done| {
                    watch.at(before + done.tokens as u64, all, "tokens");
                })
                .map_err(|e| failed(&e, shard))?;
            let ids: Vec<ChunkId> = shard.iter().map(|c| c.chunk_id).collect();
            truncated += encoded.truncated.len();
            known.add(&ids, &encoded.vectors);
            append(&partial, &ids, &encoded.vectors).map_err(|e| Error::io(&partial, &e))?;
            before += tokens(shard);
        }
        let seconds = started.elapsed().as_secs_f64();

        let ids: Vec<ChunkId> = chunks.iter().map(|c| c.chunk_id).collect();
        let vectors = known.vectors(&ids)?;
        write_embeddings(p.folder.path(), &ids, &vectors, &footer)?;
        let _ = fs::remove_file(&partial);
        if truncated > 0 {
            tracing::warn!(
                truncated,
                limit = info.max_tokens,
                "passages over the encoder's limit were cut"
            );
        }
        let rate = all as f64 / seconds.max(1e-9);
        let mut line = format!("{} of {} passages", missing.len(), chunks.len());
        if !missing.is_empty() {
            let _ = write!(
                line,
                ", {rate:.0} tokens/s by {} in {} on {}",
                info.id, info.precision, info.device
            );
        }
        Ok(Done {
            files: vec!["embeddings.npy", "embeddings.parquet"],
            rejected: Vec::new(),
            counts: [
                ("passages".to_owned(), chunks.len() as u64),
                ("embedded".to_owned(), missing.len() as u64),
                ("truncated".to_owned(), truncated as u64),
                ("tokens".to_owned(), all),
            ]
            .into(),
            notes: [
                ("tokens_per_second".to_owned(), rate.round().into()),
                ("model".to_owned(), crate::run_record::model(info)),
            ]
            .into(),
            line,
        })
    })
}

fn failed(error: &visavis_records::EncodeError, shard: &[&ChunkRow]) -> Error {
    let which = error
        .row
        .and_then(|r| shard.get(r))
        .map_or(String::new(), |c| format!("passage {}: ", c.chunk_id));
    Error::failed(format!("{which}{error}"))
}

/// Vectors that need not be computed again.
struct Known {
    rows: HashMap<ChunkId, usize>,
    values: Vec<f32>,
    dim: usize,
}

impl Known {
    /// Those of the last run, if it used the same encoder in the same way.
    fn of(p: &Pipeline, made_by: &str, dim: usize) -> Result<Self, Error> {
        let none = Self {
            rows: HashMap::new(),
            values: Vec::new(),
            dim,
        };
        let folder = p.folder.path();
        let same = read_footer::<EmbeddingRow>(folder)
            .is_ok_and(|f| f.entries.iter().any(|(k, v)| k == MADE_BY && v == made_by));
        if !same {
            return Ok(none);
        }
        let rows: Vec<EmbeddingRow> = p.folder.read()?;
        match read_npy(&folder.join("embeddings.npy")) {
            Ok((values, d)) if d == dim && values.len() == rows.len() * dim => {
                let rows = rows
                    .iter()
                    .enumerate()
                    .map(|(i, r)| (r.chunk_id, i))
                    .collect();
                Ok(Self { rows, values, dim })
            }
            _ => Ok(none),
        }
    }

    fn add(&mut self, ids: &[ChunkId], vectors: &UnitVectors) {
        for (id, vector) in ids.iter().zip(vectors.rows()) {
            self.rows.insert(*id, self.values.len() / self.dim);
            self.values.extend_from_slice(vector);
        }
    }

    /// What an interrupted run had saved; a record cut short is left out.
    fn read_partial(&mut self, path: &Path) {
        let Ok(bytes) = fs::read(path) else { return };
        for record in bytes.chunks_exact(16 + 4 * self.dim) {
            let (id, values) = record.split_at(16);
            let Some(id) = std::str::from_utf8(id).ok().and_then(|s| s.parse().ok()) else {
                return;
            };
            self.rows.insert(id, self.values.len() / self.dim);
            self.values.extend(
                values
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|b| f32::from_le_bytes(*b)),
            );
        }
    }

    fn vectors(&self, ids: &[ChunkId]) -> Result<UnitVectors, Error> {
        let row = |id: &ChunkId| {
            let start = self.rows[id] * self.dim;
            &self.values[start..start + self.dim]
        };
        let values = ids.iter().flat_map(row).copied().collect();
        UnitVectors::new(values, self.dim).map_err(|e| Error::failed(format!("embeddings: {e}")))
    }
}

fn append(path: &Path, ids: &[ChunkId], vectors: &UnitVectors) -> std::io::Result<()> {
    let file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    let mut out = BufWriter::new(file);
    for (id, vector) in ids.iter().zip(vectors.rows()) {
        out.write_all(id.to_string().as_bytes())?;
        for value in vector {
            out.write_all(&value.to_le_bytes())?;
        }
    }
    out.into_inner()?.sync_data()
}
