//! The clusters of an earlier run, for new passages.

use std::{collections::BTreeMap, path::Path};

use visavis_embed::ModelInfo;
use visavis_records::{
    Clustering, LanguageDirections, Stage, UnitVectors,
    rows::{ChunkRow, ClusterRow, DirectionRow, MembershipRow},
};
use visavis_tables::read_npy;

use super::cluster::{clustering, directions};
use crate::{Error, folder::Folder, run_record};

/// What changes when the clusters of the run in `out` change.
pub fn mark(out: &Path) -> Result<String, Error> {
    let folder = Folder::reopen(out)?;
    let stamp = folder
        .stamp(Stage::Cluster)
        .ok_or_else(|| unfinished(out))?;
    Ok(stamp.output.clone())
}

fn unfinished(out: &Path) -> Error {
    let out = out.display();
    Error::usage(format!(
        "{out} has no clusters yet: `visavis cluster {out}` makes them"
    ))
}

/// An earlier run as far as its clusters go.
pub struct Fitted {
    /// What its passages were freed of.
    pub directions: LanguageDirections,
    chunks: Vec<ChunkRow>,
    raw: UnitVectors,
    clusters: Vec<ClusterRow>,
    clustering: Clustering,
}

impl Fitted {
    /// Reads the run in `out`, which must have been embedded by the encoder that `info` describes.
    pub fn of(out: &Path, info: &ModelInfo) -> Result<Self, Error> {
        let folder = Folder::reopen(out)?;
        folder
            .stamp(Stage::Cluster)
            .ok_or_else(|| unfinished(out))?;
        let now = run_record::model(info);
        let then = folder
            .stamp(Stage::Embed)
            .and_then(|s| s.notes.get("model"));
        for key in ["hash", "precision", "dim"] {
            if then.map(|m| &m[key]) != Some(&now[key]) {
                return Err(Error::usage(format!(
                    "the vectors of {} are of another encoder or precision ({} {}): use the same",
                    out.display(),
                    then.and_then(|m| m["id"].as_str()).unwrap_or("unknown"),
                    then.and_then(|m| m["precision"].as_str())
                        .unwrap_or_default(),
                )));
            }
        }
        let chunks: Vec<ChunkRow> = folder.read()?;
        let clusters: Vec<ClusterRow> = folder.read()?;
        let (values, dim) = read_npy(&out.join("embeddings.npy"))?;
        Ok(Self {
            directions: directions(&folder.read::<DirectionRow>()?),
            raw: UnitVectors::new(values, dim)
                .map_err(|e| Error::failed(format!("embeddings.npy: {e}")))?,
            clustering: clustering(&clusters, &chunks, &folder.read::<MembershipRow>()?),
            chunks,
            clusters,
        })
    }

    /// The clusters of `new` passages, whose vectors are freed of the same directions.
    pub fn apply(&self, new: &UnitVectors) -> Clustering {
        let languages: Vec<_> = self.chunks.iter().map(|c| c.language).collect();
        visavis_cluster::apply(
            &self.directions.apply(&self.raw, &languages),
            &self.clustering,
            new,
        )
    }

    /// Gives clusters the names that they had.
    pub fn rename(&self, clusters: &mut [ClusterRow]) {
        let names: BTreeMap<i32, &str> = self
            .clusters
            .iter()
            .map(|c| (c.cluster, c.name.as_str()))
            .collect();
        for row in clusters {
            if let Some(name) = names.get(&row.cluster) {
                (*name).clone_into(&mut row.name);
            }
        }
    }
}
