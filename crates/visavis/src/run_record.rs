//! `run.json`: what was run, with what, on what, and how long it took. Not part of what is the same byte for byte.

use serde_json::{Value, json};
use visavis_embed::ModelInfo;
use visavis_records::Stage;
use visavis_tables::SCHEMA_VERSION;

use crate::{Error, Pipeline};

/// A model as run.json tells it.
pub fn model(info: &ModelInfo) -> Value {
    json!({
        "id": info.id,
        "revision": info.revision,
        "hash": info.hash,
        "architecture": info.architecture,
        "dim": info.dim,
        "max_tokens": info.max_tokens,
        "precision": info.precision,
        "device": info.device,
        "kernels": info.kernels,
    })
}

/// Writes the record of all stages so far.
pub fn write(pipeline: &Pipeline) -> Result<(), Error> {
    let folder = &pipeline.folder;
    let stages: Vec<Value> = Stage::ALL
        .into_iter()
        .filter_map(|stage| {
            let stamp = folder.stamp(stage)?;
            Some(json!({
                "stage": stage.name(),
                "seconds": (stamp.seconds * 1000.0).round() / 1000.0,
                "counts": stamp.counts,
                "notes": stamp.notes,
                "inputs": stamp.inputs,
                "files": stamp.files,
            }))
        })
        .collect();
    let record = json!({
        "visavis": env!("CARGO_PKG_VERSION"),
        "schema_version": SCHEMA_VERSION,
        "configuration": pipeline.config,
        "seed": pipeline.config.run.seed,
        "threads": rayon::current_num_threads(),
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "peak_memory_bytes": peak_memory(),
        "stages": stages,
    });
    let path = folder.path().join("run.json");
    let text = serde_json::to_string_pretty(&record).expect("plain values");
    std::fs::write(&path, text + "\n").map_err(|e| Error::io(path, &e))
}

/// The most memory this process held at once, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim()
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kb| kb * 1024)
}
