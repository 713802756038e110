//! Where to cut a tree.

use std::collections::BTreeMap;

use crate::{graph::Graph, tree::Merge};

/// The number of merges after which the partition has the greatest modularity on the graph of the atoms.
pub(crate) fn best_cut(graph: &Graph, merges: &[Merge], resolution: f64) -> usize {
    let n = graph.len();
    let total = graph.total();
    if total <= 0.0 {
        return merges.len();
    }
    let mut degree = graph.degree.clone();
    let mut between: Vec<BTreeMap<u32, f64>> = (0..n)
        .map(|v| graph.edges(v).map(|(t, w)| (t, f64::from(w))).collect())
        .collect();
    let (mut value, mut best) = (0.0f64, (0.0f64, 0usize));
    for (step, m) in merges.iter().enumerate() {
        let (a, b, new) = (m.a as usize, m.b as usize, (n + step) as u32);
        let (mut large, mut small) = (
            std::mem::take(&mut between[a]),
            std::mem::take(&mut between[b]),
        );
        let inside = large.remove(&m.b).unwrap_or(0.0);
        small.remove(&m.a);
        if large.len() < small.len() {
            std::mem::swap(&mut large, &mut small);
        }
        value += 2.0 * (inside - resolution * degree[a] * degree[b] / total) / total;
        for (other, w) in small {
            *large.entry(other).or_default() += w;
        }
        for (&other, &w) in &large {
            let theirs = &mut between[other as usize];
            theirs.remove(&m.a);
            theirs.remove(&m.b);
            theirs.insert(new, w);
        }
        between.push(large);
        degree.push(degree[a] + degree[b]);
        if value > best.0 + 1e-12 {
            best = (value, step + 1);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        communities::modularity,
        graph::fuzzy,
        kmeans::gram,
        neighbours::neighbours,
        planted::mixture,
        tree::{average_linkage, parts},
    };

    #[test]
    fn the_cut_is_the_one_of_greatest_modularity() {
        let (vectors, _) = mixture(150, 32, 6, 0.1, 5);
        let graph = fuzzy(&neighbours(&vectors, 10), 10);
        let merges = average_linkage(gram(vectors.as_slice(), 32), &[1.0; 150]);
        let value = |steps| modularity(&graph, &parts(150, &merges, steps), 1.0);
        let best = best_cut(&graph, &merges, 1.0);
        for steps in 0..150 {
            assert!(value(steps) <= value(best) + 1e-6, "{steps} against {best}");
        }
    }
}
