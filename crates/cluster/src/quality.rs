//! How much of language is left in the vectors and in the clusters, in numbers and in plain words.

use std::collections::BTreeMap;

use visavis_records::{
    CalibrationVectors, Clustering, Groups, Language, LanguageDirections, Neighbours, UnitVectors,
    rows::QualityRow,
};

mod dropped;
mod probe;
#[cfg(test)]
pub(crate) mod testing;

/// What the quality of a clustering is judged by. All slices have one entry a passage.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Vectors as the encoder gave them.
    pub raw: &'a UnitVectors,
    /// The same without language.
    pub debiased: &'a UnitVectors,
    /// Language of each passage.
    pub language: &'a [Language],
    /// Document of each passage.
    pub document: &'a [u32],
    /// Neighbours by the raw vectors.
    pub neighbours_raw: &'a Neighbours,
    /// Neighbours by the debiased vectors.
    pub neighbours: &'a Neighbours,
    /// The clustering.
    pub clustering: &'a Clustering,
    /// Neutral sentences with raw vectors, where there are any.
    pub calibration: Option<&'a CalibrationVectors>,
    /// What was taken out.
    pub directions: &'a LanguageDirections,
    /// The groups that are compared, where they are not the languages.
    pub groups: Option<&'a Groups>,
}

/// Passages of other languages among the nearest are missed by more than this factor of what chance gives: a warning.
const MUCH: f64 = 1.5;

/// Checks of a clustering, before and after language was removed. Each row has a name, a value, what it would be if
/// language played no part, a verdict (`good`, `leak`, `finding`, `too_few`) and a message for a reader.
pub fn quality(evidence: &Evidence<'_>) -> Vec<QualityRow> {
    let mut rows = Vec::new();
    if evidence.language.is_empty() {
        return rows;
    }
    rows.extend(sizes(evidence));
    let mut count: BTreeMap<Language, usize> = BTreeMap::new();
    evidence
        .language
        .iter()
        .for_each(|&l| *count.entry(l).or_default() += 1);
    if count.len() < 2 {
        rows.push(row(
            "languages",
            None,
            1.0,
            None,
            "good",
            "All passages are in one language: language cannot divide them.".into(),
        ));
        return rows;
    }
    rows.extend(same_language(evidence));
    if let Some(calibration) = evidence.calibration {
        rows.extend(probe::probe(calibration, evidence.directions, &count));
        rows.extend(dropped::dropped(evidence, calibration, &count));
    }
    rows
}

fn row(
    name: &str,
    layer: Option<u32>,
    value: f64,
    expected: Option<f64>,
    verdict: &str,
    message: String,
) -> QualityRow {
    QualityRow {
        name: name.to_owned(),
        layer,
        value,
        expected,
        verdict: verdict.to_owned(),
        message,
    }
}

/// Outliers, and clusters without a second document.
fn sizes(evidence: &Evidence<'_>) -> Vec<QualityRow> {
    let mut rows = Vec::new();
    for (depth, layer) in evidence.clustering.layers.iter().enumerate() {
        let n = layer.cluster.len().max(1) as f64;
        let outliers = layer.cluster.iter().filter(|&&c| c < 0).count() as f64 / n;
        if depth == 0 {
            let verdict = if outliers > 0.15 { "many" } else { "good" };
            rows.push(row("outliers", Some(0), outliers, None, verdict, format!(
                "{:.1} % of the passages are outliers: near no cluster, and in none of the comparisons.", 100.0 * outliers)));
        }
        let single = layer
            .members()
            .iter()
            .filter(|m| {
                m.windows(2)
                    .all(|w| evidence.document[w[0] as usize] == evidence.document[w[1] as usize])
            })
            .count();
        let share = single as f64 / f64::from(layer.n_clusters.max(1));
        let verdict = if share > 0.5 { "too_few" } else { "good" };
        rows.push(row("single_document_clusters", Some(depth as u32), share, None, verdict, format!(
            "{single} of {} clusters in layer {depth} have passages of one document only: nothing can be said there about anyone but its author.", layer.n_clusters)));
    }
    rows
}

/// The same-language share of neighbours, before and after, against the mix of the corpus. Neighbours in the same
/// document are left out: they are near and of one language for reasons of their own.
fn same_language(evidence: &Evidence<'_>) -> Vec<QualityRow> {
    let share = |graph: &Neighbours| {
        let (mut same, mut all) = (0usize, 0usize);
        for r in 0..graph.len() {
            for &other in graph.of(r).0 {
                let other = other as usize;
                if evidence.document[r] != evidence.document[other] {
                    all += 1;
                    same += usize::from(evidence.language[r] == evidence.language[other]);
                }
            }
        }
        (all > 0).then(|| same as f64 / all as f64)
    };
    let expected = expected_share(evidence);
    let (Some(before), Some(after), Some(expected)) = (
        share(evidence.neighbours_raw),
        share(evidence.neighbours),
        expected,
    ) else {
        return Vec::new();
    };
    let say = |value: f64, how: &str| {
        format!(
            "{how}, {:.0} % of the nearest passages in other documents are in the same language; {:.0} % would be if language played no part. What remains may be language, or groups that write about different things.",
            100.0 * value,
            100.0 * expected
        )
    };
    let verdict = |value: f64| {
        if value > expected * MUCH && value - expected > 0.1 {
            "leak"
        } else {
            "good"
        }
    };
    vec![
        row(
            "same_language_neighbours_raw",
            None,
            before,
            Some(expected),
            verdict(before),
            say(before, "In the encoder's own vectors"),
        ),
        row(
            "same_language_neighbours",
            None,
            after,
            Some(expected),
            verdict(after),
            say(after, "After language was removed"),
        ),
    ]
}

/// The chance that a passage of another document is in the same language.
fn expected_share(evidence: &Evidence<'_>) -> Option<f64> {
    let mut of_language: BTreeMap<Language, f64> = BTreeMap::new();
    let mut of_document: BTreeMap<u32, f64> = BTreeMap::new();
    let mut of_both: BTreeMap<(u32, Language), f64> = BTreeMap::new();
    for (&l, &d) in evidence.language.iter().zip(evidence.document) {
        *of_language.entry(l).or_default() += 1.0;
        *of_document.entry(d).or_default() += 1.0;
        *of_both.entry((d, l)).or_default() += 1.0;
    }
    let n = evidence.language.len() as f64;
    let (mut sum, mut rows) = (0.0, 0.0);
    for ((d, l), &own) in &of_both {
        let others = n - of_document[d];
        if others > 0.0 {
            sum += own * (of_language[l] - own) / others;
            rows += own;
        }
    }
    (rows > 0.0).then(|| sum / rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClusterOptions, cluster, directions, neighbours};
    use testing::{calibration, corpus};

    const LANGUAGES: [Language; 3] = [Language::EN, Language::RU, Language::KA];

    fn judge(method: directions::Debias) -> Vec<QualityRow> {
        let calibration = calibration(60, &LANGUAGES, 1.2);
        let (raw, language, document) = corpus(600, &LANGUAGES, 1.2);
        let directions = directions::fit(&calibration, method);
        let debiased = directions.apply(&raw, &language);
        let (graph_raw, graph) = (neighbours(&raw, 10), neighbours(&debiased, 10));
        let clustering = cluster(&debiased, &graph, None, &ClusterOptions::default()).unwrap();
        quality(&Evidence {
            raw: &raw,
            debiased: &debiased,
            language: &language,
            document: &document,
            neighbours_raw: &graph_raw,
            neighbours: &graph,
            clustering: &clustering,
            calibration: Some(&calibration),
            directions: &directions,
            groups: None,
        })
    }

    fn value(rows: &[QualityRow], name: &str) -> f64 {
        rows.iter()
            .find(|r| r.name == name)
            .unwrap_or_else(|| panic!("no {name}"))
            .value
    }

    #[test]
    fn a_leak_is_seen_and_its_removal_too() {
        let (leaking, clean) = (
            judge(directions::Debias::None),
            judge(directions::Debias::Center),
        );
        assert!(value(&leaking, "same_language_neighbours") > 0.8);
        assert!(
            value(&clean, "same_language_neighbours") < 0.5,
            "{}",
            value(&clean, "same_language_neighbours")
        );
        assert!(value(&clean, "same_language_neighbours_raw") > 0.8);
        assert!(value(&leaking, "language_probe") > 0.9);
        assert!(
            value(&clean, "language_probe") < 0.75,
            "{}",
            value(&clean, "language_probe")
        );
        let together = |rows| value(rows, "neutral_translations_together");
        assert!(
            together(&leaking) < 0.4 && together(&clean) > 0.6,
            "{} {}",
            together(&leaking),
            together(&clean)
        );
        assert!(leaking.iter().any(|r| r.name == "leaking_cluster"));
        assert!(!clean.iter().any(|r| r.name == "leaking_cluster"));
    }

    #[test]
    fn one_language_is_no_leak_and_nothing_is_no_row() {
        let (raw, language, document) = corpus(30, &[Language::EN], 0.0);
        let graph = neighbours(&raw, 5);
        let clustering = cluster(&raw, &graph, None, &ClusterOptions::default()).unwrap();
        let directions = LanguageDirections::none();
        let evidence = Evidence {
            raw: &raw,
            debiased: &raw,
            language: &language,
            document: &document,
            neighbours_raw: &graph,
            neighbours: &graph,
            clustering: &clustering,
            calibration: None,
            directions: &directions,
            groups: None,
        };
        assert!(quality(&evidence).iter().all(|r| r.verdict != "leak"));
        let (none, empty) = (UnitVectors::empty(4), Neighbours::default());
        let clustering = Clustering::default();
        let evidence = Evidence {
            raw: &none,
            debiased: &none,
            language: &[],
            document: &[],
            neighbours_raw: &empty,
            neighbours: &empty,
            clustering: &clustering,
            ..evidence
        };
        assert!(quality(&evidence).is_empty());
    }
}
