//! Which cluster each passage is in, layer by layer.

/// Clusters in layers, finest first. Cluster ids are unique over all layers: the finest layer has 0, 1, …, the next
/// goes on from there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clustering {
    /// Layers, finest first; at least one, save for an empty corpus.
    pub layers: Vec<Layer>,
}

/// One layer of a clustering of n passages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layer {
    /// Id of this layer's first cluster; the others follow.
    pub first: u32,
    /// For each cluster of the layer the cluster of the next coarser layer that holds it; empty in the coarsest.
    pub parents: Vec<u32>,
    /// Number of clusters.
    pub n_clusters: u32,
    /// For each passage its cluster, or −1 for an outlier.
    pub cluster: Vec<i32>,
    /// For each passage its cluster, or the nearest one for an outlier.
    pub nearest: Vec<u32>,
    /// For each passage how firmly it belongs to `nearest`, 0–1.
    pub strength: Vec<f32>,
}

impl Layer {
    /// Ids of the layer's clusters.
    pub fn ids(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.n_clusters
    }

    /// Passages of each cluster of the layer, in canonical order.
    pub fn members(&self) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.n_clusters as usize];
        for (row, &cluster) in self.cluster.iter().enumerate() {
            if cluster >= 0 {
                members[cluster as usize - self.first as usize].push(row as u32);
            }
        }
        members
    }
}
