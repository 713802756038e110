//! Documents that repeat another: the same text, or nearly so, as when four papers print one wire story.
//!
//! Nearly the same are two texts whose sets of three words in a row overlap by three fifths or more (Jaccard). Pairs to
//! compare come from min-wise hash signatures in bands (Broder 1997; Leskovec, Rajaraman and Ullman, *Mining of Massive
//! Datasets*, chapter 3): a pair at 0.6 is found with probability 0.89, at 0.75 with 0.997.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use rayon::prelude::*;

use crate::{identity::Header, shelf::Shelf, words};

/// Least overlap of two documents that say the same.
const OVERLAP: f64 = 0.6;
/// Fewest shingles of a document that can be nearly the same as another.
const FEWEST: usize = 20;
/// Bands of a signature, and rows of a band.
const BANDS: usize = 16;
const ROWS: usize = 4;

/// Marks what repeats an earlier document: by date where it is known, then by id. `documents` are in canonical order.
pub(crate) fn mark(documents: &mut [Header], shelf: &Shelf) -> io::Result<()> {
    let shingles =
        |header: &Header| -> io::Result<_> { Ok(words::runs(&shelf.get(header.place)?.text)) };
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by_key(|&row| {
        (
            documents[row].document.date.is_none(),
            documents[row].document.date,
            documents[row].document.doc_id,
        )
    });
    let groups = Groups::of(documents);
    let mut originals: Vec<Vec<usize>> = vec![Vec::new(); groups.count];
    let mut exact = BTreeMap::new();
    for row in order {
        let hash = documents[row].document.content_hash;
        if let Some(&original) = exact.get(&hash) {
            repeats(documents, row, original, "duplicate");
            continue;
        }
        exact.insert(hash, row);
        let groups = || groups.of_row(row);
        let candidates: BTreeSet<usize> = groups().flat_map(|g| &originals[g]).copied().collect();
        let near = if candidates.is_empty() {
            None
        } else {
            let own = shingles(&documents[row])?;
            let near = |&candidate: &usize| match shingles(&documents[candidate]) {
                Ok(other) => (overlap(&own, &other) >= OVERLAP).then_some(Ok(candidate)),
                Err(error) => Some(Err(error)),
            };
            candidates.par_iter().find_map_first(near).transpose()?
        };
        match near {
            Some(original) => repeats(documents, row, original, "near_duplicate"),
            None => groups().for_each(|g| originals[g].push(row)),
        }
    }
    Ok(())
}

fn repeats(documents: &mut [Header], row: usize, original: usize, why: &str) {
    documents[row].document.duplicate_of = Some(documents[original].document.doc_id);
    documents[row].document.not_counted = Some(why.to_owned());
}

/// What of a text finds those that may be like it: a hash for each band.
pub(crate) type Signature = [u64; BANDS];

/// Texts that agree in a band. Most agree with none, and take no memory here.
struct Groups {
    /// Rows and their groups, sorted.
    members: Vec<(usize, usize)>,
    count: usize,
}

impl Groups {
    fn of(documents: &[Header]) -> Self {
        let (mut members, mut count) = (Vec::new(), 0);
        for band in 0..BANDS {
            let key = |(row, d): (usize, &Header)| d.signature.map(|s| (s[band], row));
            let mut keys: Vec<(u64, usize)> =
                documents.iter().enumerate().filter_map(key).collect();
            keys.sort_unstable();
            for group in keys.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
                members.extend(group.iter().map(|&(_, row)| (row, count)));
                count += 1;
            }
        }
        members.sort_unstable();
        Self { members, count }
    }

    fn of_row(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        let first = self.members.partition_point(|m| m.0 < row);
        let own = self.members[first..].iter().take_while(move |m| m.0 == row);
        own.map(|m| m.1)
    }
}

/// The signature of a text's shingles; `None` where it is too short to be like another by more than accident.
pub(crate) fn signature(shingles: &[u64]) -> Option<Signature> {
    let least = |n: usize| {
        shingles
            .iter()
            .map(|&s| words::mix(s ^ words::mix(n as u64 + 1)))
            .min()
            .unwrap_or(0)
    };
    let band = |band| (0..ROWS).fold(0, |h, row| words::mix(h ^ least(band * ROWS + row)));
    (shingles.len() >= FEWEST).then(|| std::array::from_fn(band))
}

/// Jaccard overlap of two texts' shingles.
fn overlap(a: &[u64], b: &[u64]) -> f64 {
    let both = words::in_common(a, b);
    both as f64 / (a.len() + b.len() - both) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_edits_stay_near_and_other_texts_do_not() {
        let text = "Negotiators from both sides will meet next Thursday for the first time since May, the head of the joint commission said on Friday, with the reopening of the bridge at the top of the agenda.";
        let edited = text.replace("will meet", "are to meet");
        let other = "The review looked at gas storage in seven countries on the first of October, when the filling season ends and the countries report their stocks to one another by letter.";
        let shingles = [text, &edited, other].map(words::runs);
        let [a, b, c] = shingles.each_ref().map(|s| signature(s).unwrap());
        let meet = |x: Signature, y: Signature| x.iter().zip(&y).any(|(x, y)| x == y);
        assert!(overlap(&shingles[0], &shingles[1]) >= OVERLAP && meet(a, b));
        assert!(overlap(&shingles[0], &shingles[2]) < 0.1 && !meet(a, c));
        assert!(signature(&words::runs("Too short to tell.")).is_none());
    }
}
