//! The passages nearest to some words, in any language, with their counterparts.

use std::{collections::BTreeMap, fmt::Write};

use visavis_records::{
    ChunkId, Encoder, Language, Stage,
    rows::{ChunkRow, CounterpartRow, DirectionRow, DocumentRow},
};

use crate::{Error, Pipeline, stages::cluster::directions};

/// What to look for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Words in any language.
    pub words: String,
    /// Only passages in this language.
    pub language: Option<Language>,
    /// Only passages of this cluster, of any layer.
    pub cluster: Option<i32>,
    /// How many passages at most.
    pub most: usize,
}

/// A passage found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Cosine with the words, language taken out of both.
    pub cosine: f32,
    /// The passage.
    pub chunk: ChunkRow,
    /// Title of its document, else its path.
    pub document: String,
    /// Its counterparts, with what each is.
    pub counterparts: Vec<(String, ChunkRow)>,
}

/// Finds the passages nearest to the words of a query.
///
/// # Errors
/// Where the folder has no outcome of `compare`, or another encoder made its vectors.
pub fn search(pipeline: &Pipeline, query: &Query) -> Result<Vec<Hit>, Error> {
    let folder = &pipeline.folder;
    if folder.stamp(Stage::Compare).is_none() {
        return Err(Error::usage(format!(
            "{} is not finished: `visavis run` first",
            folder.path().display()
        )));
    }
    let chunks: Vec<ChunkRow> = folder.read()?;
    let vectors = folder.vectors()?;
    let encoder = pipeline.encoder()?;
    if encoder.dim() != vectors.dim() || vectors.len() != chunks.len() {
        return Err(Error::usage(
            "the vectors are of another encoder: run again with --model as before",
        ));
    }
    let directions = directions(&folder.read::<DirectionRow>()?);
    let words = encoder.encode(&[query.words.as_str()])?;
    let identifier = visavis_chunk::Identifier::new(&pipeline.config.chunk.languages);
    let probabilities = identifier.probabilities(&query.words);
    let likely =
        (0..probabilities.len()).max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let language = likely.map_or(Language::UNKNOWN, |i| identifier.languages()[i]);
    let words = directions.apply(&words, &[language]);
    let languages: Vec<Language> = chunks.iter().map(|c| c.language).collect();
    let cosine = visavis_kernels::cosine_block(
        words.as_slice(),
        directions.apply(&vectors, &languages).as_slice(),
        vectors.dim(),
    );

    let members: Option<std::collections::BTreeSet<ChunkId>> = query
        .cluster
        .map(|cluster| -> Result<_, Error> {
            let rows: Vec<visavis_records::rows::MembershipRow> = folder.read()?;
            Ok(rows
                .into_iter()
                .filter(|m| m.cluster == cluster)
                .map(|m| m.chunk_id)
                .collect())
        })
        .transpose()?;
    let wanted = |c: &ChunkRow| {
        query.language.is_none_or(|l| c.language == l)
            && members.as_ref().is_none_or(|m| m.contains(&c.chunk_id))
    };
    let mut order: Vec<usize> = (0..chunks.len()).filter(|&i| wanted(&chunks[i])).collect();
    order.sort_by(|&a, &b| cosine[b].total_cmp(&cosine[a]).then(a.cmp(&b)));

    let documents: Vec<DocumentRow> = folder.read()?;
    let document: BTreeMap<_, _> = documents.iter().map(|d| (d.doc_id, d)).collect();
    let row: BTreeMap<ChunkId, usize> = chunks
        .iter()
        .enumerate()
        .map(|(i, c)| (c.chunk_id, i))
        .collect();
    let pairs: Vec<CounterpartRow> = folder.read()?;
    let hit = |&i: &usize| {
        let chunk = chunks[i].clone();
        let of = |p: &CounterpartRow| match chunk.chunk_id {
            id if id == p.chunk_a => Some((p.kind.clone(), chunks[*row.get(&p.chunk_b)?].clone())),
            id if id == p.chunk_b => Some((p.kind.clone(), chunks[*row.get(&p.chunk_a)?].clone())),
            _ => None,
        };
        let document = document
            .get(&chunk.doc_id)
            .map_or(String::new(), |d| d.title.clone().unwrap_or(d.path.clone()));
        Hit {
            cosine: cosine[i],
            counterparts: pairs.iter().filter_map(of).collect(),
            chunk,
            document,
        }
    };
    Ok(order.iter().take(query.most).map(hit).collect())
}

/// The hits as text for a terminal.
pub fn render(hits: &[Hit]) -> String {
    let mut text = String::new();
    let line = |c: &ChunkRow| c.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for hit in hits {
        let c = &hit.chunk;
        let cluster = c
            .cluster
            .map_or(String::new(), |k| format!(", cluster {k}"));
        let _ = writeln!(
            text,
            "{:.2} {} {}{cluster}: {}\n     {}",
            hit.cosine,
            c.language,
            c.chunk_id,
            hit.document,
            line(c)
        );
        for (kind, other) in &hit.counterparts {
            let _ = writeln!(text, "     {kind}, {}: {}", other.language, line(other));
        }
        text.push('\n');
    }
    if hits.is_empty() {
        text.push_str("no passage\n");
    }
    text
}
