//! The clusters of an earlier run, for new passages.

use std::{collections::BTreeMap, path::Path};

use visavis_cluster::in_context;
use visavis_embed::ModelInfo;
use visavis_records::{
    Clustering, LanguageDirections, Stage, UnitVectors,
    rows::{ChunkRow, ClusterRow, DirectionRow, MembershipRow},
};

use super::cluster::{clustering, directions};
use crate::{Error, Pipeline, folder::Folder, run_record};

/// Refuses clusters that new passages cannot be put onto, before any work.
pub fn check(p: &Pipeline) -> Result<(), Error> {
    match &p.config.cluster.onto {
        Some(out) => same_encoder(&open(p, out)?, p.encoder()?.info()),
        None => Ok(()),
    }
}

/// What changes when the clusters of the run in `out` change.
pub fn mark(p: &Pipeline, out: &Path) -> Result<String, Error> {
    let folder = open(p, out)?;
    Ok(folder
        .stamp(Stage::Cluster)
        .map_or(String::new(), |s| s.output.clone()))
}

/// The folder of the earlier run, which must have clusters and be another than that of this run.
fn open(p: &Pipeline, out: &Path) -> Result<Folder, Error> {
    let place = |path: &Path| std::fs::canonicalize(path).ok();
    if place(out).is_some_and(|out| Some(out) == place(p.folder.path())) {
        return Err(Error::usage(format!(
            "the clusters of {} cannot be put onto themselves: name another folder with --out",
            out.display()
        )));
    }
    let folder = Folder::reopen(out)?;
    if folder.stamp(Stage::Cluster).is_none() {
        let out = out.display();
        return Err(Error::usage(format!(
            "{out} has no clusters yet: `visavis cluster {out}` makes them"
        )));
    }
    Ok(folder)
}

/// Refuses vectors that another encoder, or the same in another precision, has made.
fn same_encoder(folder: &Folder, info: &ModelInfo) -> Result<(), Error> {
    let now = run_record::model(info);
    let stamp = folder.stamp(Stage::Embed);
    let then = stamp.and_then(|s| s.notes.get("model"));
    let same = |key: &&str| then.map(|m| &m[*key]) == Some(&now[*key]);
    if ["hash", "precision", "dim"].iter().all(same) {
        return Ok(());
    }
    let word = |key: &str| then.and_then(|m| m[key].as_str()).unwrap_or("unknown");
    Err(Error::usage(format!(
        "the vectors of {} are of another encoder or precision ({} {}): use the same",
        folder.path().display(),
        word("id"),
        word("precision"),
    )))
}

/// An earlier run as far as its clusters go.
pub struct Fitted {
    /// What its passages were freed of.
    pub directions: LanguageDirections,
    /// How much what stands around a passage counts.
    pub context: f32,
    chunks: Vec<ChunkRow>,
    raw: UnitVectors,
    clusters: Vec<ClusterRow>,
    clustering: Clustering,
}

impl Fitted {
    /// Reads the run that this one's passages are put onto.
    pub fn of(p: &Pipeline, out: &Path) -> Result<Self, Error> {
        let folder = open(p, out)?;
        same_encoder(&folder, p.encoder()?.info())?;
        let chunks: Vec<ChunkRow> = folder.read()?;
        let clusters: Vec<ClusterRow> = folder.read()?;
        let stamp = folder.stamp(Stage::Cluster);
        let context = stamp.and_then(|s| s.notes.get("context")?.as_f64());
        Ok(Self {
            context: context.unwrap_or(0.0) as f32,
            directions: directions(&folder.read::<DirectionRow>()?),
            raw: folder.vectors()?,
            clustering: clustering(&clusters, &chunks, &folder.read::<MembershipRow>()?),
            chunks,
            clusters,
        })
    }

    /// The clusters of `new` passages, whose vectors are freed of the same directions and in the same context.
    pub fn apply(&self, new: &UnitVectors) -> Clustering {
        let languages: Vec<_> = self.chunks.iter().map(|c| c.language).collect();
        let clean = self.directions.apply(&self.raw, &languages);
        let document: Vec<_> = self.chunks.iter().map(|c| c.doc_id).collect();
        let about = in_context(&clean, &document, self.context);
        visavis_cluster::apply(&about, &self.clustering, new)
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
