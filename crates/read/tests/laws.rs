//! Nothing is lost, and nothing depends on names, order or threads.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use visavis_kernels::Random;
use visavis_read::{ReadOptions, Reading, read};

fn read_all(path: &Path) -> Reading {
    read(&[path.to_owned()], &ReadOptions::default(), &|_, _| ()).unwrap()
}

fn ink(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// How often each letter or digit stands in texts.
fn letters<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for c in texts
        .into_iter()
        .flat_map(str::chars)
        .filter(|c| c.is_alphanumeric())
    {
        *counts.entry(c).or_default() += 1;
    }
    counts
}

fn account(reading: &Reading) {
    let kept: usize = reading.documents.iter().map(|d| ink(&d.text)).sum();
    let removed: usize = reading
        .documents
        .iter()
        .flat_map(|d| &d.removed)
        .map(|r| ink(&r.text))
        .sum();
    assert_eq!(
        reading.chars_read as usize,
        kept + removed + reading.chars_rejected as usize
    );
}

/// Text of words that need no cleaning beyond white space, in several forms of line.
fn prose(random: &mut Random) -> String {
    const WORDS: &[&str] = &[
        "talks",
        "переговоры",
        "Gespräche",
        "会谈",
        "12",
        "(no)",
        "«да»",
        "end.",
        "Why?",
        "a,",
        "•",
        "→",
    ];
    const GAPS: &[&str] = &[" ", " ", " ", " ", "\n", "\n\n", "\t", "\r\n", "\u{a0}"];
    (0..=random.below(200))
        .map(|_| {
            [
                WORDS[random.below(WORDS.len())],
                GAPS[random.below(GAPS.len())],
            ]
            .concat()
        })
        .collect()
}

#[test]
fn every_character_is_kept_removed_or_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(5, 1);
    let mut expected: BTreeMap<char, usize> = BTreeMap::new();
    let mut add = |text: &str| {
        for (c, n) in letters([text]) {
            *expected.entry(c).or_default() += n;
        }
    };
    for n in 0..60 {
        let text = prose(&mut random);
        let front = "---\ntitle: A title\nside: west\n---\n";
        let (name, content) = match n % 5 {
            0 => ("txt", text.clone()),
            1 => (
                "md",
                format!("{front}# Head\n\n{}", text.replace(['\t', '\n'], " ")),
            ),
            2 => (
                "html",
                format!(
                    "<html><head><title>T</title><style>x</style></head><body><nav><a href=/>Menu</a></nav><script>y</script><article><h1>Head</h1><p>{}</p></article><footer>Foot</footer>",
                    text.replace("\n\n", "</p><p>")
                ),
            ),
            3 => (
                "jsonl",
                format!(
                    "{}\n",
                    serde_json::json!({"id": n, "text": text, "side": "east"})
                ),
            ),
            _ => ("csv", format!("id,text,side\n{n},\"{text}\",x\n")),
        };
        fs::write(folder.path().join(format!("{n}.{name}")), content).unwrap();
        match n % 5 {
            1 => add(&format!("titleAtitlesidewestHead{text}")),
            2 => add(&format!("MenuHeadFoot{text}")),
            _ => add(&text),
        }
    }
    let reading = read_all(folder.path());
    assert_eq!((reading.documents.len(), reading.rejected.len()), (60, 0));
    account(&reading);
    let all = reading.documents.iter().flat_map(|d| {
        [d.text.as_str()]
            .into_iter()
            .chain(d.removed.iter().map(|r| r.text.as_str()))
    });
    assert_eq!(letters(all), expected);
}

#[test]
fn names_order_and_threads_change_nothing_but_paths() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut random = Random::new(6, 1);
    for n in 0..30 {
        let text = prose(&mut random);
        fs::write(a.path().join(format!("{n:02}.txt")), &text).unwrap();
        fs::write(b.path().join(format!("{:02}.txt", 99 - n)), &text).unwrap();
    }
    let (first, second) = (read_all(a.path()), read_all(b.path()));
    assert!(
        first
            .documents
            .windows(2)
            .all(|d| d[0].doc_id < d[1].doc_id)
    );
    let plain = |r: &Reading| {
        r.documents
            .iter()
            .map(|d| (d.doc_id, d.text.clone(), d.removed.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(plain(&first), plain(&second));
    let mut files: Vec<PathBuf> = fs::read_dir(a.path())
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    random.shuffle(&mut files);
    assert_eq!(
        read(&files, &ReadOptions::default(), &|_, _| ())
            .unwrap()
            .documents,
        first.documents
    );
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert_eq!(pool.install(|| read_all(a.path())), first);
    }
}

#[test]
fn copies_have_ids_of_their_own_and_one_of_them_counts() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a/x.txt", "b/x.txt", "c/y.txt"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "The same wire story, word by word.").unwrap();
    }
    let documents = read_all(folder.path()).documents;
    assert_eq!(documents.len(), 3);
    assert!(documents.windows(2).all(|d| d[0].doc_id < d[1].doc_id));
    let counted: Vec<_> = documents
        .iter()
        .filter(|d| d.not_counted.is_none())
        .collect();
    assert_eq!(counted.len(), 1);
    assert!(
        documents
            .iter()
            .filter(|d| d.not_counted.is_some())
            .all(|d| d.duplicate_of == Some(counted[0].doc_id))
    );
}

/// Pieces that parsers trip over.
const PARTS: &[&str] = &[
    "<p>",
    "</",
    "<!--",
    "<table><td>",
    "---\n",
    "{\"text\":",
    "\"",
    ",",
    "\n",
    "&#x",
    "<br>",
    "# ",
    "| a |",
    "text",
    "\u{301}",
    "\u{202e}",
    "текст",
    "]]>",
    "<article>",
    "\0",
];

#[test]
fn arbitrary_bytes_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(7, 1);
    for n in 0..300 {
        let mut bytes = Vec::new();
        for _ in 0..random.below(60) {
            if random.below(4) == 0 {
                bytes.push(random.bits() as u8);
            } else {
                bytes.extend_from_slice(PARTS[random.below(PARTS.len())].as_bytes());
            }
        }
        let name = ["txt", "md", "html", "jsonl", "csv", "tsv"][n % 6];
        fs::write(folder.path().join(format!("{n}.{name}")), bytes).unwrap();
    }
    account(&read_all(folder.path()));
}

/// A damaged PDF costs itself and no more, whatever its parser makes of it.
#[test]
fn damaged_pdfs_never_stop_a_run() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/pdf");
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(11, 1);
    for name in ["annual-report", "sbornik", "forum", "scan"] {
        let whole = fs::read(data.join(format!("{name}.pdf"))).unwrap();
        for n in 0..40 {
            let mut bytes = whole.clone();
            for _ in 0..=random.below(30) {
                let at = random.below(bytes.len());
                match random.below(3) {
                    0 => bytes[at] = random.bits() as u8,
                    1 => bytes.truncate(at.max(200)),
                    _ => {
                        let from = random.below(bytes.len());
                        let to = (from + random.below(300)).min(bytes.len());
                        let piece = bytes[from..to].to_vec();
                        bytes.splice(at..at, piece);
                    }
                }
            }
            fs::write(folder.path().join(format!("{name}-{n}.pdf")), bytes).unwrap();
        }
    }
    let reading = read_all(folder.path());
    account(&reading);
    let files: std::collections::BTreeSet<&str> = reading
        .documents
        .iter()
        .map(|d| d.path.as_str())
        .chain(reading.rejected.iter().map(|r| r.source.as_str()))
        .collect();
    assert_eq!(files.len(), 160);
}
