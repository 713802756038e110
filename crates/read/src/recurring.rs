//! Lines that recur over the documents of one source: straplines above the text, notices below it.
//!
//! Precision first. Only what stands at the very beginning or end goes, only where it is short, and only where several
//! documents of the source that have little else in common share it, but for its numbers.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use rayon::prelude::*;

use crate::{
    characters,
    identity::Draft,
    removed,
    shelf::{Laid, Shelf},
    words,
};

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
pub(crate) fn take(drafts: &mut [Draft], shelf: &Shelf) -> io::Result<()> {
    let mut by_source: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let source = draft.metadata.source.as_ref().or(draft.folder.as_ref());
        by_source.entry(source.cloned()).or_default().push(at);
    }
    let found: Vec<(Vec<usize>, BTreeSet<u64>)> = by_source
        .into_par_iter()
        .map(|(_, rows)| rows)
        .filter(|rows| rows.len() >= FEWEST)
        .map(|mut rows| {
            rows.sort_by_key(|&at| drafts[at].body.content_hash);
            let lines = recurring(drafts, &rows, shelf)?;
            Ok((rows, lines))
        })
        .collect::<io::Result<_>>()?;
    for (rows, lines) in found.iter().filter(|(_, lines)| !lines.is_empty()) {
        for &at in rows {
            cut(&mut drafts[at], lines, shelf)?;
        }
    }
    Ok(())
}

/// The forms of the lines that recur among the drafts in `rows`.
fn recurring(drafts: &[Draft], rows: &[usize], shelf: &Shelf) -> io::Result<BTreeSet<u64>> {
    let mut holders: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for &at in rows {
        for &form in &drafts[at].body.edges {
            holders.entry(form).or_default().push(at);
        }
    }
    let mut lines = BTreeSet::new();
    for (form, of) in holders {
        let many = of.len() >= FEWEST && of.len() * ONE_IN >= rows.len();
        if many && differ(drafts, &of, shelf)? {
            lines.insert(form);
        }
    }
    Ok(lines)
}

/// Whether enough of some drafts have less than half of their runs of three words in common: copies of one text prove
/// nothing.
fn differ(drafts: &[Draft], of: &[usize], shelf: &Shelf) -> io::Result<bool> {
    let mut kinds: Vec<Vec<u64>> = Vec::new();
    for &at in of.iter().take(LOOKED_AT) {
        let own = words::runs(&shelf.get(drafts[at].body.place)?.text);
        let alike =
            |other: &Vec<u64>| words::in_common(&own, other) * 2 >= own.len().min(other.len());
        if !kinds.iter().any(alike) {
            kinds.push(own);
        }
        if kinds.len() >= FEWEST {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The forms of the lines of a text that might recur, each once.
pub(crate) fn forms(text: &str) -> Vec<u64> {
    let paragraphs = paragraphs(text);
    let forms: BTreeSet<u64> = edges(&paragraphs).map(|n| form(paragraphs[n])).collect();
    forms.into_iter().collect()
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

/// A line without its numbers, in lower case, as a hash.
fn form(line: &str) -> u64 {
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
    words::hash(&form)
}

/// Takes lines out of a draft, unless nothing would be left.
fn cut(draft: &mut Draft, lines: &BTreeSet<u64>, shelf: &Shelf) -> io::Result<()> {
    if !draft.body.edges.iter().any(|form| lines.contains(form)) {
        return Ok(());
    }
    let mut body = shelf.get(draft.body.place)?;
    let paragraphs = paragraphs(&body.text);
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
        return Ok(());
    }
    let pieces: Vec<_> = gone
        .iter()
        .filter_map(|&at| removed(paragraphs[at], "recurring"))
        .collect();
    body.text = kept.join("\n\n");
    body.removed.extend(pieces);
    draft.body = Laid::new(&body, shelf)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{metadata::Metadata, shelf::Body};

    fn draft(source: &str, text: String, shelf: &Shelf) -> Draft {
        let body = Body {
            text,
            removed: Vec::new(),
        };
        Draft {
            path: String::new(),
            line: None,
            part: 0,
            metadata: Metadata::default(),
            folder: Some(source.to_owned()),
            encoding: String::new(),
            body: Laid::new(&body, shelf).unwrap(),
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
        let shelf = Shelf::new(None).unwrap();
        let text = |n: usize| {
            let notice = NOTICE.replace("12", &n.to_string());
            format!(
                "The Journal\n\n{}\n\nSummary\n\nEnd {}.\n\n{notice}",
                body(n),
                "y".repeat(n + 1)
            )
        };
        let mut drafts: Vec<Draft> = (3..8).map(|n| draft("a", text(n), &shelf)).collect();
        drafts.push(draft("b", text(1), &shelf));
        take(&mut drafts, &shelf).unwrap();
        let bodies: Vec<Body> = drafts
            .iter()
            .map(|d| shelf.get(d.body.place).unwrap())
            .collect();
        for Body { text, removed } in &bodies[..5] {
            assert!(text.starts_with("word0") && text.ends_with("y."), "{text}");
            assert!(text.contains("Summary") && removed.len() == 2);
            assert!(removed.iter().all(|r| r.reason == "recurring"));
        }
        assert!(bodies[5].text.contains("Institute"));
    }

    #[test]
    fn copies_of_one_text_and_lines_of_few_stay() {
        let shelf = Shelf::new(None).unwrap();
        let copy = |n: usize| {
            draft(
                "a",
                format!("A title\n\n{}\n\nPrinted in paper {n}.", body(1)),
                &shelf,
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
                &shelf,
            )
        };
        for mut drafts in [
            (0..6).map(copy).collect::<Vec<_>>(),
            (0..12).map(few).collect(),
        ] {
            let texts = |drafts: &[Draft]| -> Vec<Body> {
                let body = |d: &Draft| shelf.get(d.body.place).unwrap();
                drafts.iter().map(body).collect()
            };
            let before = texts(&drafts);
            take(&mut drafts, &shelf).unwrap();
            assert_eq!(texts(&drafts), before);
        }
    }
}
