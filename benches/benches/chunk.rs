//! Chunking: characters and sentences a second, and what share of it is telling languages apart.
//!
//! `cargo bench -p visavis-benches --bench chunk -- 20` cuts 20 copies of `data/briefs` and `data/first`. Tokens are
//! counted by a stand-in of four characters a token, so that no model is needed.
#![allow(missing_docs, reason = "a bench")]

use std::{path::Path, sync::Arc, time::Instant};

use rayon::prelude::*;
use visavis_chunk::{ChunkOptions, Chunker, Identifier};
use visavis_read::{ReadOptions, read};
use visavis_records::{Document, Language, TokenCounter};

struct Quarters;

impl TokenCounter for Quarters {
    fn count(&self, text: &str) -> usize {
        text.split_whitespace()
            .map(|w| w.chars().count().div_ceil(4))
            .sum::<usize>()
            + 2
    }

    fn limit(&self) -> usize {
        512
    }
}

fn main() {
    let copies: usize = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(10);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let paths = ["first", "briefs"].map(|f| data.join(f));
    let documents = read(&paths, &ReadOptions::default(), &|_, _| ())
        .map(|r| r.documents)
        .unwrap_or_default();
    let documents: Vec<Document> = (0..copies)
        .flat_map(|_| documents.iter().cloned())
        .collect();
    let characters: usize = documents.iter().map(|d| d.text.chars().count()).sum();
    println!("{} documents, {characters} characters", documents.len());
    for (what, languages) in [
        ("23 languages", vec![]),
        ("one language (no detection)", vec![Language::EN]),
    ] {
        let identifier = Arc::new(Identifier::new(&languages));
        let chunker = Chunker::with_identifier(ChunkOptions::default(), &Quarters, identifier);
        chunker.chunk(0, &documents[0]);
        let start = Instant::now();
        let chunks: Vec<_> = documents
            .par_iter()
            .map(|d| chunker.chunk(0, d).chunks)
            .collect();
        let seconds = start.elapsed().as_secs_f64();
        let tokens: u64 = chunks.iter().flatten().map(|c| u64::from(c.n_tokens)).sum();
        println!(
            "{what:<30} {seconds:7.3} s  {:9.0} characters/s  {:9.0} tokens/s",
            characters as f64 / seconds,
            tokens as f64 / seconds
        );
    }
}
