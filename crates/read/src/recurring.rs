//! Lines that recur over the documents of one source: straplines above the text, notices below it.
//!
//! Precision first. Only what stands at the very beginning or end goes, only where it is short, and only where several
//! documents of the source that have little else in common share it, but for its numbers.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use rayon::prelude::*;

use crate::{characters, identity::Draft, removed, words};

/// Paragraphs at the head of a text that are looked at.
const HEAD: usize = 4;
/// And at its end.
const TAIL: usize = 6;
/// Longest line, in characters that are not white space.
const LONGEST: usize = 400;
/// Fewest documents with little else in common that share a line.
const FEWEST: usize = 4;
/// They are at least one in this many of the source's documents.
const ONE_IN: usize = 5;
/// Documents among which those with little in common are looked for; of more, these decide.
const LOOKED_AT: usize = 60;

/// Takes the lines out of the drafts' texts. What a text loses depends on the texts of its source alone, not on the
/// order or names of the files.
pub(crate) fn take(drafts: &mut [Draft]) {
    let mut by_source: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let source = draft.metadata.source.as_ref().or(draft.folder.as_ref());
        by_source.entry(source.cloned()).or_default().push(at);
    }
    let found: Vec<(Vec<usize>, BTreeSet<String>)> = by_source
        .into_par_iter()
        .map(|(_, rows)| rows)
        .filter(|rows| rows.len() >= FEWEST)
        .map(|mut rows| {
            rows.sort_by(|&a, &b| drafts[a].text.cmp(&drafts[b].text));
            let lines = recurring(drafts, &rows);
            (rows, lines)
        })
        .collect();
    for (rows, lines) in found.iter().filter(|(_, lines)| !lines.is_empty()) {
        for &at in rows {
            cut(&mut drafts[at], lines);
        }
    }
}

/// The forms of the lines that recur among the drafts in `rows`.
fn recurring(drafts: &[Draft], rows: &[usize]) -> BTreeSet<String> {
    // Places in `rows`.
    let mut holders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, &at) in rows.iter().enumerate() {
        let paragraphs = paragraphs(&drafts[at].text);
        let forms: BTreeSet<String> = edges(&paragraphs).map(|n| form(paragraphs[n])).collect();
        for form in forms {
            holders.entry(form).or_default().push(place);
        }
    }
    let runs = vec![OnceCell::new(); rows.len()];
    let runs_of = |place: usize| -> &[u64] {
        runs[place].get_or_init(|| words::runs(&drafts[rows[place]].text))
    };
    let many = |of: &[usize]| of.len() >= FEWEST && of.len() * ONE_IN >= rows.len();
    holders.retain(|_, of| many(of) && differ(of, runs_of));
    holders.into_keys().collect()
}

/// Whether enough of some drafts have less than half of their runs of three words in common: copies of one text prove
/// nothing.
fn differ<'a>(of: &[usize], runs_of: impl Fn(usize) -> &'a [u64]) -> bool {
    let mut kinds: Vec<&[u64]> = Vec::new();
    for &place in of.iter().take(LOOKED_AT) {
        let own = runs_of(place);
        let alike = |other: &&[u64]| words::in_common(own, other) * 2 >= own.len().min(other.len());
        if !kinds.iter().any(alike) {
            kinds.push(own);
        }
        if kinds.len() >= FEWEST {
            return true;
        }
    }
    false
}

fn paragraphs(text: &str) -> Vec<&str> {
    text.split("\n\n").collect()
}

/// The short paragraphs among the first and last of a text.
fn edges<'a>(paragraphs: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    let n = paragraphs.len();
    let edge = move |at: &usize| *at < HEAD || *at + TAIL >= n;
    (0..n)
        .filter(edge)
        .filter(|&at| (3..=LONGEST).contains(&characters::ink(paragraphs[at])))
}

/// A line without its numbers, in lower case.
fn form(line: &str) -> String {
    let mut form = String::with_capacity(line.len());
    for c in line.chars() {
        // The tables of the library are slow; most characters need none.
        match c {
            'а'..='я' => form.push(c),
            _ if c.is_ascii_digit() || !c.is_ascii() && c.is_numeric() => form.push('#'),
            _ if c.is_ascii() => form.push(c.to_ascii_lowercase()),
            _ => form.extend(c.to_lowercase()),
        }
    }
    form
}

/// Takes lines out of a draft, unless nothing would be left.
fn cut(draft: &mut Draft, lines: &BTreeSet<String>) {
    let paragraphs = paragraphs(&draft.text);
    let (n, edges) = (
        paragraphs.len(),
        edges(&paragraphs).collect::<BTreeSet<_>>(),
    );
    let goes = |at: &usize| edges.contains(at) && lines.contains(&form(paragraphs[*at]));
    // From the edge inwards without a gap: a heading such as "Conclusion" recurs too, and has text behind it.
    let gone: BTreeSet<usize> = (0..n)
        .take_while(goes)
        .chain((0..n).rev().take_while(goes))
        .collect();
    let kept: Vec<&str> = (0..paragraphs.len())
        .filter(|at| !gone.contains(at))
        .map(|at| paragraphs[at])
        .collect();
    if gone.is_empty() || kept.is_empty() {
        return;
    }
    let pieces: Vec<_> = gone
        .iter()
        .filter_map(|&at| removed(paragraphs[at], "recurring"))
        .collect();
    draft.text = kept.join("\n\n");
    draft.removed.extend(pieces);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Metadata;

    fn draft(source: &str, text: String) -> Draft {
        Draft {
            path: String::new(),
            line: None,
            part: 0,
            metadata: Metadata::default(),
            folder: Some(source.to_owned()),
            encoding: String::new(),
            text,
            removed: Vec::new(),
        }
    }

    const NOTICE: &str = "The Institute takes no position on matters of policy. Issue 12.";

    /// A text of its own: no three of its words stand in another.
    fn body(n: usize) -> String {
        (0..40)
            .map(|word| format!("word{}of{}", word, "x".repeat(n + 1)))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn what_recurs_over_different_documents_goes() {
        let text = |n: usize| {
            let notice = NOTICE.replace("12", &n.to_string());
            format!(
                "The Journal\n\n{}\n\nSummary\n\nEnd {}.\n\n{notice}",
                body(n),
                "y".repeat(n + 1)
            )
        };
        let mut drafts: Vec<Draft> = (3..8).map(|n| draft("a", text(n))).collect();
        drafts.push(draft("b", text(1)));
        take(&mut drafts);
        for draft in &drafts[..5] {
            assert!(
                draft.text.starts_with("word0") && draft.text.ends_with("y."),
                "{}",
                draft.text
            );
            assert!(draft.text.contains("Summary") && draft.removed.len() == 2);
            assert!(draft.removed.iter().all(|r| r.reason == "recurring"));
        }
        assert!(drafts[5].text.contains("Institute"));
    }

    #[test]
    fn copies_of_one_text_and_lines_of_few_stay() {
        let copy = |n: usize| {
            draft(
                "a",
                format!("A title\n\n{}\n\nPrinted in paper {n}.", body(1)),
            )
        };
        let few = |n: usize| {
            draft(
                "a",
                format!(
                    "{}\n\n{}",
                    body(n),
                    if n < 3 { NOTICE } else { "End." }.repeat(1 + n / 3)
                ),
            )
        };
        for mut drafts in [
            (0..6).map(copy).collect::<Vec<_>>(),
            (0..12).map(few).collect(),
        ] {
            let before: Vec<String> = drafts.iter().map(|d| d.text.clone()).collect();
            take(&mut drafts);
            assert!(drafts.iter().map(|d| &d.text).eq(&before));
        }
    }
}
