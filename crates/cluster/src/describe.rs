//! What clusters are about, for a reader: rows for the tables of clusters and terms.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use visavis_records::{
    ChunkId, Clustering, Encoder, Language, UnitVectors,
    rows::{ClusterRow, TermRow},
};

use crate::{
    kmeans::sum,
    pairs::pair,
    representatives::representatives,
    terms::{Term, Terms, terms},
    vocabulary::vocabulary,
};

/// Terms kept for a cluster and a language.
const TERMS: usize = 10;

/// The passages, row by row in canonical order.
#[derive(Debug, Clone, Copy)]
pub struct Passages<'a> {
    /// Their texts.
    pub text: &'a [&'a str],
    /// Their languages.
    pub language: &'a [Language],
    /// Rows of their documents.
    pub document: &'a [u32],
    /// Their ids.
    pub id: &'a [ChunkId],
}

/// Rows about clusters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Description {
    /// One row a cluster, by number; coverage is for the comparison to fill in.
    pub clusters: Vec<ClusterRow>,
    /// Terms by cluster, language and rank, of all groups together.
    pub terms: Vec<TermRow>,
    /// Row numbers of the representatives of each cluster, by number.
    pub representatives: Vec<Vec<u32>>,
}

/// Describes every cluster of every layer: terms, a name, representatives, how alike its passages are and how mixed
/// its languages. With an encoder, terms of two languages that mean the same get the same `pair_id`; without, or where
/// it fails on a term, they have none. `vectors` are debiased.
///
/// # Panics
/// If passages, vectors and clustering are not of one length.
pub fn describe(
    clustering: &Clustering,
    passages: &Passages<'_>,
    vectors: &UnitVectors,
    encoder: Option<&dyn Encoder>,
) -> Description {
    let n = vectors.len();
    assert!(
        passages.text.len() == n
            && passages.language.len() == n
            && passages.document.len() == n
            && passages.id.len() == n,
        "one entry a passage"
    );
    let n_languages = passages.language.iter().collect::<BTreeSet<_>>().len();
    let words = vocabulary(passages.text, passages.language);
    let found = terms(clustering, &words, TERMS);
    let mut description = Description::default();
    for (depth, layer) in clustering.layers.iter().enumerate() {
        let members = layer.members();
        let rows: Vec<(ClusterRow, Vec<u32>)> = members
            .par_iter()
            .enumerate()
            .map(|(i, members)| {
                let cluster = layer.first + i as u32;
                let total = sum(vectors.as_slice(), vectors.dim(), members);
                let norm = total.iter().map(|x| x * x).sum::<f64>().sqrt();
                let centroid: Vec<f32> =
                    total.iter().map(|x| (x / norm.max(1e-12)) as f32).collect();
                let chosen = representatives(
                    members,
                    &centroid,
                    vectors,
                    passages.language,
                    passages.document,
                );
                let documents: BTreeSet<u32> = members
                    .iter()
                    .map(|&r| passages.document[r as usize])
                    .collect();
                let languages = languages(members, passages.language);
                let row = ClusterRow {
                    cluster: cluster as i32,
                    layer: depth as u32,
                    parent: layer.parents.get(i).map(|&p| p as i32),
                    name: name(cluster, &languages, &found),
                    n_chunks: members.len() as u32,
                    n_documents: documents.len() as u32,
                    cohesion: (norm / members.len().max(1) as f64).min(1.0) as f32,
                    stability: None,
                    language_entropy: entropy(&languages, n_languages),
                    coverage: None,
                    representatives: chosen.iter().map(|&r| passages.id[r as usize]).collect(),
                };
                (row, chosen)
            })
            .collect();
        for (row, chosen) in rows {
            description.clusters.push(row);
            description.representatives.push(chosen);
        }
    }
    let pairs = encoder
        .map(|encoder| pair(&found, encoder))
        .unwrap_or_default();
    for (cluster, by_language) in &found {
        for (&language, terms) in by_language {
            for (rank, term) in terms.iter().enumerate() {
                description.terms.push(TermRow {
                    cluster: *cluster as i32,
                    language,
                    group: None,
                    term: term.form.clone(),
                    pair_id: pairs.get(&(*cluster, language, rank)).copied(),
                    rank: rank as u32,
                    score: term.score,
                    z: None,
                });
            }
        }
    }
    description
}

/// Languages of a cluster with their numbers of passages, most frequent first.
fn languages(members: &[u32], language: &[Language]) -> Vec<(Language, usize)> {
    let mut count: BTreeMap<Language, usize> = BTreeMap::new();
    for &r in members {
        *count.entry(language[r as usize]).or_default() += 1;
    }
    let mut all: Vec<_> = count.into_iter().collect();
    all.sort_by_key(|&(l, n)| (std::cmp::Reverse(n), l));
    all
}

/// Entropy of the languages over its greatest value in a corpus of `of` languages, 0–1.
fn entropy(languages: &[(Language, usize)], of: usize) -> f32 {
    let n: usize = languages.iter().map(|l| l.1).sum();
    let share = |l: &(Language, usize)| l.1 as f64 / n as f64;
    let entropy: f64 = languages.iter().map(share).map(|p| -p * p.ln()).sum();
    if of < 2 {
        0.0
    } else {
        (entropy / (of as f64).ln()).clamp(0.0, 1.0) as f32
    }
}

/// A name from the best terms of the one or two main languages: `peacekeepers, mandate / миротворцы, мандат`. A second
/// language counts with a tenth of the passages.
fn name(cluster: u32, languages: &[(Language, usize)], found: &Terms) -> String {
    let n: usize = languages.iter().map(|l| l.1).sum();
    let main: Vec<&[Term]> = languages
        .iter()
        .filter(|l| l.1 * 10 >= n)
        .filter_map(|l| found.get(&cluster)?.get(&l.0).map(Vec::as_slice))
        .filter(|terms| !terms.is_empty())
        .take(2)
        .collect();
    let each = if main.len() > 1 { 2 } else { 3 };
    let parts: Vec<String> = main
        .iter()
        .map(|terms| {
            terms
                .iter()
                .take(each)
                .map(|t| t.form.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        })
        .collect();
    if parts.is_empty() {
        format!("cluster {cluster}")
    } else {
        parts.join(" / ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClusterOptions, cluster, neighbours, planted::mixture};
    use visavis_records::{ContentHash, DocId};

    fn ids(n: usize) -> Vec<ChunkId> {
        let document = DocId::of("", ContentHash::of("x"), 0, 0);
        (0..n)
            .map(|i| ChunkId::of(document, i as u32, i as u32 + 1))
            .collect()
    }

    #[test]
    fn every_cluster_of_every_layer_is_described() {
        let (vectors, truth) = mixture(400, 48, 6, 0.0, 3);
        let subjects = [
            "sanctions banks",
            "peacekeepers border",
            "elections fraud",
            "pipelines gas",
            "rivers water",
            "pensions workers",
        ];
        let text: Vec<&str> = truth.iter().map(|&t| subjects[t as usize]).collect();
        let language: Vec<Language> = (0..400)
            .map(|i| {
                if i % 3 == 0 {
                    Language::RU
                } else {
                    Language::EN
                }
            })
            .collect();
        let document: Vec<u32> = (0..400).map(|i| i / 5).collect();
        let clustering = cluster(
            &vectors,
            &neighbours(&vectors, 15),
            None,
            &ClusterOptions::default(),
        )
        .unwrap();
        let id = ids(400);
        let passages = Passages {
            text: &text,
            language: &language,
            document: &document,
            id: &id,
        };
        let found = describe(&clustering, &passages, &vectors, None);
        let total: u32 = clustering.layers.iter().map(|l| l.n_clusters).sum();
        assert!(clustering.layers.len() > 1);
        assert_eq!(
            (found.clusters.len(), found.representatives.len()),
            (total as usize, total as usize)
        );
        for (i, row) in found.clusters.iter().enumerate() {
            assert_eq!(row.cluster, i as i32);
            assert!(row.n_chunks > 0 && row.cohesion > 0.0 && row.cohesion <= 1.0);
            assert!(row.language_entropy > 0.5 && row.language_entropy <= 1.0);
            assert_eq!(row.representatives.len(), found.representatives[i].len());
            assert!(row.name.contains(" / "), "{}", row.name);
            assert_eq!(
                row.parent.is_some(),
                (row.layer as usize) + 1 < clustering.layers.len()
            );
        }
        let chunks: u32 = found
            .clusters
            .iter()
            .filter(|c| c.layer == 0)
            .map(|c| c.n_chunks)
            .sum();
        assert_eq!(
            chunks as usize,
            clustering.layers[0]
                .cluster
                .iter()
                .filter(|&&c| c >= 0)
                .count()
        );
        assert!(
            found
                .terms
                .iter()
                .all(|t| t.pair_id.is_none() && t.group.is_none())
        );
    }

    #[test]
    fn cohesion_is_the_mean_cosine_with_the_centroid() {
        let (vectors, _) = mixture(20, 8, 1, 0.0, 3);
        let clustering = cluster(
            &vectors,
            &neighbours(&vectors, 5),
            None,
            &ClusterOptions {
                clusters: Some(1),
                ..Default::default()
            },
        )
        .unwrap();
        let id = ids(20);
        let passages = Passages {
            text: &["x"; 20],
            language: &[Language::EN; 20],
            document: &[0; 20],
            id: &id,
        };
        let found = describe(&clustering, &passages, &vectors, None);
        let all: Vec<u32> = (0..20)
            .filter(|&r| clustering.layers[0].cluster[r as usize] == 0)
            .collect();
        let total: Vec<f32> = sum(vectors.as_slice(), 8, &all)
            .iter()
            .map(|&x| x as f32)
            .collect();
        let norm = visavis_kernels::dot(&total, &total).sqrt();
        let mean = all
            .iter()
            .map(|&r| visavis_kernels::dot(vectors.row(r as usize), &total) / norm)
            .sum::<f32>()
            / all.len() as f32;
        assert!((found.clusters[0].cohesion - mean).abs() < 1e-5);
        assert_eq!(found.clusters[0].language_entropy, 0.0);
    }

    #[test]
    fn no_words_still_have_a_name_and_nothing_has_no_rows() {
        let vectors = UnitVectors::new(vec![1.0, 0.0], 2).unwrap();
        let clustering = cluster(
            &vectors,
            &neighbours(&vectors, 3),
            None,
            &ClusterOptions::default(),
        )
        .unwrap();
        let id = ids(1);
        let passages = Passages {
            text: &["12 34"],
            language: &[Language::UNKNOWN],
            document: &[0],
            id: &id,
        };
        let found = describe(&clustering, &passages, &vectors, None);
        assert_eq!(found.clusters[0].name, "cluster 0");
        let none = Passages {
            text: &[],
            language: &[],
            document: &[],
            id: &[],
        };
        assert_eq!(
            describe(&Clustering::default(), &none, &UnitVectors::empty(2), None),
            Description::default()
        );
    }
}
