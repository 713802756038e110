//! Vectors to neighbours, clusters in layers, terms, representatives and a projection.
//!
//! Main type: [`visavis_records::Clustering`], made by [`cluster()`] from vectors that [`directions`] freed of language
//! and from their [`neighbours()`]. [`describe()`] says what the clusters are about, [`project()`] draws the map, and
//! [`quality()`] says how much of language is left in it all.
//!
//! ```
//! use visavis_cluster::{ClusterOptions, cluster, neighbours, planted::mixture, project};
//! let (vectors, _) = mixture(200, 64, 4, 0.0, 1);
//! let neighbours = neighbours(&vectors, 15);
//! let clustering = cluster(&vectors, &neighbours, None, &ClusterOptions::default())?;
//! assert_eq!(clustering.layers[0].cluster.len(), 200);
//! assert_eq!(project(&vectors, &neighbours, 0).len(), 200);
//! # Ok::<(), visavis_cluster::ClusterError>(())
//! ```
//!
//! Invariants: pure functions of their arguments; the same bytes for any number of threads; rows are in the canonical
//! order that the caller gives, and no row's own number decides anything but ties. Directions are fitted on neutral
//! calibration text, never on the corpus. No ndarray or linfa type crosses the boundary. This crate knows nothing of
//! files, tables, models (texts are encoded by the [`visavis_records::Encoder`] it is handed) or of what groups mean.

pub mod apply;
pub mod clusters;
mod communities;
pub mod context;
pub mod describe;
pub mod directions;
mod graph;
mod kmeans;
mod layers;
pub mod neighbours;
mod pairs;
pub mod planted;
mod products;
pub mod project;
pub mod quality;
mod representatives;
pub mod score;
mod silhouette;
mod split;
pub mod stability;
mod terms;
mod tree;
pub mod vocabulary;
mod words;

pub use apply::apply;
pub use clusters::{ClusterError, ClusterOptions, Method, NotAMethod, cluster};
pub use context::in_context;
pub use describe::{Description, Passages, describe};
pub use directions::{Debias, NotADebias};
pub use neighbours::neighbours;
pub use project::project;
pub use quality::{Evidence, quality};
pub use stability::stability;
pub use vocabulary::{Vocabulary, vocabulary};
