//! The main job on `data/first`: what must be in the tables.

mod program;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
    sync::OnceLock,
};

use program::{copy, repository, run, stdout, text, visavis};
use tempfile::TempDir;
use visavis_records::{ChunkId, DocId, Language, rows::*};
use visavis_tables::{read, read_npy};

/// One run that the tests of this file share.
fn out() -> &'static Path {
    static RUN: OnceLock<TempDir> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        run(&repository("data/first"), folder.path(), &[], 0);
        folder
    })
    .path()
}

fn documents() -> Vec<DocumentRow> {
    read(out()).unwrap()
}

fn chunks() -> Vec<ChunkRow> {
    read(out()).unwrap()
}

/// The document of a file, or of one record in it.
fn document(path: &str) -> DocumentRow {
    let found: Vec<_> = documents()
        .into_iter()
        .filter(|d| d.path.ends_with(path))
        .collect();
    assert_eq!(found.len(), 1, "{path}");
    found.into_iter().next().unwrap()
}

#[test]
fn every_brief_is_a_document_with_its_metadata() {
    let documents = documents();
    assert!(
        documents.len() == 12 || documents.len() == 13,
        "{}",
        documents.len()
    );
    assert!(
        documents
            .iter()
            .all(|d| d.counted && d.n_chunks.unwrap() > 0)
    );
    let brief = document("transit-nach-dem-vertrag.md");
    assert_eq!(brief.language, Some(Language::DE));
    assert!(brief.title.is_some() && brief.date.is_some() && brief.source.is_some());
    assert_eq!(brief.meta.get("side").map(String::as_str), Some("west"));
    let page = document("zalda-quiet-is-not-settlement.html");
    let text = read::<TextRow>(out())
        .unwrap()
        .into_iter()
        .find(|t| t.doc_id == page.doc_id)
        .unwrap()
        .text;
    assert!(
        page.n_chars_removed > 0 && !text.contains("Subscribe") && !text.contains('<'),
        "{text}"
    );
    assert_eq!(
        documents
            .iter()
            .filter(|d| d.path.contains(".jsonl"))
            .count(),
        3
    );
}

#[test]
fn offsets_select_exactly_the_passage() {
    let texts: BTreeMap<DocId, Vec<char>> = read::<TextRow>(out())
        .unwrap()
        .into_iter()
        .map(|t| (t.doc_id, t.text.chars().collect()))
        .collect();
    let mut end: BTreeMap<DocId, u32> = BTreeMap::new();
    for chunk in chunks() {
        let selected: String = texts[&chunk.doc_id][chunk.start as usize..chunk.end as usize]
            .iter()
            .collect();
        assert_eq!(selected, chunk.text);
        let between = &texts[&chunk.doc_id]
            [end.get(&chunk.doc_id).copied().unwrap_or(0) as usize..chunk.start as usize];
        assert!(
            between.iter().all(|c| c.is_whitespace()),
            "text between passages: {between:?}"
        );
        end.insert(chunk.doc_id, chunk.end);
        assert!(chunk.n_tokens <= 256);
    }
    for (id, text) in &texts {
        assert!(
            text[end[id] as usize..].iter().all(|c| c.is_whitespace()),
            "text after the last passage"
        );
    }
}

#[test]
fn the_bilingual_page_has_passages_of_both_languages() {
    let pages: BTreeSet<DocId> = documents()
        .iter()
        .filter(|d| d.path.ends_with("zalda-garantii.md"))
        .map(|d| d.doc_id)
        .collect();
    let languages: BTreeSet<Language> = chunks()
        .iter()
        .filter(|c| pages.contains(&c.doc_id))
        .map(|c| c.language)
        .collect();
    assert_eq!(languages, BTreeSet::from([Language::EN, Language::RU]));
}

#[test]
fn languages_are_those_of_the_briefs() {
    let truth = fs::read_to_string(repository("data/first.truth.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    let mut checked = 0;
    for d in documents() {
        let name = d
            .record
            .as_ref()
            .map_or(d.path.clone(), |r| format!("{}#{r}", d.path));
        let Some(entry) = truth["documents"]
            .as_object()
            .unwrap()
            .iter()
            .find(|(k, _)| name.ends_with(k.as_str()))
        else {
            panic!("{name} is not in the truth");
        };
        let languages = entry.1["languages"].as_array().unwrap();
        let found = d.language.unwrap();
        assert!(
            languages.iter().any(|l| l == found.code()),
            "{name}: {found}"
        );
        checked += 1;
    }
    assert!(checked >= 12);
}

#[test]
fn a_brief_and_its_translation_face_each_other() {
    let of: BTreeMap<ChunkId, DocId> = chunks().iter().map(|c| (c.chunk_id, c.doc_id)).collect();
    let pairs: Vec<CounterpartRow> = read(out()).unwrap();
    for (a, b) in [
        ("inspections-suspended.md", "inspekcii-bez-inspektorov.html"),
        (
            "transit-after-the-contract.md",
            "transit-nach-dem-vertrag.md",
        ),
    ] {
        let (a, b) = (document(a).doc_id, document(b).doc_id);
        let facing = |p: &&CounterpartRow| {
            BTreeSet::from([of[&p.chunk_a], of[&p.chunk_b]]) == BTreeSet::from([a, b])
        };
        let kinds: Vec<&str> = pairs
            .iter()
            .filter(facing)
            .map(|p| p.kind.as_str())
            .collect();
        assert!(
            !kinds.is_empty() && kinds.iter().all(|k| *k == "translation"),
            "{kinds:?}"
        );
    }
}

#[test]
fn issues_are_not_languages() {
    let truth: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(repository("data/first.truth.json")).unwrap())
            .unwrap();
    let issue: BTreeMap<DocId, String> = documents()
        .into_iter()
        .map(|d| {
            let name = d
                .record
                .as_ref()
                .map_or(d.path.clone(), |r| format!("{}#{r}", d.path));
            let entries = truth["documents"].as_object().unwrap();
            let entry = entries
                .iter()
                .find(|(k, _)| name.ends_with(k.as_str()))
                .unwrap();
            (d.doc_id, entry.1["issue"].as_str().unwrap().to_owned())
        })
        .collect();
    let chunks = chunks();
    let mut together = BTreeMap::<(i32, String), usize>::new();
    for chunk in chunks.iter().filter(|c| c.cluster != Some(-1)) {
        *together
            .entry((chunk.cluster.unwrap(), issue[&chunk.doc_id].clone()))
            .or_default() += 1;
    }
    let languages_of = |cluster: i32| {
        chunks
            .iter()
            .filter(|c| c.cluster == Some(cluster))
            .map(|c| c.language)
            .collect::<BTreeSet<_>>()
    };
    let clusters: Vec<ClusterRow> = read(out()).unwrap();
    for cluster in clusters.iter().filter(|c| c.layer == 0) {
        assert!(
            languages_of(cluster.cluster).len() > 1,
            "{} is a language",
            cluster.name
        );
    }
    let mut largest = BTreeMap::<i32, usize>::new();
    for ((cluster, _), n) in &together {
        let most = largest.entry(*cluster).or_default();
        *most = (*most).max(*n);
    }
    let purity = largest.values().sum::<usize>() as f64 / chunks.len() as f64;
    assert!(purity >= 0.75, "purity {purity}: {together:?}");
}

#[test]
fn every_table_of_the_schema_is_there_and_points_to_rows_that_exist() {
    for table in visavis_tables::schema()
        .iter()
        .filter(|t| !t.row.contains("not written by a run"))
    {
        assert!(
            out().join(format!("{}.parquet", table.name)).is_file(),
            "{}",
            table.name
        );
    }
    let chunks = chunks();
    let (values, dim) = read_npy(&out().join("embeddings.npy")).unwrap();
    assert_eq!(values.len(), chunks.len() * dim);
    let clusters: BTreeSet<i32> = read::<ClusterRow>(out())
        .unwrap()
        .iter()
        .map(|c| c.cluster)
        .collect();
    assert!(
        chunks
            .iter()
            .all(|c| c.cluster.is_some_and(|k| k == -1 || clusters.contains(&k)))
    );
    let run: serde_json::Value =
        serde_json::from_slice(&fs::read(out().join("run.json")).unwrap()).unwrap();
    assert_eq!(run["stages"].as_array().unwrap().len(), 6);
    assert!(
        run["peak_memory_bytes"]
            .as_u64()
            .is_some_and(|b| b > 1_000_000)
    );
    let page = fs::read_to_string(out().join("report.html")).unwrap();
    assert!(page.contains("Face to face by language") && !page.contains("<script"));
}

#[test]
fn the_same_bytes_for_any_threads_and_names() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    run(&repository("data/first"), &one, &["--threads", "1"], 0);
    run(&repository("data/first"), &two, &["--threads", "2"], 0);
    for entry in fs::read_dir(out()).unwrap().map(|e| e.unwrap().path()) {
        let name = entry.file_name().unwrap();
        let tables = entry
            .extension()
            .is_some_and(|e| e == "parquet" || e == "npy" || e == "html");
        if tables {
            let bytes = fs::read(&entry).unwrap();
            assert!(
                fs::read(one.join(name)).unwrap() == bytes,
                "{} with one thread",
                name.display()
            );
            assert!(
                fs::read(two.join(name)).unwrap() == bytes,
                "{} with two threads",
                name.display()
            );
        }
    }
    // Renamed so that the files come in another order: only the names themselves differ.
    let (renamed, other) = (folder.path().join("renamed"), folder.path().join("three"));
    copy(&repository("data/first"), &renamed, &|name| {
        let first = name.bytes().next().unwrap_or_default();
        format!("{:03}-{name}", 255 - first)
    });
    run(&renamed, &other, &[], 0);
    for name in [
        "texts",
        "removed",
        "chunks",
        "embeddings",
        "clusters",
        "memberships",
        "terms",
        "prevalence",
        "framing",
        "counterparts",
        "unanswered",
    ] {
        let name = format!("{name}.parquet");
        assert!(
            fs::read(out().join(&name)).unwrap() == fs::read(other.join(&name)).unwrap(),
            "{name} with other names"
        );
    }
}

#[test]
fn a_second_run_does_only_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("input"), folder.path().join("out"));
    copy(&repository("data/first"), &input, &|name| name.to_owned());
    run(&input, &out, &[], 0);
    let before = fs::read(out.join("chunks.parquet")).unwrap();
    let again = program::stderr(&run(&input, &out, &[], 0));
    assert_eq!(again.matches("nothing to do").count(), 6, "{again}");

    // Other groups: only the comparison and the report.
    let by = program::stderr(&run(&input, &out, &["--by", "side"], 0));
    assert_eq!(by.matches("nothing to do").count(), 4, "{by}");
    let groups: BTreeSet<String> = read::<PrevalenceRow>(&out)
        .unwrap()
        .into_iter()
        .map(|p| p.group)
        .collect();
    assert_eq!(
        groups,
        BTreeSet::from(["east".to_owned(), "west".to_owned()])
    );
    run(&input, &out, &[], 0);
    assert_eq!(
        fs::read(out.join("chunks.parquet")).unwrap(),
        before,
        "and back again"
    );

    // One more document: only its passages are embedded.
    fs::write(
        input.join("new.txt"),
        "Inspectors returned to the bases after a pause of two years.",
    )
    .unwrap();
    let more = program::stderr(&run(&input, &out, &[], 0));
    assert!(more.contains("1 of "), "{more}");
    let explained = visavis([
        "run",
        &text(&input),
        "--out",
        &text(&out),
        "--explain",
        "--seed",
        "7",
    ]);
    assert!(
        stdout(&explained).contains("cluster to do: the seed changed"),
        "{}",
        stdout(&explained)
    );
}

#[test]
fn words_in_one_language_find_passages_in_another() {
    let found = stdout(&visavis([
        "search",
        &text(out()),
        "миротворцы",
        "--language",
        "en",
        "-n",
        "3",
    ]));
    assert!(found.to_lowercase().contains("peacekeep"), "{found}");
}

#[test]
fn tables_open_in_the_libraries_of_data_scientists() {
    let Ok(python) = std::env::var("VISAVIS_PYTHON") else {
        println!("skipped: VISAVIS_PYTHON names no Python with notebooks/requirements.txt");
        return;
    };
    let schema = tempfile::NamedTempFile::new().unwrap();
    fs::write(schema.path(), stdout(&visavis(["schema", "--json"]))).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/tables.py");
    let output = Command::new(python)
        .arg(script)
        .arg(out())
        .arg(schema.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", program::stderr(&output));
}
