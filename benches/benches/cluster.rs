//! Clustering planted mixtures: 200 unequal clusters and 15 % background in 384 dimensions, as the peers were measured.
//!
//! `cargo bench -p visavis-benches --bench cluster -- 20000 100000` prints seconds of each step, and for each method
//! and layer the adjusted mutual information and Rand index on the planted passages (as the peers' figures, outliers
//! counted as one cluster), on all with background as a topic, clusters, and the share of outliers among planted and
//! background passages.
//! `-- 5000 --topics 20` plants another number of clusters; `-- 20000 --write FOLDER` writes the vectors and their
//! clusters for ../peers/cluster.py instead.
#![allow(missing_docs, reason = "a bench")]

use std::{path::Path, time::Instant};

use visavis_cluster::{
    ClusterOptions, Method, cluster, neighbours,
    planted::mixture,
    project,
    score::{adjusted_mutual_information, adjusted_rand},
};
use visavis_records::Clustering;

const DIM: usize = 384;
const TOPICS: usize = 200;
const NEIGHBOURS: usize = 30;

fn main() {
    let (mut sizes, mut topics, mut folder) = (Vec::new(), TOPICS, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--topics" => topics = arguments.next().map_or(topics, |k| number(&k)),
            "--write" => folder = arguments.next(),
            "--bench" => (),
            n => sizes.push(number(n)),
        }
    }
    if sizes.is_empty() {
        sizes.push(20_000);
    }
    for n in sizes {
        match &folder {
            Some(folder) => write(n, topics, Path::new(folder)),
            None => run(n, topics),
        }
    }
}

fn number(text: &str) -> usize {
    text.replace('_', "").parse().expect("a number")
}

fn write(n: usize, topics: usize, folder: &Path) {
    let (vectors, truth) = mixture(n, DIM, topics, 0.15, 0);
    let truth: Vec<f32> = truth.iter().map(|&c| c as f32).collect();
    for (name, values, width) in [
        ("vectors", vectors.as_slice(), DIM),
        ("truth", &truth[..], 1),
    ] {
        let path = folder.join(name).with_extension("npy");
        visavis_tables::write_npy(&path, values, width).expect("written");
    }
}

fn timed<T>(what: &str, f: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = f();
    println!("  {what:<24} {:8.2} s", start.elapsed().as_secs_f64());
    out
}

fn run(n: usize, topics: usize) {
    println!("{n} passages, {topics} topics");
    let (vectors, truth) = timed("planting", || mixture(n, DIM, topics, 0.15, 0));
    let graph = timed("neighbours", || neighbours(&vectors, NEIGHBOURS));
    if n > 20_000 && n <= 100_000 {
        let few: Vec<u32> = (0..500).map(|i| (i * (n / 500)) as u32).collect();
        let exact = exact_of(&vectors, &few);
        let hits: usize = few
            .iter()
            .zip(&exact)
            .map(|(&r, e)| {
                e.iter()
                    .filter(|x| graph.of(r as usize).0.contains(x))
                    .count()
            })
            .sum();
        println!(
            "  recall of neighbours {:.4}",
            hits as f64 / (500 * NEIGHBOURS) as f64
        );
    }
    for (method, clusters) in [
        (Method::Graph, None),
        (Method::KMeans, Some(topics)),
        (Method::KMeans, None),
    ] {
        if clusters.is_some() && n > 200_000 {
            continue;
        }
        let options = ClusterOptions {
            method,
            clusters,
            ..ClusterOptions::default()
        };
        let what = format!(
            "{method} {}",
            clusters.map_or(String::new(), |k| k.to_string())
        );
        match timed(&what, || cluster(&vectors, &graph, None, &options)) {
            Ok(found) => report(&found, &truth),
            Err(error) => println!("  {error}"),
        }
    }
    timed("projection", || project(&vectors, &graph, 0));
}

/// The nearest rows of a few, by brute force.
fn exact_of(vectors: &visavis_records::UnitVectors, few: &[u32]) -> Vec<Vec<u32>> {
    few.iter()
        .map(|&row| {
            let mut all: Vec<(f32, u32)> = vectors
                .rows()
                .enumerate()
                .filter(|&(other, _)| other != row as usize)
                .map(|(other, v)| {
                    (
                        visavis_kernels::dot(v, vectors.row(row as usize)),
                        other as u32,
                    )
                })
                .collect();
            all.select_nth_unstable_by(NEIGHBOURS, |a, b| b.0.total_cmp(&a.0));
            all[..NEIGHBOURS].iter().map(|a| a.1).collect()
        })
        .collect()
}

fn report(found: &Clustering, truth: &[i32]) {
    let step = truth.len().div_ceil(50_000);
    let rows: Vec<usize> = (0..truth.len()).step_by(step).collect();
    let share = |of: &[usize], labels: &[i32]| {
        of.iter().filter(|&&r| labels[r] < 0).count() as f64 / of.len().max(1) as f64
    };
    let (planted, background): (Vec<usize>, Vec<usize>) =
        rows.iter().partition(|&&r| truth[r] >= 0);
    for (depth, layer) in found.layers.iter().enumerate() {
        let nearest: Vec<i32> = layer.nearest.iter().map(|&c| c as i32).collect();
        let among =
            |rows: &[usize], labels: &[i32]| rows.iter().map(|&r| labels[r]).collect::<Vec<i32>>();
        let of = |labels: &[i32]| among(&planted, labels);
        println!(
            "    layer {depth}: {:4} clusters  AMI {:.4} ARI {:.4}  nearest AMI {:.4}  AMI of all {:.4}  outliers planted {:.3} background {:.3}",
            layer.n_clusters,
            adjusted_mutual_information(&of(truth), &of(&layer.cluster)),
            adjusted_rand(&of(truth), &of(&layer.cluster)),
            adjusted_mutual_information(&of(truth), &of(&nearest)),
            adjusted_mutual_information(&among(&rows, truth), &among(&rows, &layer.cluster)),
            share(&planted, &layer.cluster),
            share(&background, &layer.cluster),
        );
    }
}
