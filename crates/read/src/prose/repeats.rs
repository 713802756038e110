//! What a page says twice: its title, paragraphs pasted again, and pull quotes.

use std::collections::{BTreeSet, HashMap};

use crate::{
    characters,
    page::{Block, Kind},
    words,
};

/// Copies of a line among those before the body; the last, which the prose follows, stays. A copy may have the name of
/// the site behind it.
pub(super) fn titles(blocks: &[Block], head: &[usize], reasons: &mut [Option<&'static str>]) {
    for (n, &at) in head.iter().enumerate() {
        let text = &blocks[at].text;
        if reasons[at].is_some() || characters::ink(text) < 8 {
            continue;
        }
        let repeated = head[n + 1..].iter().any(|&later| {
            reasons[later].is_none()
                && (same(text, &blocks[later].text) || with_site(text, &blocks[later].text))
        });
        // With the site's name the copy goes even if it comes later.
        let plain = head[..n]
            .iter()
            .any(|&before| reasons[before].is_none() && with_site(text, &blocks[before].text));
        if repeated || plain {
            reasons[at] = Some("repeated_title");
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    a == b || words::hashes(a) == words::hashes(b)
}

/// Whether `long` is `title` with a mark and a few words behind it.
pub(crate) fn with_site(long: &str, title: &str) -> bool {
    let Some(rest) = long.strip_prefix(title) else {
        return false;
    };
    let rest = rest.trim_start();
    characters::ink(title) >= 8
        && rest.starts_with(['–', '—', '-', '|', '·', ':', '•', '/', '»', '«'])
        && rest.split_whitespace().count() <= 9
}

/// The title again over every answer to it, as `Re: Title`.
pub(super) fn answers(blocks: &[Block], reasons: &mut [Option<&'static str>]) {
    let mut seen = BTreeSet::new();
    for (block, reason) in blocks.iter().zip(reasons) {
        let subject = ["Re: ", "RE: ", "Aw: ", "AW: "]
            .iter()
            .find_map(|re| block.text.strip_prefix(re));
        if reason.is_none_or(|r| r == "links") && subject.is_some_and(|s| seen.contains(s)) {
            *reason = Some("repeated_title");
        }
        seen.insert(block.text.as_str());
    }
}

/// Paragraphs that stand in the document before, word for word.
pub(super) fn paragraphs(blocks: &[Block], reasons: &mut [Option<&'static str>]) {
    let mut seen = BTreeSet::new();
    for (block, reason) in blocks.iter().zip(reasons) {
        if reason.is_none() && super::amount(block) > 0 && !seen.insert(block.text.as_str()) {
            *reason = Some("repeated_paragraph");
        }
    }
}

/// Shortest pull quote, in words.
const SHORTEST: usize = 6;
/// Longest pull quote, in words.
const LONGEST: usize = 60;

/// Short paragraphs whose words stand in order, four of five at least and close together, inside a longer one.
pub(super) fn pull_quotes(blocks: &[Block], reasons: &mut [Option<&'static str>]) {
    let all: Vec<Vec<u64>> = blocks.iter().map(|b| words::hashes(&b.text)).collect();
    let is_quote = |at: &usize| {
        let plain = matches!(blocks[*at].kind, Kind::Paragraph | Kind::Caption);
        reasons[*at].is_none() && plain && (SHORTEST..=LONGEST).contains(&all[*at].len())
    };
    let quotes: Vec<usize> = (0..blocks.len()).filter(is_quote).collect();
    // Only paragraphs that share a run of three words with a quote can hold it.
    let mut runs: HashMap<&[u64], Vec<usize>> = HashMap::new();
    for &at in &quotes {
        for run in all[at].windows(3) {
            runs.entry(run).or_default().push(at);
        }
    }
    let mut pairs = BTreeSet::new();
    for (holder, words) in all
        .iter()
        .enumerate()
        .filter(|(at, _)| reasons[*at].is_none())
    {
        let shared = words.windows(3).filter_map(|run| runs.get(run)).flatten();
        pairs.extend(shared.filter(|&&at| at != holder).map(|&at| (at, holder)));
    }
    for (at, holder) in pairs {
        let (quote, text) = (&all[at], &all[holder]);
        let longer = text.len() * 4 >= quote.len() * 5;
        if reasons[at].is_none() && reasons[holder].is_none() && longer && holds(text, quote) {
            reasons[at] = Some("pull_quote");
        }
    }
}

/// Whether four fifths of the words of `quote` stand in order within a stretch of `text` of at most one and a half
/// times their number, or all of them within twice their number. Quotes of less than ten words must stand there whole.
fn holds(text: &[u64], quote: &[u64]) -> bool {
    if quote.len() < 10 {
        return text.windows(quote.len()).any(|w| w == quote);
    }
    let found = |at: usize, length: usize| common(&text[at..text.len().min(at + length)], quote);
    let starts = (0..text.len()).filter(|&at| quote[..3].contains(&text[at]));
    starts.into_iter().any(|at| {
        found(at, quote.len() * 3 / 2) * 5 >= quote.len() * 4
            || found(at, quote.len() * 2) == quote.len()
    })
}

/// Length of the longest common subsequence.
fn common(a: &[u64], b: &[u64]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y {
                diagonal + 1
            } else {
                above.max(row[j])
            };
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], expected: &[Option<&'static str>]) {
        let blocks: Vec<Block> = texts
            .iter()
            .map(|t| Block::new(t, Kind::Paragraph).unwrap())
            .collect();
        let mut reasons = vec![None; blocks.len()];
        paragraphs(&blocks, &mut reasons);
        pull_quotes(&blocks, &mut reasons);
        assert_eq!(reasons, expected);
    }

    const LONG: &str = "Пока стороны не договорятся хотя бы о том, какие объекты нельзя трогать ни при каких обстоятельствах, любое обвинение будет звучать как повод, а любое опровержение — как признание. Список невелик.";

    #[test]
    fn quotes_of_the_text_itself_go() {
        check(
            &[
                LONG,
                "Пока стороны не договорятся о том, какие объекты нельзя трогать, любое обвинение будет звучать как повод, а любое опровержение — как признание.",
            ],
            &[None, Some("pull_quote")],
        );
        check(
            &[
                "The policy was wrong. The expulsions were treated as the policy. So it went.",
                "The expulsions were treated as the policy.",
            ],
            &[None, Some("pull_quote")],
        );
    }

    #[test]
    fn what_only_resembles_stays() {
        check(
            &[
                LONG,
                "Пока стороны не договорятся о том, кто платит за работу комиссии, любое предложение будет звучать как уловка.",
            ],
            &[None, None],
        );
        check(
            &[
                "The expulsions were treated by both sides as the whole of the policy.",
                "The expulsions were treated as the policy.",
            ],
            &[None, None],
        );
        check(&[LONG, LONG], &[None, Some("repeated_paragraph")]);
        check(&["Results", LONG, "Results"], &[None, None, None]);
    }

    #[test]
    fn of_several_titles_the_one_before_the_prose_stays() {
        let blocks: Vec<Block> = [
            "A title of some length – Site",
            "A title of some length",
            "Caption",
            "A title of some length",
        ]
        .iter()
        .map(|t| Block::new(t, Kind::Paragraph).unwrap())
        .collect();
        let mut reasons = vec![None; 4];
        titles(&blocks, &[0, 1, 2, 3], &mut reasons);
        assert_eq!(
            reasons,
            [Some("repeated_title"), Some("repeated_title"), None, None]
        );
    }
}
