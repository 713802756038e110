//! Neutral sentences dropped into the clustering: a cluster that draws those of one language is a leak; a cluster that
//! only one language writes about, and that draws neutral sentences of all, is a finding.

use std::collections::BTreeMap;

use visavis_records::{
    CalibrationKind, CalibrationVectors, Language, Layer, UnitVectors, rows::QualityRow,
};

use super::{Evidence, row};
use crate::{
    directions::{Debias, fit_where, folds},
    layers::centroids,
    products::nearest_two,
};

/// Neutral sentences a cluster must draw before anything is said about it.
const DRAWN: usize = 6;

/// Rows for each layer.
pub(super) fn dropped(
    evidence: &Evidence<'_>,
    calibration: &CalibrationVectors,
    corpus: &BTreeMap<Language, usize>,
) -> Vec<QualityRow> {
    let rows: Vec<u32> = (0..calibration.texts.len() as u32)
        .filter(|&r| {
            let text = &calibration.texts[r as usize];
            text.kind == CalibrationKind::Sentence && corpus.contains_key(&text.language)
        })
        .collect();
    let language: Vec<Language> = rows
        .iter()
        .map(|&r| calibration.texts[r as usize].language)
        .collect();
    let ids: Vec<&str> = rows
        .iter()
        .map(|&r| calibration.texts[r as usize].id.as_str())
        .collect();
    let mut present = language.clone();
    present.sort_unstable();
    present.dedup();
    if present.len() < 2 {
        return Vec::new();
    }
    let raw = calibration.vectors.select(&rows);
    let clean = cross_fitted(calibration, &raw, &ids, &language, evidence);
    let mut out = Vec::new();
    for (depth, layer) in evidence
        .clustering
        .layers
        .iter()
        .enumerate()
        .filter(|(_, l)| l.n_clusters > 1)
    {
        let depth = Some(depth as u32);
        let before = together(&place(evidence.raw, layer, &raw), &ids);
        let placed = place(evidence.debiased, layer, &clean);
        let after = together(&placed, &ids);
        let say = |value: f64, how: &str| {
            format!(
                "{how}, two translations of a neutral sentence fall into the same cluster in {:.0} % of cases.",
                100.0 * value
            )
        };
        out.push(row(
            "neutral_translations_together_raw",
            depth,
            before,
            Some(1.0),
            verdict(before),
            say(before, "With the encoder's own vectors"),
        ));
        out.push(row(
            "neutral_translations_together",
            depth,
            after,
            Some(1.0),
            verdict(after),
            say(after, "After language was removed"),
        ));
        out.extend(by_cluster(
            evidence, layer, depth, &placed, &language, &present,
        ));
    }
    out
}

fn verdict(together: f64) -> &'static str {
    if together < 0.5 { "leak" } else { "good" }
}

/// The sentences without language, by directions fitted on the other half of the items.
fn cross_fitted(
    calibration: &CalibrationVectors,
    raw: &UnitVectors,
    ids: &[&str],
    language: &[Language],
    evidence: &Evidence<'_>,
) -> UnitVectors {
    let method: Debias = evidence.directions.method.parse().unwrap_or(Debias::None);
    let halves = [false, true].map(|second| {
        fit_where(calibration, method, |id| folds(id) != second).apply(raw, language)
    });
    let data = (0..raw.len())
        .flat_map(|r| halves[usize::from(folds(ids[r]))].row(r))
        .copied()
        .collect();
    UnitVectors::new(data, raw.dim()).unwrap_or_else(|_| raw.clone())
}

/// The cluster of the layer whose centroid is nearest to each sentence, counted from the layer's first.
fn place(vectors: &UnitVectors, layer: &Layer, sentences: &UnitVectors) -> Vec<u32> {
    let part: Vec<u32> = layer.nearest.iter().map(|c| c - layer.first).collect();
    let outlier: Vec<bool> = layer.cluster.iter().map(|&c| c < 0).collect();
    let centroids = centroids(vectors, &part, &outlier, layer.n_clusters as usize);
    nearest_two(sentences.as_slice(), &centroids, vectors.dim())
        .into_iter()
        .map(|n| n.0)
        .collect()
}

/// Share of pairs with the same id that are in one cluster.
fn together(placed: &[u32], ids: &[&str]) -> f64 {
    let mut by_id: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    ids.iter()
        .zip(placed)
        .for_each(|(&id, &p)| by_id.entry(id).or_default().push(p));
    let (mut same, mut all) = (0usize, 0usize);
    for places in by_id.values() {
        for (i, a) in places.iter().enumerate() {
            all += places.len() - i - 1;
            same += places[i + 1..].iter().filter(|&b| a == b).count();
        }
    }
    if all == 0 {
        1.0
    } else {
        same as f64 / all as f64
    }
}

/// Leaks and findings, cluster by cluster.
fn by_cluster(
    evidence: &Evidence<'_>,
    layer: &Layer,
    depth: Option<u32>,
    placed: &[u32],
    language: &[Language],
    present: &[Language],
) -> Vec<QualityRow> {
    let mut out = Vec::new();
    for (cluster, members) in layer.members().iter().enumerate() {
        let mut drawn: BTreeMap<Language, usize> = BTreeMap::new();
        placed
            .iter()
            .zip(language)
            .filter(|(p, _)| **p as usize == cluster)
            .for_each(|(_, &l)| *drawn.entry(l).or_default() += 1);
        let all: usize = drawn.values().sum();
        let (most, n) = drawn.iter().fold(
            (Language::UNKNOWN, 0),
            |b, (&l, &n)| if n > b.1 { (l, n) } else { b },
        );
        let chance = 1.0 / present.len() as f64;
        let share = n as f64 / all.max(1) as f64;
        let id = layer.first as usize + cluster;
        // Three standard deviations above an even mix, and most of what was drawn.
        let beyond = chance + 3.0 * (chance * (1.0 - chance) / all.max(1) as f64).sqrt();
        let leaks = all >= DRAWN && share > beyond.max(f64::midpoint(1.0, chance) * 0.9);
        if leaks {
            out.push(row("leaking_cluster", depth, share, Some(chance), "leak", format!(
                "Cluster {id} draws neutral sentences of one language: {n} of {all} are {}. It is at least in part a cluster of that language, not of a subject.", most.name())));
            continue;
        }
        let first = members.first().map(|&r| evidence.language[r as usize]);
        if let Some(only) = first.filter(|&f| {
            members.len() >= 5 && members.iter().all(|&r| evidence.language[r as usize] == f)
        }) {
            out.push(row("one_language_cluster", depth, 1.0, None, "finding", format!(
                "Only passages in {} are in cluster {id}, and neutral sentences of that language are not drawn to it: a subject that only they write about.", only.name())));
        }
    }
    out
}
