//! What may be put in: standard input, Parquet, PDF, and the flags that choose among it.

mod program;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use program::{repository, stderr, text, visavis};
use visavis_records::rows::{DocumentRow, RejectedRow, RemovedRow, TextRow};
use visavis_tables::{Footer, read, write};

/// `visavis read PATHS… --out OUT FLAGS…`, with lines on standard input; what it says.
fn reads(lines: &str, arguments: &[&str], out: &Path, code: i32) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_visavis"))
        .arg("read")
        .args(arguments)
        .arg("--out")
        .arg(out)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    program
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = program.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn lines_on_standard_input_are_records() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let line = "{\"id\": \"a\", \"body\": \"The text of a record.\", \"side\": \"west\"}\n";
    assert!(reads(line, &["-"], &out, 0).contains("1 documents"));
    let documents: Vec<DocumentRow> = read(&out).unwrap();
    assert_eq!(
        (documents[0].path.as_str(), documents[0].record.as_deref()),
        ("-", Some("a"))
    );
    assert_eq!(documents[0].meta["side"], "west");
    assert!(reads(line, &["-"], &out, 0).contains("nothing to do"));
    let more = format!("{line}{{broken\n");
    assert!(reads(&more, &["-"], &out, 3).contains("1 rejected"));
}

#[test]
fn parquet_made_elsewhere_is_read_as_records() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    let row = |id: &str, text: &str| TextRow {
        doc_id: id.parse().unwrap(),
        text: text.into(),
    };
    let rows = vec![
        row("00000000000000ff", "Первый текст."),
        row("000000000000000a", "A second text."),
    ];
    write(&input, &rows, &Footer::default()).unwrap();
    fs::write(input.join("broken.parquet"), "PAR1").unwrap();
    reads("", &[&text(&input)], &out, 3);
    let documents: Vec<DocumentRow> = read(&out).unwrap();
    let mut records: Vec<_> = documents
        .iter()
        .filter_map(|d| d.record.as_deref())
        .collect();
    records.sort_unstable();
    assert_eq!(records, ["000000000000000a", "00000000000000ff"]);
    let rejected: Vec<RejectedRow> = read(&out).unwrap();
    assert_eq!(
        (rejected.len(), rejected[0].reason.as_str()),
        (1, "malformed")
    );
}

#[test]
fn pdfs_that_cannot_be_read_are_rows_and_no_noise() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let said = reads("", &[&text(&repository("data/pdf"))], &out, 3);
    assert!(!said.contains("panicked"), "{said}");
    let rejected: Vec<RejectedRow> = read(&out).unwrap();
    let rows: Vec<_> = rejected
        .iter()
        .map(|r| (r.source.as_str(), r.reason.as_str()))
        .collect();
    assert_eq!(
        rows,
        [("encrypted.pdf", "encrypted"), ("scan.pdf", "no_text")]
    );
}

#[test]
fn flags_choose_files_and_columns_and_keep_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    fs::write(
        input.join("a.csv"),
        "note,written\nThe text of a note.,2018-05-24\n",
    )
    .unwrap();
    fs::write(
        input.join("b.html"),
        "<nav>Menu of the page</nav><p>The text of a page, and it ends here.</p>",
    )
    .unwrap();
    fs::write(input.join("c.txt"), "Never read.").unwrap();
    let flags = [
        "--exclude",
        "*.txt",
        "--text-column",
        "note",
        "--date-column",
        "written",
        "--keep-boilerplate",
    ];
    let mut arguments = vec![text(&input)];
    arguments.extend(flags.map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    reads("", &arguments, &out, 0);
    let documents: Vec<DocumentRow> = read(&out).unwrap();
    assert_eq!(documents.len(), 2);
    let note = documents.iter().find(|d| d.path == "a.csv").unwrap();
    assert_eq!(
        note.date.map(|d| d.to_string()).as_deref(),
        Some("2018-05-24")
    );
    let texts: Vec<TextRow> = read(&out).unwrap();
    assert!(texts.iter().any(|t| t.text.contains("Menu of the page")));
    assert!(read::<RemovedRow>(&out).unwrap().is_empty());
    let shown = visavis([
        "run",
        &text(&input),
        "--out",
        &text(&out),
        "--include",
        "2018/**",
        "--show-config",
    ]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("[read.limits]")
            && shown.contains("pdf_seconds")
            && shown.contains("2018/**"),
        "{shown}"
    );
}
