//! Plain text: paragraphs by empty lines, hard-wrapped lines joined.

use crate::{
    characters, front,
    page::{Block, Kind, Page},
};

/// A plain text file or a text column.
pub(crate) fn page(text: &str) -> Page {
    let mut page = Page::default();
    let mut body = text;
    if let Some((metadata, taken, rest)) = front::split(text) {
        page.metadata = metadata;
        page.removed.extend(crate::removed(taken, "front_matter"));
        body = rest;
    }
    let (blocks, hyphens) = blocks(body);
    page.blocks = blocks;
    page.removed.extend(crate::removed(&hyphens, "hyphenation"));
    page
}

/// The paragraphs of a text, and the hyphens at line ends that were taken out of them.
pub(crate) fn blocks(text: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut hyphens) = (Vec::new(), String::new());
    let mut group: Vec<String> = Vec::new();
    let mut n = 0;
    for line in text
        .replace("\r\n", "\n")
        .split(['\n', '\r', '\u{2029}', '\u{85}', '\u{c}'])
        .chain([""])
    {
        let line = characters::line(line);
        if !line.is_empty() {
            group.push(line);
            continue;
        }
        let found = paragraphs(&std::mem::take(&mut group), &mut hyphens);
        n += u32::from(!found.is_empty());
        blocks.extend(found.into_iter().map(|block| Block { group: n, ..block }));
    }
    (blocks, hyphens)
}

/// The paragraphs of lines without an empty one between them.
fn paragraphs(lines: &[String], hyphens: &mut String) -> Vec<Block> {
    let mut texts: Vec<String> = Vec::new();
    let wrapped = is_wrapped(lines);
    for line in lines {
        match texts.last_mut() {
            Some(text) if wrapped && bullet(line).is_none() => join(text, line, hyphens),
            _ => texts.push(line.clone()),
        }
    }
    texts
        .iter()
        .filter_map(|text| Block::new(text, kind(text)))
        .collect()
}

/// Adds a line to a paragraph. A hyphen between small letters was put there by the layout; one before a capital is
/// part of the word, as in "Ost-West".
pub(super) fn join(text: &mut String, line: &str, hyphens: &mut String) {
    let next = line.chars().next().unwrap_or(' ');
    let stem = text
        .strip_suffix(['-', '\u{2010}'])
        .filter(|s| s.ends_with(char::is_alphabetic));
    match stem.map(str::len) {
        Some(length) if next.is_lowercase() => {
            hyphens.push_str(&text.split_off(length));
        }
        Some(_) if next.is_uppercase() => {}
        _ => text.push(' '),
    }
    text.push_str(line);
}

pub(super) fn kind(line: &str) -> Kind {
    if bullet(line).is_some() {
        Kind::Item
    } else {
        Kind::Paragraph
    }
}

/// The text behind a bullet.
pub(super) fn bullet(line: &str) -> Option<&str> {
    ["- ", "* ", "• ", "· ", "▪ ", "● ", "◦ ", "‣ ", "■ "]
        .iter()
        .find_map(|b| line.strip_prefix(b))
}

/// Whether lines are one paragraph broken at a column: all but the last are about equally long, most end in the
/// middle of a sentence.
fn is_wrapped(lines: &[String]) -> bool {
    let [first @ .., last] = lines else {
        return false;
    };
    if first.is_empty() {
        return false;
    }
    let width = |l: &String| l.chars().count();
    let longest = lines.iter().map(width).max().unwrap_or(0);
    // A line that ends in a hyphen was broken, however short it is.
    let hyphened = |l: &str| {
        l.strip_suffix('-')
            .is_some_and(|s| s.ends_with(char::is_alphabetic))
    };
    let full = first
        .iter()
        .filter(|l| width(l) * 10 >= longest * 7 || hyphened(l))
        .count();
    let open = first
        .iter()
        .filter(|l| !l.ends_with(['.', '!', '?', '…', '。', '»', '”', '"', ':']))
        .count();
    (40..=130).contains(&longest)
        && full * 5 >= first.len() * 4
        && open * 2 >= first.len()
        && width(last) <= longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        blocks(text).0.into_iter().map(|b| b.text).collect()
    }

    #[test]
    fn lines_are_paragraphs_unless_they_are_wrapped() {
        let wrapped = "Every few years Europe counts down to the end of a gas\r\ntransit contract as if to a storm. Traders fill\r\nstorage, ministers fly to emergency talks.";
        assert_eq!(
            texts(wrapped),
            [
                "Every few years Europe counts down to the end of a gas transit contract as if to a storm. Traders fill storage, ministers fly to emergency talks."
            ]
        );
        assert_eq!(
            texts("A title\nby Ann\n\nText. "),
            ["A title", "by Ann", "Text."]
        );
        let long = format!("{0}\n{0}", "A whole paragraph on one line, as editors write it today, is much longer than any column of a page would be. ".repeat(3));
        assert_eq!(texts(&long).len(), 2);
        let divided = "Darunter liegt ein Geflecht aus Besuchen und Verhand-\nlungen, das niemand im Ver\u{ad}kehr zwischen Ost-\nWest-Partnern bemerkt.";
        let (blocks, hyphens) = blocks(divided);
        assert_eq!(
            blocks[0].text,
            "Darunter liegt ein Geflecht aus Besuchen und Verhandlungen, das niemand im Verkehr zwischen Ost-West-Partnern bemerkt."
        );
        assert_eq!(hyphens, "-");
        assert_eq!(texts("\u{feff}\n \u{200b}\n").len(), 0);
    }
}
