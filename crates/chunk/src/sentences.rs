//! Sentences by the rules of Unicode (UAX 29), mended where an abbreviation, an initial or an ordinal ends in a full
//! stop.

use std::ops::Range;

use icu_segmenter::{SentenceSegmenter, options::SentenceBreakInvariantOptions};

/// What stands between a sentence and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    /// A space, or nothing.
    Space,
    /// A line break: the end of a list item or table row.
    Line,
    /// An empty line: the end of a paragraph or heading.
    Paragraph,
}

/// A sentence: a range of bytes without white space at its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub bytes: Range<usize>,
    /// What follows it.
    pub gap: Gap,
}

/// The sentences of a text, in order; they cover everything but white space.
pub(crate) fn sentences(text: &str) -> Vec<Sentence> {
    let segmenter = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
    let mut out: Vec<Sentence> = Vec::new();
    let mut start = 0;
    for end in segmenter.segment_str(text) {
        let piece = &text[start..end];
        let left = start + piece.len() - piece.trim_start().len();
        let right = start + piece.trim_end().len();
        if left < right {
            push(&mut out, text, left..right);
        }
        start = end;
    }
    out
}

fn push(out: &mut Vec<Sentence>, text: &str, bytes: Range<usize>) {
    if let Some(last) = out.last_mut() {
        let between = &text[last.bytes.end..bytes.start];
        last.gap = match between.matches('\n').count() {
            0 => Gap::Space,
            1 => Gap::Line,
            _ => Gap::Paragraph,
        };
        if last.gap == Gap::Space && goes_on(&text[last.bytes.clone()], &text[bytes.clone()]) {
            last.bytes.end = bytes.end;
            last.gap = Gap::Paragraph;
            return;
        }
    }
    out.push(Sentence {
        bytes,
        gap: Gap::Paragraph,
    });
}

/// Abbreviations that a capital or a number may follow within a sentence, without their last full stop.
#[rustfmt::skip]
const ABBREVIATIONS: &[&str] = &[
    // Russian, Ukrainian, Bulgarian
    "г", "гг", "ул", "им", "проф", "акад", "доц", "д-р", "стр", "с", "см", "ср", "рис", "табл", "т", "тт", "п", "пп", "ст", "ч", "чл", "гл", "обл", "р-н", "пос", "дер", "пр", "пл", "кв", "тыс", "руб", "коп", "напр", "т.е", "т.н", "т.к", "и.о", "св", "о", "м", "вул", "буд", "ім", "рр", "р", "тис", "грн", "бул", "гр", "инж", "ген", "полк", "янв", "февр", "апр", "авг", "сент", "окт", "нояб", "дек",
    // English
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "gen", "col", "capt", "lt", "sgt", "sen", "rep", "gov", "hon", "rev", "vs", "no", "nos", "vol", "pp", "fig", "figs", "eq", "sec", "ch", "ed", "eds", "dept", "univ", "cf", "e.g", "i.e", "viz", "al", "ca", "mt", "jan", "feb", "aug", "sept", "oct", "nov", "dec", "u.s", "u.k", "u.n",
    // German, Dutch
    "z.b", "d.h", "u.a", "o.ä", "bzw", "vgl", "nr", "abs", "art", "bd", "hrsg", "hg", "str", "ggf", "evtl", "sog", "bspw", "dipl", "ing", "tel", "hl", "mio", "mrd", "dhr", "mevr", "mw", "bijv", "blz", "drs", "ir", "mr",
    // French, Spanish, Italian, Portuguese, Romanian
    "m", "mm", "mme", "mlle", "etc", "p.ex", "av", "boul", "éd", "chap", "sra", "srta", "dra", "ud", "uds", "d", "dª", "núm", "pág", "págs", "ej", "ee", "uu", "dott", "sig", "sigg", "avv", "on", "pag", "es", "n", "nº", "exmo", "prof", "profª", "av", "dl", "dna", "dvs", "nr", "lit", "alin",
    // Polish, Czech, Turkish, Indonesian
    "np", "tzn", "tj", "m.in", "ul", "al", "hab", "mgr", "inż", "im", "pl", "os", "wg", "ok", "godz", "tys", "mln", "mld", "napr", "např", "tzv", "mj", "č", "čl", "odst", "atd", "mgr", "ing", "bc", "judr", "mudr", "sv", "ul", "nám", "hod", "örn", "bkz", "sn", "cad", "sok", "doç", "yrd", "jl", "hlm", "dsb",
];

/// English words that begin sentences more often than they follow initials or "U.S.".
const STARTERS: &[&str] = &[
    "The", "This", "That", "These", "It", "In", "He", "She", "They", "We", "But", "And", "A", "An",
    "On", "At", "As", "For", "If", "When", "There", "Its", "His", "Their", "Our", "Yet", "So",
    "Such", "However", "While", "No", "Not",
];

/// Whether what looks like two sentences is one.
fn goes_on(left: &str, right: &str) -> bool {
    let Some(stem) = left.strip_suffix('.') else {
        return false;
    };
    let next = right.trim_start_matches(['"', '«', '“', '„', '(']);
    let first = next.chars().next().unwrap_or(' ');
    let word_at = stem
        .rfind(|c: char| c.is_whitespace() || "(«„“\"—–[/".contains(c))
        .map_or(0, |at| {
            at + stem[at..].chars().next().map_or(1, char::len_utf8)
        });
    let word = &stem[word_at..];
    if word.is_empty() {
        return false;
    }
    // "4. Mai", "1. Text": a small number before a word is an ordinal or a bullet.
    if word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()) {
        return first.is_alphabetic();
    }
    let starts = STARTERS.contains(
        &next
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default(),
    );
    let letters = word.split(['.', '-']).filter(|p| !p.is_empty());
    // "J. K. Rowling", "А.С. Пушкин", "U.S. forces"
    let initials = letters.clone().count() > 0
        && letters
            .clone()
            .all(|p| p.chars().count() == 1 && p.chars().all(char::is_uppercase));
    if initials {
        return !starts && first.is_alphabetic() && word != "I";
    }
    // "т. е.", "z. B.": single small letters
    let small = letters
        .clone()
        .all(|p| p.chars().count() == 1 && p.chars().all(char::is_lowercase));
    let before = stem[..word_at]
        .trim_end()
        .strip_suffix('.')
        .and_then(|b| b.rsplit(char::is_whitespace).next());
    let paired = word.contains('.')
        || before.is_some_and(|b| b.trim_start_matches('(').chars().count() == 1);
    // "z. B.": the next is a single letter too.
    let pair_follows = next.chars().nth(1) == Some('.');
    let known =
        small && (paired || pair_follows) || ABBREVIATIONS.contains(&word.to_lowercase().as_str());
    // "в 2018 г. Затем …": after a number the year's sign often ends the sentence.
    let year = ["г", "гг", "р", "рр"].contains(&word)
        && stem[..word_at]
            .trim_end()
            .ends_with(|c: char| c.is_numeric());
    known && !starts && !(year && first.is_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text)
            .iter()
            .map(|s| &text[s.bytes.clone()])
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sentences_end_where_readers_pause() {
        check(
            "The guns are silent. That is an achievement!  Is it?",
            &["The guns are silent.", "That is an achievement!", "Is it?"],
        );
        check(
            "Он сказал: «Нет.» И ушёл.",
            &["Он сказал: «Нет.»", "И ушёл."],
        );
        check(
            "这是第一句。这是第二句！",
            &["这是第一句。", "这是第二句！"],
        );
        check(
            "यह पहला वाक्य है। यह दूसरा है।",
            &["यह पहला वाक्य है।", "यह दूसरा है।"],
        );
        check("Heading\n\nOne.\nTwo", &["Heading", "One.", "Two"]);
        assert!(sentences(" \n\n ").is_empty());
    }

    #[test]
    fn abbreviations_initials_and_ordinals_do_not_end_them() {
        for text in [
            "Это было в г. Москве на ул. Ленина.",
            "Он, т. е. А. С. Пушкин, писал это.",
            "The U.S. President met Dr. Smith and J. K. Rowling.",
            "Das gilt z. B. Für alle, am 4. Mai und Art. 5 GG.",
            "It fell by 3.5 per cent to No. 5 on the list.",
            "Mowa m.in. O tym, np. Janie.",
        ] {
            check(text, &[text]);
        }
        check(
            "It was the U.S. The others left.",
            &["It was the U.S.", "The others left."],
        );
        check(
            "Это было в 2018 г. Затем всё стихло.",
            &["Это было в 2018 г.", "Затем всё стихло."],
        );
    }

    #[test]
    fn gaps_say_what_follows() {
        let gaps: Vec<Gap> = sentences("A.\n\nB one. B two.\nC.")
            .iter()
            .map(|s| s.gap)
            .collect();
        assert_eq!(
            gaps,
            [Gap::Paragraph, Gap::Space, Gap::Line, Gap::Paragraph]
        );
    }
}
