//! What follows the text as an invitation to read others: linked titles with a line or two under each.
//!
//! Precision first. Teasers are taken for such only behind the prose of the page, and only several together.

use std::collections::BTreeSet;

use super::{is_body, lexicon};
use crate::{
    characters,
    page::{Block, Kind},
};

/// Most characters under the title of a teaser.
const UNDER: usize = 240;
/// Fewest teasers that are no accident.
const FEWEST: usize = 2;
/// Characters of prose that a page has at least before them.
const BEFORE: usize = 600;

/// Takes the teasers at the end of a page out.
pub(super) fn take(blocks: &[Block], reasons: &mut [Option<&'static str>]) {
    for start in [by_links(blocks, reasons), by_heading(blocks, reasons)]
        .into_iter()
        .flatten()
    {
        let prose: usize = (0..start)
            .filter(|&at| reasons[at].is_none())
            .map(|at| super::amount(&blocks[at]))
            .sum();
        if prose >= BEFORE {
            let rest = (start..blocks.len()).filter(|&at| reasons[at].is_none());
            let gone: usize = rest
                .clone()
                .map(|at| characters::ink(&blocks[at].text))
                .sum();
            // Short answers under linked subjects are the text itself.
            if gone <= prose {
                rest.collect::<Vec<_>>()
                    .into_iter()
                    .for_each(|at| reasons[at] = Some("related"));
            }
        }
    }
}

/// Where the page ends in linked titles, each with little under it.
fn by_links(blocks: &[Block], reasons: &[Option<&'static str>]) -> Option<usize> {
    let (mut start, mut titles, mut under) = (None, BTreeSet::new(), 0);
    for at in (0..blocks.len()).rev() {
        let block = &blocks[at];
        if block.link_share() > 0.6 && matches!(reasons[at], None | Some("links")) {
            titles.insert(block.text.as_str());
            (start, under) = (Some(at), 0);
        } else if reasons[at].is_none() {
            under += characters::ink(&block.text);
            // Behind the last title stands more: that is text, and the titles are links in it.
            if under > UNDER {
                break;
            }
        }
    }
    // The subject of a thread, over each of its posts, is one title.
    start.filter(|_| titles.len() > FEWEST)
}

/// Where a heading says that others follow, and nothing but headings with little under them does.
fn by_heading(blocks: &[Block], reasons: &[Option<&'static str>]) -> Option<usize> {
    let says = |block: &Block| {
        let text = block.text.to_lowercase();
        matches!(block.kind, Kind::Heading(_))
            && lexicon::RELATED.iter().any(|r| text.starts_with(r))
    };
    let start = (0..blocks.len()).rfind(|&at| reasons[at].is_none() && says(&blocks[at]))?;
    let (mut headings, mut under) = (0, 0);
    for at in (start + 1..blocks.len()).filter(|&at| reasons[at].is_none()) {
        if matches!(blocks[at].kind, Kind::Heading(_)) {
            (headings, under) = (headings + 1, 0);
        } else {
            under += characters::ink(&blocks[at].text);
        }
        if under > UNDER || is_body(&blocks[at]) && under > UNDER / 2 {
            return None;
        }
    }
    (headings >= FEWEST).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str = "The ritual was wasteful but it was understood by everyone, and when it was over the people who had stayed behind went on with their work. Nobody cheered, and nobody was surprised by it at all, since it had always been so.";

    fn check(lines: &[(&str, Kind, bool)], expected: usize) {
        let block = |&(text, kind, linked): &(&str, Kind, bool)| Block {
            linked: if linked { characters::ink(text) } else { 0 },
            ..Block::new(text, kind).unwrap()
        };
        let prose = [(PROSE, Kind::Paragraph, false); 4];
        let blocks: Vec<Block> = prose.iter().chain(lines).map(block).collect();
        let mut reasons = vec![None; blocks.len()];
        take(&blocks, &mut reasons);
        assert_eq!(
            reasons.iter().filter(|r| r.is_some()).count(),
            expected,
            "{lines:?}"
        );
        assert!(reasons[..4].iter().all(Option::is_none));
    }

    #[test]
    fn teasers_behind_the_text_go() {
        let (title, under) = (Kind::Heading(3), Kind::Paragraph);
        check(
            &[
                ("One", title, true),
                ("A line.", under, false),
                ("Two", title, true),
                ("A line.", under, false),
                ("Three", title, true),
            ],
            5,
        );
        check(
            &[
                ("More from Ann", Kind::Heading(2), false),
                ("One", title, false),
                ("A line.", under, false),
                ("Two", title, false),
            ],
            4,
        );
    }

    #[test]
    fn links_in_a_text_and_its_last_sections_stay() {
        let (title, under) = (Kind::Heading(3), Kind::Paragraph);
        check(
            &[
                ("One", title, true),
                ("A line.", under, false),
                ("Two", title, true),
                (PROSE, under, false),
                (PROSE, under, false),
            ],
            0,
        );
        check(
            &[
                ("What now", title, false),
                ("A line.", under, false),
                ("And then", title, false),
                ("A line.", under, false),
            ],
            0,
        );
        check(
            &[
                ("More on method", Kind::Heading(2), false),
                (PROSE, under, false),
            ],
            0,
        );
    }
}
