//! The neighbour graph, symmetric and weighted, in compressed rows.

use rayon::prelude::*;
use visavis_records::Neighbours;

/// An undirected weighted graph. Edges are in both rows; loops are kept aside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Graph {
    /// Where each row starts in `targets`; one more than there are rows.
    pub(crate) starts: Vec<usize>,
    /// The other ends, ascending within a row.
    pub(crate) targets: Vec<u32>,
    /// The weights of the edges.
    pub(crate) weights: Vec<f32>,
    /// Weight inside each row's own node (a loop counts once here, twice in the degree).
    pub(crate) loops: Vec<f64>,
    /// Sum of the weights at each row.
    pub(crate) degree: Vec<f64>,
}

impl Graph {
    /// From the edges of each row; `edges[i]` holds j with a weight exactly where `edges[j]` holds i with the same.
    fn from_rows(edges: Vec<Vec<(u32, f32)>>, loops: Vec<f64>) -> Self {
        let mut starts = Vec::with_capacity(edges.len() + 1);
        starts.push(0);
        let total = edges.iter().map(Vec::len).sum();
        let (mut targets, mut weights) = (Vec::with_capacity(total), Vec::with_capacity(total));
        let mut degree = Vec::with_capacity(edges.len());
        for (row, own) in edges.into_iter().zip(&loops) {
            degree.push(row.iter().map(|e| f64::from(e.1)).sum::<f64>() + 2.0 * own);
            for (target, weight) in row {
                targets.push(target);
                weights.push(weight);
            }
            starts.push(targets.len());
        }
        Self {
            starts,
            targets,
            weights,
            loops,
            degree,
        }
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.degree.len()
    }

    /// The other ends of a row's edges, and their weights.
    pub(crate) fn edges(&self, row: usize) -> impl Iterator<Item = (u32, f32)> {
        let range = self.starts[row]..self.starts[row + 1];
        self.targets[range.clone()]
            .iter()
            .copied()
            .zip(self.weights[range].iter().copied())
    }

    /// Twice the weight of all edges.
    pub(crate) fn total(&self) -> f64 {
        self.degree.iter().sum()
    }

    /// The graph of some rows, ascending, with the edges between them.
    pub(crate) fn within(&self, rows: &[u32]) -> Self {
        let edges = rows
            .iter()
            .map(|&row| {
                self.edges(row as usize)
                    .filter_map(|(target, w)| {
                        rows.binary_search(&target).ok().map(|i| (i as u32, w))
                    })
                    .collect()
            })
            .collect();
        Self::from_rows(
            edges,
            rows.iter().map(|&r| self.loops[r as usize]).collect(),
        )
    }

    /// The graph whose nodes are the parts of this one; `part` numbers them without gaps.
    pub(crate) fn collapse(&self, part: &[u32], parts: usize) -> Self {
        let members = crate::kmeans::members(part, parts);
        let (edges, loops) = members
            .into_par_iter()
            .enumerate()
            .map_init(
                || (vec![0.0f64; parts], Vec::new()),
                |(weight, touched): &mut (Vec<f64>, Vec<u32>), (own, members)| {
                    let mut inside = 0.0;
                    for &m in &members {
                        inside += self.loops[m as usize];
                        for (target, w) in self.edges(m as usize) {
                            let other = part[target as usize];
                            if other as usize == own {
                                inside += f64::from(w) / 2.0;
                            } else {
                                if weight[other as usize] == 0.0 {
                                    touched.push(other);
                                }
                                weight[other as usize] += f64::from(w);
                            }
                        }
                    }
                    touched.sort_unstable();
                    let row = touched
                        .drain(..)
                        .map(|o| (o, std::mem::take(&mut weight[o as usize]) as f32))
                        .collect();
                    (row, inside)
                },
            )
            .unzip();
        Self::from_rows(edges, loops)
    }
}

/// The neighbour graph with the membership strengths of UMAP (`McInnes` and others, 2018): the nearest neighbour has
/// strength 1, the others fall off at a rate of the passage's own, so that the strengths add up to log₂ k; an edge is
/// there if either end says so, p + q − pq. Only the `k` nearest of each row are used.
pub(crate) fn fuzzy(neighbours: &Neighbours, k: usize) -> Graph {
    let n = neighbours.len();
    let k = k.min(neighbours.k());
    let strength: Vec<f32> = (0..n)
        .into_par_iter()
        .flat_map_iter(|row| strengths(&neighbours.of(row).1[..k]))
        .collect();
    let mut count = vec![0usize; n + 1];
    for row in 0..n {
        for &other in &neighbours.of(row).0[..k] {
            count[other as usize + 1] += 1;
        }
    }
    for i in 0..n {
        count[i + 1] += count[i];
    }
    let mut place = count.clone();
    let mut back = vec![(0u32, 0.0f32); n * k];
    for row in 0..n {
        for (i, &other) in neighbours.of(row).0[..k].iter().enumerate() {
            back[place[other as usize]] = (row as u32, strength[row * k + i]);
            place[other as usize] += 1;
        }
    }
    let edges: Vec<Vec<(u32, f32)>> = (0..n)
        .into_par_iter()
        .map(|row| {
            let forth = neighbours.of(row).0[..k]
                .iter()
                .copied()
                .zip(strength[row * k..(row + 1) * k].iter().copied());
            let mut all: Vec<(u32, f32)> = forth
                .chain(back[count[row]..count[row + 1]].iter().copied())
                .collect();
            all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let mut merged: Vec<(u32, f32)> = Vec::with_capacity(all.len());
            for (target, p) in all {
                match merged.last_mut() {
                    Some(last) if last.0 == target => last.1 = last.1 + p - last.1 * p,
                    _ => merged.push((target, p)),
                }
            }
            merged
        })
        .collect();
    Graph::from_rows(edges, vec![0.0; n])
}

/// Strengths of one row's neighbours from their cosines, nearest first.
fn strengths(similarity: &[f32]) -> Vec<f32> {
    let Some(&nearest) = similarity.first() else {
        return Vec::new();
    };
    let beyond: Vec<f64> = similarity
        .iter()
        .map(|&s| f64::from((nearest - s).max(0.0)))
        .collect();
    let target = (similarity.len() as f64).log2();
    let (mut low, mut high) = (0.0f64, f64::INFINITY);
    let mut rate = 1.0f64;
    for _ in 0..64 {
        let sum: f64 = beyond.iter().map(|d| (-d * rate).exp()).sum();
        if (sum - target).abs() < 1e-5 {
            break;
        }
        if sum > target {
            low = rate;
            rate = if high.is_infinite() {
                rate * 2.0
            } else {
                f64::midpoint(low, high)
            };
        } else {
            high = rate;
            rate = f64::midpoint(low, high);
        }
    }
    // Never so steep that ties within rounding would matter.
    let rate = rate.min(1e4);
    beyond
        .iter()
        .map(|d| ((-d * rate).exp() as f32).max(1e-6))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{neighbours::neighbours, planted::mixture};

    #[test]
    fn edges_are_in_both_rows_and_strengths_add_up() {
        let (vectors, _) = mixture(300, 24, 4, 0.1, 1);
        let graph = fuzzy(&neighbours(&vectors, 12), 8);
        for row in 0..300 {
            for (other, w) in graph.edges(row) {
                assert!(
                    graph.edges(other as usize).any(|e| e == (row as u32, w)),
                    "{row} {other}"
                );
                assert!(w > 0.0 && w <= 1.0 && other as usize != row);
            }
        }
        let sum: f32 = strengths(&[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
            .iter()
            .sum();
        assert!((sum - 3.0).abs() < 1e-3, "{sum}");
    }

    #[test]
    fn collapsing_keeps_all_weight() {
        let (vectors, _) = mixture(200, 24, 4, 0.1, 1);
        let graph = fuzzy(&neighbours(&vectors, 8), 8);
        let part: Vec<u32> = (0..200).map(|i| i % 7).collect();
        let small = graph.collapse(&part, 7);
        assert_eq!(small.len(), 7);
        assert!((small.total() - graph.total()).abs() < 1e-3 * graph.total());
    }

    #[test]
    fn equal_passages_have_equal_edges() {
        let same = visavis_records::UnitVectors::new([0.6, 0.8].repeat(5), 2).unwrap();
        let graph = fuzzy(&neighbours(&same, 4), 4);
        assert!(graph.weights.iter().all(|&w| w == 1.0));
    }
}
