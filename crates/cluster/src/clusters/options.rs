//! What to cluster by, and what cannot be done.

use std::{fmt, str::FromStr};

/// How the finest layer is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Method {
    /// [`Method::Graph`].
    #[default]
    Auto,
    /// Spherical k-means.
    KMeans,
    /// A tree by average linkage.
    Agglomerative,
    /// Communities of the neighbour graph.
    Graph,
}

impl Method {
    const ALL: [Self; 4] = [Self::Auto, Self::KMeans, Self::Agglomerative, Self::Graph];

    /// Its word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::KMeans => "kmeans",
            Self::Agglomerative => "agglomerative",
            Self::Graph => "graph",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Not the name of a method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no clustering method; there are auto, kmeans, agglomerative and graph")]
pub struct NotAMethod(pub String);

impl FromStr for Method {
    type Err = NotAMethod;
    fn from_str(s: &str) -> Result<Self, NotAMethod> {
        Self::ALL
            .into_iter()
            .find(|m| m.name() == s)
            .ok_or_else(|| NotAMethod(s.to_owned()))
    }
}

/// What to cluster by.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterOptions {
    /// Clusters of the finest layer; `None`: as many as the neighbour graph has communities
    /// (by modularity at `resolution`, those split that fall apart).
    pub clusters: Option<usize>,
    /// How the finest layer is found.
    pub method: Method,
    /// Seed of everything random.
    pub seed: u64,
    /// More makes more and smaller clusters; 1 is Newman and Girvan's modularity. `None`: 1, and of up to 500
    /// passages the one of ½ to 2 whose clusters tell the passages of different documents best apart (by silhouette).
    pub resolution: Option<f64>,
    /// Layers at most, the finest counted.
    pub layers: usize,
    /// Whether passages far from every cluster become outliers.
    pub outliers: bool,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self {
            clusters: None,
            method: Method::Auto,
            seed: 0,
            resolution: None,
            layers: 3,
            outliers: true,
        }
    }
}

/// Why there is no clustering.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClusterError {
    /// No clusters, or more than passages.
    #[error(
        "{clusters} clusters of {passages} passages cannot be made; ask for 1 to {passages}, or leave it to the data"
    )]
    Clusters {
        /// Clusters asked for.
        clusters: usize,
        /// Passages there are.
        passages: usize,
    },
    /// The neighbour graph is of other passages.
    #[error(
        "the neighbour graph has {graph} passages and the vectors {passages}; compute it from these vectors"
    )]
    Graph {
        /// Passages of the graph.
        graph: usize,
        /// Passages of the vectors.
        passages: usize,
    },
    /// A resolution that is not a positive number.
    #[error("a resolution of {0} makes no sense; it is a positive number, or left to the data")]
    Resolution(f64),
}
