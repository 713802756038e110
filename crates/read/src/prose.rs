//! What is prose and what is only page: which blocks to take out, and why.
//!
//! Precision first: whatever reads like a sentence of the text stays unless the markup or its own words say what it
//! is. A page is seen as head, body and tail: the body reaches from its first full paragraph to its last, and what
//! stands outside must prove less to be furniture.

mod furniture;
mod lexicon;
pub(crate) mod repeats;
mod teasers;

use furniture::Place;

use crate::{
    characters, dates,
    page::{Block, Kind},
};

/// Characters of running prose in a block: 0 unless it is a sentence or more that is not mostly links.
pub(crate) fn amount(block: &Block) -> usize {
    if !is_sentence(&block.text) || block.link_share() >= 0.5 {
        return 0;
    }
    // Chinese, Japanese and Korean say in twenty characters what takes sixty letters.
    let dense = block
        .text
        .chars()
        .filter(|c| ('\u{2e80}'..='\u{d7ff}').contains(c))
        .count();
    let amount = characters::ink(&block.text) + 2 * dense;
    if amount >= 40 { amount } else { 0 }
}

/// Whether a text ends, or holds, a sentence.
pub(crate) fn is_sentence(text: &str) -> bool {
    const ENDS: &[char] = &[
        '.', '!', '?', '…', '。', '！', '？', '।', '؟', '۔', ':', ';',
    ];
    let closed = text.trim_end_matches(['"', '»', '”', '’', '“', ')', ']', '」', '』', ' ']);
    closed.ends_with(ENDS) || text.contains(['。', '।']) || text.contains(". ")
}

/// Whether a block is a paragraph of the body, by itself.
fn is_body(block: &Block) -> bool {
    amount(block) >= 120
}

/// A short line that names a day, as under a title.
pub(crate) fn is_date_line(block: &Block) -> bool {
    characters::ink(&block.text) <= 70 && amount(block) < 60 && dates::find(&block.text).is_some()
}

/// For each block the reason to take it out, or `None` to keep it.
///
/// `author` is who the page says wrote it.
pub(crate) fn judge(blocks: &[Block], author: Option<&str>) -> Vec<Option<&'static str>> {
    let mut reasons: Vec<Option<&'static str>> = blocks.iter().map(|b| b.zone).collect();
    links(blocks, &mut reasons);
    teasers::take(blocks, &mut reasons);
    repeats::paragraphs(blocks, &mut reasons);
    repeats::answers(blocks, &mut reasons);
    let places = places(blocks, &reasons);
    for (at, block) in blocks.iter().enumerate() {
        if reasons[at].is_none() {
            reasons[at] = furniture::reason(block, places[at]);
        }
    }
    stanzas(blocks, &places, &mut reasons);
    biography(blocks, &places, author, &mut reasons);
    let head: Vec<usize> = (0..blocks.len())
        .filter(|&at| places[at] == Place::Head)
        .collect();
    repeats::titles(blocks, &head, &mut reasons);
    let body: Vec<Option<&str>> = reasons
        .iter()
        .zip(&places)
        .map(|(r, p)| r.or((*p == Place::Head).then_some("head")))
        .collect();
    let mut quotes = body.iter().map(|r| r.map(|_| "other")).collect::<Vec<_>>();
    repeats::pull_quotes(blocks, &mut quotes);
    for (reason, quote) in reasons.iter_mut().zip(quotes) {
        if quote == Some("pull_quote") {
            *reason = quote;
        }
    }
    headings(blocks, &mut reasons);
    reasons
}

/// Head, body and tail. A page without body has no tail.
fn places(blocks: &[Block], reasons: &[Option<&'static str>]) -> Vec<Place> {
    let body = |at: &usize| {
        reasons[*at].is_none()
            && is_body(&blocks[*at])
            && furniture::reason(&blocks[*at], Place::Tail).is_none()
    };
    let first = (0..blocks.len()).find(body).unwrap_or(blocks.len());
    let last = (0..blocks.len()).rfind(body).unwrap_or(blocks.len());
    let place = |at| {
        if at < first {
            Place::Head
        } else if at <= last {
            Place::Body
        } else {
            Place::Tail
        }
    };
    (0..blocks.len()).map(place).collect()
}

/// Blocks that are links and little else.
fn links(blocks: &[Block], reasons: &mut [Option<&'static str>]) {
    for (block, reason) in blocks.iter().zip(reasons) {
        let heading = matches!(block.kind, Kind::Heading(_));
        if reason.is_none() && !heading && block.link_share() > 0.6 && amount(block) < 200 {
            *reason = Some("links");
        }
    }
}

/// Lines that stand together: polls, lists of links under a line such as "Read also", menus.
fn stanzas(blocks: &[Block], places: &[Place], reasons: &mut [Option<&'static str>]) {
    let mut start = 0;
    while start < blocks.len() {
        let group = blocks[start].group;
        let end = blocks[start..]
            .iter()
            .position(|b| b.group != group)
            .map_or(blocks.len(), |n| start + n);
        let lines = &blocks[start..end];
        let lower: Vec<String> = lines.iter().map(|b| b.text.to_lowercase()).collect();
        let edge = places[start] != Place::Body;
        if let Some(from) = poll(&lower) {
            reasons[start + from..end]
                .iter_mut()
                .for_each(|r| *r = Some("poll"));
        } else if let Some(from) = related(lines, &lower, edge) {
            reasons[start + from..end]
                .iter_mut()
                .filter(|r| r.is_none())
                .for_each(|r| *r = Some("related"));
        } else if edge && is_menu(lines, &lower) {
            reasons[start..end]
                .iter_mut()
                .filter(|r| r.is_none())
                .for_each(|r| *r = Some("menu"));
        } else if edge && lines.len() > 1 && lower.iter().all(|l| furniture::is_share_row(l, true))
        {
            reasons[start..end]
                .iter_mut()
                .for_each(|r| *r = Some("share"));
        }
        start = end;
    }
}

/// Where a poll begins among lines that stand together: it is named, or its answers are shares and its end votes.
fn poll(lines: &[String]) -> Option<usize> {
    let shares = lines
        .iter()
        .filter(|l| l.trim_end().ends_with('%') && characters::ink(l) <= 120)
        .count();
    let votes = lines
        .iter()
        .any(|l| characters::ink(l) <= 60 && lexicon::VOTES.iter().any(|v| l.contains(v)));
    let named = lines
        .iter()
        .position(|l| characters::ink(l) <= 200 && lexicon::POLL.iter().any(|p| l.starts_with(p)));
    let first = lines.iter().position(|l| l.trim_end().ends_with('%'));
    match named {
        Some(at) if shares >= 2 || lines.len() == 1 => Some(at),
        // The line before the first answer is the question.
        _ if shares >= 2 && votes => first.map(|at| at.saturating_sub(1)),
        _ => None,
    }
}

/// Where a list of links begins: a line that leads one, with short lines behind it that are no sentences.
fn related(lines: &[Block], lower: &[String], edge: bool) -> Option<usize> {
    let leads =
        |l: &String| characters::ink(l) <= 60 && lexicon::RELATED.iter().any(|r| l.starts_with(r));
    let at = lower.iter().position(leads)?;
    let below = &lines[at + 1..];
    let short = below
        .iter()
        .filter(|b| characters::ink(&b.text) <= 120 && !b.text.ends_with('.'))
        .count();
    let listed = !below.is_empty() && short == below.len();
    (listed && (edge || below.len() >= 2)
        || below.is_empty() && edge && lower.len() == 1 && !is_sentence(&lower[at]))
    .then_some(at)
}

/// Several short lines, some of them words of menus.
fn is_menu(lines: &[Block], lower: &[String]) -> bool {
    let known = lower
        .iter()
        .filter(|l| lexicon::MENU.contains(&l.trim()))
        .count();
    let short = |b: &Block| {
        b.text.split_whitespace().count() <= 4
            && characters::ink(&b.text) <= 32
            && !is_sentence(&b.text)
    };
    lines.len() >= 3 && known >= 2 && known * 3 >= lines.len() && lines.iter().all(short)
}

/// What follows the name where a paragraph says who somebody is.
#[rustfmt::skip]
const OF_A_PERSON: &[&str] = &["is ", "was ", "are ", "— ", "– ", "ist ", "est ", "es ", "è ", "é ", "jest ", "je ", ", "];

/// Behind the text, or at its very end, the paragraph that says who wrote it.
fn biography(
    blocks: &[Block],
    places: &[Place],
    author: Option<&str>,
    reasons: &mut [Option<&'static str>],
) {
    let head = (0..blocks.len()).filter(|&at| places[at] == Place::Head);
    let named = author.into_iter().flat_map(|a| a.split("; "));
    let names: Vec<&str> = head
        .filter_map(|at| byline(&blocks[at].text))
        .chain(named.filter(|n| n.contains(' ')))
        .collect();
    let kept: Vec<usize> = (0..blocks.len())
        .filter(|&at| reasons[at].is_none() && places[at] != Place::Head)
        .collect();
    let Some((&last, before)) = kept.split_last() else {
        return;
    };
    let text = &blocks[last].text;
    let is_named = names.iter().any(|name| {
        let rest = text
            .strip_prefix(name)
            .map(str::trim_start)
            .unwrap_or_default();
        OF_A_PERSON.iter().any(|verb| rest.starts_with(verb))
    });
    if is_named && !before.is_empty() && characters::ink(text) <= 500 {
        reasons[last] = Some("bio");
    }
}

/// Words before the author in a byline.
#[rustfmt::skip]
const BY: &[&str] = &["By ", "by ", "Von ", "Par ", "Por ", "Di ", "Автор: ", "Автор ", "Текст: ", "Autor: ", "Door "];

/// The author that a byline names.
pub(crate) fn byline(line: &str) -> Option<&str> {
    if line.chars().count() > 80 || is_sentence(line) {
        return None;
    }
    let name = BY.iter().find_map(|by| line.strip_prefix(by))?;
    let name = name.split([',', '|', '·', '•']).next()?.trim();
    let words = name.split_whitespace().count();
    ((2..=5).contains(&words)
        && name
            .split_whitespace()
            .all(|w| w.starts_with(char::is_uppercase)))
    .then_some(name)
}

/// A heading goes with what it heads, where all of that goes.
fn headings(blocks: &[Block], reasons: &mut [Option<&'static str>]) {
    for at in (0..blocks.len()).rev() {
        let Kind::Heading(level) = blocks[at].kind else {
            continue;
        };
        if reasons[at].is_some() {
            continue;
        }
        let below = blocks[at + 1..]
            .iter()
            .position(|b| matches!(b.kind, Kind::Heading(l) if l <= level));
        let below = &reasons[at + 1..below.map_or(blocks.len(), |n| at + 1 + n)];
        if level > 1
            && !below.is_empty()
            && below
                .iter()
                .all(|r| r.is_some_and(|r| r != "pull_quote" && r != "repeated_paragraph"))
        {
            reasons[at] = below[0];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(&str, u32, Option<&str>)]) {
        let block = |&(text, group, _): &(&str, u32, Option<&str>)| Block {
            group,
            ..Block::new(text, Kind::Paragraph).unwrap()
        };
        let blocks: Vec<Block> = lines.iter().map(block).collect();
        let expected: Vec<_> = lines.iter().map(|l| l.2).collect();
        assert_eq!(judge(&blocks, None), expected);
    }

    const PROSE: &str = "The ritual was wasteful but it was understood by everyone, and when it was over the people who had stayed behind went on with their work. Nobody cheered, and nobody was surprised.";

    #[test]
    fn head_and_tail_of_a_saved_page_go() {
        check(&[
            ("Home", 0, Some("menu")),
            ("Experts", 0, Some("menu")),
            ("Podcasts", 0, Some("menu")),
            ("The long way back", 1, None),
            ("By Daniel Prewitt", 2, None),
            (PROSE, 3, None),
            (
                "Daniel Prewitt is a senior fellow at the Carrow Foundation.",
                4,
                Some("bio"),
            ),
            ("More from the Carrow Foundation", 5, Some("related")),
            ("Why alliances talk too much", 5, Some("related")),
            ("Copyright 2018 Carrow Foundation", 6, Some("footer")),
        ]);
    }

    #[test]
    fn polls_go_and_figures_stay() {
        check(&[
            (PROSE, 0, None),
            ("Reader poll: Which issue first?", 1, Some("poll")),
            ("Cyber rules – 18%", 1, Some("poll")),
            ("Peacekeepers – 14%", 1, Some("poll")),
            ("Vote | See results", 1, Some("poll")),
        ]);
        check(&[
            (PROSE, 0, None),
            ("Support in the east: 18%", 1, None),
            ("Support in the west: 14%", 1, None),
        ]);
    }

    #[test]
    fn lines_that_could_be_text_stay() {
        check(&[
            ("Facebook and the vote", 0, None),
            ("London", 1, None),
            ("Paris", 1, None),
            ("Rome", 1, None),
            (PROSE, 2, None),
            ("Ivan Petrov, Moscow", 3, None),
        ]);
    }

    #[test]
    fn headings_of_link_lists_go_with_them() {
        let block = |text: &str, kind, linked: bool| Block {
            linked: if linked { characters::ink(text) } else { 0 },
            ..Block::new(text, kind).unwrap()
        };
        let blocks = [
            block("Title", Kind::Heading(1), false),
            block(PROSE, Kind::Paragraph, false),
            block("Read also", Kind::Heading(2), false),
            block("One", Kind::Item, true),
            block("Two", Kind::Item, true),
        ];
        assert_eq!(
            judge(&blocks, None),
            [None, None, Some("related"), Some("links"), Some("links")]
        );
    }
}
