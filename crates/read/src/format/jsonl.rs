//! JSON Lines: one object a line.

use rayon::prelude::*;
use serde_json::Value;

use crate::{
    Columns,
    columns::{Refusal, record},
    metadata,
    page::Page,
};

/// The records of a file: each line's number from 1, and its page or why there is none. Lines are independent of each
/// other, so a broken one costs only itself.
pub(crate) fn records(
    text: &str,
    line_bytes: usize,
    columns: &Columns,
) -> Vec<(u64, Result<Page, Refusal>)> {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty())
        .collect();
    let page = |line: &str| {
        if line.len() > line_bytes {
            let detail = format!(
                "The line has {} bytes; the limit is {line_bytes}.",
                line.len()
            );
            return Err(Refusal::new("too_large", detail, None));
        }
        page(line, columns)
    };
    lines
        .par_iter()
        .map(|&(at, line)| (at as u64 + 1, page(line).map_err(|r| r.of(line))))
        .collect()
}

fn page(line: &str, columns: &Columns) -> Result<Page, Refusal> {
    let value: Value = serde_json::from_str(line).map_err(|e| {
        Refusal::new(
            "malformed",
            format!("The line is not JSON: {e}."),
            id_of_broken(line),
        )
    })?;
    let Value::Object(object) = value else {
        return Err(Refusal::new(
            "malformed",
            "The line is JSON but no object with named fields.".to_owned(),
            None,
        ));
    };
    let fields = object
        .into_iter()
        .filter_map(|(name, value)| Some((name, plain(value)?)))
        .collect();
    record(fields, columns)
}

/// The id at the beginning of a line that breaks off later.
fn id_of_broken(line: &str) -> Option<String> {
    let (name, rest) = line.trim_start().strip_prefix('{')?.split_once(':')?;
    let rest = rest.trim_start();
    let id = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?.0,
        None => rest.split_once(',')?.0.trim_end(),
    };
    metadata::is_id(name.trim().trim_matches('"'))
        .then(|| id.to_owned())
        .filter(|id| id.len() < 200)
}

/// A value as text: lists joined, objects as JSON.
fn plain(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(s) => Some(s),
        Value::Array(values) => Some(
            values
                .into_iter()
                .filter_map(plain)
                .collect::<Vec<_>>()
                .join("; "),
        ),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_costs_only_itself() {
        let text = "{\"id\": 7, \"body\": \"One.\", \"tags\": [\"a\", \"b\"]}\n\n{\"id\": 8, \n[1]\n{\"id\": \"x\", \"side\": \"west\"}\n";
        let records = records(text, 100, &Columns::default());
        assert_eq!(
            records.iter().map(|r| r.0).collect::<Vec<_>>(),
            [1, 3, 4, 5]
        );
        let first = records[0].1.as_ref().unwrap();
        assert_eq!(
            (
                first.metadata.id.as_deref(),
                first.metadata.rest["tags"].as_str()
            ),
            (Some("7"), "a; b")
        );
        let reasons: Vec<_> = records[1..]
            .iter()
            .map(|r| r.1.as_ref().unwrap_err().reason)
            .collect();
        assert_eq!(reasons, ["malformed", "malformed", "no_text"]);
        assert_eq!(records[1].1.as_ref().unwrap_err().id.as_deref(), Some("8"));
        assert_eq!(records[3].1.as_ref().unwrap_err().id.as_deref(), Some("x"));
        assert_eq!(
            super::records(text, 10, &Columns::default())[0]
                .1
                .as_ref()
                .unwrap_err()
                .reason,
            "too_large"
        );
    }
}
