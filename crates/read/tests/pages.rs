//! The prose of saved pages: word-level F1 against gold text, on thirty pages of fifteen layouts.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use visavis_read::{ReadOptions, read};

type Bag = BTreeMap<String, i64>;

/// The words of texts and how often each stands there, in lower case.
fn bag<'a>(texts: impl IntoIterator<Item = &'a str>) -> Bag {
    let mut bag = Bag::new();
    for word in texts
        .into_iter()
        .flat_map(|t| t.split(|c: char| !c.is_alphanumeric()))
    {
        if !word.is_empty() {
            *bag.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    bag
}

/// Precision and recall of `found`; words of `optional` beyond the gold count neither way.
fn score(found: &Bag, gold: &Bag, optional: &Bag) -> [f64; 2] {
    let of = |bag: &Bag, word: &str| bag.get(word).copied().unwrap_or(0);
    let (mut hits, mut n_found) = (0, 0);
    for (word, &n) in found {
        let wanted = of(gold, word);
        hits += n.min(wanted);
        n_found += n.min(wanted) + (n - wanted - of(optional, word)).max(0);
    }
    let n_gold: i64 = gold.values().sum();
    [
        hits as f64 / n_found.max(1) as f64,
        hits as f64 / n_gold as f64,
    ]
}

#[test]
fn pages_of_many_layouts_give_their_prose() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let bytes = fs::read(data.join("pages.expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&bytes).unwrap();
    let reading = read(&[data.join("pages")], &ReadOptions::default(), &|_, _| ()).unwrap();
    let pages = expected.as_object().unwrap();
    assert!(pages.len() >= 30);
    let mut scores = Vec::new();
    for (name, page) in pages {
        let strings = |field: &str| {
            bag(page[field]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str))
        };
        let documents = reading.documents.iter().filter(|d| d.path == *name);
        let found = bag(documents.map(|d| d.text.as_str()));
        let [precision, recall] = score(&found, &strings("text"), &strings("optional"));
        let f1 = 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE);
        println!("{name:<22} precision {precision:.3} recall {recall:.3} F1 {f1:.3}");
        scores.push((f1, name));
    }
    let mean = scores.iter().map(|s| s.0).sum::<f64>() / scores.len() as f64;
    let least = scores
        .iter()
        .copied()
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap();
    println!("mean F1 {mean:.4}, least {:.3} ({})", least.0, least.1);
    assert!(mean >= 0.95, "mean F1 is {mean:.4}");
}
