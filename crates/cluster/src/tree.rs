//! A tree over atoms (passages, or small clusters of them) by average linkage: at each step the two nodes whose
//! passages have the greatest mean cosine become one. For unit vectors the mean cosine between two sets is the
//! product of their means, so a tree over small clusters is exactly the tree over their passages above them.

/// Two nodes become one. Atoms are nodes 0..n; the i-th merge makes node n + i.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Merge {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// Mean cosine between the passages of the two.
    pub(crate) similarity: f32,
}

/// Merges from most to least similar, n − 1 of them. `similarity` is n × n; `weight` is the size of each atom. Nearest
/// neighbour chains (Murtagh, 1983; Müllner, 2011): n² steps. Ties go to the lower number.
pub(crate) fn average_linkage(mut similarity: Vec<f32>, weight: &[f64]) -> Vec<Merge> {
    let n = weight.len();
    assert_eq!(similarity.len(), n * n);
    let mut weight = weight.to_vec();
    let mut active: Vec<u32> = (0..n as u32).collect();
    let mut chain: Vec<usize> = Vec::new();
    let mut found: Vec<(u32, u32, f32)> = Vec::with_capacity(n.saturating_sub(1));
    while active.len() > 1 {
        if chain.is_empty() {
            chain.push(active[0] as usize);
        }
        let top = chain[chain.len() - 1];
        let before = (chain.len() > 1).then(|| chain[chain.len() - 2]);
        let row = &similarity[top * n..(top + 1) * n];
        let mut best = before.map_or((f32::NEG_INFINITY, usize::MAX), |b| (row[b], b));
        for &other in &active {
            let other = other as usize;
            if other != top && row[other] > best.0 {
                best = (row[other], other);
            }
        }
        if before != Some(best.1) {
            chain.push(best.1);
            continue;
        }
        chain.truncate(chain.len() - 2);
        let (keep, gone) = (top.min(best.1), top.max(best.1));
        found.push((keep as u32, gone as u32, best.0));
        active.retain(|&x| x as usize != gone);
        let total = weight[keep] + weight[gone];
        for &other in &active {
            let other = other as usize;
            if other != keep {
                let mean = (weight[keep] * f64::from(similarity[keep * n + other])
                    + weight[gone] * f64::from(similarity[gone * n + other]))
                    / total;
                similarity[keep * n + other] = mean as f32;
                similarity[other * n + keep] = mean as f32;
            }
        }
        weight[keep] = total;
    }
    found.sort_by(|x, y| y.2.total_cmp(&x.2));
    name_nodes(n, &found)
}

/// From pairs of atoms that stand for their nodes to pairs of nodes.
fn name_nodes(n: usize, found: &[(u32, u32, f32)]) -> Vec<Merge> {
    let mut up: Vec<u32> = (0..n as u32).collect();
    let mut node: Vec<u32> = up.clone();
    let mut merges = Vec::with_capacity(found.len());
    for (i, &(a, b, similarity)) in found.iter().enumerate() {
        let (a, b) = (root(&mut up, a), root(&mut up, b));
        let (x, y) = (node[a as usize], node[b as usize]);
        merges.push(Merge {
            a: x.min(y),
            b: x.max(y),
            similarity,
        });
        up[b.max(a) as usize] = a.min(b);
        node[a.min(b) as usize] = (n + i) as u32;
    }
    merges
}

fn root(up: &mut [u32], mut x: u32) -> u32 {
    while up[x as usize] != x {
        up[x as usize] = up[up[x as usize] as usize];
        x = up[x as usize];
    }
    x
}

/// The part of each atom after the first `steps` merges, numbered by the first atom in it.
pub(crate) fn parts(n: usize, merges: &[Merge], steps: usize) -> Vec<u32> {
    let mut up: Vec<u32> = (0..(n + merges.len()) as u32).collect();
    for (i, m) in merges[..steps.min(merges.len())].iter().enumerate() {
        up[m.a as usize] = (n + i) as u32;
        up[m.b as usize] = (n + i) as u32;
    }
    let mut number = vec![u32::MAX; up.len()];
    let mut next = 0;
    (0..n as u32)
        .map(|atom| {
            let top = root(&mut up, atom) as usize;
            if number[top] == u32::MAX {
                number[top] = next;
                next += 1;
            }
            number[top]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kmeans::gram, planted::mixture, score::adjusted_rand};
    use linfa::prelude::*;
    use linfa_hierarchical::{HierarchicalCluster, Method};
    use linfa_kernel::{Kernel, KernelInner, KernelMethod};
    use ndarray::Array2;

    fn as_labels(parts: &[u32]) -> Vec<i32> {
        parts.iter().map(|&p| p as i32).collect()
    }

    #[test]
    fn the_tree_is_that_of_linfa() {
        let (vectors, _) = mixture(120, 16, 5, 0.2, 9);
        let similarity = gram(vectors.as_slice(), 16);
        let merges = average_linkage(similarity.clone(), &[1.0; 120]);
        // linfa takes similarities and averages over −ln of them.
        let kernel: Vec<f64> = similarity
            .iter()
            .map(|&s| f64::from(s - 1.0).exp())
            .collect();
        for k in [2, 5, 9, 30] {
            let kernel = Kernel {
                inner: KernelInner::Dense(
                    Array2::from_shape_vec((120, 120), kernel.clone()).unwrap(),
                ),
                method: KernelMethod::Linear,
            };
            let tree = HierarchicalCluster::default()
                .with_method(Method::Average)
                .num_clusters(k);
            let theirs: Vec<i32> = tree
                .transform(kernel)
                .unwrap()
                .targets()
                .iter()
                .map(|&c| c as i32)
                .collect();
            let ours = as_labels(&parts(120, &merges, 120 - k));
            assert_eq!(adjusted_rand(&ours, &theirs), 1.0, "{k}");
        }
    }

    #[test]
    fn a_tree_over_equal_passages_taken_together_is_the_same_tree() {
        // Two passages and their copies: as four atoms of weight one and as two heavier ones.
        let v = [1.0f32, 0.0, 0.8, 0.6, 0.0, 1.0];
        let heavy = average_linkage(gram(&v, 2), &[3.0, 1.0, 1.0]);
        let copies = [1.0f32, 0.0, 1.0, 0.0, 1.0, 0.0, 0.8, 0.6, 0.0, 1.0];
        let light = average_linkage(gram(&copies, 2), &[1.0; 5]);
        assert_eq!(
            heavy.iter().map(|m| m.similarity).collect::<Vec<_>>(),
            light[2..].iter().map(|m| m.similarity).collect::<Vec<_>>()
        );
    }

    #[test]
    fn small_trees_are_whole() {
        assert!(average_linkage(vec![], &[]).is_empty());
        assert!(average_linkage(vec![1.0], &[1.0]).is_empty());
        let same = average_linkage(vec![1.0; 100], &[1.0; 10]);
        assert_eq!(same.len(), 9);
        assert_eq!(parts(10, &same, 9), [0; 10]);
        assert_eq!(parts(3, &[], 5), [0, 1, 2]);
    }
}
