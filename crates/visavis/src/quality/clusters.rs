//! Whether clusters are made of topics and not of languages: the sentences of SIB-200 in several languages at once,
//! beside each language alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use visavis_cluster::{ClusterOptions, Method, cluster, directions, neighbours, score};
use visavis_records::{Language, UnitVectors};

use super::{
    Bench,
    data::{SEEDS, SIX, TOPICS, none, sib200},
    mean, pooled, spread,
};
use crate::{Config, Error};

/// Clusters of all the pools, by k-means with the true number and as a run chooses them; each figure is × 100.
pub fn report(bench: &Bench<'_>, config: &Config) -> Result<String, Error> {
    let mut text = String::new();
    let sets = sib200(bench.folder)?;
    if sets.is_empty() {
        none(&mut text, "sib200");
        return Ok(text);
    }
    let languages: BTreeSet<Language> = sets.keys().copied().collect();
    let calibration = bench.calibration_for(&languages)?;
    let (method, _) = calibration.method(&config.cluster.debias)?;
    let fitted = directions::fit(&calibration.fitting, method);
    let mut sides = BTreeMap::new();
    for (&language, set) in &sets {
        let sentences: Vec<String> = set.iter().map(|t| t.text.clone()).collect();
        let vectors = bench.encode(&sentences)?;
        let side = Side {
            number: set.iter().map(|t| t.number).collect(),
            topic: set.iter().map(|t| t.topic).collect(),
            vectors: fitted.apply(&vectors, &vec![language; set.len()]),
        };
        sides.insert(language, side);
    }

    let _ = writeln!(
        text,
        "SIB-200 in several languages at once, language taken out by `{method}`, {SEEDS} seeds, x 100\n\
         AMI: with the topics. alone: mean of the languages. given topic: what a cluster tells of language\n\
         together: translations in one cluster, of those that the languages alone put into like clusters\n\
         {:>14} {:>9} {:>8} {:>8} {:>11} {:>11} {:>11} {:>17}",
        "", "languages", "clusters", "outliers", "AMI", "alone", "given topic", "together"
    );
    let all: Vec<Language> = sides.keys().copied().collect();
    let fixed = ClusterOptions {
        clusters: Some(TOPICS),
        method: Method::KMeans,
        ..ClusterOptions::default()
    };
    for (name, options) in [("K = 7", fixed), ("chosen", ClusterOptions::default())] {
        for pool in [&SIX[..2], &SIX[..], &all[..]] {
            let pool: Vec<&Side> = pool.iter().filter_map(|l| sides.get(l)).collect();
            let row = Row::of(&pool, &options, config.cluster.neighbours)?;
            let _ = writeln!(
                text,
                "{name:>14} {:9} {:8.1} {:8.1} {:>11} {:>11} {:11.2} {:7.1} of {:6.0}",
                pool.len(),
                row.clusters,
                100.0 * row.outliers,
                percent(&row.pooled),
                percent(&row.alone),
                100.0 * row.language,
                100.0 * row.together,
                row.agreed,
            );
        }
    }
    Ok(text)
}

/// The sentences of a language.
struct Side {
    number: Vec<u32>,
    topic: Vec<i32>,
    vectors: UnitVectors,
}

/// What is said of a pool: means over the seeds, and the scores of each.
#[derive(Default)]
struct Row {
    clusters: f64,
    outliers: f64,
    pooled: Vec<f64>,
    alone: Vec<f64>,
    language: f64,
    together: f64,
    /// Pairs of translations in like clusters of the languages alone.
    agreed: f64,
}

impl Row {
    fn of(pool: &[&Side], options: &ClusterOptions, k: usize) -> Result<Self, Error> {
        let sides: Vec<_> = pool.iter().map(|s| (&s.vectors, &s.topic[..])).collect();
        let (vectors, topics, language) = pooled(&sides)?;
        let near = neighbours(&vectors, k);
        let near_alone: Vec<_> = pool.iter().map(|s| neighbours(&s.vectors, k)).collect();
        let mut row = Self::default();
        for seed in 0..SEEDS {
            let options = ClusterOptions {
                seed,
                ..options.clone()
            };
            let finest = |vectors, near| {
                cluster(vectors, near, None, &options)
                    .map(|c| c.layers.into_iter().next())
                    .map_err(|e| Error::failed(e.to_string()))
            };
            let Some(found) = finest(&vectors, &near)? else {
                continue;
            };
            let mut alone = Vec::new();
            for (side, near) in pool.iter().zip(&near_alone) {
                alone.extend(finest(&side.vectors, near)?.map(|layer| layer.cluster));
            }
            let share = 1.0 / SEEDS as f64;
            row.clusters += share * f64::from(found.n_clusters);
            let outliers = found.cluster.iter().filter(|c| **c < 0).count();
            row.outliers += share * outliers as f64 / found.cluster.len().max(1) as f64;
            row.pooled
                .push(score::adjusted_mutual_information(&topics, &found.cluster));
            let ami = pool
                .iter()
                .zip(&alone)
                .map(|(s, c)| score::adjusted_mutual_information(&s.topic, c));
            row.alone.push(mean(ami));
            row.language += share * score::language_given_topic(&found.cluster, &language, &topics);
            let (together, agreed) = translations(pool, &alone, &found.cluster);
            row.together += share * together as f64 / agreed.max(1) as f64;
            row.agreed += share * agreed as f64;
        }
        Ok(row)
    }
}

/// Pairs of translations that the clusters of their languages alone agree on, and how many of those stand in one cluster
/// of the pool.
fn translations(pool: &[&Side], alone: &[Vec<i32>], pooled: &[i32]) -> (usize, usize) {
    let mut starts = vec![0];
    starts.extend(pool.iter().scan(0, |at, s| {
        *at += s.number.len();
        Some(*at)
    }));
    let (mut together, mut agreed) = (0, 0);
    for a in 0..pool.len() {
        for b in a + 1..pool.len() {
            let row_in_b: BTreeMap<u32, usize> = pool[b].number.iter().copied().zip(0..).collect();
            let pairs: Vec<(usize, usize)> = (0..pool[a].number.len())
                .filter_map(|i| Some((i, *row_in_b.get(&pool[a].number[i])?)))
                .collect();
            let clusters: Vec<(i32, i32)> = pairs
                .iter()
                .map(|&(i, j)| (alone[a][i], alone[b][j]))
                .collect();
            let like = like(&clusters);
            for (&(i, j), clusters) in pairs.iter().zip(&clusters) {
                if like.contains(clusters) {
                    agreed += 1;
                    let (x, y) = (pooled[starts[a] + i], pooled[starts[b] + j]);
                    together += usize::from(x == y && x >= 0);
                }
            }
        }
    }
    (together, agreed)
}

/// Clusters of two clusterings that share more with each other than either does with any other.
fn like(pairs: &[(i32, i32)]) -> BTreeSet<(i32, i32)> {
    let mut shared: BTreeMap<(i32, i32), usize> = BTreeMap::new();
    for &(a, b) in pairs.iter().filter(|(a, b)| *a >= 0 && *b >= 0) {
        *shared.entry((a, b)).or_default() += 1;
    }
    // In ascending order, so that the first of equals is kept.
    let (mut best_of_a, mut best_of_b) = (BTreeMap::new(), BTreeMap::new());
    for (&(a, b), &n) in &shared {
        for (best, own, other) in [(&mut best_of_a, a, b), (&mut best_of_b, b, a)] {
            let kept = best.entry(own).or_insert((n, other));
            if n > kept.0 {
                *kept = (n, other);
            }
        }
    }
    let mutual = |&(a, b): &(i32, i32)| best_of_a[&a].1 == b && best_of_b[&b].1 == a;
    shared.into_keys().filter(mutual).collect()
}

/// Mean and standard deviation, × 100.
fn percent(scores: &[f64]) -> String {
    let (middle, deviation) = spread(scores);
    format!("{:.1} ± {:.1}", 100.0 * middle, 100.0 * deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two languages with the same sentences, in their rows' order turned round in the second.
    #[test]
    fn translations_are_counted_where_both_languages_agree() {
        let vectors = UnitVectors::empty(1);
        let side = |number: [u32; 6]| Side {
            number: number.to_vec(),
            topic: vec![0; 6],
            vectors: vectors.clone(),
        };
        let (a, b) = (side([1, 2, 3, 4, 5, 6]), side([6, 5, 4, 3, 2, 1]));
        // Alone: {1 2 3} {4 5 6}, and {6 5 4} {3 2} and an outlier, under other names.
        let alone = [vec![0, 0, 0, 1, 1, 1], vec![3, 3, 3, 7, 7, -1]];
        let pooled = [0, 0, 0, 1, 1, -1, -1, 1, 0, 0, 0, 0];
        // 1 is an outlier in the second. Of 2 to 6 all agree; in the pool 4 and 6 are apart, 6 twice without a cluster.
        assert_eq!(translations(&[&a, &b], &alone, &pooled), (3, 5));
    }

    #[test]
    fn clusters_are_alike_where_each_is_the_others_best() {
        let pairs = [(0, 0), (0, 0), (0, 1), (1, 1), (1, 1), (2, 1), (-1, 0)];
        assert_eq!(like(&pairs), [(0, 0), (1, 1)].into());
    }
}
