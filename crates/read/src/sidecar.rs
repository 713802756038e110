//! `metadata.csv` beside the files: what an analyst says about them, a row a file, by the column `path`.

use std::{collections::BTreeMap, fs};

use visavis_records::{Rejected, Stage};

use crate::{decode, format::delimited, metadata::Metadata, walk::File};

/// Name of the file, in any folder.
const NAME: &str = "metadata.csv";

/// Metadata by the path of the file that they describe. The tables are taken out of `files`; their word counts before
/// what a file says about itself.
pub(crate) fn take(
    files: &mut Vec<File>,
    rejected: &mut Vec<Rejected>,
) -> BTreeMap<String, Metadata> {
    let mut out = BTreeMap::new();
    let is_table = |f: &File| f.name.rsplit('/').next() == Some(NAME) && describes_files(f);
    let tables: Vec<File> = files.extract_if(.., |f| is_table(f)).collect();
    for table in tables {
        let folder = &table.name[..table.name.len() - NAME.len()];
        for (line, fields) in rows(&table) {
            let path = fields
                .iter()
                .find(|(name, _)| is_path(name))
                .map(|(_, path)| path.trim().replace('\\', "/"));
            let full = format!(
                "{folder}{}",
                path.as_deref().unwrap_or_default().trim_start_matches("./")
            );
            if files.iter().any(|f| f.name == full) {
                out.insert(
                    full,
                    Metadata::from_pairs(fields.into_iter().filter(|(name, _)| !is_path(name))),
                );
            } else {
                rejected.push(Rejected {
                    source: table.name.clone(),
                    record: Some(line.to_string()),
                    stage: Stage::Read.name(),
                    reason: "missing".to_owned(),
                    detail: format!("It describes `{full}`, and there is no such file."),
                });
            }
        }
    }
    out
}

fn is_path(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("path")
}

/// Whether it has the column; else it is a table of texts like any other.
fn describes_files(table: &File) -> bool {
    rows(table)
        .first()
        .is_some_and(|(_, fields)| fields.iter().any(|(name, _)| is_path(name)))
}

fn rows(table: &File) -> Vec<(u64, Vec<(String, String)>)> {
    let bytes = fs::read(&table.path).unwrap_or_default();
    let Some((text, _)) = decode::decode(&bytes, None) else {
        return Vec::new();
    };
    delimited::rows(&text)
}
