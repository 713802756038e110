//! What a user gets wrong, and what is wrong with the input: one clear message or one row with a reason.

mod program;

use std::{fs, path::Path};

use program::{copy, repository, run, stderr, text, visavis};
use visavis_records::rows::{DocumentRow, RejectedRow};
use visavis_tables::read;

/// Runs, expects the exit code, and gives the one line that says what is wrong.
fn message(input: &Path, out: &Path, flags: &[&str], code: i32) -> String {
    let text = stderr(&run(input, out, flags, code));
    let lines: Vec<&str> = text
        .lines()
        .filter(|l| l.starts_with("visavis: "))
        .collect();
    assert_eq!(lines.len(), 1, "one message, not {text}");
    lines[0].to_owned()
}

fn says(message: &str, all: &[&str]) {
    for part in all {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn wrong_paths_are_named_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let (nowhere, out) = (folder.path().join("nowhere"), folder.path().join("out"));
    says(
        &message(&nowhere, &out, &[], 2),
        &["nowhere", "does not exist"],
    );
    assert!(!out.exists(), "nothing was made");
    let speed = visavis(["bench", "speed", &text(&nowhere), "--out", &text(&out)]);
    assert_eq!(speed.status.code(), Some(2));
    says(&stderr(&speed), &["nowhere", "does not exist"]);
    assert!(!out.exists(), "nothing was made");

    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    says(&message(&empty, &out, &[], 2), &["empty", "no files"]);

    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    says(
        &message(&repository("data/first"), &file, &[], 2),
        &["--out", "is a file"],
    );
    says(
        &stderr(&visavis(["report", &text(&nowhere)])),
        &["nowhere", "does not exist", "visavis run"],
    );
}

#[test]
fn wrong_models_are_named_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let first = repository("data/first");
    says(
        &message(&first, &out, &["--model", "nobody-has-this"], 2),
        &["nobody-has-this"],
    );
    if !cfg!(feature = "cuda") {
        says(&message(&first, &out, &["--device", "cuda"], 2), &["cuda"]);
    }
    says(
        &message(&first, &out, &["--precision", "int3"], 2),
        &["int3", "auto, int8, f32"],
    );

    let broken = |name: &str, change: &dyn Fn(&Path)| {
        let model = folder.path().join(name);
        copy(&repository("models/default"), &model, &|n| n.to_owned());
        change(&model);
        let mut arguments = vec!["run".to_owned(), text(&first), "--out".into(), text(&out)];
        arguments.extend(["--model".to_owned(), text(&model)]);
        let output = visavis(arguments);
        assert!(
            matches!(output.status.code(), Some(1 | 2)),
            "{}",
            stderr(&output)
        );
        let said = stderr(&output);
        assert_eq!(
            said.lines().filter(|l| l.starts_with("visavis: ")).count(),
            1,
            "{said}"
        );
        assert!(!said.contains("panicked"), "{said}");
        said
    };
    let truncated = broken("truncated", &|model| {
        let weights = model.join("model.safetensors");
        let bytes = fs::read(&weights).unwrap();
        fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    });
    says(&truncated, &["model.safetensors"]);
    let keyless = broken("keyless", &|model| {
        let config = model.join("config.json");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, text.replace("\"hidden_size\"", "\"hidden_sighs\"")).unwrap();
    });
    says(&keyless, &["config.json", "hidden_size"]);
    let unknown = broken("unknown", &|model| {
        let config = model.join("config.json");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(
            &config,
            text.replace("\"model_type\": \"bert\"", "\"model_type\": \"mamba\""),
        )
        .unwrap();
    });
    says(&unknown, &["mamba", "bert"]);
}

#[test]
fn a_column_that_is_not_there_is_named_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let said = message(&repository("data/first"), &out, &["--by", "camp"], 2);
    says(&said, &["camp", "side", "source", "language"]);
    assert!(
        !out.join("embeddings.npy").exists(),
        "nothing was embedded first"
    );
}

#[test]
fn bad_configuration_names_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    fs::write(
        &file,
        "[chunk]\ntarget_tokens = 100\n[cluster]\nclutsers = 3\n",
    )
    .unwrap();
    let said = message(
        &repository("data/first"),
        &folder.path().join("out"),
        &["--config", &text(&file)],
        2,
    );
    says(&said, &["c.toml", "clutsers"]);
    fs::write(&file, "[chunk]\ntarget_tokens = 100\n").unwrap();
    let flags = [
        "run",
        &text(&file),
        "--out",
        "nowhere",
        "--config",
        &text(&file),
        "--seed",
        "3",
        "--show-config",
    ];
    let shown = program::stdout(&visavis(flags));
    says(
        &shown,
        &["target_tokens = 100", "seed = 3", "precision = \"auto\""],
    );
}

#[test]
fn bad_input_is_a_row_with_a_reason_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("input"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    fs::write(
        input.join("good.txt"),
        "The inspectors came back in spring. They found the seals intact.",
    )
    .unwrap();
    fs::write(input.join("empty.txt"), "").unwrap();
    fs::write(
        input.join("junk.txt"),
        (0..4096u32)
            .map(|i| (i * 37 % 251) as u8)
            .collect::<Vec<_>>(),
    )
    .unwrap();
    fs::write(
        input.join("nothing.jsonl"),
        "{\"headline\": \"No text here\"}\n{\"text\": \"Заводы встали.\"}\n{broken\n",
    )
    .unwrap();
    run(&input, &out, &[], 3);
    let documents: Vec<DocumentRow> = read(&out).unwrap();
    let paths: Vec<&str> = documents.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(documents.len(), 2, "{paths:?}");
    let rejected: Vec<RejectedRow> = read(&out).unwrap();
    let reason = |source: &str, record: Option<&str>| {
        let of = |r: &&RejectedRow| {
            r.source == source && (record.is_none() || r.record.as_deref() == record)
        };
        let found: Vec<_> = rejected.iter().filter(of).collect();
        assert_eq!(found.len(), 1, "{source} {record:?}: {rejected:?}");
        assert!(found[0].detail.len() > 15, "{:?}", found[0]);
        found[0].reason.clone()
    };
    assert_eq!(reason("empty.txt", None), "empty");
    assert_eq!(reason("junk.txt", None), "binary");
    assert_eq!(
        rejected
            .iter()
            .filter(|r| r.source == "nothing.jsonl")
            .count(),
        2,
        "{rejected:?}"
    );
    assert!(
        fs::read_to_string(out.join("report.html"))
            .unwrap()
            .contains("junk.txt")
    );
}

#[test]
fn nothing_but_bad_input_still_gives_every_table() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("input"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    fs::write(input.join("empty.txt"), " \n").unwrap();
    run(&input, &out, &[], 3);
    for table in visavis_tables::schema()
        .iter()
        .filter(|t| !t.row.contains("not written by a run"))
    {
        assert!(
            out.join(format!("{}.parquet", table.name)).is_file(),
            "{}",
            table.name
        );
    }
    assert_eq!(read::<DocumentRow>(&out).unwrap().len(), 0);
}

#[test]
fn one_sentence_and_three_documents_are_enough_for_a_sensible_answer() {
    let folder = tempfile::tempdir().unwrap();
    for n in [1, 3] {
        let (input, out) = (
            folder.path().join(format!("in{n}")),
            folder.path().join(format!("out{n}")),
        );
        fs::create_dir(&input).unwrap();
        for i in 0..n {
            fs::write(
                input.join(format!("{i}.txt")),
                format!("The treaty has {i} annexes. Each was signed."),
            )
            .unwrap();
        }
        run(&input, &out, &[], 0);
        assert_eq!(read::<DocumentRow>(&out).unwrap().len(), n);
    }
}

#[test]
fn a_document_is_never_markup() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("input"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    let text = "The <script>alert(1)</script> treaty & its \"annexes\" were signed <b>twice</b>.";
    fs::write(input.join("a.txt"), text).unwrap();
    run(&input, &out, &[], 0);
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;"));
}
