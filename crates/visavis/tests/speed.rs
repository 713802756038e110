//! `bench speed` adds what it measures to a table, and what it says is what a run did.

mod program;

use program::{repository, stderr, stdout, text, visavis};
use visavis_records::rows::HardwareRow;
use visavis_tables::read;

#[test]
fn rows_are_added_and_agree_with_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let measure = || {
        visavis([
            "bench",
            "speed",
            &text(&repository("data/first")),
            "--out",
            &text(folder.path()),
        ])
    };
    let output = measure();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told = stdout(&output);
    let first: Vec<HardwareRow> = read(folder.path()).unwrap();
    let stages: Vec<&str> = first.iter().map(|r| r.stage.as_str()).collect();
    let expected = [
        "read", "chunk", "embed", "cluster", "compare", "report", "encode",
    ];
    assert_eq!(stages, expected);
    for row in &first {
        let line = told
            .lines()
            .any(|l| l.starts_with(&format!("{} ", row.stage)));
        assert!(line && row.seconds >= 0.0, "{told}");
        assert!(row.n_chunks > 0 && row.n_tokens > f64::from(row.n_chunks));
    }
    let (rate, limit) = (
        first[6].matrix_rate.unwrap(),
        first[6].matrix_limit.unwrap(),
    );
    // The limit is measured on one shape; nothing is far above it.
    assert!(rate > 0.0 && rate < 1.5 * limit, "{told}");

    assert_eq!(measure().status.code(), Some(0));
    let both: Vec<HardwareRow> = read(folder.path()).unwrap();
    assert_eq!(both.len(), 2 * first.len());
    assert_eq!(both[..first.len()], first);
    // Encoding is a part of embedding; other work on the machine may slow one measurement of it, hardly two.
    let seconds = |stage: &str| {
        let of = both.iter().filter(|r| r.stage == stage);
        of.map(|r| r.seconds).collect::<Vec<f64>>()
    };
    let encode = seconds("encode").into_iter().fold(f64::INFINITY, f64::min);
    let embed = seconds("embed").into_iter().fold(0.0, f64::max);
    assert!(encode <= embed, "{encode} {embed}");
    // The same products both times.
    let products = |r: &HardwareRow| r.matrix_rate.unwrap() * r.seconds;
    let (once, again) = (products(&both[6]), products(&both[13]));
    assert!((once / again - 1.0).abs() < 1e-3, "{once} {again}");
}
