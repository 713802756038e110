//! Files made to do harm: each costs a row and no more.

use std::{fs, io::Write, path::Path, time::Instant};

use visavis_read::{Limits, ReadOptions, Reading, read};

fn read_one(name: &str, bytes: &[u8], limits: Limits) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    fs::write(
        folder.path().join("good.txt"),
        "A good text beside it, and it is read as ever.",
    )
    .unwrap();
    let options = ReadOptions {
        limits,
        ..ReadOptions::default()
    };
    let reading = read(&[folder.path().to_owned()], &options, &|_, _| ()).unwrap();
    assert!(
        reading.documents.iter().any(|d| d.path == "good.txt"),
        "{name}"
    );
    reading
}

fn refused(name: &str, bytes: &[u8], limits: Limits, reason: &str) {
    let start = Instant::now();
    let reading = read_one(name, bytes, limits);
    let rows: Vec<_> = reading.rejected.iter().map(|r| r.reason.as_str()).collect();
    assert_eq!(rows, [reason], "{name}");
    assert!(reading.rejected[0].detail.len() > 20 && reading.rejected[0].detail.ends_with('.'));
    assert!(
        start.elapsed().as_secs() < 60,
        "{name} took {:?}",
        start.elapsed()
    );
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let zeros = vec![b' '; 32 << 20];
    refused("bomb.txt.gz", &gz(&zeros), Limits::default(), "too_large");
    refused(
        "bomb.zip",
        &zip(&[("a.txt", &zeros)]),
        Limits::default(),
        "too_large",
    );
    let mut nest = zip(&[("a.txt", b"text")]);
    for _ in 0..5 {
        nest = zip(&[("inner.zip", &nest)]);
    }
    refused("nest.zip", &nest, Limits::default(), "nesting");
    let laughs = br#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><w:document xmlns:w="w"><w:body/></w:document>"#;
    refused(
        "laughs.docx",
        &zip(&[("word/document.xml", laughs)]),
        Limits::default(),
        "empty",
    );
}

#[test]
fn depth_and_length_are_limited() {
    refused(
        "deep.html",
        "<div>".repeat(10_000).as_bytes(),
        Limits::default(),
        "nesting",
    );
    let limits = Limits {
        line_bytes: 1000,
        ..Limits::default()
    };
    let line = format!("{{\"text\": \"{}\"}}\n", "x".repeat(5000));
    refused("long.jsonl", line.as_bytes(), limits, "too_large");
    let limits = Limits {
        file_bytes: 1000,
        ..Limits::default()
    };
    refused(
        "large.txt",
        "x ".repeat(5000).as_bytes(),
        limits,
        "too_large",
    );
    refused(
        "deep.jsonl",
        "[".repeat(100_000).as_bytes(),
        Limits::default(),
        "malformed",
    );
}

#[test]
fn a_line_without_end_is_a_text() {
    let reading = read_one(
        "line.txt",
        "слово ".repeat(200_000).as_bytes(),
        Limits::default(),
    );
    assert_eq!((reading.documents.len(), reading.rejected.len()), (2, 0));
}

#[test]
fn broken_and_escaping_archives_are_refused() {
    let whole = gz("Летние месяцы в комиссии. ".repeat(50).as_bytes());
    refused(
        "cut.txt.gz",
        &whole[..whole.len() / 2],
        Limits::default(),
        "truncated",
    );
    refused(
        "junk.zip",
        b"PK\x03\x04junk",
        Limits::default(),
        "truncated",
    );
    refused(
        "escape.zip",
        &zip(&[("../../escape.txt", b"text")]),
        Limits::default(),
        "path",
    );
    assert!(!Path::new("../../escape.txt").exists());
}

#[test]
fn packed_files_are_documents_under_their_own_names() {
    let bytes = zip(&[
        ("inst/a.md", b"# A\n\nThe text of the archive, in full."),
        ("b.png", b"x"),
    ]);
    let reading = read_one("all.zip", &bytes, Limits::default());
    let document = reading
        .documents
        .iter()
        .find(|d| d.path == "all.zip/inst/a.md")
        .unwrap();
    assert_eq!(
        (document.source.as_deref(), document.title.as_deref()),
        (Some("inst"), Some("A"))
    );
    assert_eq!(reading.rejected[0].source, "all.zip/b.png");
    let reading = read_one(
        "t.txt.gz",
        &gz(b"The text that was packed, in full."),
        Limits::default(),
    );
    assert!(
        reading
            .documents
            .iter()
            .any(|d| d.path == "t.txt.gz" && d.text.starts_with("The text"))
    );
}

/// A PDF of these objects, the first being the catalogue.
fn pdf(objects: &[&[u8]]) -> Vec<u8> {
    let mut out = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        writeln!(out, "{} 0 obj", n + 1).unwrap();
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for place in places {
        writeln!(out, "{place:010} 00000 n ").unwrap();
    }
    let size = objects.len() + 1;
    write!(
        out,
        "trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    )
    .unwrap();
    out
}

fn stream(head: &str, content: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{head}/Length {}>>\nstream\n", content.len()).into_bytes();
    out.extend_from_slice(content);
    out.extend_from_slice(b"\nendstream");
    out
}

#[test]
fn pdfs_that_bite_are_refused() {
    const ROOT: &[u8] = b"<</Type/Catalog/Pages 2 0 R>>";
    const PAGES: &[u8] = b"<</Type/Pages/Kids[3 0 R]/Count 1>>";
    const PAGE: &[u8] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 5 0 R>>>>>>";
    let default = Limits::default;
    let font: &[u8] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
    let text = stream(
        "",
        b"BT /F 12 Tf 20 200 Td (A line of text stands here, whole.) Tj ET",
    );
    let good = read_one(
        "good.pdf",
        &pdf(&[ROOT, PAGES, PAGE, &text, font]),
        default(),
    );
    assert!(
        good.documents
            .iter()
            .any(|d| d.text == "A line of text stands here, whole.")
    );

    let draw = stream("", b"/X Do");
    let itself = stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X 5 0 R>>>>",
        b"/X Do",
    );
    refused(
        "itself.pdf",
        &pdf(&[ROOT, PAGES, PAGE, &draw, &itself]),
        default(),
        "nesting",
    );
    let rootless: &[u8] = b"<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>";
    refused(
        "rootless.pdf",
        &pdf(&[ROOT, rootless, PAGE, &text, font]),
        default(),
        "nesting",
    );
    // Operands that its parser takes for granted.
    let bare = stream("", b"BT /F Tf Td (a) Tj ET");
    refused(
        "bare.pdf",
        &pdf(&[ROOT, PAGES, PAGE, &bare, font]),
        default(),
        "malformed",
    );
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&vec![b' '; 32 << 20]).unwrap();
    let bomb = stream("/Filter/FlateDecode", &packed.finish().unwrap());
    refused(
        "bomb.pdf",
        &pdf(&[ROOT, PAGES, PAGE, &bomb, font]),
        default(),
        "too_large",
    );
    let whole = pdf(&[ROOT, PAGES, PAGE, &text, font]);
    refused("cut.pdf", &whole[..whole.len() / 3], default(), "malformed");
    refused("junk.pdf", b"%PDF-1.4\njunk", default(), "malformed");
}
