//! Terms of clusters, language by language, by class TF-IDF (Grootendorst, 2022, arXiv:2203.05794).

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use visavis_records::{Clustering, Language};

use crate::words::{Words, stem};

/// Passages read at a time; words are numbered batch by batch, so that the numbers do not depend on the threads.
const BATCH: usize = 1024;

/// A term of a cluster in one language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    /// The most frequent form in the cluster's language.
    pub(crate) form: String,
    /// Class TF-IDF.
    pub(crate) score: f32,
}

/// The best terms of each cluster of every layer: cluster id → language → terms, best first.
pub(crate) type Terms = BTreeMap<u32, BTreeMap<Language, Vec<Term>>>;

/// How often each word of a language is in each cluster of the finest layer.
#[derive(Debug, Default)]
struct Counts {
    /// Word by number.
    words: Vec<String>,
    /// (cluster, number) → (occurrences, passages).
    of_cluster: BTreeMap<(u32, u32), (u32, u32)>,
}

/// The `most` best terms. A term is in at least two passages of a cluster that has ten or more in the language.
pub(crate) fn terms(
    clustering: &Clustering,
    text: &[&str],
    language: &[Language],
    most: usize,
) -> Terms {
    let Some(fine) = clustering.layers.first() else {
        return Terms::new();
    };
    let counted = count(&fine.cluster, text, language);
    let mut found = Terms::new();
    for (language, counts) in counted {
        // Forms of a word count together, under the form that is most frequent in the language.
        let shown = merge_forms(&counts, language);
        let mut of_cluster: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
        for (&(cluster, word), &(n, passages)) in &counts.of_cluster {
            let sum = of_cluster
                .entry((cluster, shown[word as usize]))
                .or_default();
            *sum = (sum.0 + n, sum.1 + passages);
        }
        let mut up: Vec<u32> = fine.ids().collect();
        for depth in 0..clustering.layers.len() {
            if depth > 0 {
                let below = &clustering.layers[depth - 1];
                for c in &mut up {
                    *c = below.parents[(*c - below.first) as usize];
                }
            }
            let mut of_layer: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
            for (&(cluster, word), &(n, passages)) in &of_cluster {
                let sum = of_layer.entry((up[cluster as usize], word)).or_default();
                *sum = (sum.0 + n, sum.1 + passages);
            }
            for (cluster, terms) in best(&of_layer, &counts.words, most) {
                found.entry(cluster).or_default().insert(language, terms);
            }
        }
    }
    found
}

/// Words and phrases of Vietnamese syllables are counted by language; cluster −1 is left out.
fn count(cluster: &[i32], text: &[&str], language: &[Language]) -> BTreeMap<Language, Counts> {
    type Batch = BTreeMap<Language, (Vec<String>, BTreeMap<(u32, u32), (u32, u32)>)>;
    let batches: Vec<Batch> = (0..text.len().div_ceil(BATCH))
        .into_par_iter()
        .map_init(Words::new, |words, batch| {
            let mut numbers: HashMap<(Language, String), u32> = HashMap::new();
            let mut out = Batch::new();
            for row in batch * BATCH..((batch + 1) * BATCH).min(text.len()) {
                let Ok(own) = u32::try_from(cluster[row]) else {
                    continue;
                };
                let (names, counts) = out.entry(language[row]).or_default();
                let mut here: BTreeMap<u32, u32> = BTreeMap::new();
                let mut add = |word: &str| {
                    let number = if let Some(&n) = numbers.get(&(language[row], word.to_owned())) {
                        n
                    } else {
                        let n = names.len() as u32;
                        names.push(word.to_owned());
                        numbers.insert((language[row], word.to_owned()), n);
                        n
                    };
                    *here.entry(number).or_default() += 1;
                };
                let mut before = String::new();
                words.visit(text[row], language[row], |word, adjoins| {
                    if language[row] == Language::VI {
                        // A written syllable is seldom a word; two in a row often are.
                        if adjoins {
                            add(&format!("{before} {word}"));
                        }
                        word.clone_into(&mut before);
                    } else {
                        add(word);
                    }
                });
                for (number, n) in here {
                    let sum = counts.entry((own, number)).or_insert((0, 0));
                    *sum = (sum.0 + n, sum.1 + 1);
                }
            }
            out
        })
        .collect();
    let mut all: BTreeMap<Language, (HashMap<String, u32>, Counts)> = BTreeMap::new();
    for batch in batches {
        for (language, (names, counts)) in batch {
            let (numbers, sum) = all.entry(language).or_default();
            let renamed: Vec<u32> = names
                .into_iter()
                .map(|name| {
                    *numbers.entry(name).or_insert_with_key(|name| {
                        sum.words.push(name.clone());
                        sum.words.len() as u32 - 1
                    })
                })
                .collect();
            for ((cluster, number), (n, passages)) in counts {
                let entry = sum
                    .of_cluster
                    .entry((cluster, renamed[number as usize]))
                    .or_default();
                *entry = (entry.0 + n, entry.1 + passages);
            }
        }
    }
    all.into_iter()
        .map(|(language, (_, counts))| (language, counts))
        .collect()
}

/// For each word the word it is shown as: of all words with its stem the most frequent, ties by spelling.
fn merge_forms(counts: &Counts, language: Language) -> Vec<u32> {
    let mut total = vec![0u64; counts.words.len()];
    for (&(_, word), &(n, _)) in &counts.of_cluster {
        total[word as usize] += u64::from(n);
    }
    let mut best: HashMap<&str, u32> = HashMap::new();
    let rank = |w: u32| {
        (
            std::cmp::Reverse(total[w as usize]),
            counts.words[w as usize].as_str(),
        )
    };
    for (number, word) in counts.words.iter().enumerate() {
        let shown = best.entry(stem(word, language)).or_insert(number as u32);
        if rank(number as u32) < rank(*shown) {
            *shown = number as u32;
        }
    }
    counts
        .words
        .iter()
        .map(|word| best[stem(word, language)])
        .collect()
}

/// The best terms of each cluster of one layer, in one language.
fn best(
    of_layer: &BTreeMap<(u32, u32), (u32, u32)>,
    words: &[String],
    most: usize,
) -> BTreeMap<u32, Vec<Term>> {
    let mut in_all = vec![0.0f64; words.len()];
    let mut in_cluster: BTreeMap<u32, f64> = BTreeMap::new();
    let mut passages: BTreeMap<u32, u32> = BTreeMap::new();
    for (&(cluster, word), &(n, p)) in of_layer {
        in_all[word as usize] += f64::from(n);
        *in_cluster.entry(cluster).or_default() += f64::from(n);
        let most = passages.entry(cluster).or_default();
        *most = (*most).max(p);
    }
    let mean = in_cluster.values().sum::<f64>() / in_cluster.len().max(1) as f64;
    let mut found: BTreeMap<u32, Vec<(f64, u32, Term)>> = BTreeMap::new();
    for (&(cluster, word), &(n, p)) in of_layer {
        // Where no word is in two passages, one will do.
        if p < 2 && passages[&cluster] >= 2 {
            continue;
        }
        let score = f64::from(n) / in_cluster[&cluster] * (1.0 + mean / in_all[word as usize]).ln();
        let term = Term {
            form: words[word as usize].clone(),
            score: score as f32,
        };
        found.entry(cluster).or_default().push((score, word, term));
    }
    found
        .into_iter()
        .map(|(cluster, mut terms)| {
            terms.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.2.form.cmp(&b.2.form)));
            (cluster, terms.into_iter().take(most).map(|t| t.2).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let language = [en, en, en, en, ru, ru, en];
        let found = terms(
            &clustering(&[0, 0, 1, 1, 0, 0, -1], &[2, 2]),
            &text,
            &language,
            2,
        );
        assert_eq!(forms(&found, 0, en), ["sanctions", "banks"]);
        assert_eq!(forms(&found, 1, en), ["border", "peacekeepers"]);
        assert_eq!(forms(&found, 0, ru).len(), 2);
        assert!(found[&0][&en][0].score >= found[&0][&en][1].score);
        assert!(found[&2][&en].len() == 2 && !found[&1].contains_key(&ru));
    }

    #[test]
    fn the_score_is_the_formula() {
        // Cluster 0: a b a; cluster 1: b c. tf(a, 0) = 2/3; mean words 2.5; f(a) = 2.
        let text = ["apple bread apple", "bread cheese"];
        let found = terms(&clustering(&[0, 1], &[]), &text, &[Language::EN; 2], 1);
        let expected = 2.0 / 3.0 * (1.0f64 + 2.5 / 2.0).ln();
        assert_eq!(forms(&found, 0, Language::EN), ["apple"]);
        assert!((f64::from(found[&0][&Language::EN][0].score) - expected).abs() < 1e-6);
    }

    #[test]
    fn the_same_for_any_number_of_threads() {
        let text: Vec<String> = (0..3000)
            .map(|i| {
                format!(
                    "word{} common thing{} ",
                    ["a", "b", "c"][i % 3],
                    ["x", "y"][i % 2]
                )
            })
            .collect();
        let text: Vec<&str> = text.iter().map(String::as_str).collect();
        let cluster: Vec<i32> = (0..3000).map(|i| i % 3).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| terms(&clustering(&cluster, &[]), &text, &[Language::EN; 3000], 5))
        };
        assert_eq!(with(1), with(3));
        assert_eq!(forms(&with(2), 1, Language::EN)[0], "wordb");
    }
}
