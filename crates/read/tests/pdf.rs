//! PDFs of four programs, Latin and Cyrillic, one and two columns: paragraphs whole, running heads out; bad ones refused.

use std::{fs, path::Path};

use serde_json::Value;
use visavis_read::{Limits, ReadOptions, Reading, read};

fn reading(limits: Limits) -> Reading {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/pdf");
    let options = ReadOptions {
        limits,
        ..ReadOptions::default()
    };
    read(&[folder], &options, &|_, _| ()).unwrap()
}

#[test]
fn paragraphs_are_whole_and_running_heads_are_out() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/pdf.expected.json");
    let expected: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let reading = reading(Limits::default());
    let mut faults = Vec::new();
    let (mut whole, mut n) = (0, 0);
    for (name, file) in expected.as_object().unwrap() {
        let Some(document) = reading.documents.iter().find(|d| d.path == *name) else {
            faults.push(format!("{name}: not read"));
            continue;
        };
        let strings = |field: &str| {
            file[field]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
        };
        for paragraph in strings("paragraphs") {
            n += 1;
            // Spaces that do not break are spaces in a document.
            let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            if document.text.split("\n\n").any(|p| p == paragraph) {
                whole += 1;
            } else {
                faults.push(format!("{name}: not whole: {paragraph}"));
            }
        }
        for piece in strings("removed") {
            if document.text.contains(piece)
                || !document.removed.iter().any(|r| r.text.contains(piece))
            {
                faults.push(format!("{name}: not removed: {piece}"));
            }
        }
        if file["title"].is_string() && document.title.as_deref() != file["title"].as_str() {
            faults.push(format!("{name}: title {:?}", document.title));
        }
    }
    println!("{whole} of {n} paragraphs whole\n{}", faults.join("\n"));
    assert!(
        faults.len() * 50 <= n,
        "{} faults in {n} paragraphs",
        faults.len()
    );
}

#[test]
fn what_cannot_be_read_says_why() {
    let reasons = |limits: Limits| -> Vec<(String, String)> {
        let rows = reading(limits).rejected.into_iter();
        rows.map(|r| (r.source, r.reason)).collect()
    };
    let row = |name: &str, reason: &str| (name.to_owned(), reason.to_owned());
    assert_eq!(
        reasons(Limits::default()),
        [
            row("encrypted.pdf", "encrypted"),
            row("scan.pdf", "no_text")
        ]
    );
    let few = reasons(Limits {
        pdf_pages: 4,
        ..Limits::default()
    });
    assert!(few.contains(&row("sbornik.pdf", "too_large")), "{few:?}");
    let none = reasons(Limits {
        pdf_seconds: 0,
        ..Limits::default()
    });
    assert!(none.contains(&row("forum.pdf", "too_slow")), "{none:?}");
}

#[test]
fn a_file_that_is_encrypted_against_printing_only_is_read() {
    let reading = reading(Limits::default());
    let document = reading
        .documents
        .iter()
        .find(|d| d.path == "no-printing.pdf")
        .unwrap();
    assert!(document.text.contains("older than two of them"));
}
