//! `data/briefs` compared by side, against the truth about every text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

use serde::Deserialize;
use visavis_compare::{CompareOptions, Comparison, Divided};
use visavis_records::{
    ChunkId, Clustering, Groups, Layer,
    rows::{ChunkRow, ClusterRow, CounterpartRow, DocumentRow, FramingRow},
};

use crate::{Config, Error, Pipeline, Progress, Surroundings, stages::compare::Compared};

#[derive(Deserialize)]
struct Truth {
    issues: Vec<Issue>,
    briefs: Vec<Brief>,
}

#[derive(Deserialize)]
struct Issue {
    #[serde(rename = "issue")]
    id: String,
    side: Option<String>,
    terms: Option<String>,
}

#[derive(Deserialize)]
struct Brief {
    path: String,
    issue: String,
    translation_of: Option<String>,
}

/// Runs visavis on the briefs and tells how far it is right, with the clusters it found and with the true issues as
/// clusters: the second shows the comparison itself.
pub fn report(config: &Config, around: &Surroundings, folder: &Path) -> Result<String, Error> {
    let mut text = "\nBriefs compared by side\n".to_owned();
    let truth = folder.with_extension("truth.json");
    if !truth.is_file() {
        let _ = writeln!(text, "  left out: there is no {}", truth.display());
        return Ok(text);
    }
    let broken = |e: serde_json::Error| Error::failed(format!("{}: {e}", truth.display()));
    let truth: Truth = serde_json::from_str(&super::data::read(&truth)?).map_err(broken)?;
    let out = tempfile::tempdir().map_err(|e| Error::io(folder, &e))?;
    let mut config = config.clone();
    config.compare.by = vec!["side".to_owned()];
    let mut pipeline = Pipeline::create(out.path(), config, around.clone(), Progress::Quiet)?;
    pipeline.run(&[folder.to_owned()])?;

    let chunks: Vec<ChunkRow> = pipeline.folder.read()?;
    let documents: Vec<DocumentRow> = pipeline.folder.read()?;
    let clusters: Vec<ClusterRow> = pipeline.folder.read()?;
    let briefs = Briefs::new(&truth, &chunks, &documents)?;

    let framing: Vec<FramingRow> = pipeline.folder.read()?;
    let coverage = clusters
        .iter()
        .map(|c| (c.cluster, c.coverage.clone().unwrap_or_default()))
        .collect();
    let finest: Vec<i32> = chunks.iter().map(|c| c.cluster.unwrap_or(-1)).collect();
    let first = clusters.iter().filter(|c| c.layer == 0).count();
    let _ = writeln!(text, "  with the {first} clusters found");
    briefs.issues(&mut text, &finest, &coverage, &framing);

    let compared = Compared::of(&mut pipeline, &chunks, &documents)?;
    let texts: Vec<&str> = chunks.iter().map(|c| c.text.as_str()).collect();
    let options = CompareOptions {
        seed: pipeline.config.run.seed,
        ..CompareOptions::default()
    };
    let compare = |clusters: &[i32]| -> Result<Comparison, Error> {
        compared.compare(&texts, &one_layer(clusters), None, &options)
    };
    let found = compare(&briefs.issue)?;
    let _ = writeln!(
        text,
        "  with the {} true issues as clusters",
        truth.issues.len()
    );
    briefs.issues(&mut text, &briefs.issue, &found.coverage, &found.framing);
    let (cut, halves) = briefs.cut_by_side(&compared.groups);
    briefs.divided(&mut text, &found, &compare(&cut)?, &halves);
    briefs.translations(&mut text, &pipeline.folder.read::<CounterpartRow>()?);
    Ok(text)
}

/// The truth, by passage.
struct Briefs<'a> {
    truth: &'a Truth,
    /// Number of each passage's issue.
    issue: Vec<i32>,
    /// Number of each passage's brief.
    brief: Vec<usize>,
    row: BTreeMap<ChunkId, usize>,
}

impl<'a> Briefs<'a> {
    fn new(
        truth: &'a Truth,
        chunks: &[ChunkRow],
        documents: &[DocumentRow],
    ) -> Result<Self, Error> {
        let path: BTreeMap<_, &str> = documents
            .iter()
            .map(|d| (d.doc_id, d.path.as_str()))
            .collect();
        let of_path: BTreeMap<&str, usize> = truth
            .briefs
            .iter()
            .enumerate()
            .map(|(i, b)| (b.path.as_str(), i))
            .collect();
        let brief: Vec<usize> = chunks
            .iter()
            .map(|c| {
                let path = path[&c.doc_id];
                of_path
                    .get(path)
                    .copied()
                    .ok_or_else(|| Error::failed(format!("the truth says nothing of {path}")))
            })
            .collect::<Result<_, _>>()?;
        let number = |issue: &str| truth.issues.iter().position(|i| i.id == issue);
        let issue = brief
            .iter()
            .map(|&b| number(&truth.briefs[b].issue).map_or(-1, |i| i as i32))
            .collect();
        Ok(Self {
            truth,
            issue,
            brief,
            row: (0..).zip(chunks).map(|(r, c)| (c.chunk_id, r)).collect(),
        })
    }

    /// The true issues, those that both sides discuss cut in two: passages of the second side are in a cluster of
    /// their own. And the clusters that are halves of one issue.
    fn cut_by_side(&self, groups: &Groups) -> (Vec<i32>, BTreeSet<(i32, i32)>) {
        let (mut cut, mut halves) = (self.issue.clone(), BTreeSet::new());
        let shared = self.truth.issues.iter().enumerate();
        for (issue, _) in shared.filter(|(_, i)| i.side.is_none()) {
            let (issue, half) = (
                issue as i32,
                (self.truth.issues.len() + halves.len()) as i32,
            );
            halves.insert((issue, half));
            for (cluster, &group) in cut.iter_mut().zip(&groups.of) {
                if *cluster == issue && group == Some(1) {
                    *cluster = half;
                }
            }
        }
        (cut, halves)
    }

    /// How many issues cut by side are told to be one, and how many others.
    fn divided(
        &self,
        text: &mut String,
        whole: &Comparison,
        cut: &Comparison,
        halves: &BTreeSet<(i32, i32)>,
    ) {
        let right =
            |d: &&Divided| halves.contains(&(d.cluster.min(d.other), d.cluster.max(d.other)));
        let named = cut.divided.iter().filter(right).count();
        let _ = writeln!(
            text,
            "  with the {} shared issues cut in two by side: {named} named as possibly one, {} other pairs of {} clusters; {} pairs where nothing is cut",
            halves.len(),
            cut.divided.len() - named,
            self.truth.issues.len() + halves.len(),
            whole.divided.len()
        );
    }

    /// Each issue with the cluster that holds most of it: coverage, gap, floor, excess; and how well the excess tells
    /// issues on which the sides use different terms from those on which they use the same.
    fn issues(
        &self,
        text: &mut String,
        cluster: &[i32],
        coverage: &BTreeMap<i32, String>,
        framing: &[FramingRow],
    ) {
        let mut right = 0;
        let mut excess: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (number, issue) in (0..).zip(&self.truth.issues) {
            let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
            for (&i, &c) in self.issue.iter().zip(cluster) {
                if i == number && c >= 0 {
                    *counts.entry(c).or_default() += 1;
                }
            }
            let home = counts.iter().max_by_key(|(_, n)| **n);
            let Some((&home, &own)) = home else { continue };
            let all = cluster.iter().filter(|c| **c == home).count();
            let expected = issue
                .side
                .as_ref()
                .map_or("shared".to_owned(), |side| format!("only:{side}"));
            let said = coverage.get(&home).cloned().unwrap_or_default();
            right += usize::from(said == expected);
            let row = framing.iter().find(|f| f.cluster == home);
            let figure = |f: fn(&FramingRow) -> Option<f64>| {
                row.and_then(f)
                    .map_or("    –".to_owned(), |v| format!("{v:6.3}"))
            };
            let _ = writeln!(
                text,
                "    {:22} {own:3} of {all:3} passages of cluster {home:2}  {said:12} ({})  {:9}  gap {} floor {} excess {} [{}, {}]  {}",
                issue.id,
                if said == expected { "right" } else { "wrong" },
                issue.terms.as_deref().unwrap_or("one-sided"),
                figure(|r| r.gap),
                figure(|r| r.floor),
                figure(|r| r.excess),
                figure(|r| r.excess_low),
                figure(|r| r.excess_high),
                row.map_or("", |r| r.verdict.as_str())
            );
            if let (Some(terms), Some(value)) = (&issue.terms, row.and_then(|r| r.excess)) {
                excess.entry(terms).or_default().push(value);
            }
        }
        let of = |terms: &str| excess.get(terms).map_or(&[][..], Vec::as_slice);
        let _ = writeln!(
            text,
            "    coverage right for {right} of {}; excess of \"different\" over \"same\" issues: AUC {:.2}",
            self.truth.issues.len(),
            area(of("different"), of("same"))
        );
    }

    /// Passages named translations against briefs that are translations: a pair of passages is right where one brief
    /// is a translation of the other. What could be found is the passages of the shorter brief of each pair.
    fn translations(&self, text: &mut String, counterparts: &[CounterpartRow]) {
        let number = |path: &str| self.truth.briefs.iter().position(|b| b.path == path);
        let pairs: BTreeSet<(usize, usize)> = self
            .truth
            .briefs
            .iter()
            .enumerate()
            .filter_map(|(i, b)| number(b.translation_of.as_deref()?).map(|j| (i.min(j), i.max(j))))
            .collect();
        let passages = |brief: usize| self.brief.iter().filter(|b| **b == brief).count();
        let all: usize = pairs
            .iter()
            .map(|&(i, j)| passages(i).min(passages(j)))
            .sum();
        let (mut found, mut right, mut briefs) = (0, 0, BTreeSet::new());
        for row in counterparts.iter().filter(|r| r.kind == "translation") {
            let (Some(&a), Some(&b)) = (self.row.get(&row.chunk_a), self.row.get(&row.chunk_b))
            else {
                continue;
            };
            let (i, j) = (self.brief[a], self.brief[b]);
            let pair = (i.min(j), i.max(j));
            found += 1;
            right += usize::from(pairs.contains(&pair));
            briefs.extend(pairs.contains(&pair).then_some(pair));
        }
        let share = |n: usize, of: usize| n as f64 / of.max(1) as f64;
        let _ = writeln!(
            text,
            "  translations: {right} of {found} named are true (precision {:.2}); {right} of {all} passages (recall {:.2}) and {} of {} briefs are found",
            share(right, found),
            share(right, all),
            briefs.len(),
            pairs.len()
        );
    }
}

/// Clusters of passages as the only layer.
fn one_layer(clusters: &[i32]) -> Clustering {
    let layer = Layer {
        n_clusters: clusters.iter().max().map_or(0, |&most| most as u32 + 1),
        nearest: clusters.iter().map(|&c| c.max(0) as u32).collect(),
        strength: vec![1.0; clusters.len()],
        cluster: clusters.to_vec(),
        ..Layer::default()
    };
    Clustering {
        layers: vec![layer],
    }
}

/// The chance that one of `high` is above one of `low`; ties count half (Mann and Whitney 1947).
fn area(high: &[f64], low: &[f64]) -> f64 {
    let mut sum = 0.0;
    for h in high {
        for l in low {
            sum += if h > l {
                1.0
            } else if h < l {
                0.0
            } else {
                0.5
            };
        }
    }
    sum / (high.len() * low.len()) as f64
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_area_of_a_worked_example() {
        let area = super::area(&[3.0, 2.0], &[1.0, 2.0]);
        assert!((area - 3.5 / 4.0).abs() < 1e-12, "{area}");
    }
}
