//! What the command line prints besides a run: the schema, and what an encoder is.

use std::fmt::Write;

use crate::{
    Config, Error, Surroundings,
    pipeline::{load, resolve},
};

/// Every table and column, as text or as JSON.
pub fn schema_text(json: bool) -> String {
    let tables = visavis_tables::schema();
    if json {
        let table = |t: &visavis_tables::TableSchema| {
            let columns: Vec<_> = t
                .columns
                .iter()
                .map(|c| serde_json::json!({ "name": c.name, "type": c.dtype, "meaning": c.meaning }))
                .collect();
            serde_json::json!({ "table": t.name, "row": t.row, "columns": columns })
        };
        let tables: Vec<_> = tables.iter().map(table).collect();
        let schema = serde_json::json!({ "schema_version": visavis_tables::SCHEMA_VERSION, "tables": tables });
        return serde_json::to_string_pretty(&schema).expect("plain values") + "\n";
    }
    let mut text = format!(
        "Schema {}. A `?` behind a type: may be null.\n",
        visavis_tables::SCHEMA_VERSION
    );
    for table in tables {
        let _ = write!(text, "\n{}.parquet: {}\n", table.name, table.row);
        let name = table
            .columns
            .iter()
            .map(|c| c.name.len())
            .max()
            .unwrap_or(0);
        for column in &table.columns {
            let _ = writeln!(
                text,
                "  {:name$}  {}: {}",
                column.name, column.dtype, column.meaning
            );
        }
    }
    text
}

/// The encoders that are known by name, one a line.
pub fn model_list() -> String {
    let mut text = format!(
        "{:55} {:>7} {:>5} {:>7}  {:12} licence\n",
        "model", "million", "dim", "tokens", "architecture"
    );
    for m in visavis_embed::known_models() {
        let _ = writeln!(
            text,
            "{:55} {:>7} {:>5} {:>7}  {:12} {}",
            m.id, m.parameters_m, m.dim, m.max_tokens, m.architecture, m.licence
        );
    }
    text
}

/// What an encoder is and how it runs on this machine.
///
/// # Errors
/// Where it cannot be found or loaded.
pub fn model_info(config: &Config, surroundings: &Surroundings) -> Result<String, Error> {
    let encoder = load(&resolve(config, surroundings)?, config)?;
    let info = encoder.info();
    let mut text = String::new();
    let lines = [
        ("model", info.id.clone()),
        ("revision", info.revision.clone().unwrap_or_default()),
        ("hash", info.hash.clone()),
        ("architecture", info.architecture.clone()),
        ("dimensions", info.dim.to_string()),
        ("max tokens", info.max_tokens.to_string()),
        ("precision", info.precision.clone()),
        ("device", info.device.clone()),
        ("kernels", info.kernels.join(", ")),
    ];
    for (name, value) in lines.iter().filter(|(_, v)| !v.is_empty()) {
        let _ = writeln!(text, "{name:>12}  {value}");
    }
    Ok(text)
}

/// Gets an encoder from the hub and says where it lies.
///
/// # Errors
/// Where it cannot be got.
pub fn model_fetch(config: &Config, surroundings: &Surroundings) -> Result<String, Error> {
    let folder = resolve(config, surroundings)?;
    Ok(format!("{}\n", folder.path.display()))
}
