//! Clusters × groups → prevalence, framing, counterparts, timeline.

use std::collections::BTreeMap;

use visavis_compare::{Calibration, CompareOptions, Comparison, Corpus, Reprints, Words, compare};
use visavis_records::{
    CalibrationVectors, ChunkId, Clustering, Date, Groups, Language, Stage, UnitVectors,
    rows::{ChunkRow, ClusterRow, DocumentRow, MembershipRow, QualityRow, TermRow},
};

use super::cluster;
use crate::{Error, Pipeline, calibration, pipeline::Done};

/// Groups by language need no column.
const LANGUAGE: &str = "language";

/// Begins the names of the checks that this stage adds to `quality.parquet`.
const CHECKS: &str = "groups.";

/// Refuses columns that no document has, before the work of embedding.
pub fn check_columns(p: &Pipeline) -> Result<(), Error> {
    let documents: Vec<DocumentRow> = p.folder.read()?;
    for column in p.config.compare.by.iter().filter(|c| *c != LANGUAGE) {
        if !documents.is_empty() && documents.iter().all(|d| value(d, column).is_none()) {
            let mut there: Vec<&str> = vec![LANGUAGE];
            there.extend(
                ["source", "author", "path"]
                    .into_iter()
                    .filter(|c| documents.iter().any(|d| value(d, c).is_some())),
            );
            let meta: std::collections::BTreeSet<&str> = documents
                .iter()
                .flat_map(|d| d.meta.keys().map(String::as_str))
                .collect();
            there.extend(meta);
            return Err(Error::usage(format!(
                "--by {column}: no document has this column; there are {}",
                there.join(", ")
            )));
        }
    }
    Ok(())
}

/// What a document has in a column.
fn value(d: &DocumentRow, column: &str) -> Option<String> {
    match column {
        "source" => d.source.clone(),
        "author" => d.author.clone(),
        "path" => Some(d.path.clone()),
        "date" => d.date.map(|date| date.to_string()),
        _ => d
            .meta
            .get(column.strip_prefix("meta_").unwrap_or(column))
            .cloned(),
    }
}

/// The group of each passage: the values of all `--by` columns together.
fn groups(
    by: &[String],
    chunks: &[ChunkRow],
    document: &[u32],
    documents: &[DocumentRow],
) -> Groups {
    let label = |(chunk, &row): (&ChunkRow, &u32)| -> Option<String> {
        let d = &documents[row as usize];
        let values = by.iter().map(|c| {
            if c == LANGUAGE {
                Some(chunk.language.code().to_owned())
            } else {
                value(d, c)
            }
        });
        Some(
            values
                .collect::<Option<Vec<_>>>()
                .filter(|_| d.counted)?
                .join(" / "),
        )
    };
    Groups::new(
        by.to_vec(),
        &chunks.iter().zip(document).map(label).collect::<Vec<_>>(),
    )
}

/// What is compared: passages with their groups, and calibration text.
pub struct Compared {
    pub passages: cluster::Passages,
    pub groups: Groups,
    ids: Vec<ChunkId>,
    n_tokens: Vec<u32>,
    date: Vec<Option<Date>>,
    counted: Vec<bool>,
    calibration: CalibrationVectors,
    crossed: UnitVectors,
}

impl Compared {
    /// From the tables of the earlier stages.
    pub fn of(
        p: &mut Pipeline,
        chunks: &[ChunkRow],
        documents: &[DocumentRow],
    ) -> Result<Self, Error> {
        let passages = match p.passages.take() {
            Some(passages) => passages,
            None => cluster::Passages::of(p, chunks, documents)?,
        };
        let languages = chunks.iter().map(|c| c.language).collect();
        let calibration = calibration::vectors(&p.folder, p.encoder()?, &languages)?.fitting;
        let method = passages.directions.method.parse();
        let method =
            method.map_err(|e: visavis_cluster::NotADebias| Error::failed(e.to_string()))?;
        Ok(Self {
            groups: groups(&p.config.compare.by, chunks, &passages.document, documents),
            ids: chunks.iter().map(|c| c.chunk_id).collect(),
            n_tokens: chunks.iter().map(|c| c.n_tokens).collect(),
            date: documents.iter().map(|d| d.date).collect(),
            counted: documents.iter().map(|d| d.counted).collect(),
            crossed: calibration::cross_fitted(&calibration, method)?,
            calibration,
            passages,
        })
    }

    /// Compares on a clustering, with words where there are any.
    pub fn compare(
        &self,
        texts: &[&str],
        clustering: &Clustering,
        words: Option<&Words<'_>>,
        options: &CompareOptions,
    ) -> Result<Comparison, Error> {
        let corpus = Corpus {
            chunk_id: &self.ids,
            document: &self.passages.document,
            language: &self.passages.language,
            n_tokens: &self.n_tokens,
            text: texts,
            raw: &self.passages.raw,
            clean: &self.passages.clean,
            neighbours: &self.passages.neighbours,
            date: &self.date,
            counted: &self.counted,
        };
        let calibration = Calibration {
            texts: &self.calibration.texts,
            clean: &self.crossed,
        };
        compare(
            &corpus,
            clustering,
            &self.groups,
            &calibration,
            words,
            options,
        )
        .map_err(|e| Error::failed(e.to_string()))
    }
}

#[allow(
    clippy::too_many_lines,
    reason = "tables in, one step after the other, tables out"
)]
pub fn run(pipeline: &mut Pipeline) -> Result<(), Error> {
    check_columns(pipeline)?;
    pipeline.step(Stage::Compare, &[], |p, _| {
        let documents: Vec<DocumentRow> = p.folder.read()?;
        let mut chunks: Vec<ChunkRow> = p.folder.read()?;
        let mut clusters: Vec<ClusterRow> = p.folder.read()?;
        let clustering =
            cluster::clustering(&clusters, &chunks, &p.folder.read::<MembershipRow>()?);
        let compared = Compared::of(p, &chunks, &documents)?;
        let texts: Vec<&str> = chunks.iter().map(|c| c.text.as_str()).collect();
        let vocabulary = visavis_cluster::vocabulary(&texts, &compared.passages.language);
        let words = Words {
            vocabulary: &vocabulary.words,
            starts: &vocabulary.starts,
            ids: &vocabulary.ids,
        };
        let options = CompareOptions {
            reprints: if p.config.compare.reprints == "drop" {
                Reprints::Drop
            } else {
                Reprints::Keep
            },
            seed: p.config.run.seed,
            ..CompareOptions::default()
        };
        let found = compared.compare(&texts, &clustering, Some(&words), &options)?;
        let Compared {
            groups, passages, ..
        } = compared;

        for (chunk, group) in chunks.iter_mut().zip(&groups.of) {
            chunk.group = group.map(|g| groups.labels[g as usize].clone());
        }
        for cluster in &mut clusters {
            cluster.coverage = found.coverage.get(&cluster.cluster).cloned();
        }
        let mut terms: Vec<TermRow> = p.folder.read()?;
        terms.retain(|t| t.group.is_none());
        terms.extend(found.terms);
        terms.sort_by(|a, b| {
            (a.cluster, a.language, &a.group, a.rank)
                .cmp(&(b.cluster, b.language, &b.group, b.rank))
        });
        let mut quality: Vec<QualityRow> = p.folder.read()?;
        quality.retain(|q| !q.name.starts_with(CHECKS));
        quality.extend(found.sampled.iter().map(sampled));
        quality.extend(found.divided.iter().map(|d| divided(d, &clusters)));
        quality.extend(checks(
            &p.config.compare.by,
            &chunks,
            &passages.document,
            &documents,
        ));

        let footer = p.footer(Stage::Compare);
        p.folder.write(&chunks, &footer)?;
        p.folder.write(&clusters, &footer)?;
        p.folder.write(&terms, &footer)?;
        p.folder.write(&quality, &footer)?;
        p.folder.write(&found.prevalence, &footer)?;
        p.folder.write(&found.framing, &footer)?;
        p.folder.write(&found.counterparts, &footer)?;
        p.folder.write(&found.unanswered, &footer)?;
        p.folder.write(&found.timeline, &footer)?;
        let differ = found
            .framing
            .iter()
            .filter(|f| f.verdict == "differs")
            .count();
        let line = format!(
            "{} groups by {}, {} counterparts, {differ} of {} comparisons differ",
            groups.labels.len(),
            groups.by.join(" and "),
            found.counterparts.len(),
            found.framing.len()
        );
        Ok(Done {
            files: vec![
                "chunks.parquet",
                "clusters.parquet",
                "terms.parquet",
                "quality.parquet",
                "prevalence.parquet",
                "framing.parquet",
                "counterparts.parquet",
                "unanswered.parquet",
                "timeline.parquet",
            ],
            rejected: Vec::new(),
            counts: [
                ("groups".to_owned(), groups.labels.len() as u64),
                ("counterparts".to_owned(), found.counterparts.len() as u64),
                ("comparisons".to_owned(), found.framing.len() as u64),
            ]
            .into(),
            notes: [("groups".to_owned(), groups.labels.clone().into())].into(),
            line,
        })
    })
}

fn sampled(s: &visavis_compare::Sampled) -> QualityRow {
    let ([documents, of_documents], [passages, of_passages]) = (s.n_documents, s.n_chunks);
    QualityRow {
        name: format!("{CHECKS}sampled"),
        layer: None,
        value: f64::from(documents),
        expected: Some(f64::from(of_documents)),
        verdict: "info".into(),
        message: format!(
            "Framing of cluster {} for {} is measured on a sample: {documents} of {of_documents} documents, {passages} of {of_passages} passages.",
            s.cluster, s.group
        ),
    }
}

fn divided(d: &visavis_compare::Divided, clusters: &[ClusterRow]) -> QualityRow {
    let named = |id: i32| {
        let cluster = clusters.iter().find(|c| c.cluster == id);
        let name = cluster.map_or("", |c| c.name.as_str());
        let coverage = cluster.and_then(|c| c.coverage.as_deref());
        let who = coverage.unwrap_or_default().replace(':', " ");
        format!("{id} ({name}; {who})")
    };
    QualityRow {
        name: format!("{CHECKS}divided"),
        layer: Some(0),
        value: f64::from(d.answered),
        expected: Some(d.expected),
        verdict: "warn".into(),
        message: format!(
            "Clusters {} and {} may be one issue that the groups put so differently that it was cut in two: {} of {} documents of the first have their closest counterpart in the second, {:.1} would by chance.",
            named(d.cluster),
            named(d.other),
            d.answered,
            d.n_documents,
            d.expected
        ),
    }
}

/// What a reader must know of the groups before comparing them.
fn checks(
    by: &[String],
    chunks: &[ChunkRow],
    document: &[u32],
    documents: &[DocumentRow],
) -> Vec<QualityRow> {
    let row = |name: &str, value: f64, expected: Option<f64>, verdict: &str, message: String| {
        QualityRow {
            name: format!("{CHECKS}{name}"),
            layer: None,
            value,
            expected,
            verdict: verdict.to_owned(),
            message,
        }
    };
    let mut rows = Vec::new();
    let of = |r: usize| chunks[r].group.as_deref();

    // One source in several groups: what is compared may be parts of one voice.
    let mut groups_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (r, &d) in document.iter().enumerate() {
        if let (Some(source), Some(group)) = (documents[d as usize].source.as_deref(), of(r)) {
            let groups = groups_of.entry(source).or_default();
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
    }
    let several: Vec<&str> = groups_of
        .iter()
        .filter(|(_, g)| g.len() > 1)
        .map(|(s, _)| *s)
        .collect();
    if !several.is_empty() {
        let names = several
            .iter()
            .take(5)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let message = format!(
            "{} of {} sources write in more than one group ({names}): groups by {} are not sides.",
            several.len(),
            groups_of.len(),
            by.join(" and ")
        );
        rows.push(row(
            "sources_in_several",
            several.len() as f64,
            Some(0.0),
            "warn",
            message,
        ));
    }

    // Languages without calibration text have no floor.
    let mut uncalibrated: Vec<Language> = chunks
        .iter()
        .map(|c| c.language)
        .filter(|l| !l.is_calibrated())
        .collect();
    let n = uncalibrated.len();
    uncalibrated.sort_unstable();
    uncalibrated.dedup();
    if n > 0 {
        let names = uncalibrated
            .iter()
            .map(Language::name)
            .collect::<Vec<_>>()
            .join(", ");
        let message = format!(
            "{n} passages are in languages without calibration text ({names}): they have no floor, and language is not taken out of them."
        );
        rows.push(row(
            "uncalibrated_passages",
            n as f64,
            Some(0.0),
            "warn",
            message,
        ));
    }

    // Passages outside every group.
    let outside = (0..chunks.len()).filter(|&r| of(r).is_none()).count();
    if outside > 0 {
        let message = format!(
            "{outside} of {} passages have no group by {}, or are not counted: they are in the clusters, not in the comparison.",
            chunks.len(),
            by.join(" and ")
        );
        let verdict = if outside * 20 > chunks.len() {
            "warn"
        } else {
            "info"
        };
        rows.push(row(
            "passages_outside",
            outside as f64,
            Some(0.0),
            verdict,
            message,
        ));
    }
    rows
}
