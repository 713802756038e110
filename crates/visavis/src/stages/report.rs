//! Tables → report.html.

use std::fs;

use visavis_records::{
    Stage,
    rows::{
        ChunkRow, ClusterRow, CounterpartRow, DocumentRow, FramingRow, PrevalenceRow, QualityRow,
        RejectedRow, TermRow, UnansweredRow,
    },
};
use visavis_report::Tables;

use crate::{Error, Pipeline, pipeline::Done};

const PAGE: &str = "report.html";

pub fn run(pipeline: &mut Pipeline) -> Result<(), Error> {
    pipeline.step(Stage::Report, &[], |p, _| {
        let folder = &p.folder;
        let (documents, chunks) = (folder.read::<DocumentRow>()?, folder.read::<ChunkRow>()?);
        let (clusters, terms) = (folder.read::<ClusterRow>()?, folder.read::<TermRow>()?);
        let (prevalence, framing) = (
            folder.read::<PrevalenceRow>()?,
            folder.read::<FramingRow>()?,
        );
        let (counterparts, unanswered) = (
            folder.read::<CounterpartRow>()?,
            folder.read::<UnansweredRow>()?,
        );
        let (quality, rejected) = (folder.read::<QualityRow>()?, folder.read::<RejectedRow>()?);
        let page = visavis_report::render(&Tables {
            by: &p.config.compare.by,
            facts: &facts(p),
            documents: &documents,
            chunks: &chunks,
            clusters: &clusters,
            terms: &terms,
            prevalence: &prevalence,
            framing: &framing,
            counterparts: &counterparts,
            unanswered: &unanswered,
            quality: &quality,
            rejected: &rejected,
        });
        let (path, partial) = (
            folder.path().join(PAGE),
            folder.path().join(format!(".{PAGE}.partial")),
        );
        fs::write(&partial, &page)
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(|e| Error::io(path, &e))?;
        Ok(Done {
            files: vec![PAGE],
            rejected: Vec::new(),
            counts: [("bytes".to_owned(), page.len() as u64)].into(),
            notes: [].into(),
            line: format!("{PAGE}, {} kB", page.len() / 1000),
        })
    })
}

fn facts(p: &Pipeline) -> Vec<(String, String)> {
    let stamp = |stage| p.folder.stamp(stage);
    let mut facts = vec![("visavis".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    if let Some(model) = stamp(Stage::Embed).and_then(|s| s.notes.get("model")) {
        let text = |key: &str| model[key].as_str().unwrap_or_default().to_owned();
        facts.push((
            "encoder".into(),
            format!(
                "{} ({}, {} on {})",
                text("id"),
                text("architecture"),
                text("precision"),
                text("device")
            ),
        ));
    }
    for (stage, note, name) in [
        (Stage::Cluster, "debias", "language taken out by"),
        (Stage::Cluster, "method", "clustered by"),
    ] {
        if let Some(value) = stamp(stage)
            .and_then(|s| s.notes.get(note))
            .and_then(|v| v.as_str())
        {
            facts.push((name.into(), value.to_owned()));
        }
    }
    facts.push(("seed".into(), p.config.run.seed.to_string()));
    facts
}
