//! Passages to unit vectors.
//!
//! A [`Model`] is an encoder in the layout of sentence-transformers (configuration, safetensors, tokenizer, pooling,
//! dense layers, prompts), found by [`resolve`] in a folder or on a hub. It is an
//! [`Encoder`](visavis_records::Encoder), which clusters and comparisons are handed, and a
//! [`TokenCounter`](visavis_records::TokenCounter), which passages are cut by.
//!
//! ```
//! use visavis_embed::{Device, LoadOptions, Model, ModelFolder, Precision};
//! use visavis_records::{Encoder, TokenCounter};
//!
//! let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/golden/tiny-bert-mean");
//! let folder = ModelFolder { path: folder.into(), id: "tiny".into(), revision: None };
//! let model = Model::load(&folder, &LoadOptions { precision: Precision::F32, ..LoadOptions::default() })?;
//! assert_eq!(model.dim(), 32);
//! assert!(model.count("One short sentence.") < model.limit());
//! let vectors = model.encode(&["One short sentence.", "Ein kurzer Satz."])?;
//! assert_eq!(vectors.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants: vectors have length one. A text has the same bytes alone and in any company, in any order, for any
//! number of threads, on a CPU. Truncation and values that are not finite are reported with their row. A device, precision or
//! prompt that was asked for is used or refused. Nothing is read from the environment.
//!
//! This crate knows nothing of documents, languages, clusters or tables.

mod architecture;
mod cpu;
mod encode;
mod error;
mod fingerprint;
mod folder;
mod gpu;
mod head;
mod limit;
mod model;
mod options;
mod pooling;
mod positioned;
mod recipe;
mod registry;
mod settings;
mod tokens;
mod weights;

pub use error::ModelError;
pub use folder::{HubSettings, ModelFolder, resolve};
pub use limit::MatrixWork;
pub use model::{Encoded, Model, ModelInfo, Progress};
pub use options::{Device, LoadOptions, Precision, UnknownOption};
pub use registry::{KnownModel, known_models};
