//! Which matches across languages are translations: decided document by document.

use std::{collections::BTreeMap, ops::RangeInclusive};

use visavis_kernels::dot;
use visavis_records::Language;

use super::{Match, between};
use crate::{Corpus, kind::Thresholds};

/// Least margin of a translation: how much closer two passages are than their neighbourhoods.
const MARGIN: f32 = 1.2;
/// Tokens of one passage over those of the other.
const LENGTHS: RangeInclusive<f64> = 0.4..=2.5;

/// A document in one of its languages.
type Part = (u32, Language);

/// Calls matches `translation`.
///
/// Two texts on one event can be as close as a translation, and a translation as far apart as they: one pair of
/// passages tells little, the documents around them tell more. A match across languages is good where its cosine
/// reaches the threshold of [`Thresholds`], its margin is at least 1.2 and its lengths agree within a factor of 2.5.
/// Where two documents have a good match, and half of the shorter one's passages or more are matched in the other, one
/// is a translation of the other: all their matches are translations, however the two are cut into passages, and so
/// are passages left over in both that are each other's nearest there. A match that stands alone between longer
/// documents remains a counterpart.
pub(super) fn translations(
    corpus: &Corpus<'_>,
    group_of: &[Option<u32>],
    thresholds: &Thresholds,
    margin: impl Fn(usize, usize, f32) -> f32,
    matches: &mut Vec<Match>,
) {
    let part = |row: usize| (corpus.document[row], corpus.language[row]);
    let mut between_parts: BTreeMap<(Part, Part), Vec<usize>> = BTreeMap::new();
    for (i, m) in matches.iter().enumerate() {
        if corpus.language[m.x] != corpus.language[m.y] {
            let (a, b) = (part(m.x), part(m.y));
            between_parts
                .entry((a.min(b), a.max(b)))
                .or_default()
                .push(i);
        }
    }
    let mut rows: BTreeMap<Part, Vec<usize>> = BTreeMap::new();
    for row in (0..corpus.len()).filter(|&r| group_of[r].is_some()) {
        rows.entry(part(row)).or_default().push(row);
    }
    for ((a, b), of_pair) in between_parts {
        let good = |&i: &usize| {
            let m: &Match = &matches[i];
            m.margin >= MARGIN
                && m.cosine >= between(corpus, thresholds, m.x, m.y).translation
                && alike(corpus, m.x, m.y)
        };
        let shorter = rows[&a].len().min(rows[&b].len());
        if of_pair.len() * 2 < shorter || !of_pair.iter().any(good) {
            continue;
        }
        for &i in &of_pair {
            matches[i].kind = "translation";
        }
        let left = |part: Part| -> Vec<usize> {
            let taken = |row: &usize| {
                of_pair
                    .iter()
                    .any(|&i| matches[i].x == *row || matches[i].y == *row)
            };
            rows[&part].iter().copied().filter(|r| !taken(r)).collect()
        };
        let found = each_others_nearest(corpus, thresholds, &left(a), &left(b));
        matches.extend(found.into_iter().map(|(x, y, cosine)| Match {
            x: x.min(y),
            y: x.max(y),
            cosine,
            margin: margin(x, y, cosine),
            kind: "translation",
        }));
    }
    matches.sort_by_key(|m| (m.x, m.y));
}

/// Whether two passages are of like length.
fn alike(corpus: &Corpus<'_>, x: usize, y: usize) -> bool {
    let tokens = |row: usize| f64::from(corpus.n_tokens[row].max(1));
    LENGTHS.contains(&(tokens(x) / tokens(y)))
}

/// Pairs of rows of `a` and `b` that are each other's nearest, closer than unrelated texts, and of like length.
fn each_others_nearest(
    corpus: &Corpus<'_>,
    thresholds: &Thresholds,
    a: &[usize],
    b: &[usize],
) -> Vec<(usize, usize, f32)> {
    let cosine = |x: usize, y: usize| dot(corpus.clean.row(x), corpus.clean.row(y));
    let nearest = |x: usize, of: &[usize]| {
        of.iter()
            .copied()
            .max_by(|&y, &z| cosine(x, y).total_cmp(&cosine(x, z)).then(z.cmp(&y)))
    };
    a.iter()
        .filter_map(|&x| {
            let y = nearest(x, b).filter(|&y| nearest(y, a) == Some(x))?;
            let close = cosine(x, y) >= between(corpus, thresholds, x, y).counterpart;
            (close && alike(corpus, x, y)).then(|| (x, y, cosine(x, y)))
        })
        .collect()
}
