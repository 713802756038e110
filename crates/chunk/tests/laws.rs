//! The laws of passages, on seeded random text in many scripts.

use std::{collections::BTreeMap, sync::Arc};

use visavis_chunk::{ChunkOptions, Chunked, Chunker, Identifier};
use visavis_kernels::Random;
use visavis_records::{ContentHash, DocId, Document, Language, TokenCounter};

/// Four characters a token, as subword tokenizers have about, and two special tokens.
struct Quarters(usize);

impl TokenCounter for Quarters {
    fn count(&self, text: &str) -> usize {
        text.split_whitespace()
            .map(|w| w.chars().count().div_ceil(4))
            .sum::<usize>()
            + 2
    }

    fn limit(&self) -> usize {
        self.0
    }
}

fn document(text: &str) -> Document {
    let content_hash = ContentHash::of(text);
    Document {
        doc_id: DocId::of("", content_hash, 0, 0),
        path: "a.txt".into(),
        record: None,
        part: 0,
        title: None,
        author: None,
        date: None,
        url: None,
        source: None,
        declared_language: None,
        meta: BTreeMap::new(),
        encoding: "UTF-8".into(),
        text: text.to_owned(),
        removed: vec![],
        content_hash,
        duplicate_of: None,
        not_counted: None,
    }
}

const WORDS: &[&str] = &[
    "the",
    "treaty",
    "Договор",
    "держится",
    "на",
    "и",
    "z. B.",
    "U.S.",
    "т. е.",
    "3.5",
    "18.",
    "Mai",
    "e\u{301}",
    "🙂",
    "👨‍👩‍👧",
    "条約は相互主義に基づいている",
    "。",
    "می‌خواهم",
    "नमस्ते",
    "word,",
    "end.",
    "конец.",
    "Why?",
    "«да»",
    "(no)",
    "—",
    ";",
    "ა",
    "supercalifragilisticexpialidociousantidisestablishmentarianism",
    "\u{301}",
    "한국어",
    "http://x.example/a?b=c&d=e",
];
const GAPS: &[&str] = &[" ", " ", " ", " ", " ", " ", "\n", "\n\n", ""];

fn text(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..random.below(120) {
        text.push_str(WORDS[random.below(WORDS.len())]);
        text.push_str(GAPS[random.below(GAPS.len())]);
    }
    if random.below(10) == 0 {
        text.push_str(&"x".repeat(random.below(900)));
    }
    text
}

fn check(text: &str, chunked: &Chunked, counter: &dyn TokenCounter, limit: usize, overlap: bool) {
    let mut covered = 0;
    for (n, chunk) in chunked.chunks.iter().enumerate() {
        let (start, end) = (chunk.bytes.start as usize, chunk.bytes.end as usize);
        let by_bytes = chunk.text(text);
        let by_points: String = text
            .chars()
            .skip(chunk.start as usize)
            .take((chunk.end - chunk.start) as usize)
            .collect();
        assert_eq!(by_bytes, by_points);
        assert!(
            !by_bytes.is_empty() && by_bytes.trim() == by_bytes,
            "{by_bytes:?}"
        );
        assert_eq!(chunk.n_tokens as usize, counter.count(by_bytes));
        assert!(
            chunk.n_tokens as usize <= limit,
            "{} > {limit}: {by_bytes:?}",
            chunk.n_tokens
        );
        assert_eq!(chunk.ordinal as usize, n);
        assert!((0.0..=1.0001).contains(&chunk.language_confidence));
        if start < covered {
            assert!(overlap && end > covered);
        } else {
            assert!(
                text[covered..start].trim().is_empty(),
                "lost {:?}",
                &text[covered..start]
            );
        }
        covered = end;
    }
    assert!(
        text[covered..].trim().is_empty(),
        "lost {:?}",
        &text[covered..]
    );
    let shares: f32 = chunked.languages.iter().map(|l| l.1).sum();
    assert!(chunked.chunks.is_empty() && shares == 0.0 || (shares - 1.0).abs() < 1e-5);
}

#[test]
fn laws_hold_for_random_text() {
    let identifier = Arc::new(Identifier::new(&[Language::EN, Language::RU, Language::JA]));
    let mut random = Random::new(1, 4);
    for round in 0..400 {
        let text = text(&mut random);
        let limit = [8, 20, 64, 512][random.below(4)];
        let overlap_sentences = random.below(3);
        let counter = Quarters(limit);
        let target_tokens = 1 + random.below(200);
        let options = ChunkOptions {
            target_tokens,
            overlap_sentences,
            ..ChunkOptions::default()
        };
        let chunker = Chunker::with_identifier(options, &counter, Arc::clone(&identifier));
        let document = document(&text);
        let chunked = chunker.chunk(round, &document);
        check(&text, &chunked, &counter, limit, overlap_sentences > 0);
        assert_eq!(chunked, chunker.chunk(round, &document));
    }
}

#[test]
fn a_line_of_megabytes_is_cut_in_reasonable_time() {
    let text = "слово ".repeat(50_000) + &"x".repeat(300_000);
    let counter = Quarters(128);
    let identifier = Arc::new(Identifier::new(&[Language::RU]));
    let chunked = Chunker::with_identifier(ChunkOptions::default(), &counter, identifier)
        .chunk(0, &document(&text));
    check(&text, &chunked, &counter, 128, false);
}

#[test]
fn passages_end_at_paragraphs_and_headings_stay_with_their_section() {
    let sentence = "The remedy lies mostly in our own hands and has been known for a long time. ";
    let paragraph = sentence.repeat(5).trim().to_owned();
    let text = format!("{paragraph}\n\nWhat to do\n\n{paragraph}\n\n{paragraph}");
    let counter = Quarters(512);
    let identifier = Arc::new(Identifier::new(&[Language::EN]));
    let chunked = Chunker::with_identifier(ChunkOptions::default(), &counter, identifier)
        .chunk(0, &document(&text));
    let texts: Vec<&str> = chunked.chunks.iter().map(|c| c.text(&text)).collect();
    assert_eq!(
        texts,
        [
            paragraph.as_str(),
            &format!("What to do\n\n{paragraph}"),
            &paragraph
        ]
    );
}

#[test]
fn a_long_sentence_is_cut_at_clauses() {
    let clause = "the talks began in the spring of that year with few hopes";
    let text = format!("{clause}, {clause}, {clause}, {clause}.");
    let counter = Quarters(40);
    let identifier = Arc::new(Identifier::new(&[Language::EN]));
    let chunked = Chunker::with_identifier(ChunkOptions::default(), &counter, identifier)
        .chunk(0, &document(&text));
    assert_eq!(chunked.chunks.len(), 2);
    assert!(chunked.chunks[0].text(&text).ends_with(','));
}
