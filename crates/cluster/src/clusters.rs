//! The clustering itself: a finest partition by one of three methods, layers above it, outliers set apart.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use rayon::prelude::*;
use visavis_records::{Clustering, Neighbours, UnitVectors};

use crate::{
    communities::{leiden, renumber},
    graph::{Graph, fuzzy},
    kmeans::{gram, kmeans, lloyd, means, members, sum},
    layers,
    silhouette::silhouette,
    split::split,
    tree::{Merge, average_linkage, parts},
};

mod cut;
mod options;

use cut::best_cut;
pub use options::{ClusterError, ClusterOptions, Method, NotAMethod};

/// A tree over more atoms than this would not fit the time; small clusters are its atoms then.
const ATOMS: usize = 3000;
/// Nearest neighbours in the graph of communities, of few passages and of many: with more than a subject has passages,
/// small subjects would grow together.
const GRAPH_NEIGHBOURS: [usize; 2] = [10, 30];
/// Resolutions among which few passages choose, the first unless another is better: modularity prefers communities of a
/// size that depends on the corpus's, so that in a small one it joins small subjects, or cuts large ones, by its size.
const RESOLUTIONS: [f64; 5] = [1.0, FRAC_1_SQRT_2, SQRT_2, 0.5, 2.0];
/// So many passages are few.
pub(crate) const FEW: usize = 500;

/// Clusters in layers. `vectors` are debiased; `neighbours` are theirs ([`crate::neighbours()`]), best 30 a passage; a
/// given number of clusters by k-means or by a tree needs none. `document` has the number of each passage's document;
/// `None`: each passage is one.
///
/// # Errors
/// Where the options do not fit the passages, or the neighbours not the vectors.
pub fn cluster(
    vectors: &UnitVectors,
    neighbours: &Neighbours,
    document: Option<&[u32]>,
    options: &ClusterOptions,
) -> Result<Clustering, ClusterError> {
    let n = vectors.len();
    if n == 0 {
        return Ok(Clustering::default());
    }
    if let Some(clusters) = options.clusters.filter(|&k| k == 0 || k > n) {
        return Err(ClusterError::Clusters {
            clusters,
            passages: n,
        });
    }
    let by_graph =
        options.clusters.is_none() || matches!(options.method, Method::Auto | Method::Graph);
    if n > 1 && by_graph && neighbours.len() != n {
        return Err(ClusterError::Graph {
            graph: neighbours.len(),
            passages: n,
        });
    }
    if let Some(resolution) = options.resolution.filter(|r| !(r.is_finite() && *r > 0.0)) {
        return Err(ClusterError::Resolution(resolution));
    }
    let mut fine = if n == 1 {
        vec![0]
    } else {
        finest(vectors, neighbours, document, options)
    };
    renumber(&mut fine);
    Ok(layers::build(vectors, &fine, options))
}

/// The finest partition.
fn finest(
    vectors: &UnitVectors,
    neighbours: &Neighbours,
    document: Option<&[u32]>,
    options: &ClusterOptions,
) -> Vec<u32> {
    let (rows, dim, n) = (vectors.as_slice(), vectors.dim(), vectors.len());
    let graph = || fuzzy(neighbours, graph_neighbours(n));
    match options.method {
        Method::KMeans => {
            if let Some(k) = options.clusters {
                labels(&kmeans(rows, dim, k, options.seed, restarts(n), 50).nearest)
            } else {
                let mut start = communities(vectors, &graph(), document, options);
                let k = renumber(&mut start);
                labels(&lloyd(rows, dim, mean_directions(vectors, &start, k), 20).nearest)
            }
        }
        Method::Agglomerative => {
            let atoms: Vec<u32> = if n <= ATOMS {
                (0..n as u32).collect()
            } else {
                labels(&kmeans(rows, dim, ATOMS / 2, options.seed, 1, 10).nearest)
            };
            let mut atoms = atoms;
            let count = renumber(&mut atoms);
            let merges = tree_over(vectors, &atoms, count);
            let steps = match options.clusters {
                Some(k) => count.saturating_sub(k),
                None => best_cut(
                    &graph().collapse(&atoms, count),
                    &merges,
                    resolutions(options, n)[0],
                ),
            };
            let part = parts(count, &merges, steps);
            atoms.iter().map(|&a| part[a as usize]).collect()
        }
        Method::Auto | Method::Graph => {
            let graph = graph();
            match options.clusters {
                None => communities(vectors, &graph, document, options),
                Some(k) => exactly(vectors, &graph, k, options),
            }
        }
    }
}

/// The communities of greatest modularity, those split that fall apart; at the resolution given, or at the one chosen.
fn communities(
    vectors: &UnitVectors,
    graph: &Graph,
    document: Option<&[u32]>,
    options: &ClusterOptions,
) -> Vec<u32> {
    let at = |resolution: f64| {
        let found = leiden(graph, resolution, options.seed);
        let mut part = split(vectors, graph, found, resolution, options.seed);
        let parts = renumber(&mut part);
        (part, parts)
    };
    let candidates = resolutions(options, vectors.len());
    if let &[only] = &candidates[..] {
        return at(only).0;
    }
    let found: Vec<(f64, Vec<u32>)> = candidates
        .into_par_iter()
        .map(|resolution| {
            let (part, parts) = at(resolution);
            (silhouette(vectors, &part, parts, document), part)
        })
        .collect();
    let best = found
        .into_iter()
        .reduce(|best, other| if other.0 > best.0 { other } else { best });
    best.map_or_else(Vec::new, |(_, part)| part)
}

/// The resolutions among which n passages choose: the one given, or the first of [`RESOLUTIONS`], or all where n are few.
pub(crate) fn resolutions(options: &ClusterOptions, n: usize) -> Vec<f64> {
    match options.resolution {
        Some(given) => vec![given],
        None if n > FEW => vec![RESOLUTIONS[0]],
        None => RESOLUTIONS.to_vec(),
    }
}

/// Runs of k-means from different seeds: fewer where there is more to average over.
fn restarts(n: usize) -> u64 {
    (20_000 / n.max(1)).clamp(1, 10) as u64
}

/// Neighbours used in the graph of n passages: a twentieth of them within [`GRAPH_NEIGHBOURS`], of very few only a part,
/// or all would be neighbours of all.
fn graph_neighbours(n: usize) -> usize {
    let [least, most] = GRAPH_NEIGHBOURS;
    (n / 20).clamp(least, most).min((n / 6).max(3))
}

fn labels(nearest: &[(u32, f32, f32)]) -> Vec<u32> {
    nearest.iter().map(|n| n.0).collect()
}

/// Unit means of the parts.
pub(crate) fn mean_directions(vectors: &UnitVectors, part: &[u32], parts: usize) -> Vec<f32> {
    let dim = vectors.dim();
    let members = members(part, parts);
    let first: Vec<f32> = members
        .iter()
        .flat_map(|m| vectors.row(m.first().map_or(0, |&r| r as usize)))
        .copied()
        .collect();
    means(vectors.as_slice(), dim, part, &first)
}

/// The tree over parts: average linkage through the means of their passages.
pub(crate) fn tree_over(vectors: &UnitVectors, part: &[u32], parts: usize) -> Vec<Merge> {
    let dim = vectors.dim();
    let members = members(part, parts);
    let means: Vec<f32> = members
        .par_iter()
        .flat_map_iter(|m| {
            sum(vectors.as_slice(), dim, m)
                .into_iter()
                .map(|x| (x / m.len().max(1) as f64) as f32)
        })
        .collect();
    let weight: Vec<f64> = members.iter().map(|m| m.len().max(1) as f64).collect();
    average_linkage(gram(&means, dim), &weight)
}

/// Exactly `k` communities where the data has so many: the smallest resolution that gives at least `k`, the closest of
/// them merged by average linkage.
fn exactly(vectors: &UnitVectors, graph: &Graph, k: usize, options: &ClusterOptions) -> Vec<u32> {
    let at = |resolution: f64| {
        let mut part = leiden(graph, resolution, options.seed);
        let count = renumber(&mut part);
        (part, count)
    };
    let (mut low, mut high) = (1.0f64 / 64.0, 1.0f64);
    let mut best = at(high);
    while best.1 < k && high < 1e6 {
        low = high;
        high *= 4.0;
        best = at(high);
    }
    for _ in 0..8 {
        if best.1 == k {
            break;
        }
        let middle = (low * high).sqrt();
        let found = at(middle);
        if found.1 >= k {
            high = middle;
            best = found;
        } else {
            low = middle;
        }
    }
    let (part, count) = best;
    let merged = parts(
        count,
        &tree_over(vectors, &part, count),
        count.saturating_sub(k),
    );
    part.iter().map(|&p| merged[p as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        neighbours::neighbours,
        planted::mixture,
        score::{adjusted_mutual_information, adjusted_rand},
    };

    fn run(vectors: &UnitVectors, options: &ClusterOptions) -> Clustering {
        cluster(vectors, &neighbours(vectors, 15), None, options).unwrap()
    }

    #[test]
    fn every_method_finds_planted_clusters_and_their_number() {
        let (vectors, truth) = mixture(1500, 64, 12, 0.0, 7);
        for method in [Method::KMeans, Method::Agglomerative, Method::Graph] {
            let found = run(
                &vectors,
                &ClusterOptions {
                    method,
                    ..Default::default()
                },
            );
            let nearest: Vec<i32> = found.layers[0].nearest.iter().map(|&c| c as i32).collect();
            let agreement = adjusted_mutual_information(&nearest, &truth);
            assert!(agreement > 0.9, "{method}: {agreement}");
            assert!(
                (10..=15).contains(&found.layers[0].n_clusters),
                "{method}: {}",
                found.layers[0].n_clusters
            );
            let exact = run(
                &vectors,
                &ClusterOptions {
                    method,
                    clusters: Some(12),
                    ..Default::default()
                },
            );
            assert_eq!(exact.layers[0].n_clusters, 12, "{method}");
        }
    }

    #[test]
    fn background_becomes_outliers() {
        let (vectors, truth) = mixture(2000, 64, 10, 0.15, 3);
        let found = run(&vectors, &ClusterOptions::default());
        let outliers = |planted: bool| {
            let of: Vec<i32> = (0..2000)
                .filter(|&r| (truth[r] >= 0) == planted)
                .map(|r| found.layers[0].cluster[r])
                .collect();
            of.iter().filter(|&&c| c < 0).count() as f64 / of.len() as f64
        };
        assert!(outliers(true) < 0.05, "{}", outliers(true));
        assert!(outliers(false) > 0.8, "{}", outliers(false));
        assert!((9..=11).contains(&found.layers[0].n_clusters));
    }

    #[test]
    fn many_equal_passages_do_not_make_the_others_outliers() {
        let (planted, truth) = mixture(900, 64, 6, 0.0, 3);
        let mut rows = planted.as_slice().to_vec();
        for _ in 0..1200 {
            rows.extend_from_slice(planted.row(0));
        }
        let vectors = UnitVectors::new(rows, 64).unwrap();
        let found = run(&vectors, &ClusterOptions::default());
        let apart = |r: &usize| truth[*r] >= 0 && found.layers[0].cluster[*r] < 0;
        assert!((0..900).filter(apart).count() < 45);
    }

    #[test]
    fn background_that_falls_together_is_no_cluster() {
        let (vectors, truth) = mixture(3000, 384, 7, 0.15, 0);
        let layer = &run(&vectors, &ClusterOptions::default()).layers[0];
        let apart = |r: &usize| truth[*r] < 0 && layer.cluster[*r] < 0;
        let background = truth.iter().filter(|&&c| c < 0).count();
        assert!((0..3000).filter(apart).count() * 10 > background * 9);
        assert_eq!(layer.n_clusters, 7);
    }

    /// Twenty-four documents of five passages on three subjects: modularity alone makes about as many clusters as it does
    /// of any corpus of this size, and a document's own passages are its tightest.
    #[test]
    fn few_passages_choose_clusters_that_hold_across_documents() {
        let (documents, truth) = mixture(24, 64, 3, 0.0, 5);
        let document: Vec<u32> = (0..120).map(|row| row / 5).collect();
        let truth: Vec<i32> = document.iter().map(|&d| truth[d as usize]).collect();
        let agreement = |noise: f32, document, resolution| {
            let mut random = visavis_kernels::Random::new(2, 3);
            let rows = (0..120)
                .flat_map(|row| documents.row(row / 5).iter())
                .map(|x| x + noise * random.normal() as f32)
                .collect();
            let vectors = UnitVectors::new(rows, 64).unwrap();
            let options = ClusterOptions {
                resolution,
                ..Default::default()
            };
            let near = neighbours(&vectors, 30);
            let found = cluster(&vectors, &near, document, &options).unwrap();
            let nearest = found.layers[0].nearest.iter().map(|&c| c as i32);
            adjusted_rand(&nearest.collect::<Vec<_>>(), &truth)
        };
        assert_eq!(agreement(0.15, Some(&document), None), 1.0);
        assert!(agreement(0.15, Some(&document), Some(1.0)) < 0.4);
        assert!(
            agreement(0.13, Some(&document), None) > agreement(0.13, None, None) + 0.2,
            "passages of one document tell nothing"
        );
    }

    #[test]
    fn only_few_passages_choose_a_resolution() {
        let with = |resolution| ClusterOptions {
            resolution,
            ..Default::default()
        };
        assert_eq!(resolutions(&with(None), FEW), RESOLUTIONS);
        assert_eq!(resolutions(&with(None), FEW + 1), [1.0]);
        assert_eq!(resolutions(&with(Some(3.0)), 10), [3.0]);
    }

    #[test]
    fn small_subjects_of_a_small_corpus_stay_apart() {
        let (vectors, truth) = mixture(200, 384, 16, 0.0, 0);
        let layer = &run(&vectors, &ClusterOptions::default()).layers[0];
        let nearest: Vec<i32> = layer.nearest.iter().map(|&c| c as i32).collect();
        let agreement = adjusted_rand(&nearest, &truth);
        assert!(
            agreement > 0.97,
            "{agreement}, {} clusters",
            layer.n_clusters
        );
    }

    #[test]
    fn topics_that_hold_together_less_are_no_background() {
        let (loose, truth) = mixture(400, 64, 4, 0.0, 3);
        let (tight, _) = mixture(6, 64, 6, 0.0, 8);
        let mut random = visavis_kernels::Random::new(5, 6);
        let mut rows = loose.as_slice().to_vec();
        for row in 0..500 {
            rows.extend(
                tight
                    .row(row % 6)
                    .iter()
                    .map(|x| x + 0.02 * random.normal() as f32),
            );
        }
        let vectors = UnitVectors::new(rows, 64).unwrap();
        let found = run(&vectors, &ClusterOptions::default());
        let apart = |r: &usize| truth[*r] >= 0 && found.layers[0].cluster[*r] < 0;
        assert!((0..400).filter(apart).count() < 40);
    }

    #[test]
    fn few_passages_and_equal_passages_make_sense() {
        for n in 0..7 {
            let (vectors, _) = mixture(n, 16, 2, 0.0, 1);
            let found = run(&vectors, &ClusterOptions::default());
            if n == 0 {
                assert!(found.layers.is_empty());
                continue;
            }
            assert!(
                found.layers[0].cluster.iter().all(|&c| c >= 0),
                "{n}: {:?}",
                found.layers[0].cluster
            );
        }
        for n in [2, 3, 100, 400] {
            let same = UnitVectors::new([0.6, 0.8].repeat(n), 2).unwrap();
            for method in [
                Method::Auto,
                Method::KMeans,
                Method::Agglomerative,
                Method::Graph,
            ] {
                let found = run(
                    &same,
                    &ClusterOptions {
                        method,
                        ..Default::default()
                    },
                );
                assert_eq!(found.layers.len(), 1, "{method}");
                assert!(
                    found.layers[0].cluster.iter().all(|&c| c == 0),
                    "{n} {method} {:?}",
                    found.layers[0].cluster
                );
            }
        }
    }

    #[test]
    fn the_same_for_any_number_of_threads_and_not_for_any_seed() {
        let (vectors, _) = mixture(900, 32, 30, 0.3, 7);
        for method in [Method::KMeans, Method::Agglomerative, Method::Graph] {
            let with = |threads, seed| {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                pool.install(|| {
                    run(
                        &vectors,
                        &ClusterOptions {
                            method,
                            seed,
                            clusters: Some(25),
                            ..Default::default()
                        },
                    )
                })
            };
            assert_eq!(with(1, 0), with(3, 0), "{method}");
            if method == Method::KMeans {
                assert_ne!(with(1, 0), with(1, 1));
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (vectors, _) = mixture(10, 16, 2, 0.0, 1);
        let graph = neighbours(&vectors, 5);
        let ask = |clusters, resolution: f64| {
            cluster(
                &vectors,
                &graph,
                None,
                &ClusterOptions {
                    clusters,
                    resolution: Some(resolution),
                    ..Default::default()
                },
            )
        };
        assert_eq!(
            ask(Some(11), 1.0),
            Err(ClusterError::Clusters {
                clusters: 11,
                passages: 10
            })
        );
        assert!(
            ask(Some(0), 1.0).is_err() && ask(None, f64::NAN).is_err() && ask(None, 0.0).is_err()
        );
        let three = ClusterOptions {
            method: Method::KMeans,
            clusters: Some(3),
            ..Default::default()
        };
        assert!(cluster(&vectors, &Neighbours::default(), None, &three).is_ok());
        assert!(
            cluster(
                &vectors,
                &Neighbours::default(),
                None,
                &ClusterOptions::default()
            )
            .is_err()
        );
        assert_eq!(
            adjusted_rand(
                &ask(Some(10), 1.0).unwrap().layers[0].cluster,
                &(0..10).collect::<Vec<_>>()
            ),
            1.0
        );
    }
}
