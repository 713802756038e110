//! Would the same clusters be found in other documents?

use std::collections::BTreeMap;

use visavis_kernels::Random;
use visavis_records::{Clustering, UnitVectors};

use crate::{ClusterOptions, cluster, clusters::resolutions, neighbours};

/// Passages in a resample at most: stability of a large corpus is measured on parts of it.
const MOST: usize = 8_000;
/// Neighbours in a resample's graph.
const NEIGHBOURS: usize = 30;

/// For each cluster, by number, how well it is found again when documents are drawn anew (with replacement; a document
/// counts once) and clustered with the same options: the Jaccard overlap with the most similar cluster of any layer,
/// averaged over `rounds` draws (Hennig, 2007). Only passages of the draw count. `None` for a cluster that had fewer
/// than two passages in every draw. Above 0.75 a cluster stands, below 0.5 it falls apart.
pub fn stability(
    vectors: &UnitVectors,
    document: &[u32],
    clustering: &Clustering,
    options: &ClusterOptions,
    rounds: u64,
) -> Vec<Option<f32>> {
    let clusters: usize = clustering
        .layers
        .iter()
        .map(|l| l.n_clusters as usize)
        .sum();
    let mut sum = vec![(0.0f64, 0u32); clusters];
    let mut of_document: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (row, &d) in document.iter().enumerate() {
        of_document.entry(d).or_default().push(row as u32);
    }
    let documents: Vec<&Vec<u32>> = of_document.values().collect();
    if documents.len() < 3 {
        return vec![None; clusters];
    }
    // What a large corpus does not choose, parts of it do not.
    let resolution = match resolutions(options, vectors.len())[..] {
        [only] => Some(only),
        _ => None,
    };
    for round in 0..rounds {
        let rows = draw(
            &documents,
            &mut Random::new(options.seed, 0x7374_6162 + round),
        );
        let part = vectors.select(&rows);
        // A number of clusters asked for is asked for again, as far as there are passages.
        let options = ClusterOptions {
            clusters: options.clusters.map(|k| k.min(rows.len())),
            resolution,
            ..options.clone()
        };
        let drawn: Vec<u32> = rows.iter().map(|&r| document[r as usize]).collect();
        let near = neighbours(&part, NEIGHBOURS);
        let Ok(found) = cluster(&part, &near, Some(&drawn), &options) else {
            continue;
        };
        for (id, overlap) in overlaps(clustering, &found, &rows) {
            sum[id as usize].0 += overlap;
            sum[id as usize].1 += 1;
        }
    }
    sum.into_iter()
        .map(|(s, n)| (n > 0).then(|| (s / f64::from(n)) as f32))
        .collect()
}

/// Rows of the documents of one draw, ascending.
fn draw(documents: &[&Vec<u32>], random: &mut Random) -> Vec<u32> {
    let mut taken = vec![false; documents.len()];
    let mut rows = Vec::new();
    for _ in 0..documents.len() {
        let d = random.below(documents.len());
        if !std::mem::replace(&mut taken[d], true) {
            rows.extend_from_slice(documents[d]);
            if rows.len() >= MOST {
                break;
            }
        }
    }
    rows.sort_unstable();
    rows
}

/// For each cluster with two passages among `rows` its greatest Jaccard overlap with a cluster found there.
fn overlaps(clustering: &Clustering, found: &Clustering, rows: &[u32]) -> Vec<(u32, f64)> {
    let mut out = Vec::new();
    for layer in &clustering.layers {
        let mut size: BTreeMap<i32, f64> = BTreeMap::new();
        for &r in rows {
            *size.entry(layer.cluster[r as usize]).or_default() += 1.0;
        }
        let mut best: BTreeMap<i32, f64> = BTreeMap::new();
        for other in &found.layers {
            let mut both: BTreeMap<(i32, i32), f64> = BTreeMap::new();
            let mut theirs: BTreeMap<i32, f64> = BTreeMap::new();
            for (i, &r) in rows.iter().enumerate() {
                *both
                    .entry((layer.cluster[r as usize], other.cluster[i]))
                    .or_default() += 1.0;
                *theirs.entry(other.cluster[i]).or_default() += 1.0;
            }
            for ((a, b), n) in both.into_iter().filter(|((a, b), _)| *a >= 0 && *b >= 0) {
                let jaccard = n / (size[&a] + theirs[&b] - n);
                let most = best.entry(a).or_default();
                *most = most.max(jaccard);
            }
        }
        for (cluster, n) in size {
            if cluster >= 0 && n >= 2.0 {
                out.push((cluster as u32, best.get(&cluster).copied().unwrap_or(0.0)));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::mixture;

    #[test]
    fn planted_clusters_stand_and_arbitrary_ones_fall_apart() {
        let (vectors, _) = mixture(600, 128, 6, 0.0, 3);
        let document: Vec<u32> = (0..600).map(|i| i / 4).collect();
        let options = ClusterOptions::default();
        let good = cluster(&vectors, &neighbours(&vectors, 30), None, &options).unwrap();
        let found = stability(&vectors, &document, &good, &options, 4);
        let fine = good.layers[0].n_clusters as usize;
        let mean = |s: &[Option<f32>]| s.iter().flatten().sum::<f32>() / s.len() as f32;
        assert!(mean(&found[..fine]) > 0.85, "{found:?}");
        let mut bad = good.clone();
        bad.layers.truncate(1);
        let k = bad.layers[0].n_clusters;
        for (row, c) in bad.layers[0].cluster.iter_mut().enumerate() {
            *c = (row as u32 % k) as i32;
        }
        assert!(mean(&stability(&vectors, &document, &bad, &options, 4)) < 0.4);
        assert!(
            stability(&vectors, &[0; 600], &good, &options, 4)
                .iter()
                .all(Option::is_none)
        );
    }
}
