//! Bytes to characters.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that the detector looks at.
const SAMPLE: usize = 1 << 20;

/// The text of `bytes` and the name of the encoding it was in, or `None` where the bytes are no text.
///
/// A byte order mark decides; else valid UTF-8 is UTF-8; else the encoding that the file declares; else what a
/// browser would guess.
pub(crate) fn decode<'a>(
    bytes: &'a [u8],
    declared: Option<&str>,
) -> Option<(Cow<'a, str>, &'static str)> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return finish(encoding, &bytes[mark..]);
    }
    if let Some(encoding) = wide(bytes) {
        return finish(encoding, bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return is_text(text).then_some((Cow::Borrowed(text), UTF_8.name()));
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if sample.contains(&0) {
        return None;
    }
    let declared = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    let declared =
        declared.filter(|e| ![UTF_8, UTF_16LE, UTF_16BE].contains(e) && !e.decode(bytes).2);
    if let Some(encoding) = declared {
        return finish(encoding, bytes);
    }
    // A file cut in the middle of a character, or with a single broken byte, is still UTF-8.
    let (text, broken) = UTF_8.decode_without_bom_handling(sample);
    if broken {
        let (good, bad) = text
            .chars()
            .filter(|c| !c.is_ascii())
            .fold((0, 0), |(good, bad), c| {
                if c == char::REPLACEMENT_CHARACTER {
                    (good, bad + 1)
                } else {
                    (good + 1, bad)
                }
            });
        if bad * 20 <= good {
            return finish(UTF_8, bytes);
        }
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, true);
    finish(detector.guess(None, Utf8Detection::Deny), bytes)
}

fn finish<'a>(
    encoding: &'static Encoding,
    bytes: &'a [u8],
) -> Option<(Cow<'a, str>, &'static str)> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    // The detector names the larger of two encodings that agree on this text; people know the smaller, or the standard.
    let name = match encoding.name() {
        "KOI8-U" if !text.contains(['і', 'ї', 'є', 'ґ', 'І', 'Ї', 'Є', 'Ґ']) => "KOI8-R",
        "GBK" => "GB18030",
        name => name,
    };
    is_text(&text).then_some((text, name))
}

/// UTF-16 without a mark: every other byte of Latin text is zero, and text of any script has spaces and line ends.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    let count = |high: u8, low: u8| {
        sample
            .chunks_exact(2)
            .filter(|p| p[0] == high && p[1] == low)
            .count()
    };
    let blanks = |big: bool| {
        [b' ', b'\n']
            .iter()
            .map(|&b| if big { count(0, b) } else { count(b, 0) })
            .sum::<usize>()
    };
    let (little, big) = (blanks(false), blanks(true));
    let enough = sample.len() / 2 / 40;
    if sample.len() < 8 || little.max(big) <= enough {
        None
    } else {
        Some(if little > big { UTF_16LE } else { UTF_16BE })
    }
}

/// Whether at most one character in fifty of the beginning is a control or replacement character.
fn is_text(text: &str) -> bool {
    let (mut all, mut odd) = (0usize, 0usize);
    for c in text.chars().take(SAMPLE) {
        all += 1;
        odd += usize::from(
            c == char::REPLACEMENT_CHARACTER
                || (c.is_ascii_control() && !"\n\r\t\x0c\x1b\x1a".contains(c)),
        );
    }
    odd * 50 <= all
}

/// The encoding that the head of an HTML page declares.
pub(crate) fn declared_in_html(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let after = head
        .split("charset")
        .skip(1)
        .find_map(|rest| rest.trim_start().strip_prefix('='))?;
    let label = after.trim_start().trim_start_matches(['"', '\'']);
    let end = label
        .find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c))
        .unwrap_or(label.len());
    (end > 0).then(|| label[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RU: &str = "Договор держится на взаимности, и режим перестаёт быть договорным. Выход есть, и он не сложен.";

    #[test]
    fn encodings_are_told_apart() {
        let check = |label: &str, text: &str| {
            let bytes = Encoding::for_label(label.as_bytes())
                .unwrap()
                .encode(text)
                .0;
            let (decoded, name) = decode(&bytes, None).expect(label);
            assert_eq!(
                (decoded.as_ref(), name.to_ascii_lowercase().as_str()),
                (text, label)
            );
        };
        check("utf-8", RU);
        check("windows-1251", RU);
        check("koi8-r", RU);
        check(
            "windows-1252",
            "Prüfung der Verträge: „größtenteils“ für Österreich, façade, naïve, où l’été s’achève.",
        );
        check(
            "windows-1250",
            "Příliš žluťoučký kůň úpěl ďábelské ódy, řekl že se těší na ženu z Brna.",
        );
        check(
            "gb18030",
            "气候变化是当今世界面临的最大挑战之一，各国必须共同努力，减少温室气体排放。",
        );
        check(
            "shift_jis",
            "これは日本語の文章です。平和と安全保障について話し合いました。",
        );
    }

    #[test]
    fn wide_text_is_found_with_and_without_a_mark() {
        for text in [RU, "Every few years Europe counts down."] {
            let mut bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(decode(&bytes, None).unwrap(), (text.into(), "UTF-16LE"));
            bytes.splice(0..0, [0xff, 0xfe]);
            assert_eq!(decode(&bytes, None).unwrap(), (text.into(), "UTF-16LE"));
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(decode(&bytes, None).unwrap(), (text.into(), "UTF-16BE"));
        }
    }

    #[test]
    fn a_broken_byte_does_not_make_utf8_something_else() {
        let mut bytes = RU.repeat(3).into_bytes();
        bytes.truncate(bytes.len() - 2);
        let (text, name) = decode(&bytes, None).unwrap();
        assert_eq!(name, "UTF-8");
        assert!(text.starts_with(RU) && text.ends_with('\u{fffd}'));
    }

    #[test]
    fn the_declared_encoding_is_honoured_and_junk_is_refused() {
        let page = b"<meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>";
        assert_eq!(declared_in_html(page).as_deref(), Some("windows-1251"));
        assert_eq!(
            declared_in_html(b"<meta charset=\"KOI8-R\" />").as_deref(),
            Some("koi8-r")
        );
        assert_eq!(
            decode(b"\xcc\xe8\xf0", Some("windows-1251")).unwrap().0,
            "Мир"
        );
        let junk: Vec<u8> = (0..4000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        assert!(decode(&junk, None).is_none());
        assert!(decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0", None).is_none());
    }
}
