//! Documents that repeat another: the same text, or nearly so, as when four papers print one wire story.
//!
//! Nearly the same are two texts whose sets of three words in a row overlap by three fifths or more (Jaccard). Pairs to
//! compare come from min-wise hash signatures in bands (Broder 1997; Leskovec, Rajaraman and Ullman, *Mining of Massive
//! Datasets*, chapter 3): a pair at 0.6 is found with probability 0.89, at 0.75 with 0.997.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use visavis_records::Document;

use crate::words;

/// Least overlap of two documents that say the same.
const OVERLAP: f64 = 0.6;
/// Fewest shingles of a document that can be nearly the same as another.
const FEWEST: usize = 20;
/// Bands of a signature, and rows of a band.
const BANDS: usize = 16;
const ROWS: usize = 4;

/// Marks what repeats an earlier document: by date where it is known, then by id. `documents` are in canonical order.
pub(crate) fn mark(documents: &mut [Document]) {
    let sketches: Vec<Option<Sketch>> = documents.par_iter().map(|d| Sketch::of(&d.text)).collect();
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by_key(|&row| {
        (
            documents[row].date.is_none(),
            documents[row].date,
            documents[row].doc_id,
        )
    });
    let mut exact = BTreeMap::new();
    let mut bands: BTreeMap<(usize, u64), Vec<usize>> = BTreeMap::new();
    for row in order {
        let hash = documents[row].content_hash;
        if let Some(&original) = exact.get(&hash) {
            repeats(documents, row, original, "duplicate");
            continue;
        }
        exact.insert(hash, row);
        let Some(sketch) = &sketches[row] else {
            continue;
        };
        let candidates: BTreeSet<usize> = sketch
            .keys()
            .filter_map(|key| bands.get(&key))
            .flatten()
            .copied()
            .collect();
        let near = candidates.into_iter().find(|&c| {
            sketches[c]
                .as_ref()
                .is_some_and(|s| s.overlap(sketch) >= OVERLAP)
        });
        if let Some(original) = near {
            repeats(documents, row, original, "near_duplicate");
        } else {
            sketch
                .keys()
                .for_each(|key| bands.entry(key).or_default().push(row));
        }
    }
}

fn repeats(documents: &mut [Document], row: usize, original: usize, why: &str) {
    documents[row].duplicate_of = Some(documents[original].doc_id);
    documents[row].not_counted = Some(why.to_owned());
}

/// What a text is compared by.
#[derive(Debug)]
struct Sketch {
    /// Hashes of its shingles, sorted, each once.
    shingles: Vec<u64>,
    bands: [u64; BANDS],
}

impl Sketch {
    /// `None` where the text is too short to be like another by more than accident.
    fn of(text: &str) -> Option<Self> {
        let shingles = words::runs(text);
        if shingles.len() < FEWEST {
            return None;
        }
        let least = |n: usize| {
            shingles
                .iter()
                .map(|&s| words::mix(s ^ words::mix(n as u64 + 1)))
                .min()
                .unwrap_or(0)
        };
        let bands = std::array::from_fn(|band| {
            (0..ROWS).fold(0, |h, row| words::mix(h ^ least(band * ROWS + row)))
        });
        Some(Self { shingles, bands })
    }

    fn keys(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.bands.iter().copied().enumerate()
    }

    /// Jaccard overlap of the shingles.
    fn overlap(&self, other: &Sketch) -> f64 {
        let both = words::in_common(&self.shingles, &other.shingles);
        both as f64 / (self.shingles.len() + other.shingles.len() - both) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_edits_stay_near_and_other_texts_do_not() {
        let text = "Negotiators from both sides will meet next Thursday for the first time since May, the head of the joint commission said on Friday, with the reopening of the bridge at the top of the agenda.";
        let edited = text.replace("will meet", "are to meet");
        let other = "The review looked at gas storage in seven countries on the first of October, when the filling season ends and the countries report their stocks to one another by letter.";
        let [a, b, c] = [text, &edited, other].map(|t| Sketch::of(t).unwrap());
        assert!(a.overlap(&b) >= OVERLAP && a.keys().any(|k| b.keys().any(|l| k == l)));
        assert!(a.overlap(&c) < 0.1);
        assert!(Sketch::of("Too short to tell.").is_none());
    }
}
