//! Vectors → clusters in layers, terms, the map.

use std::collections::BTreeMap;

use visavis_cluster::{
    ClusterOptions, Evidence, cluster, describe, directions as fit, in_context, neighbours,
    project, quality, stability,
};
use visavis_records::{
    ChunkId, Clustering, DocId, Language, LanguageBasis, LanguageDirections, Layer, Neighbours,
    Stage, UnitVectors,
    rows::{ChunkRow, ClusterRow, DirectionRow, DocumentRow, MembershipRow, NeighborCell},
};

use super::fitted::Fitted;
use crate::{Error, Pipeline, calibration, pipeline::Done};

/// Neighbours of a passage that its row shows.
const SHOWN: usize = 15;

/// Draws of documents by which the stability of clusters is measured.
const DRAWS: u64 = 8;

#[allow(
    clippy::too_many_lines,
    reason = "tables in, one step after the other, tables out"
)]
pub fn run(pipeline: &mut Pipeline) -> Result<(), Error> {
    pipeline.step(Stage::Cluster, &[], |p, watch| {
        let documents: Vec<DocumentRow> = p.folder.read()?;
        let mut chunks: Vec<ChunkRow> = p.folder.read()?;
        let settings = &p.config.cluster;
        let encoder = p.encoder()?;
        let calibration = calibration::vectors(
            &p.folder,
            encoder,
            &chunks.iter().map(|c| c.language).collect(),
        )?;
        let fitted = settings
            .onto
            .as_deref()
            .map(|out| Fitted::of(p, out))
            .transpose()?;
        let debias = fitted
            .as_ref()
            .map_or(settings.debias.as_str(), |f| &f.directions.method);
        let (method, mut rows) = calibration.method(debias)?;
        let mut directions = fit::fit(&calibration.fitting, method);
        if let Some(fitted) = &fitted {
            // The earlier run's own; for languages that it did not have, as it would have made them.
            directions.otherwise = fitted.directions.otherwise.clone();
            directions
                .by_language
                .extend(fitted.directions.by_language.clone());
        }
        p.folder
            .write(&direction_rows(&directions), &p.footer(Stage::Cluster))?;
        watch.at(1, 4, "steps");

        let passages = Passages::of(p, &chunks, &documents)?;
        let context = fitted.as_ref().map_or(settings.context, |f| f.context);
        let about = in_context(&passages.clean, &passages.document, context);
        let near = if about == passages.clean {
            &passages.neighbours
        } else {
            &neighbours(&about, settings.neighbours)
        };
        let options = ClusterOptions {
            clusters: settings.clusters,
            method: settings
                .method
                .parse()
                .map_err(|e: visavis_cluster::NotAMethod| Error::usage(e.to_string()))?,
            seed: p.config.run.seed,
            ..ClusterOptions::default()
        };
        let clustering = match &fitted {
            Some(fitted) => fitted.apply(&about),
            None => cluster(&about, near, Some(&passages.document), &options)
                .map_err(|e| Error::usage(e.to_string()))?,
        };
        watch.at(2, 4, "steps");
        let map = project(&about, near, p.config.run.seed);
        watch.at(3, 4, "steps");

        let ids: Vec<ChunkId> = chunks.iter().map(|c| c.chunk_id).collect();
        let texts: Vec<&str> = chunks.iter().map(|c| c.text.as_str()).collect();
        let mut described = describe(
            &clustering,
            &visavis_cluster::Passages {
                id: &ids,
                text: &texts,
                language: &passages.language,
                document: &passages.document,
            },
            &about,
            Some(encoder),
        );
        if let Some(fitted) = &fitted {
            fitted.rename(&mut described.clusters);
        } else {
            let stable = stability(&about, &passages.document, &clustering, &options, DRAWS);
            for (cluster, stability) in described.clusters.iter_mut().zip(stable) {
                cluster.stability = stability;
            }
        }
        rows.extend(quality(&Evidence {
            raw: &passages.raw,
            debiased: &passages.clean,
            language: &passages.language,
            document: &passages.document,
            neighbours_raw: &neighbours(&passages.raw, settings.neighbours),
            neighbours: &passages.neighbours,
            clustering: &clustering,
            calibration: Some(&calibration.fitting),
            directions: &passages.directions,
            groups: None,
        }));

        let representative: std::collections::BTreeSet<ChunkId> = described
            .clusters
            .iter()
            .flat_map(|c| c.representatives.iter().copied())
            .collect();
        for (row, chunk) in chunks.iter_mut().enumerate() {
            let finest = clustering.layers.first();
            chunk.cluster = finest.map(|l| l.cluster[row]);
            chunk.nearest_cluster = finest.map(|l| l.nearest[row] as i32);
            chunk.strength = finest.map(|l| l.strength[row]);
            chunk.is_representative = Some(representative.contains(&chunk.chunk_id));
            (chunk.projection_x, chunk.projection_y) = (Some(map[row][0]), Some(map[row][1]));
            chunk.group = None;
            chunk.neighbors = Some(neighbor_cell(&passages.neighbours, row));
        }
        let memberships: Vec<MembershipRow> = clustering
            .layers
            .iter()
            .enumerate()
            .flat_map(|(layer, l)| l.cluster.iter().map(move |&c| (layer as u32, c)).zip(&ids))
            .map(|((layer, cluster), id)| MembershipRow {
                chunk_id: *id,
                layer,
                cluster,
            })
            .collect();

        let footer = p.footer(Stage::Cluster);
        p.folder.write(&chunks, &footer)?;
        p.folder.write(&described.clusters, &footer)?;
        p.folder.write(&memberships, &footer)?;
        p.folder.write(&described.terms, &footer)?;
        p.folder.write(&rows, &footer)?;
        p.passages = Some(passages);
        let sizes: Vec<String> = clustering
            .layers
            .iter()
            .map(|l| l.n_clusters.to_string())
            .collect();
        let outliers = clustering
            .layers
            .first()
            .map_or(0, |l| l.cluster.iter().filter(|c| **c < 0).count());
        Ok(Done {
            files: vec![
                "chunks.parquet",
                "directions.parquet",
                "clusters.parquet",
                "memberships.parquet",
                "terms.parquet",
                "quality.parquet",
            ],
            rejected: Vec::new(),
            counts: [
                ("clusters".to_owned(), described.clusters.len() as u64),
                ("layers".to_owned(), clustering.layers.len() as u64),
                ("outliers".to_owned(), outliers as u64),
            ]
            .into(),
            notes: [
                ("debias".to_owned(), method.to_string().into()),
                ("context".to_owned(), f64::from(context).into()),
                ("method".to_owned(), options.method.to_string().into()),
            ]
            .into(),
            line: format!(
                "{} clusters, finest layer first; {outliers} outliers",
                sizes.join(" + ")
            ),
        })
    })
}

/// The passages of a corpus as `cluster` and `compare` look at them.
pub struct Passages {
    /// Row of each passage's document.
    pub document: Vec<u32>,
    pub language: Vec<Language>,
    /// Vectors as the encoder gave them.
    pub raw: UnitVectors,
    pub directions: LanguageDirections,
    /// Vectors without language.
    pub clean: UnitVectors,
    /// Neighbours by the clean vectors.
    pub neighbours: Neighbours,
}

impl Passages {
    /// From what `embed` and, for the directions, this stage wrote.
    pub fn of(p: &Pipeline, chunks: &[ChunkRow], documents: &[DocumentRow]) -> Result<Self, Error> {
        let row: BTreeMap<DocId, u32> = documents
            .iter()
            .enumerate()
            .map(|(i, d)| (d.doc_id, i as u32))
            .collect();
        let document = chunks
            .iter()
            .map(|c| row.get(&c.doc_id).copied())
            .collect::<Option<Vec<u32>>>();
        let document = document
            .ok_or_else(|| Error::failed("chunks.parquet names a document that is not there"))?;
        let raw = p.folder.vectors()?;
        if raw.len() != chunks.len() {
            return Err(Error::failed(
                "embeddings.npy and chunks.parquet have different numbers of rows",
            ));
        }
        let language: Vec<Language> = chunks.iter().map(|c| c.language).collect();
        let directions = directions(&p.folder.read::<DirectionRow>()?);
        let clean = directions.apply(&raw, &language);
        let neighbours = neighbours(&clean, p.config.cluster.neighbours);
        Ok(Self {
            document,
            language,
            raw,
            directions,
            clean,
            neighbours,
        })
    }
}

fn neighbor_cell(neighbours: &Neighbours, row: usize) -> NeighborCell {
    if neighbours.is_empty() {
        return NeighborCell::default();
    }
    let (rows, cosine) = neighbours.of(row);
    let shown = rows.len().min(SHOWN);
    NeighborCell {
        ids: rows[..shown].to_vec(),
        distances: cosine[..shown].iter().map(|c| 1.0 - c).collect(),
    }
}

fn direction_rows(directions: &LanguageDirections) -> Vec<DirectionRow> {
    let bases = directions.by_language.iter().map(|(l, b)| (Some(*l), b));
    let mut rows = Vec::new();
    for (language, basis) in std::iter::once((None, &directions.otherwise)).chain(bases) {
        let row = |kind: &str, rank: usize, vector: &[f32]| DirectionRow {
            method: directions.method.clone(),
            language,
            kind: kind.to_owned(),
            rank: rank as u32,
            vector: vector.into(),
        };
        if !basis.mean.is_empty() {
            rows.push(row("mean", 0, &basis.mean));
        }
        rows.extend(
            basis
                .directions
                .iter()
                .enumerate()
                .map(|(i, d)| row("direction", i, d)),
        );
    }
    rows
}

/// The directions that a table holds.
pub fn directions(rows: &[DirectionRow]) -> LanguageDirections {
    let mut directions = LanguageDirections::none();
    for row in rows {
        directions.method.clone_from(&row.method);
        let basis: &mut LanguageBasis = match row.language {
            Some(language) => directions.by_language.entry(language).or_default(),
            None => &mut directions.otherwise,
        };
        if row.kind == "mean" {
            basis.mean = row.vector.to_vec();
        } else {
            basis.directions.push(row.vector.to_vec());
        }
    }
    directions
}

/// The clustering that tables hold.
pub fn clustering(
    clusters: &[ClusterRow],
    chunks: &[ChunkRow],
    memberships: &[MembershipRow],
) -> Clustering {
    let n_layers = clusters.iter().map(|c| c.layer + 1).max().unwrap_or(0);
    // By number of the cluster, as the rows stand.
    let parent: Vec<u32> = clusters
        .iter()
        .map(|c| c.parent.unwrap_or(0) as u32)
        .collect();
    let mut nearest: Vec<u32> = Vec::new();
    let layers = (0..n_layers)
        .map(|layer| {
            let own: Vec<&ClusterRow> = clusters.iter().filter(|c| c.layer == layer).collect();
            let cluster: Vec<i32> = memberships
                .iter()
                .filter(|m| m.layer == layer)
                .map(|m| m.cluster)
                .collect();
            let first = own.first().map_or(0, |c| c.cluster as u32);
            nearest = match layer {
                0 => chunks
                    .iter()
                    .map(|c| c.nearest_cluster.unwrap_or(0) as u32)
                    .collect(),
                _ => nearest.iter().map(|c| parent[*c as usize]).collect(),
            };
            Layer {
                first,
                parents: own
                    .iter()
                    .filter_map(|c| c.parent)
                    .map(|p| p as u32)
                    .collect(),
                n_clusters: own.len() as u32,
                nearest: nearest.clone(),
                strength: chunks.iter().map(|c| c.strength.unwrap_or(0.0)).collect(),
                cluster,
            }
        })
        .collect();
    Clustering { layers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_survive_their_table() {
        let basis = LanguageBasis {
            mean: vec![0.5, 0.0],
            directions: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
        };
        let there = LanguageDirections {
            method: "lir".into(),
            by_language: [(Language::RU, basis.clone())].into(),
            otherwise: LanguageBasis {
                mean: Vec::new(),
                ..basis
            },
        };
        assert_eq!(directions(&direction_rows(&there)), there);
    }
}
