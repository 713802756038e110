//! Terms of clusters, language by language, by class TF-IDF (Grootendorst, 2022, arXiv:2203.05794).

use std::collections::BTreeMap;

use rayon::prelude::*;
use visavis_records::{Clustering, Language};

use crate::vocabulary::Vocabulary;

/// A term of a cluster in one language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    /// The word, in its most frequent form.
    pub(crate) form: String,
    /// Class TF-IDF.
    pub(crate) score: f32,
}

/// The best terms of each cluster of every layer: cluster id → language → terms, best first.
pub(crate) type Terms = BTreeMap<u32, BTreeMap<Language, Vec<Term>>>;

/// How often a word is in a cluster.
#[derive(Debug, Clone, Copy)]
struct Count {
    word: u32,
    times: u32,
    passages: u32,
}

/// The `most` best terms of each cluster in each of its languages. Outliers count nowhere. A term is in at least two
/// passages of the cluster, if any word of the language is.
pub(crate) fn terms(clustering: &Clustering, vocabulary: &Vocabulary, most: usize) -> Terms {
    let mut found = Terms::new();
    for layer in &clustering.layers {
        let counts: Vec<BTreeMap<Language, Vec<Count>>> = layer
            .members()
            .par_iter()
            .map(|members| count(members, vocabulary))
            .collect();
        let mut in_all = vec![0u64; vocabulary.words.len()];
        let mut of_language: BTreeMap<Language, (u64, u64)> = BTreeMap::new();
        for (&language, counts) in counts.iter().flatten() {
            let (words, clusters) = of_language.entry(language).or_default();
            *clusters += 1;
            for c in counts {
                in_all[c.word as usize] += u64::from(c.times);
                *words += u64::from(c.times);
            }
        }
        for (id, by_language) in layer.ids().zip(counts) {
            let best = by_language.into_iter().map(|(language, counts)| {
                let (words, clusters) = of_language[&language];
                (
                    language,
                    best(
                        &counts,
                        words as f64 / clusters as f64,
                        &in_all,
                        vocabulary,
                        most,
                    ),
                )
            });
            found.insert(id, best.collect());
        }
    }
    found
}

/// How often each word is in some passages, by language.
fn count(members: &[u32], vocabulary: &Vocabulary) -> BTreeMap<Language, Vec<Count>> {
    let mut all: Vec<(u32, u32)> = members
        .iter()
        .flat_map(|&row| {
            vocabulary
                .of(row as usize)
                .iter()
                .map(move |&word| (word, row))
        })
        .collect();
    all.sort_unstable();
    let mut out: BTreeMap<Language, Vec<Count>> = BTreeMap::new();
    for word in all.chunk_by(|a, b| a.0 == b.0) {
        let passages = word.chunk_by(|a, b| a.1 == b.1).count() as u32;
        let count = Count {
            word: word[0].0,
            times: word.len() as u32,
            passages,
        };
        out.entry(vocabulary.language[count.word as usize])
            .or_default()
            .push(count);
    }
    out
}

/// The best terms of one cluster in one language; `mean` is the mean number of words of a cluster in the language.
fn best(
    counts: &[Count],
    mean: f64,
    in_all: &[u64],
    vocabulary: &Vocabulary,
    most: usize,
) -> Vec<Term> {
    let own: f64 = counts.iter().map(|c| f64::from(c.times)).sum();
    let repeated = counts.iter().any(|c| c.passages > 1);
    let mut scored: Vec<(f64, &str)> = counts
        .iter()
        .filter(|c| c.passages > 1 || !repeated)
        .map(|c| {
            let score =
                f64::from(c.times) / own * (1.0 + mean / in_all[c.word as usize] as f64).ln();
            (score, vocabulary.words[c.word as usize].as_str())
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored
        .into_iter()
        .take(most)
        .map(|(score, form)| Term {
            form: form.to_owned(),
            score: score as f32,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::vocabulary;
    use visavis_records::Layer;

    fn clustering(cluster: &[i32], parents: &[u32]) -> Clustering {
        let n = cluster.iter().max().map_or(0, |m| m + 1) as u32;
        let layer = |first: u32, n: u32, cluster: Vec<i32>, parents: Vec<u32>| Layer {
            first,
            parents,
            n_clusters: n,
            nearest: cluster
                .iter()
                .map(|&c| c.max(first as i32) as u32)
                .collect(),
            strength: vec![1.0; cluster.len()],
            cluster,
        };
        let mut layers = vec![layer(0, n, cluster.to_vec(), parents.to_vec())];
        if let Some(&most) = parents.iter().max() {
            let up = cluster
                .iter()
                .map(|&c| {
                    if c < 0 {
                        -1
                    } else {
                        parents[c as usize] as i32
                    }
                })
                .collect();
            layers.push(layer(n, most + 1 - n, up, vec![]));
        }
        Clustering { layers }
    }

    fn forms(terms: &Terms, cluster: u32, language: Language) -> Vec<&str> {
        terms[&cluster][&language]
            .iter()
            .map(|t| t.form.as_str())
            .collect()
    }

    #[test]
    fn terms_tell_clusters_apart_in_each_language() {
        let text = [
            "Sanctions hurt banks.",
            "Banks fear new sanctions; the sanction list grows.",
            "Peacekeepers watch the border.",
            "The border needs peacekeepers.",
            "Санкции бьют по банкам.",
            "Банки боятся санкций.",
            "noise sanctions border",
        ];
        let (en, ru) = (Language::EN, Language::RU);
        let words = vocabulary(&text, &[en, en, en, en, ru, ru, en]);
        let found = terms(&clustering(&[0, 0, 1, 1, 0, 0, -1], &[2, 2]), &words, 2);
        assert_eq!(forms(&found, 0, en), ["sanctions", "banks"]);
        assert_eq!(forms(&found, 1, en), ["border", "peacekeepers"]);
        assert_eq!(forms(&found, 0, ru).len(), 2);
        assert!(found[&0][&en][0].score >= found[&0][&en][1].score);
        assert!(found[&2][&en].len() == 2 && !found[&1].contains_key(&ru));
    }

    #[test]
    fn the_score_is_the_formula() {
        // Cluster 0: apple bread apple; cluster 1: bread cheese. tf = 2/3; a cluster has 2.5 words; f(apple) = 2.
        let words = vocabulary(&["apple bread apple", "bread cheese"], &[Language::EN; 2]);
        let found = terms(&clustering(&[0, 1], &[]), &words, 1);
        let expected = 2.0 / 3.0 * (1.0f64 + 2.5 / 2.0).ln();
        assert_eq!(forms(&found, 0, Language::EN), ["apple"]);
        assert!((f64::from(found[&0][&Language::EN][0].score) - expected).abs() < 1e-6);
    }
}
