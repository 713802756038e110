//! Characters as the rest of the house expects them.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Characters that carry no text: soft hyphens, zero-width spaces, marks of writing direction and byte order, control
/// characters, and the private use area, where icon fonts live. They are taken out without a trace and not counted as
/// read. The joiners U+200C and U+200D are spelling in Persian, Hindi and emoji and stay there.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{180e}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fff9}'..='\u{fffb}')
        || (c.is_control() && !c.is_whitespace())
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a joiner beside this character is part of the spelling.
fn is_joined(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}'
        | '\u{fe0f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}')
}

/// One line: NFC, without invisible characters, runs of white space as one space, none at the ends.
pub(crate) fn line(text: &str) -> String {
    if text.is_ascii()
        && !text
            .bytes()
            .any(|b| b.is_ascii_control() && !b.is_ascii_whitespace())
    {
        return squeeze(text.chars(), text.len());
    }
    let mut previous = ' ';
    let visible = text.chars().filter(move |&c| {
        let keep = if is_joiner(c) {
            is_joined(previous)
        } else {
            !is_invisible(c)
        };
        if keep {
            previous = c;
        }
        keep
    });
    let out = squeeze(visible, text.len());
    if is_nfc(&out) {
        out
    } else {
        out.nfc().collect()
    }
}

fn squeeze(characters: impl Iterator<Item = char>, size: usize) -> String {
    let mut out = String::with_capacity(size);
    for c in characters {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// Several lines: each as by [`line`], without empty ones.
pub(crate) fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(line).filter(|l| !l.is_empty()).collect();
    lines.join("\n")
}

/// Characters that are not white space: what the account of a document counts.
pub(crate) fn ink(text: &str) -> usize {
    if text.is_ascii() {
        // The vertical tab is white space too.
        let space = |b: &u8| b.is_ascii_whitespace() || *b == 0x0b;
        return text.bytes().filter(|b| !space(b)).count();
    }
    text.chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_composed_visible_and_single_spaced() {
        assert_eq!(
            line("  cafe\u{301}\u{a0}\t au\u{ad}to\u{200b}mat \u{feff}\n"),
            "caf\u{e9} automat"
        );
        assert_eq!(line("\u{f09a} Share\u{200d} this"), "Share this");
        assert_eq!(line("می\u{200c}خواهم"), "می\u{200c}خواهم");
        assert_eq!(line(" a  b\u{0} "), "a b");
        assert_eq!(lines("a \r\n\n  b\n"), "a\nb");
        assert_eq!(ink("a b\u{a0}c\n"), 3);
        assert_eq!(ink("a b\u{b}c\u{c}\r\n"), 3);
    }

    #[test]
    fn lines_are_stable() {
        for text in [
            "a\u{200d}\u{301} b",
            "\u{600}\u{200c}\u{200c}x",
            "e\u{ad}\u{301}",
        ] {
            assert_eq!(line(&line(text)), line(text), "{text:?}");
        }
    }
}
