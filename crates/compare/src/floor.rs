//! What translation alone does to the distance between two groups.

use std::collections::{BTreeMap, BTreeSet};

use visavis_kernels::dot;
use visavis_records::{CalibrationKind, CalibrationText, Language, UnitVectors};

use crate::CompareError;

/// Calibration texts with cross-debiased vectors: language directions were fitted on the items of one
/// [`calibration_fold`] and applied to those of the other, so that no text helped to clean itself.
#[derive(Debug, Clone, Copy)]
pub struct Calibration<'a> {
    /// The texts (n); equal ids say the same in different languages.
    pub texts: &'a [CalibrationText],
    /// Tokens of each text (n).
    pub n_tokens: &'a [u32],
    /// Cross-debiased vectors (n × dim).
    pub clean: &'a UnitVectors,
}

impl Calibration<'_> {
    /// Whether the parts fit together, and with vectors of `dim` values.
    ///
    /// # Errors
    /// Names the part that does not.
    pub fn check(&self, dim: usize) -> Result<(), CompareError> {
        let n = self.texts.len();
        for (what, found, expected) in [
            ("calibration tokens", self.n_tokens.len(), n),
            ("calibration vectors", self.clean.len(), n),
            (
                "a calibration vector",
                self.clean.dim(),
                if n == 0 { self.clean.dim() } else { dim },
            ),
        ] {
            if found != expected {
                return Err(CompareError::Length {
                    what,
                    found,
                    expected,
                });
            }
        }
        Ok(())
    }
}

/// The number in a calibration id: 7 for `s007` and for `r07`, its related sentence.
pub(crate) fn number(id: &str) -> u32 {
    id.bytes().filter(u8::is_ascii_digit).fold(0, |n, b| {
        n.wrapping_mul(10).wrapping_add(u32::from(b - b'0'))
    })
}

/// Which half of the calibration items an id belongs to (0 or 1): the parity of the bits of a fixed mix of its number,
/// so that a sentence, its translations and its related sentence lie in one half.
pub fn calibration_fold(id: &str) -> usize {
    let mixed = number(id).wrapping_add(1).wrapping_mul(0x9e37_79b1);
    ((mixed ^ (mixed >> 15))
        .wrapping_mul(0x85eb_ca77)
        .count_ones()
        & 1) as usize
}

/// How far apart translation moves texts, learnt from calibration text.
///
/// The displacement of item i between two languages is dᵢ = xᵢ − yᵢ. Two groups that say the same in two languages on
/// one subject differ by the displacement that the texts of that subject have in common. Its squared length is the
/// mean of dᵢ·dⱼ over different items as similar to each other as the cluster's passages are (mean cosine s):
///
/// k(s) = (g − K/n) + δ K + c (K − g) s²/s₁
///
/// - g: that mean over unrelated items of one fold. Directions fitted on half of the n sentences err by 2K/n, those
///   fitted on all of them, which cleaned the corpus, by K/n.
/// - K: the mean of |dᵢ|²; δ: `floor_domain`, 0 for paragraphs.
/// - s₁: the mean cosine of translations; c = 1, or fitted where related sentences show k at their own similarity.
#[derive(Debug, Clone, Default)]
pub(crate) struct FloorModel {
    pairs: BTreeMap<(Language, Language), Vec<Displacement>>,
    languages: BTreeSet<Language>,
}

/// One kind of calibration text in one pair of languages.
#[derive(Debug, Clone)]
struct Displacement {
    /// Mean tokens of the kind.
    tokens: f64,
    /// g, K, s₁ over all items.
    all: [f64; 3],
    /// The same without each item.
    without: Vec<[f64; 3]>,
    /// c.
    shared: f64,
    /// K/n of sentences.
    error: f64,
    /// δ.
    domain: f64,
}

/// The squared length of the common displacement of two groups, and the variance of that estimate.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Shift {
    pub squared: f64,
    pub variance: f64,
}

impl FloorModel {
    pub fn new(calibration: &Calibration<'_>, wanted: &BTreeSet<Language>, domain: f64) -> Self {
        let mut items: BTreeMap<(CalibrationKind, u32), BTreeMap<Language, usize>> =
            BTreeMap::new();
        for (row, text) in calibration.texts.iter().enumerate() {
            items
                .entry((text.kind, number(&text.id)))
                .or_default()
                .insert(text.language, row);
        }
        let languages: BTreeSet<Language> = items
            .iter()
            .filter(|(k, _)| k.0 != CalibrationKind::Related)
            .flat_map(|(_, l)| l.keys().copied())
            .filter(|l| wanted.contains(l))
            .collect();
        let mut pairs = BTreeMap::new();
        for &a in &languages {
            for &b in languages.range(a..).skip(1) {
                let kinds = [CalibrationKind::Sentence, CalibrationKind::Paragraph];
                let mut kinds: Vec<_> = kinds
                    .into_iter()
                    .filter_map(|kind| displacement(calibration, &items, kind, a, b))
                    .collect();
                if let Some(first) = kinds.first() {
                    let error = first.all[1] / first.without.len() as f64;
                    for (i, kind) in kinds.iter_mut().enumerate() {
                        // Paragraphs are another kind of text than the sentences and show δ themselves.
                        (kind.error, kind.domain) = (error, if i == 0 { domain } else { 0.0 });
                    }
                    pairs.insert((a, b), kinds);
                }
            }
        }
        Self { pairs, languages }
    }

    /// The common displacement of two groups whose passages are in the languages given (weights that sum to 1), in a
    /// cluster of mean cosine `s` and mean length `tokens`. With wₗ the difference of the two groups' weights it is
    /// −½ Σ wₗ wₘ kₗₘ(s). `None` where a language that the groups do not share equally has no calibration text.
    pub fn shift(
        &self,
        a: &BTreeMap<Language, f64>,
        b: &BTreeMap<Language, f64>,
        s: f64,
        tokens: f64,
    ) -> Option<Shift> {
        let weight = |l: Language| a.get(&l).unwrap_or(&0.0) - b.get(&l).unwrap_or(&0.0);
        let languages: BTreeSet<Language> = a
            .keys()
            .chain(b.keys())
            .copied()
            .filter(|&l| weight(l).abs() > 1e-9)
            .collect();
        if !languages.is_subset(&self.languages) {
            return None;
        }
        // Parts of one kind share their items; kinds have items of their own.
        let mut kinds: Vec<(f64, Vec<f64>)> = Vec::new();
        for &l in &languages {
            for &m in languages.range(l..).skip(1) {
                let displacements = self.pairs.get(&(l, m))?;
                let scale = -weight(l) * weight(m);
                for (i, (share, d)) in mix(displacements, tokens).into_iter().enumerate() {
                    if kinds.len() == i {
                        kinds.push((0.0, vec![0.0; d.without.len()]));
                    }
                    kinds[i].0 += scale * share * d.at(d.all, s);
                    // Items missing in a language leave the totals as they are.
                    for (sum, &without) in kinds[i].1.iter_mut().zip(&d.without) {
                        *sum += scale * share * d.at(without, s);
                    }
                }
            }
        }
        let squared: f64 = kinds.iter().map(|k| k.0).sum();
        let variance = kinds
            .iter()
            .map(|(_, without)| {
                let n = without.len() as f64;
                crate::distribution::moments(without.iter().copied()).1 * (n - 1.0) * (n - 1.0) / n
            })
            .sum();
        Some(Shift {
            squared: squared.max(0.0),
            variance,
        })
    }
}

/// How much each kind counts for passages of a length: between the mean lengths of the kinds, by the logarithm.
fn mix(kinds: &[Displacement], tokens: f64) -> Vec<(f64, &Displacement)> {
    match kinds {
        [short, long] if long.tokens > short.tokens => {
            let ln = |x: f64| x.max(1.0).ln();
            let whole = ln(long.tokens) - ln(short.tokens);
            let t = if whole > 0.0 {
                ((ln(tokens) - ln(short.tokens)) / whole).clamp(0.0, 1.0)
            } else {
                0.0
            };
            vec![(1.0 - t, short), (t, long)]
        }
        [first, ..] => vec![(1.0, first)],
        [] => Vec::new(),
    }
}

impl Displacement {
    fn at(&self, [g, k, own]: [f64; 3], s: f64) -> f64 {
        (g - self.error).max(0.0) + self.domain * k + self.shared * (k - g) * closeness(s, own)
    }
}

/// s²/s₁: how much of a text's displacement the texts of its subject share.
fn closeness(s: f64, own: f64) -> f64 {
    if own > 0.0 {
        (s.max(0.0).powi(2) / own).min(1.0)
    } else {
        0.0
    }
}

type Items = BTreeMap<(CalibrationKind, u32), BTreeMap<Language, usize>>;

fn displacement(
    calibration: &Calibration<'_>,
    items: &Items,
    kind: CalibrationKind,
    a: Language,
    b: Language,
) -> Option<Displacement> {
    let difference = |rows: &BTreeMap<Language, usize>| -> Option<(Vec<f32>, f64)> {
        let (x, y) = (
            calibration.clean.row(*rows.get(&a)?),
            calibration.clean.row(*rows.get(&b)?),
        );
        Some((
            x.iter().zip(y).map(|(x, y)| x - y).collect(),
            f64::from(dot(x, y)),
        ))
    };
    let own: Vec<(u32, usize, Vec<f32>, f64)> = items
        .iter()
        .filter(|(k, _)| k.0 == kind)
        .filter_map(|(&(_, n), rows)| {
            let fold = calibration_fold(&n.to_string());
            difference(rows).map(|(d, cosine)| (n, fold, d, cosine))
        })
        .collect();
    let dim = calibration.clean.dim();
    let mut sums = [vec![0.0f32; dim], vec![0.0f32; dim]];
    for (_, fold, d, _) in &own {
        sums[*fold].iter_mut().zip(d).for_each(|(s, x)| *s += x);
    }
    let squares: Vec<f64> = own
        .iter()
        .map(|(_, _, d, _)| f64::from(dot(d, d)))
        .collect();
    let n = own.len() as f64;
    let mut size = [0.0f64; 2];
    for item in &own {
        size[item.1] += 1.0;
    }
    let pairs = size[0] * (size[0] - 1.0) + size[1] * (size[1] - 1.0);
    if size[0].max(size[1]) < 3.0 || n < 4.0 {
        return None;
    }
    let square: f64 = squares.iter().sum();
    let cosine: f64 = own.iter().map(|o| o.3).sum();
    let cross: f64 = sums.iter().map(|s| f64::from(dot(s, s))).sum::<f64>() - square;
    let all = [cross / pairs, square / n, cosine / n];
    let without = own
        .iter()
        .zip(&squares)
        .map(|((_, fold, d, cos), sq)| {
            let its = 2.0 * (f64::from(dot(d, &sums[*fold])) - sq);
            [
                (cross - its) / (pairs - 2.0 * (size[*fold] - 1.0)),
                (square - sq) / (n - 1.0),
                (cosine - cos) / (n - 1.0),
            ]
        })
        .collect();
    let tokens: Vec<f64> = items
        .iter()
        .filter(|(k, _)| k.0 == kind)
        .flat_map(|(_, rows)| [a, b].into_iter().filter_map(|l| rows.get(&l)))
        .map(|&row| f64::from(calibration.n_tokens[row]))
        .collect();
    let tokens = tokens.iter().sum::<f64>() / tokens.len() as f64;
    let shared = if kind == CalibrationKind::Sentence {
        shared(calibration, items, &own, all, [a, b])
    } else {
        1.0
    };
    Some(Displacement {
        tokens,
        all,
        without,
        shared,
        error: 0.0,
        domain: 0.0,
    })
}

/// c, from sentences and their related ones, where there are enough to tell.
fn shared(
    calibration: &Calibration<'_>,
    items: &Items,
    own: &[(u32, usize, Vec<f32>, f64)],
    [g, k, s1]: [f64; 3],
    languages: [Language; 2],
) -> f64 {
    let (mut together, mut cosine, mut n) = (0.0, 0.0, 0.0);
    for (number, _, d, _) in own {
        let (Some(sentence), Some(related)) = (
            items.get(&(CalibrationKind::Sentence, *number)),
            items.get(&(CalibrationKind::Related, *number)),
        ) else {
            continue;
        };
        let row = |rows: &BTreeMap<Language, usize>, l: usize| {
            rows.get(&languages[l]).map(|&r| calibration.clean.row(r))
        };
        let (Some(x), Some(y), Some(rx), Some(ry)) = (
            row(sentence, 0),
            row(sentence, 1),
            row(related, 0),
            row(related, 1),
        ) else {
            continue;
        };
        together += f64::from(dot(d, rx) - dot(d, ry));
        cosine += 0.5 * f64::from(dot(x, rx) + dot(y, ry));
        n += 1.0;
    }
    let expected = (k - g) * closeness(cosine / n, s1);
    if n < 20.0 || expected <= 0.01 * k {
        1.0
    } else {
        ((together / n - g) / expected).clamp(0.0, 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_stable_and_about_equal() {
        assert_eq!(number("s007"), 7);
        assert_eq!(calibration_fold("s007"), calibration_fold("r07"));
        let first = (0..300)
            .filter(|n| calibration_fold(&format!("s{n:03}")) == 0)
            .count();
        assert!((120..180).contains(&first), "{first}");
        let sixty = (1..=60)
            .filter(|n| calibration_fold(&format!("s{n:03}")) == 0)
            .count();
        assert!((24..=36).contains(&sixty), "{sixty}");
    }
}
