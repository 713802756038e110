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
    // Which is how fast is for benches: other work on the machine decides that too.
    let encode = &first[6];
    assert!(encode.matrix_rate.unwrap() > 0.0 && encode.matrix_limit.unwrap() > 0.0);

    assert_eq!(measure().status.code(), Some(0));
    let both: Vec<HardwareRow> = read(folder.path()).unwrap();
    assert_eq!(both.len(), 2 * first.len());
    assert_eq!(both[..first.len()], first);
}
