//! Lines to paragraphs, over the ends of columns and pages; what recurs over the pages goes.

use std::collections::BTreeMap;

use super::lines::{Leaf, Line};
use crate::{
    characters,
    format::plain,
    page::{Block, Kind, Page},
};

/// Lines at either edge of a page among which running heads are looked for.
const EDGE: usize = 3;
/// Longest heading, in characters.
const HEADING: usize = 200;

/// A paragraph under way.
struct Paragraph {
    text: String,
    size: f64,
    kind: Kind,
    /// Whether its last line reaches the edge of the column.
    full: bool,
}

/// The pages of a document.
pub(super) fn page(mut sheets: Vec<Leaf>) -> Page {
    let mut out = Page::default();
    for (text, reason) in running(&mut sheets) {
        out.removed.extend(crate::removed(&text, reason));
    }
    let body = body_size(&sheets);
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut hyphens = String::new();
    for sheet in &sheets {
        out.removed.extend(crate::removed(&sheet.turned, "rotated"));
        for (at, line) in sheet.lines.iter().enumerate() {
            let full = right(sheet, line) - line.end < 4.0 * line.character();
            let before = at.checked_sub(1).map(|b| &sheet.lines[b]);
            let goes_on = match before {
                Some(before) if follows(before, line) => !breaks(sheet, at),
                // The top of a page or a column.
                _ => {
                    if let Some(open) = open(&mut paragraphs, line, body) {
                        open.go_on(line, full, &mut hyphens);
                        continue;
                    }
                    false
                }
            };
            match paragraphs.last_mut() {
                Some(last) if goes_on => last.go_on(line, full, &mut hyphens),
                _ => paragraphs.push(Paragraph {
                    text: line.text.clone(),
                    size: line.size,
                    kind: plain::kind(&line.text),
                    full,
                }),
            }
        }
    }
    for (group, paragraph) in paragraphs.iter().enumerate() {
        let large = paragraph.size > body * 1.12 && paragraph.text.chars().count() <= HEADING;
        let kind = match paragraph.kind {
            Kind::Paragraph if large && paragraph.size > body * 1.5 => Kind::Heading(1),
            Kind::Paragraph if large => Kind::Heading(2),
            kind => kind,
        };
        let block = Block::new(&paragraph.text, kind);
        out.blocks.extend(block.map(|b| Block {
            group: group as u32,
            ..b
        }));
    }
    out.removed.extend(crate::removed(&hyphens, "hyphenation"));
    out
}

impl Paragraph {
    fn go_on(&mut self, line: &Line, full: bool, hyphens: &mut String) {
        plain::join(&mut self.text, &line.text, hyphens);
        self.full = full;
    }
}

/// The right edge of the column that a line stands in: of the lines of its size that begin about where it does.
fn right(sheet: &Leaf, line: &Line) -> f64 {
    let near = |l: &&Line| alike(l.size, line.size) && (l.x - line.x).abs() < 4.0 * line.size;
    sheet
        .lines
        .iter()
        .filter(near)
        .map(|l| l.end)
        .fold(line.end, f64::max)
}

/// The size of most characters.
fn body_size(sheets: &[Leaf]) -> f64 {
    let mut sizes: BTreeMap<i64, usize> = BTreeMap::new();
    for line in sheets.iter().flat_map(|s| &s.lines) {
        *sizes.entry((line.size * 4.0).round() as i64).or_default() += line.text.len();
    }
    sizes
        .iter()
        .max_by_key(|(_, n)| **n)
        .map_or(0.0, |(size, _)| *size as f64 / 4.0)
}

fn alike(a: f64, b: f64) -> bool {
    (a - b).abs() <= 0.06 * a.max(b)
}

/// Whether a line stands under the one before, in the same column.
fn follows(before: &Line, line: &Line) -> bool {
    line.y > before.y
        && line.y - before.y < 4.0 * before.size.max(line.size)
        && line.x < before.end
        && line.end > before.x
}

/// Whether a line begins a paragraph under the one before it.
fn breaks(sheet: &Leaf, at: usize) -> bool {
    let (before, line) = (&sheet.lines[at - 1], &sheet.lines[at]);
    if !alike(before.size, line.size) || plain::bullet(&line.text).is_some() {
        return true;
    }
    let gap = line.y - before.y;
    if gap > 1.25 * leading(sheet, line.size).unwrap_or(gap) {
        return true;
    }
    let near = |l: &&Line| {
        alike(l.size, line.size) && (l.x - line.x.min(before.x)).abs() < 3.0 * line.size
    };
    let left = sheet
        .lines
        .iter()
        .filter(near)
        .map(|l| l.x)
        .fold(f64::INFINITY, f64::min);
    let indented = |l: &Line| l.x > left + 0.7 * l.size;
    if indented(line) && !indented(before) {
        return true;
    }
    // The first word would have found room on the line before: its writer did not want it there. Where no sentence
    // ended, as between the lines of a list, much of the line must be free.
    let word = line.text.split(' ').next().map_or(0, |w| w.chars().count()) + 1;
    let free = right(sheet, before) - before.end;
    free > word as f64 * line.character() * 1.15
        && (ends(&before.text)
            || free > 0.35 * (before.end - before.x) && !line.text.starts_with(char::is_lowercase))
}

/// The usual distance of two lines of this size: the middle one, of those that follow each other.
fn leading(sheet: &Leaf, size: f64) -> Option<f64> {
    let pairs = sheet
        .lines
        .windows(2)
        .filter(|w| alike(w[0].size, size) && alike(w[1].size, size) && follows(&w[0], &w[1]));
    let mut gaps: Vec<f64> = pairs.map(|w| w[1].y - w[0].y).collect();
    gaps.sort_by(f64::total_cmp);
    // Below the middle: a page of short paragraphs has as many wide gaps as narrow ones.
    gaps.get(gaps.len() / 3).copied()
}

/// Whether a text ends a sentence.
fn ends(text: &str) -> bool {
    text.trim_end_matches(['"', '»', '”', '’', ')', ']', '*'])
        .ends_with(['.', '!', '?', '…', ':', ';', '。', '।', '؟'])
}

/// The paragraph that goes on at the top of a column or page, if it ends in the middle of a sentence. Of the body's
/// size it is the last, over smaller print (footnotes); of another size, only what stands right before.
fn open<'a>(paragraphs: &'a mut [Paragraph], line: &Line, body: f64) -> Option<&'a mut Paragraph> {
    let of_body = alike(line.size, body);
    let last = paragraphs
        .iter_mut()
        .rfind(|p| !of_body || p.size >= body * 0.94)?;
    let full = of_body && last.full;
    let unfinished = !ends(&last.text) && (full || !line.text.starts_with(char::is_uppercase));
    (alike(last.size, line.size) && unfinished && plain::bullet(&line.text).is_none())
        .then_some(last)
}

/// Takes out the lines that stand at the edge of several pages, the same but for their numbers, and why each goes.
fn running(sheets: &mut [Leaf]) -> Vec<(String, &'static str)> {
    let mut seen: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
    let edges: Vec<Vec<(usize, bool)>> = sheets.iter().map(edges).collect();
    for (number, (sheet, edges)) in sheets.iter().zip(&edges).enumerate() {
        for &(at, top) in edges {
            seen.entry((top, form(&sheet.lines[at].text)))
                .or_default()
                .push(number);
        }
    }
    let n_pages = sheets.len();
    let recurs = |top: bool, text: &str| {
        let pages = seen.get(&(top, form(text))).map_or(0, |p| {
            let mut pages = p.clone();
            pages.dedup();
            pages.len()
        });
        pages >= 2 && pages * 4 >= n_pages
    };
    let mut out = Vec::new();
    for (sheet, edges) in sheets.iter_mut().zip(&edges) {
        let mut gone = vec![false; sheet.lines.len()];
        for &(at, top) in edges {
            let text = &sheet.lines[at].text;
            if recurs(top, text) {
                let number = !text
                    .chars()
                    .any(|c| c.is_alphabetic() && !"ivxIVX".contains(c));
                let reason = if number {
                    "page_number"
                } else if top {
                    "header"
                } else {
                    "footer"
                };
                out.push((text.clone(), reason));
                gone[at] = true;
            }
        }
        let mut gone = gone.iter();
        sheet
            .lines
            .retain(|_| !gone.next().expect("one mark a line"));
    }
    out
}

/// The lines nearest to the upper (`true`) and lower edge, whatever place in the text they have.
fn edges(sheet: &Leaf) -> Vec<(usize, bool)> {
    let mut by_height: Vec<usize> = (0..sheet.lines.len()).collect();
    by_height.sort_by(|&a, &b| sheet.lines[a].y.total_cmp(&sheet.lines[b].y));
    let upper = by_height
        .iter()
        .take(EDGE)
        .filter(|&&at| sheet.lines[at].y < sheet.height * 0.2);
    let lower = by_height
        .iter()
        .rev()
        .take(EDGE)
        .filter(|&&at| sheet.lines[at].y > sheet.height * 0.8);
    let mut out: Vec<(usize, bool)> = upper
        .map(|&at| (at, true))
        .chain(lower.map(|&at| (at, false)))
        .collect();
    out.sort_unstable();
    out
}

/// A line without its numbers, so that "Page 2 of 7" is "Page 3 of 7".
fn form(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let c = if c.is_numeric() { '#' } else { c };
        if c != '#' || !out.ends_with('#') {
            out.push(c);
        }
    }
    // Pages of a preface are numbered i, ii, iii.
    if characters::ink(&out) <= 5 && out.chars().all(|c| "ivx ".contains(c)) {
        "#".to_owned()
    } else {
        out
    }
}
