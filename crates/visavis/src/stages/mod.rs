//! One adaptor a stage: tables and configuration in, the stage's own crate at work, tables out.

pub mod chunk;
pub mod cluster;
pub mod compare;
pub mod embed;
pub mod fitted;
pub mod read;
pub mod report;
