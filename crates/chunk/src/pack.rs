//! Whole sentences into passages: greedy, cut where a reader would cut.

use std::ops::Range;

use visavis_records::TokenCounter;

use crate::sentences::Gap;

/// A sentence, or a piece of one that is over the budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    pub bytes: Range<usize>,
    pub gap: Gap,
    /// Its tokens, special tokens included.
    pub tokens: usize,
    /// Whether it is a heading: it stays with what it heads.
    pub heading: bool,
}

/// Sizes in tokens, special tokens included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Never more.
    pub limit: usize,
    /// About so many.
    pub target: usize,
    /// Sentences that a passage repeats of the one before.
    pub overlap: usize,
}

/// Passages as ranges of units, in order, and the tokens of each. Every unit must be within the limit.
pub(crate) fn pack(
    text: &str,
    units: &[Unit],
    budget: Budget,
    counter: &dyn TokenCounter,
) -> Vec<(Range<usize>, usize)> {
    let special = counter.count("");
    let own = |u: &Unit| u.tokens.saturating_sub(special);
    let mut out: Vec<(Range<usize>, usize)> = Vec::new();
    let mut fresh = 0;
    while fresh < units.len() {
        let mut start = if out.is_empty() {
            0
        } else {
            fresh - budget.overlap.min(fresh - out[out.len() - 1].0.start)
        };
        let (end, tokens) = loop {
            let end = cut(&units[start..], fresh - start, budget, special, own).map(|n| start + n);
            let fitting =
                end.and_then(|end| shrink(text, units, start, fresh, end, budget.limit, counter));
            match fitting {
                Some(found) => break found,
                // Too much overlap; without any, a unit fits by itself.
                None if start < fresh => start += 1,
                None => break (fresh + 1, units[fresh].tokens),
            }
        };
        out.push((start..end, tokens));
        fresh = end;
    }
    out
}

/// Takes units off the end until the passage is within the limit by the counter's own count.
fn shrink(
    text: &str,
    units: &[Unit],
    start: usize,
    fresh: usize,
    end: usize,
    limit: usize,
    counter: &dyn TokenCounter,
) -> Option<(usize, usize)> {
    (fresh + 1..=end).rev().find_map(|end| {
        let tokens = counter.count(&text[units[start].bytes.start..units[end - 1].bytes.end]);
        (tokens <= limit).then_some((end, tokens))
    })
}

/// How many of `units` to take: at least one beyond the `repeated` ones, or none where that is over the limit.
///
/// Between half and four thirds of the target the end of the run is the best place to cut, then a paragraph's end, then
/// the end of a line; else as many sentences as the target holds. A heading is no end.
fn cut(
    units: &[Unit],
    repeated: usize,
    budget: Budget,
    special: usize,
    own: impl Fn(&Unit) -> usize,
) -> Option<usize> {
    let target = budget.target.min(budget.limit);
    let mut best: Option<(u32, usize, usize)> = None;
    let mut size = special;
    for (n, unit) in units.iter().enumerate() {
        size += own(unit);
        if n < repeated {
            continue;
        }
        let only_headings = best.is_none_or(|(class, ..)| class == 0);
        let within = size * 2 >= target && size * 3 <= target * 4;
        if size > budget.limit || (size * 3 > target * 4 && !only_headings) {
            break;
        }
        let last = n + 1 == units.len();
        let class = match unit.gap {
            _ if unit.heading && !last => 0,
            _ if last && within => 4,
            Gap::Paragraph if within => 3,
            Gap::Line if within => 2,
            _ => 1,
        };
        // Below the target more is better; above it less, and sooner.
        let off = size.abs_diff(target) * if size > target { 3 } else { 1 };
        if best.is_none_or(|(c, o, _)| class > c || class == c && off < o) {
            best = Some((class, off, n + 1));
        }
    }
    best.map(|(_, _, n)| n)
}
