//! Communities of a graph by the Leiden algorithm (Traag, Waltman and van Eck, 2019): modularity with a resolution,
//! communities that hold together. The refinement takes the best move instead of a random one.

use std::collections::VecDeque;

use visavis_kernels::Random;

use crate::{clusters::FEW, graph::Graph};

/// Rounds of moving, refining and collapsing; it settles long before.
const ROUNDS: usize = 20;
/// Passes over it all at most, each from what the last one left, where there are few nodes: of many, what a second pass
/// gains is little beside its time.
const PASSES: usize = 10;

/// The community of each node, numbered by first node. `resolution` 1 is Newman and Girvan's modularity; more makes
/// more and smaller communities.
pub(crate) fn leiden(graph: &Graph, resolution: f64, seed: u64) -> Vec<u32> {
    let mut random = Random::new(seed, 0x6c65_6964_656e);
    let mut found: Vec<u32> = (0..graph.len() as u32).collect();
    let passes = if graph.len() > FEW { 1 } else { PASSES };
    for _ in 0..passes {
        let better = pass(graph, resolution, &found, &mut random);
        if better == found {
            break;
        }
        found = better;
    }
    found
}

/// A partition made better: rounds of moving, refining and collapsing, and single moves once more.
fn pass(graph: &Graph, resolution: f64, part: &[u32], random: &mut Random) -> Vec<u32> {
    let mut of_row: Vec<u32> = (0..graph.len() as u32).collect();
    let mut part = part.to_vec();
    let mut small: Option<Graph> = None;
    for _ in 0..ROUNDS {
        let g = small.as_ref().unwrap_or(graph);
        move_nodes(g, resolution, &mut part, random);
        let parts = renumber(&mut part);
        if parts == g.len() {
            break;
        }
        let mut refined = refine(g, resolution, &part, parts);
        let pieces = renumber(&mut refined);
        if pieces == g.len() {
            break;
        }
        let mut of_piece = vec![0u32; pieces];
        for (node, &piece) in refined.iter().enumerate() {
            of_piece[piece as usize] = part[node];
        }
        let next = g.collapse(&refined, pieces);
        for r in &mut of_row {
            *r = refined[*r as usize];
        }
        part = of_piece;
        small = Some(next);
    }
    let mut found: Vec<u32> = of_row.iter().map(|&r| part[r as usize]).collect();
    // What was moved as one may still gain one by one.
    renumber(&mut found);
    move_nodes(graph, resolution, &mut found, random);
    renumber(&mut found);
    found
}

/// Numbers parts by first appearance; how many there are.
pub(crate) fn renumber(part: &mut [u32]) -> usize {
    let most = part.iter().copied().max().map_or(0, |m| m as usize + 1);
    let mut number = vec![u32::MAX; most];
    let mut next = 0;
    for p in part {
        let slot = &mut number[*p as usize];
        if *slot == u32::MAX {
            *slot = next;
            next += 1;
        }
        *p = *slot;
    }
    next as usize
}

/// Moves single nodes to the community that gains most until no move gains.
fn move_nodes(graph: &Graph, resolution: f64, part: &mut [u32], random: &mut Random) {
    let n = graph.len();
    let total = graph.total();
    if total <= 0.0 {
        return;
    }
    let mut degree = vec![0.0f64; n];
    let mut size = vec![0u32; n];
    for (node, &p) in part.iter().enumerate() {
        degree[p as usize] += graph.degree[node];
        size[p as usize] += 1;
    }
    let mut empty: Vec<u32> = (0..n as u32)
        .rev()
        .filter(|&p| size[p as usize] == 0)
        .collect();
    let mut order: Vec<u32> = (0..n as u32).collect();
    random.shuffle(&mut order);
    let mut queue: VecDeque<u32> = order.into();
    let mut waiting = vec![true; n];
    let mut weight = vec![0.0f64; n];
    let mut touched: Vec<u32> = Vec::new();
    // A node may come back often, but not for ever: gains below rounding are no gains.
    let mut patience = 100 * n;
    while let Some(node) = queue.pop_front() {
        let v = node as usize;
        waiting[v] = false;
        patience = patience.saturating_sub(1);
        if patience == 0 {
            break;
        }
        let own = part[v];
        degree[own as usize] -= graph.degree[v];
        for (other, w) in graph.edges(v) {
            let p = part[other as usize];
            if weight[p as usize] == 0.0 {
                touched.push(p);
            }
            weight[p as usize] += f64::from(w);
        }
        let gain =
            |p: u32| weight[p as usize] - resolution * graph.degree[v] * degree[p as usize] / total;
        let mut best = (gain(own), own);
        for &p in &touched {
            let g = gain(p);
            if g > best.0 + 1e-10 || (g > best.0 - 1e-10 && best.1 != own && p < best.1) {
                best = (g, p);
            }
        }
        if best.0 < -1e-10
            && size[own as usize] > 1
            && let Some(&alone) = empty.last()
        {
            best = (0.0, alone);
        }
        for p in touched.drain(..) {
            weight[p as usize] = 0.0;
        }
        let to = best.1;
        degree[to as usize] += graph.degree[v];
        if to == own {
            continue;
        }
        if size[to as usize] == 0 {
            empty.pop();
        }
        size[to as usize] += 1;
        size[own as usize] -= 1;
        if size[own as usize] == 0 {
            empty.push(own);
        }
        part[v] = to;
        for (other, _) in graph.edges(v) {
            if part[other as usize] != to && !waiting[other as usize] {
                waiting[other as usize] = true;
                queue.push_back(other);
            }
        }
    }
}

/// Splits each community into pieces that hold together: nodes start alone and join the piece of their community that
/// gains most, if both are well connected to the community.
fn refine(graph: &Graph, resolution: f64, part: &[u32], parts: usize) -> Vec<u32> {
    let n = graph.len();
    let total = graph.total();
    let mut of_part = vec![0.0f64; parts];
    for (node, &p) in part.iter().enumerate() {
        of_part[p as usize] += graph.degree[node];
    }
    let mut piece: Vec<u32> = (0..n as u32).collect();
    let mut degree = graph.degree.clone();
    let mut size = vec![1u32; n];
    // Weight between each piece and the rest of its community.
    let mut outward: Vec<f64> = (0..n)
        .map(|v| {
            graph
                .edges(v)
                .filter(|e| part[e.0 as usize] == part[v])
                .map(|e| f64::from(e.1))
                .sum()
        })
        .collect();
    let connected = |outward: f64, degree: f64, community: f64| {
        outward >= resolution * degree * (community - degree) / total - 1e-12
    };
    let mut weight = vec![0.0f64; n];
    let mut touched: Vec<u32> = Vec::new();
    for v in 0..n {
        let community = of_part[part[v] as usize];
        if size[v] != 1
            || piece[v] != v as u32
            || !connected(outward[v], graph.degree[v], community)
        {
            continue;
        }
        for (other, w) in graph.edges(v) {
            if part[other as usize] == part[v] {
                let p = piece[other as usize];
                if weight[p as usize] == 0.0 {
                    touched.push(p);
                }
                weight[p as usize] += f64::from(w);
            }
        }
        let mut best = (1e-10, u32::MAX);
        for &p in &touched {
            let q = p as usize;
            let gain = weight[q] - resolution * graph.degree[v] * degree[q] / total;
            if p != v as u32 && gain > best.0 && connected(outward[q], degree[q], community) {
                best = (gain, p);
            }
        }
        if best.1 != u32::MAX {
            let to = best.1 as usize;
            outward[to] += outward[v] - 2.0 * weight[to];
            degree[to] += graph.degree[v];
            size[to] += 1;
            size[v] = 0;
            piece[v] = best.1;
        }
        for p in touched.drain(..) {
            weight[p as usize] = 0.0;
        }
    }
    piece
}

/// Modularity of a partition at a resolution, between −γ/2 and 1.
#[cfg(test)]
pub(crate) fn modularity(graph: &Graph, part: &[u32], resolution: f64) -> f64 {
    let parts = part.iter().copied().max().map_or(0, |m| m as usize + 1);
    let small = graph.collapse(part, parts);
    let total = graph.total();
    (0..parts)
        .map(|p| 2.0 * small.loops[p] / total - resolution * (small.degree[p] / total).powi(2))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{graph::fuzzy, neighbours::neighbours, planted::mixture, score::adjusted_rand};

    #[test]
    fn planted_clusters_are_communities() {
        let (vectors, truth) = mixture(2000, 64, 12, 0.0, 4);
        let graph = fuzzy(&neighbours(&vectors, 15), 15);
        let found = leiden(&graph, 1.0, 0);
        let labels: Vec<i32> = found.iter().map(|&c| c as i32).collect();
        assert!(
            adjusted_rand(&labels, &truth) > 0.95,
            "{}",
            adjusted_rand(&labels, &truth)
        );
        let truth: Vec<u32> = truth.iter().map(|&t| t as u32).collect();
        assert!(modularity(&graph, &found, 1.0) >= modularity(&graph, &truth, 1.0) - 1e-3);
    }

    /// The slow twin: no single node may gain by moving.
    #[test]
    fn no_single_move_gains() {
        let (vectors, _) = mixture(300, 32, 6, 0.3, 8);
        let graph = fuzzy(&neighbours(&vectors, 10), 10);
        let found = leiden(&graph, 1.0, 1);
        let value = modularity(&graph, &found, 1.0);
        let parts = found.iter().max().unwrap() + 1;
        for v in 0..300 {
            for p in 0..parts {
                let mut moved = found.clone();
                moved[v] = p;
                assert!(modularity(&graph, &moved, 1.0) < value + 1e-6, "{v} to {p}");
            }
        }
    }

    #[test]
    fn passes_gain() {
        let (vectors, _) = mixture(300, 32, 12, 0.3, 8);
        let graph = fuzzy(&neighbours(&vectors, 10), 10);
        let alone: Vec<u32> = (0..300).collect();
        let (mut one, mut all) = (0.0, 0.0);
        for seed in 0..8 {
            let mut random = Random::new(seed, 0x6c65_6964_656e);
            one += modularity(&graph, &pass(&graph, 1.0, &alone, &mut random), 1.0);
            all += modularity(&graph, &leiden(&graph, 1.0, seed), 1.0);
        }
        assert!(all > one + 1e-6, "{one} {all}");
    }

    #[test]
    fn more_resolution_makes_more_communities_and_none_makes_one() {
        let (vectors, _) = mixture(600, 32, 10, 0.1, 8);
        let graph = fuzzy(&neighbours(&vectors, 10), 10);
        let count = |g| leiden(&graph, g, 0).into_iter().max().unwrap() + 1;
        assert!(count(0.3) <= count(1.0) && count(1.0) < count(8.0));
        let same = visavis_records::UnitVectors::new([0.6, 0.8].repeat(6), 2).unwrap();
        assert_eq!(leiden(&fuzzy(&neighbours(&same, 5), 5), 1.0, 0), [0; 6]);
        assert!(
            leiden(
                &fuzzy(&neighbours(&visavis_records::UnitVectors::empty(2), 5), 5),
                1.0,
                0
            )
            .is_empty()
        );
    }
}
