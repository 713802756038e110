//! The front door of visavis: [`Config`], [`Pipeline`], and beside them the command line.
//!
//! A [`Pipeline`] takes a passage from its file to the tables: `read → chunk → embed → cluster → compare → report`,
//! one module of `stages` each. A stage knows nothing of another; what it needs of another's work it is handed here.
//!
//! Invariants: the environment and the clock are read here and nowhere below; an explicit device, precision or model
//! is used or refused, never replaced; what an earlier run did and still holds is not done again.

mod calibration;
mod config;
mod error;
mod folder;
mod pipeline;
mod progress;
mod quality;
mod run_record;
pub mod search;
mod show;
mod speed;
mod stages;

pub use config::{
    ChunkConfig, ClusterConfig, CompareConfig, Config, EmbedConfig, ReadConfig, RunConfig,
    Surroundings,
};
pub use error::Error;
pub use pipeline::{Pipeline, Summary};
pub use progress::{Progress, Watch};
pub use quality::{Part, Quality, bench_quality};
pub use show::{model_fetch, model_info, model_list, schema_text};
pub use speed::{Speed, bench_speed};
