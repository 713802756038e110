//! What becomes of input: documents with their metadata, or a row that says why not.

use std::{fs, path::Path};

use visavis_read::{Columns, Inputs, Limits, ReadError, ReadOptions, Reading, read, read_all};
use visavis_records::ColumnarReader;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn read_with(path: &Path, options: &ReadOptions) -> Result<Reading, ReadError> {
    read(&[path.to_owned()], options, &|_, _| ())
}

/// Source, record and reason of what was refused.
fn rejected(reading: &Reading) -> Vec<(&str, Option<&str>, &str)> {
    let rows = reading.rejected.iter();
    rows.map(|r| (r.source.as_str(), r.record.as_deref(), r.reason.as_str()))
        .collect()
}

#[test]
fn bad_files_are_rows_and_stop_nothing() {
    let folder = folder(&[
        ("good.txt", b"A text that is good."),
        ("empty.txt", b" \n"),
        (
            "junk.txt",
            &(0..5000u32)
                .map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8)
                .collect::<Vec<_>>(),
        ),
        ("picture.png", b"\x89PNG"),
        ("columns.csv", b"a,b\n1,2\n"),
        (
            "lines.jsonl",
            b"{\"text\": \"One.\"}\n{broken\n{\"id\": 5, \"text\": \"  \"}\n",
        ),
        (".hidden.txt", b"Hidden."),
        (
            "page.html",
            b"<p>A page of its own, saved with its files.</p>",
        ),
        ("page_files/ad.html", b"<p>Not input.</p>"),
    ]);
    let reading = read_with(folder.path(), &ReadOptions::default()).unwrap();
    assert_eq!(reading.documents.len(), 3);
    assert_eq!(
        rejected(&reading),
        [
            ("columns.csv", Some("2"), "no_text"),
            ("empty.txt", None, "empty"),
            ("junk.txt", None, "binary"),
            ("lines.jsonl", Some("2"), "malformed"),
            ("lines.jsonl", Some("5"), "empty"),
            ("picture.png", None, "format"),
        ]
    );
    assert!(
        reading
            .rejected
            .iter()
            .all(|r| r.stage == "read" && r.detail.ends_with('.'))
    );
}

#[test]
fn set_up_that_cannot_work_is_an_error_that_says_what_to_do() {
    let empty = folder(&[]);
    let message = |r: Result<Reading, ReadError>| r.unwrap_err().to_string();
    assert!(
        message(read_with(
            &empty.path().join("none"),
            &ReadOptions::default()
        ))
        .contains("does not exist")
    );
    assert!(message(read_with(empty.path(), &ReadOptions::default())).contains("holds no files"));
    let options = ReadOptions {
        include: vec!["[".into()],
        ..ReadOptions::default()
    };
    assert!(message(read_with(empty.path(), &options)).contains("is not a glob"));
}

#[test]
fn a_table_beside_the_files_describes_them() {
    let folder = folder(&[
        ("inst/a.txt", b"The text of the first file."),
        (
            "inst/metadata.csv",
            b"path,title,date,side\na.txt,Title,4 May 2018,west\ngone.txt,x,,\n",
        ),
        (
            "metadata.csv",
            b"title,text\nT,A table of texts like any other.\n",
        ),
    ]);
    let reading = read_with(folder.path(), &ReadOptions::default()).unwrap();
    let a = reading
        .documents
        .iter()
        .find(|d| d.path == "inst/a.txt")
        .unwrap();
    assert_eq!(
        (
            a.title.as_deref(),
            a.date.unwrap().to_string().as_str(),
            a.meta["side"].as_str()
        ),
        (Some("Title"), "2018-05-04", "west")
    );
    assert_eq!(reading.documents.len(), 2);
    assert_eq!(
        rejected(&reading),
        [("inst/metadata.csv", Some("3"), "missing")]
    );
}

#[test]
fn what_is_nearly_the_same_counts_once() {
    let text = "Negotiators from both sides will meet next Thursday for the first time since May, the head of the joint commission said on Friday, with the reopening of the bridge at the top of the agenda.";
    let edited = text.replace("will meet", "are to meet");
    let other = "The review looked at gas storage in seven countries on the first of October, when the filling season ends and the countries report their stocks to one another by letter.";
    let folder = folder(&[
        ("a.txt", text.as_bytes()),
        ("b.txt", edited.as_bytes()),
        ("c.txt", other.as_bytes()),
    ]);
    let reading = read_with(folder.path(), &ReadOptions::default()).unwrap();
    let again: Vec<_> = (reading.documents.iter())
        .filter(|d| d.not_counted.is_some())
        .collect();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].not_counted.as_deref(), Some("near_duplicate"));
    let original = reading
        .documents
        .iter()
        .find(|d| Some(d.doc_id) == again[0].duplicate_of);
    assert!(original.is_some_and(|d| !d.path.ends_with("c.txt") && d.not_counted.is_none()));
}

#[test]
fn globs_and_columns_choose() {
    let folder = folder(&[
        ("a/x.csv", b"note,text\nThe note.,The text.\n"),
        ("b/y.txt", b"Other."),
    ]);
    let options = ReadOptions {
        include: vec!["**/*.csv".into()],
        columns: Columns {
            text: Some("note".into()),
            ..Columns::default()
        },
        ..ReadOptions::default()
    };
    let reading = read_with(folder.path(), &options).unwrap();
    assert_eq!(reading.documents.len(), 1);
    let d = &reading.documents[0];
    assert_eq!(
        (
            d.text.as_str(),
            d.meta["text"].as_str(),
            d.source.as_deref()
        ),
        ("The note.", "The text.", Some("a"))
    );
}

#[test]
fn the_first_corpus_is_read_as_its_authors_wrote_it() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/first");
    let reading = read_with(&data, &ReadOptions::default()).unwrap();
    assert_eq!(reading.rejected, []);
    assert!(reading.documents.len() >= 12);
    let by_path = |path: &str| reading.documents.iter().find(|d| d.path == path).unwrap();

    let page = by_path("mayak-forum/inspekcii-bez-inspektorov.html");
    assert!(page.text.starts_with(
        "Считать не глядя: что теряется, когда прекращаются инспекции\n\nУже два года"
    ));
    assert!(page.text.ends_with("чем длинный перечень обещаний."));
    assert_eq!(
        page.title.as_deref(),
        Some("Считать не глядя: что теряется, когда прекращаются инспекции")
    );
    assert_eq!(page.date.unwrap().to_string(), "2019-03-05");
    assert_eq!(
        (page.source.as_deref(), page.author.as_deref()),
        (Some("Mayak Forum"), Some("Ингрид Сульхейм"))
    );
    assert_eq!(
        page.meta.iter().collect::<Vec<_>>(),
        [(&"side".to_owned(), &"west".to_owned())]
    );
    let reasons: Vec<&str> = page.removed.iter().map(|r| r.reason.as_str()).collect();
    assert_eq!(reasons, ["header", "menu", "share", "aside", "footer"]);

    let plain = by_path("rubezh/mirotvorcy-v-zalde.txt");
    assert_eq!(
        (plain.source.as_deref(), plain.encoding.as_str()),
        (Some("rubezh"), "UTF-8")
    );
    assert!(
        plain
            .text
            .starts_with("Миротворцы в Залде: кто отвечает за тишину\n\n")
    );

    let record = reading
        .documents
        .iter()
        .find(|d| d.record.as_deref() == Some("mc-2019-014"))
        .unwrap();
    assert_eq!(
        (
            record.source.as_deref(),
            record.text.matches("\n\n").count()
        ),
        (Some("Meridian Centre"), 3)
    );
    let quiet = by_path("marlow-centre/zalda-quiet-is-not-settlement.html");
    assert!(
        !quiet.text.contains("cookies")
            && !quiet.text.contains("charity")
            && quiet.text.contains("The answer is not to pull")
    );
}

#[test]
fn named_columns_win_over_usual_names() {
    let folder = folder(&[(
        "x.csv",
        b"date,revised,nr,id,text\n2001-01-01,2018-05-24,7,x,The text.\n",
    )]);
    let options = ReadOptions {
        columns: Columns {
            date: Some("Revised".into()),
            id: Some("nr".into()),
            ..Columns::default()
        },
        ..ReadOptions::default()
    };
    let d = &read_with(folder.path(), &options).unwrap().documents[0];
    assert_eq!(d.date.unwrap().to_string(), "2018-05-24");
    assert_eq!(d.record.as_deref(), Some("7"));
    assert_eq!(
        (d.meta["date"].as_str(), d.meta["id"].as_str()),
        ("2001-01-01", "x")
    );
}

#[test]
fn lines_that_are_in_no_file_are_records() {
    let inputs = Inputs {
        lines: Some(b"{\"id\": \"a\", \"text\": \"One text.\"}\n{broken\n"),
        ..Inputs::default()
    };
    let shelved = read_all(inputs, &ReadOptions::default(), &|_, _| ()).unwrap();
    let reading = shelved.in_memory().unwrap();
    let d = &reading.documents[0];
    assert_eq!(
        (d.path.as_str(), d.record.as_deref(), d.text.as_str()),
        ("-", Some("a"), "One text.")
    );
    assert_eq!(
        (
            reading.rejected[0].source.as_str(),
            reading.rejected[0].reason.as_str()
        ),
        ("-", "malformed")
    );
}

/// Two rows under whatever bytes, or a broken file under none.
struct TwoRows;

impl ColumnarReader for TwoRows {
    fn unpacked_bytes(&self, bytes: &[u8]) -> Result<u64, String> {
        Ok(bytes.len() as u64)
    }

    fn rows(&self, bytes: &[u8], row: &mut dyn FnMut(Vec<(String, String)>)) -> Result<(), String> {
        for (n, text) in ["One text.", "Another."].iter().enumerate() {
            row(vec![
                ("id".into(), n.to_string()),
                ("body".into(), (*text).into()),
                ("side".into(), "west".into()),
            ]);
        }
        if bytes == b"cut" {
            Err("it is cut off".into())
        } else {
            Ok(())
        }
    }
}

#[test]
fn columnar_files_are_read_by_who_is_handed_in() {
    let folder = folder(&[
        ("a.parquet", b"whole"),
        ("b.parquet", b"cut"),
        ("c.parquet", b"far too large"),
    ]);
    let paths = [folder.path().to_owned()];
    let limits = Limits {
        unpacked_bytes: 10,
        ..Limits::default()
    };
    let options = ReadOptions {
        limits,
        ..ReadOptions::default()
    };
    let inputs = Inputs {
        paths: &paths,
        columnar: Some(&TwoRows),
        ..Inputs::default()
    };
    let shelved = read_all(inputs, &options, &|_, _| ()).unwrap();
    let reading = shelved.in_memory().unwrap();
    assert_eq!(reading.documents.len(), 4);
    assert!(
        reading
            .documents
            .iter()
            .all(|d| d.meta["side"] == "west" && d.record.is_some())
    );
    assert_eq!(
        rejected(&reading),
        [
            ("b.parquet", Some("3"), "malformed"),
            ("c.parquet", None, "too_large")
        ]
    );
    let without = read_with(folder.path(), &ReadOptions::default()).unwrap();
    assert!(without.rejected.iter().all(|r| r.reason == "format"));
}
