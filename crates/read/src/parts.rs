//! Pages that hold several articles: where one ends and the next begins, and what each says about itself.

use std::ops::Range;

use crate::{
    characters, dates,
    metadata::Metadata,
    page::{Block, Kind},
    prose,
};

/// Characters of prose that an article has at least.
const ARTICLE: usize = 400;
/// Lines between a title and the prose: dateline, byline, caption.
const HEADER: usize = 4;

/// The parts of a page as ranges of its blocks, in order; one where it holds a single article.
///
/// A part begins at a title with a date line under it, or at an `<article>` with a heading of its own. Each part must
/// have prose enough, and a page is divided only where every part has such a beginning.
pub(crate) fn split(blocks: &[Block], reasons: &[Option<&'static str>]) -> Vec<Range<usize>> {
    for starts in [by_elements(blocks, reasons), by_date_lines(blocks, reasons)] {
        if starts.len() < 2 {
            continue;
        }
        let ends = starts[1..].iter().copied().chain([blocks.len()]);
        let mut parts: Vec<Range<usize>> = starts
            .iter()
            .copied()
            .zip(ends)
            .map(|(a, b)| a..b)
            .collect();
        parts[0].start = 0;
        let amount = |part: &Range<usize>| -> usize {
            part.clone()
                .filter(|&at| reasons[at].is_none())
                .map(|at| prose::amount(&blocks[at]))
                .sum()
        };
        if parts.iter().all(|part| amount(part) >= ARTICLE) {
            return parts;
        }
    }
    std::iter::once(0..blocks.len()).collect()
}

/// Beginnings of `<article>` elements that begin with a heading.
fn by_elements(blocks: &[Block], reasons: &[Option<&'static str>]) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let mut last = 0;
    for (at, block) in blocks.iter().enumerate() {
        if block.article > last && reasons[at].is_none() {
            last = block.article;
            let article = blocks[at..].iter().take_while(|b| b.article == last);
            if article
                .take(HEADER)
                .any(|b| matches!(b.kind, Kind::Heading(1 | 2)))
            {
                starts.push(at);
            } else {
                return Vec::new();
            }
        }
    }
    starts
}

/// Titles with a date line between them and the prose.
fn by_date_lines(blocks: &[Block], reasons: &[Option<&'static str>]) -> Vec<usize> {
    let kept: Vec<usize> = (0..blocks.len())
        .filter(|&at| reasons[at].is_none())
        .collect();
    let mut starts = Vec::new();
    for (n, &at) in kept.iter().enumerate() {
        let before_prose: Vec<usize> = kept[n + 1..]
            .iter()
            .copied()
            .take(HEADER)
            .take_while(|&k| prose::amount(&blocks[k]) < 120)
            .collect();
        let headed = before_prose.len() < HEADER && n + 1 + before_prose.len() < kept.len();
        // Under the title at once, or behind a line or two.
        let dated = before_prose
            .iter()
            .any(|&k| prose::is_date_line(&blocks[k]));
        let after_prose = n == 0 || starts.is_empty() || prose::amount(&blocks[kept[n - 1]]) >= 120;
        if headed && dated && after_prose && is_title(&blocks[at]) {
            starts.push(at);
        }
    }
    starts
}

/// A line that can be a title: short, no sentence, no date line, no byline.
pub(crate) fn is_title(block: &Block) -> bool {
    let ink = characters::ink(&block.text);
    let text = block.text.trim_end_matches(['?', '!', '…', '"', '»', '”']);
    (4..=220).contains(&ink)
        && block.kind != Kind::Item
        && !text.ends_with(['.', ',', ';', ':', '。'])
        && !prose::is_date_line(block)
        && prose::byline(&block.text).is_none()
}

/// What the first lines of a part say: title, date and author, for what the metadata leave open.
pub(crate) fn header(blocks: &[Block], reasons: &[Option<&'static str>]) -> Metadata {
    let kept: Vec<&Block> = blocks
        .iter()
        .zip(reasons)
        .filter(|(_, r)| r.is_none())
        .map(|(b, _)| b)
        .collect();
    let head = kept.iter().take_while(|b| prose::amount(b) < 120).count();
    let head = &kept[..head.min(8)];
    let title = head
        .iter()
        .find(|b| matches!(b.kind, Kind::Heading(1 | 2)))
        .or_else(|| head.iter().find(|b| is_title(b)));
    Metadata {
        // A lone line without prose under it is no title.
        title: title
            .filter(|_| kept.len() > head.len())
            .map(|b| b.text.replace('\n', " ")),
        date: head
            .iter()
            .filter(|b| prose::is_date_line(b))
            .find_map(|b| dates::find(&b.text)),
        author: head
            .iter()
            .find_map(|b| prose::byline(&b.text))
            .map(str::to_owned),
        ..Metadata::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str = "The ritual was wasteful but it was understood by everyone, and when it was over the people who had stayed behind went on with their work. Nobody cheered, and nobody was surprised by it at all, since it had always been so. Even the newspapers had learned to bury it on an inner page, below the weather and the chess, where it did no harm to anyone. Such were the customs of the time, and few have improved on them since.";

    fn parts(lines: &[&str]) -> Vec<Range<usize>> {
        let blocks: Vec<Block> = lines
            .iter()
            .map(|t| Block::new(t, Kind::Paragraph).unwrap())
            .collect();
        split(&blocks, &vec![None; blocks.len()])
    }

    #[test]
    fn two_dated_articles_are_two_parts() {
        assert_eq!(
            parts(&[
                "Зеркало для двоих",
                "24 мая 2018 г.",
                PROSE,
                PROSE,
                "A mismatch",
                "Vienna, May 22, 2018",
                "Ann Ellison, fellow",
                PROSE,
                PROSE
            ]),
            [0..4, 4..9]
        );
    }

    #[test]
    fn sections_and_short_notes_are_not() {
        let single = |lines: &[&str]| assert_eq!(parts(lines).len(), 1);
        single(&["Title", "24 May 2018", PROSE, "A section", PROSE]);
        single(&[
            "Title",
            "24 May 2018",
            PROSE,
            "Update",
            "25 May 2018",
            "A short note.",
        ]);
        single(&["Note / Памятка", PROSE, PROSE]);
    }
}
