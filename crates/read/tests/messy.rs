//! A folder as an analyst really has it: every marked paragraph kept, the marked rubbish out, parts, titles, dates and
//! encodings right, bad files and records refused.

use std::{fs, path::Path};

use serde_json::Value;
use visavis_read::{ReadOptions, Reading, read};
use visavis_records::Document;

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn strings<'a>(value: &'a Value, field: &str) -> Vec<&'a str> {
    value[field]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// The documents of a file, or of the record behind `#`, by part.
fn documents<'a>(reading: &'a Reading, name: &str) -> Vec<&'a Document> {
    let (path, record) = name
        .split_once('#')
        .map_or((name, None), |(p, r)| (p, Some(r)));
    let mut found: Vec<&Document> = reading
        .documents
        .iter()
        .filter(|d| d.path == path && (record.is_none() || d.record.as_deref() == record))
        .collect();
    found.sort_by_key(|d| d.part);
    found
}

/// Whether a marked piece still stands in a text as lines of its own, more often than it is also prose.
fn stands(text: &str, piece: &str, allowed: usize) -> bool {
    let piece = squeeze(piece);
    text.split('\n')
        .filter(|line| squeeze(line) == piece)
        .count()
        > allowed
}

#[test]
fn the_messy_folder_gives_what_its_authors_marked() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let expected: Value =
        serde_json::from_slice(&fs::read(data.join("messy.expected.json")).unwrap()).unwrap();
    let reading = read(&[data.join("messy")], &ReadOptions::default(), &|_, _| ()).unwrap();
    let (mut faults, mut rubbish, mut out) = (Vec::new(), 0, 0);
    for (name, file) in expected["files"].as_object().unwrap() {
        if let Some(reason) = file["rejected"].as_str() {
            let (path, record) = name
                .split_once('#')
                .map_or((name.as_str(), None), |(p, r)| (p, Some(r)));
            let kind = reason.split('_').next().unwrap();
            if !reading
                .rejected
                .iter()
                .any(|r| r.source == path && r.record.as_deref() == record && r.reason == kind)
            {
                faults.push(format!("{name}: not rejected as {reason}"));
            }
            continue;
        }
        let documents = documents(&reading, name);
        let parts = file["parts"].as_array().unwrap();
        if documents.len() != parts.len() {
            faults.push(format!(
                "{name}: {} parts, not {}",
                documents.len(),
                parts.len()
            ));
            continue;
        }
        for (document, part) in documents.iter().zip(parts) {
            let text = squeeze(&document.text);
            for paragraph in strings(part, "paragraphs")
                .into_iter()
                .chain(strings(part, "headings"))
            {
                if !text.contains(&squeeze(paragraph)) {
                    faults.push(format!("{name}: lost {paragraph}"));
                }
            }
            if document.title.as_deref() != part["title"].as_str() {
                faults.push(format!("{name}: title {:?}", document.title));
            }
            if !part["date"].is_null()
                && document.date.map(|d| d.to_string()).as_deref() != part["date"].as_str()
            {
                faults.push(format!("{name}: date {:?}", document.date));
            }
            if Some(document.encoding.to_lowercase().as_str()) != file["encoding"].as_str() {
                faults.push(format!("{name}: encoding {}", document.encoding));
            }
            if file["source"]
                .as_str()
                .is_some_and(|s| document.source.as_deref() != Some(s))
            {
                faults.push(format!("{name}: source {:?}", document.source));
            }
        }
        let gold: Vec<&str> = parts
            .iter()
            .flat_map(|p| {
                strings(p, "paragraphs")
                    .into_iter()
                    .chain(strings(p, "headings"))
            })
            .collect();
        for piece in file["removed"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|r| r["text"].as_str())
        {
            rubbish += 1;
            let allowed = gold.iter().filter(|g| squeeze(g) == squeeze(piece)).count();
            if documents
                .iter()
                .map(|d| &d.text)
                .any(|text| stands(text, piece, allowed))
            {
                println!("{name}: still there: {piece}");
            } else {
                out += 1;
            }
        }
        for twin in strings(file, "near_duplicates") {
            let other = self::documents(&reading, twin)[0];
            let pair = [documents[0], other];
            if !pair.iter().any(|d| d.duplicate_of.is_some()) {
                faults.push(format!("{name}: no near duplicate of {twin}"));
            }
        }
    }
    println!("rubbish out: {out} of {rubbish}");
    assert_eq!(faults, Vec::<String>::new());
    assert!(out * 100 >= rubbish * 95, "{out} of {rubbish}");
}
