//! A sentence that is over the budget: pieces at clauses, else at words, else between graphemes.

use std::ops::Range;

use icu_segmenter::{GraphemeClusterSegmenter, WordSegmenter, options::WordBreakInvariantOptions};
use visavis_records::TokenCounter;

/// Cuts `bytes` of a text into pieces of at most `limit` tokens, in order, covering all but white space.
///
/// Only a single grapheme of more than `limit` tokens is cut inside, between code points.
pub(crate) fn split(
    text: &str,
    bytes: Range<usize>,
    counter: &dyn TokenCounter,
    limit: usize,
) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = bytes.start;
    while start < bytes.end {
        let rest = &text[start..bytes.end];
        let lead = rest.len() - rest.trim_start().len();
        start += lead;
        let rest = &rest[lead..];
        if rest.is_empty() {
            break;
        }
        let length = prefix(rest, counter, limit);
        let piece = rest[..length].trim_end();
        out.push(start..start + piece.len());
        start += length;
    }
    out
}

/// Bytes of the longest good beginning of `rest` that is within the limit; never 0.
fn prefix(rest: &str, counter: &dyn TokenCounter, limit: usize) -> usize {
    let fits = |end: usize| counter.count(rest[..end].trim_end()) <= limit;
    // Look no further than a few times the budget: a line of 100 MB is counted in windows.
    let mut window = floor(rest, limit.saturating_mul(8).max(64));
    while window < rest.len() && fits(window) {
        window = floor(rest, window.saturating_mul(2));
    }
    if window == rest.len() && fits(window) {
        return window;
    }
    let view = &rest[..window];
    let boundaries: [fn(&str) -> Vec<usize>; 4] = [clauses, words, graphemes, code_points];
    for (level, boundaries) in boundaries.into_iter().enumerate() {
        let ends = boundaries(view);
        // The last that fits; counts grow with the text, or nearly so, and the result is checked.
        let mut n = ends.partition_point(|&end| fits(end));
        while n > 0 && !fits(ends[n - 1]) {
            n -= 1;
        }
        // A clause of a few words is worse than a cut between words.
        if n > 0 && (level > 0 || counter.count(&rest[..ends[n - 1]]) * 3 >= limit) {
            return ends[n - 1];
        }
    }
    rest.chars().next().map_or(rest.len(), char::len_utf8)
}

/// The nearest boundary of a character at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

fn clauses(text: &str) -> Vec<usize> {
    let ends = text.char_indices().filter_map(|(at, c)| {
        let end = at + c.len_utf8();
        let closed = text[end..].starts_with(char::is_whitespace)
            && matches!(c, ',' | ';' | ':' | '—' | '–' | ')' | '،' | '؛');
        (closed || matches!(c, '，' | '；' | '：' | '、' | '）' | '\n')).then_some(end)
    });
    ends.collect()
}

fn words(text: &str) -> Vec<usize> {
    let segmenter = WordSegmenter::new_auto(WordBreakInvariantOptions::default());
    // Between words, and never before a mark that belongs to the word.
    let ends = segmenter.segment_str(text).filter(|&at| at > 0);
    ends.filter(|&at| {
        !text[at..].starts_with(|c: char| c.is_ascii_punctuation() || "»”’…。，、！？".contains(c))
    })
    .collect()
}

fn graphemes(text: &str) -> Vec<usize> {
    GraphemeClusterSegmenter::new()
        .segment_str(text)
        .filter(|&at| at > 0)
        .collect()
}

fn code_points(text: &str) -> Vec<usize> {
    text.char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .collect()
}
