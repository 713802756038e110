//! Tables of text: CSV, TSV, and CSV with semicolons.

use crate::{
    Columns,
    columns::{Refusal, record},
    metadata,
    page::Page,
};

/// The records of a file: the line each begins at, and its page or why there is none.
pub(crate) fn records(
    text: &str,
    delimiter: Option<u8>,
    columns: &Columns,
) -> Vec<(u64, Result<Page, Refusal>)> {
    let delimiter = delimiter.unwrap_or_else(|| guess(text));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            return vec![(
                1,
                Err(Refusal::new(
                    "malformed",
                    format!("The header cannot be read: {error}."),
                    None,
                )),
            )];
        }
    };
    let mut out = Vec::new();
    let mut row = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) if row.len() == header.len() => {
                let fields = header
                    .iter()
                    .cloned()
                    .zip(row.iter().map(str::to_owned))
                    .collect();
                out.push((
                    row.position().map_or(line, csv::Position::line),
                    record(fields, columns),
                ));
            }
            Ok(true) => {
                let detail = format!(
                    "The record has {} fields, the header {}.",
                    row.len(),
                    header.len()
                );
                let id = header
                    .iter()
                    .position(|h| metadata::is_id(h))
                    .and_then(|at| row.get(at))
                    .map(str::to_owned);
                let fields: String = row.iter().collect();
                out.push((line, Err(Refusal::new("malformed", detail, id).of(&fields))));
            }
            Err(error) => {
                out.push((
                    line,
                    Err(Refusal::new(
                        "malformed",
                        format!("The record cannot be read: {error}."),
                        None,
                    )),
                ));
                if reader.is_done() {
                    break;
                }
            }
        }
    }
    out
}

/// The rows of a table as named fields, with the line each begins at; rows that cannot be read are left out.
pub(crate) fn rows(text: &str) -> Vec<(u64, Vec<(String, String)>)> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(guess(text))
        .flexible(true)
        .from_reader(text.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .map(|h| h.iter().map(str::to_owned).collect())
        .unwrap_or_default();
    let records = reader.records().map_while(Result::ok);
    let row = |record: csv::StringRecord| {
        let line = record.position().map_or(0, csv::Position::line);
        (
            line,
            header
                .iter()
                .cloned()
                .zip(record.iter().map(str::to_owned))
                .collect(),
        )
    };
    records.map(row).collect()
}

/// The mark that divides the header most often, outside quotation marks.
fn guess(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let unquoted: String = header.split('"').step_by(2).collect();
    let count = |b: u8| unquoted.bytes().filter(|&c| c == b).count();
    [b',', b';', b'\t', b'|']
        .into_iter()
        .rev()
        .max_by_key(|&b| count(b))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_span_lines_and_one_bad_record_stops_nothing() {
        let text = "id;text;side\n1;\"A; \"\"b\"\"\n\nC.\";west\n2;only\n3;D.;east\n";
        let records = records(text, None, &Columns::default());
        let lines: Vec<u64> = records.iter().map(|r| r.0).collect();
        assert_eq!(lines, [2, 5, 6]);
        let first = records[0].1.as_ref().unwrap();
        assert_eq!(
            first
                .blocks
                .iter()
                .map(|b| b.text.as_str())
                .collect::<Vec<_>>(),
            ["A; \"b\"", "C."]
        );
        assert_eq!(first.metadata.rest["side"], "west");
        assert_eq!(records[1].1.as_ref().unwrap_err().reason, "malformed");
        assert_eq!(
            records[2].1.as_ref().unwrap().metadata.id.as_deref(),
            Some("3")
        );
    }
}
