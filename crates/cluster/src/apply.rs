//! New passages onto the clusters of an earlier run.

use std::collections::HashMap;

use visavis_records::{Clustering, Layer, UnitVectors};

use crate::{
    layers::{centroids, floors, strength},
    products::nearest_two,
};

/// Puts `new` passages into the clusters that `fitted` passages were put into. A passage with the very vector of a
/// fitted one gets that one's clusters; another gets the cluster of the nearest centroid of the finest layer and what
/// is above it, or −1 where it is farther from it than the cluster's own passages were allowed to be. Both sets of
/// vectors are debiased by the same directions.
///
/// # Panics
/// If `clustering` is not of the `fitted` passages, or the vectors are of different lengths.
pub fn apply(fitted: &UnitVectors, clustering: &Clustering, new: &UnitVectors) -> Clustering {
    let Some(fine) = clustering.layers.first() else {
        return Clustering::default();
    };
    assert_eq!(
        fine.cluster.len(),
        fitted.len(),
        "the clustering is of the fitted passages"
    );
    assert_eq!(fitted.dim(), new.dim(), "vectors of one encoder");
    let bits = |row: &[f32]| row.iter().map(|x| x.to_bits()).collect::<Vec<u32>>();
    let mut known: HashMap<Vec<u32>, usize> = HashMap::with_capacity(fitted.len());
    for (row, vector) in fitted.rows().enumerate() {
        known.entry(bits(vector)).or_insert(row);
    }
    let same: Vec<Option<usize>> = new.rows().map(|v| known.get(&bits(v)).copied()).collect();
    drop(known);
    let mut above: Vec<u32> = Vec::new();
    let mut outlier: Vec<bool> = Vec::new();
    let mut layers = Vec::with_capacity(clustering.layers.len());
    for (depth, layer) in clustering.layers.iter().enumerate() {
        let part: Vec<u32> = layer.nearest.iter().map(|c| c - layer.first).collect();
        let apart: Vec<bool> = layer.cluster.iter().map(|&c| c < 0).collect();
        let centres = centroids(fitted, &part, &apart, layer.n_clusters as usize);
        let near = nearest_two(new.as_slice(), &centres, new.dim());
        if depth == 0 {
            let floor = floors(fitted, &part, &apart, &centres);
            above = near.iter().map(|n| layer.first + n.0).collect();
            outlier = near.iter().map(|n| n.1 < floor[n.0 as usize]).collect();
        } else {
            let below = &clustering.layers[depth - 1];
            for c in &mut above {
                *c = below.parents[(*c - below.first) as usize];
            }
        }
        let mut out = Layer {
            first: layer.first,
            parents: layer.parents.clone(),
            n_clusters: layer.n_clusters,
            ..Layer::default()
        };
        for (row, n) in near.iter().enumerate() {
            if let Some(old) = same[row] {
                out.cluster.push(layer.cluster[old]);
                out.nearest.push(layer.nearest[old]);
                out.strength.push(layer.strength[old]);
            } else {
                out.cluster
                    .push(if outlier[row] { -1 } else { above[row] as i32 });
                out.nearest.push(above[row]);
                let own = layer.first + n.0 == above[row];
                out.strength.push(if own {
                    strength(n.1, n.2.max(0.0))
                } else {
                    0.0
                });
            }
        }
        layers.push(out);
    }
    Clustering { layers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClusterOptions, cluster, neighbours, planted::mixture, score::adjusted_rand};

    #[test]
    fn fitted_passages_get_their_own_clusters_and_new_ones_the_nearest() {
        let (all, truth) = mixture(1200, 64, 8, 0.1, 3);
        let rows = |range: std::ops::Range<u32>| all.select(&range.collect::<Vec<_>>());
        let (fitted, both) = (rows(0..800), rows(0..1200));
        let clustering = cluster(
            &fitted,
            &neighbours(&fitted, 30),
            None,
            &ClusterOptions::default(),
        )
        .unwrap();
        let applied = apply(&fitted, &clustering, &both);
        assert_eq!(applied.layers.len(), clustering.layers.len());
        for (old, new) in clustering.layers.iter().zip(&applied.layers) {
            assert_eq!(old.cluster, new.cluster[..800]);
            assert_eq!(old.strength, new.strength[..800]);
            assert_eq!(old.parents, new.parents);
        }
        let planted: Vec<usize> = (800..1200).filter(|&r| truth[r] >= 0).collect();
        let of = |labels: &[i32]| planted.iter().map(|&r| labels[r]).collect::<Vec<_>>();
        assert!(adjusted_rand(&of(&applied.layers[0].cluster), &of(&truth)) > 0.8);
        let far = (800..1200)
            .filter(|&r| truth[r] < 0 && applied.layers[0].cluster[r] < 0)
            .count();
        assert!(
            far as f64 > 0.4 * (400 - planted.len()) as f64,
            "{far} of {}",
            400 - planted.len()
        );
        assert!(
            apply(&UnitVectors::empty(64), &Clustering::default(), &both)
                .layers
                .is_empty()
        );
    }
}
