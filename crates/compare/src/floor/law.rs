//! How much translation alone displaces texts, as a function of how alike they are.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use visavis_kernels::dot;
use visavis_records::{CalibrationKind, Language};

use super::{Calibration, calibration_fold, number};
use crate::distribution::jackknife_variance;

/// Kinds of calibration text that the law is learnt from, the one that gives its level first.
const KINDS: [CalibrationKind; 2] = [CalibrationKind::Paragraph, CalibrationKind::Sentence];
/// Items that a kind needs.
const LEAST: usize = 6;

/// How far apart translation moves the passages of a cluster, learnt from calibration text.
///
/// The displacement of item i between two languages is dᵢ = xᵢ − yᵢ. Two groups that say the same in two languages
/// differ by what the displacements of their texts have in common: the squared length of that is E dᵢ·dⱼ over different
/// texts. The more alike two texts are, the more of their displacement they share, and over pairs of calibration texts
/// this is close to a straight line in their cosine s:
///
/// k(s) = g + β (s − s₀)₊
///
/// - g, s₀: means of dᵢ·dⱼ and sᵢⱼ over pairs of different paragraphs. The directions that cleaned them were fitted on
///   sentences, so that g holds what all texts of a kind share because they are of another kind than the
///   directions' own, as a corpus is.
/// - β: least squares over pairs of paragraphs and, within a fold, of sentences, each kind about its own mean. As k is
///   linear, its mean over the pairs of a cluster is k at their mean cosine.
/// - Cosines are about the mean of all calibration sentences, so that s means the same whichever way language was
///   taken out.
///
/// Without paragraphs g and s₀ are the sentences', and from g the error of directions fitted on half of the n
/// sentences is taken down to that of all: by K/n, K being the mean of |dᵢ|².
#[derive(Debug, Clone, Default)]
pub(crate) struct FloorModel {
    pairs: BTreeMap<(Language, Language), Learnt>,
    languages: BTreeSet<Language>,
    centre: Vec<f32>,
}

/// The law of one pair of languages.
#[derive(Debug, Clone)]
struct Learnt {
    all: Law,
    /// The same without each item, for each of [`KINDS`].
    without: [Vec<Law>; 2],
}

#[derive(Debug, Clone, Copy, Default)]
struct Law {
    level: f64,
    anchor: f64,
    slope: f64,
}

impl Law {
    fn at(self, s: f64) -> f64 {
        self.level + self.slope.max(0.0) * (s - self.anchor).max(0.0)
    }
}

/// The squared length of the common displacement of two groups, and the variance of that estimate.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Shift {
    pub squared: f64,
    pub variance: f64,
    /// How far the groups' languages differ: 1 where each has one of its own, 0 where they have the same mix.
    pub contrast: f64,
}

impl FloorModel {
    pub fn new(calibration: &Calibration<'_>, wanted: &BTreeSet<Language>) -> Self {
        let mut items = Items::new();
        for (row, text) in calibration.texts.iter().enumerate() {
            if wanted.contains(&text.language) && KINDS.contains(&text.kind) {
                let of_item = items.entry((text.kind, number(&text.id))).or_default();
                of_item.insert(text.language, row);
            }
        }
        let languages: BTreeSet<Language> =
            items.values().flat_map(|l| l.keys().copied()).collect();
        let centre = centre(calibration, &items);
        let names: Vec<Language> = languages.iter().copied().collect();
        let pairs: Vec<(Language, Language)> = (0..names.len())
            .flat_map(|i| names[i + 1..].iter().map(move |&b| (i, b)))
            .map(|(i, b)| (names[i], b))
            .collect();
        let pairs = pairs
            .into_par_iter()
            .filter_map(|(a, b)| Some(((a, b), learn(calibration, &items, &centre, a, b)?)))
            .collect();
        Self {
            pairs,
            languages,
            centre,
        }
    }

    /// The mean of calibration sentences, about which closeness is measured; empty without any.
    pub fn centre(&self) -> &[f32] {
        &self.centre
    }

    /// The common displacement of two groups whose passages are in the languages given (weights that sum to 1), in a
    /// cluster of mean cosine `s` about [`Self::centre`]. With wₗ the difference of the two groups' weights it is
    /// −½ Σ wₗ wₘ kₗₘ(s). `None` where a language that the groups do not share equally has no calibration text.
    pub fn shift(
        &self,
        a: &BTreeMap<Language, f64>,
        b: &BTreeMap<Language, f64>,
        s: f64,
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
        let (mut squared, mut contrast) = (0.0, 0.0);
        // Pairs of languages share their items; kinds have items of their own.
        let mut without = [Vec::new(), Vec::new()];
        for &l in &languages {
            for &m in languages.range(l..).skip(1) {
                let learnt = self.pairs.get(&(l, m))?;
                let scale = -weight(l) * weight(m);
                contrast += scale;
                squared += scale * learnt.all.at(s);
                for (sums, laws) in without.iter_mut().zip(&learnt.without) {
                    sums.resize(laws.len().max(sums.len()), 0.0);
                    for (sum, law) in sums.iter_mut().zip(laws) {
                        *sum += scale * law.at(s);
                    }
                }
            }
        }
        Some(Shift {
            squared: squared.max(0.0),
            variance: without.iter().map(|w| jackknife_variance(w)).sum(),
            contrast,
        })
    }
}

/// For each item its row in each language.
type Items = BTreeMap<(CalibrationKind, u32), BTreeMap<Language, usize>>;

fn centre(calibration: &Calibration<'_>, items: &Items) -> Vec<f32> {
    let rows: Vec<usize> = items
        .iter()
        .filter(|(k, _)| k.0 == CalibrationKind::Sentence)
        .flat_map(|(_, rows)| rows.values().copied())
        .collect();
    let mut sum = vec![0.0f64; calibration.clean.dim()];
    for &row in &rows {
        sum.iter_mut()
            .zip(calibration.clean.row(row))
            .for_each(|(s, &x)| *s += f64::from(x));
    }
    let n = rows.len().max(1) as f64;
    sum.into_iter().map(|s| (s / n) as f32).collect()
}

/// Sums over pairs of items: of k, s, k s, s², and how many.
#[derive(Debug, Clone, Copy, Default)]
struct Sums([f64; 5]);

impl Sums {
    fn add(&mut self, k: f64, s: f64) {
        let values = [k, s, k * s, s * s, 1.0];
        self.0.iter_mut().zip(values).for_each(|(x, v)| *x += v);
    }

    fn without(self, item: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] - item.0[i]))
    }

    fn means(self) -> (f64, f64) {
        let [k, s, _, _, n] = self.0;
        (k / n, s / n)
    }

    /// Sums of products and of squares about the means: what least squares divides.
    fn about_means(self) -> (f64, f64) {
        let [k, s, ks, ss, n] = self.0;
        if n > 0.0 {
            (ks - k * s / n, ss - s * s / n)
        } else {
            (0.0, 0.0)
        }
    }
}

/// All pairs of the items of one kind.
#[derive(Debug, Clone, Default)]
struct Pairs {
    total: Sums,
    of_item: Vec<Sums>,
    /// K/n where directions were fitted on half of these items, else 0.
    error: f64,
}

fn pairs(
    calibration: &Calibration<'_>,
    items: &Items,
    centre: &[f32],
    kind: CalibrationKind,
    [a, b]: [Language; 2],
) -> Pairs {
    let mut fold = Vec::new();
    let (mut displacement, mut texts) = (Vec::new(), [Vec::new(), Vec::new()]);
    for (&(_, n), rows) in items.range((kind, 0)..=(kind, u32::MAX)) {
        let (Some(&x), Some(&y)) = (rows.get(&a), rows.get(&b)) else {
            continue;
        };
        let (x, y) = (calibration.clean.row(x), calibration.clean.row(y));
        displacement.push(x.iter().zip(y).map(|(x, y)| x - y).collect::<Vec<f32>>());
        texts[0].push(about(x, centre));
        texts[1].push(about(y, centre));
        // Paragraphs share no directions: all of them are in one fold.
        fold.push(match kind {
            CalibrationKind::Sentence => calibration_fold(&n.to_string()),
            _ => 0,
        });
    }
    let n = fold.len();
    if n < LEAST {
        return Pairs::default();
    }
    let mut pairs = Pairs {
        of_item: vec![Sums::default(); n],
        ..Pairs::default()
    };
    for i in 0..n {
        for j in (i + 1..n).filter(|&j| fold[i] == fold[j]) {
            let k = f64::from(dot(&displacement[i], &displacement[j]));
            let s = 0.5
                * texts
                    .iter()
                    .map(|t| f64::from(dot(&t[i], &t[j])))
                    .sum::<f64>();
            pairs.total.add(k, s);
            pairs.of_item[i].add(k, s);
            pairs.of_item[j].add(k, s);
        }
    }
    if kind == CalibrationKind::Sentence {
        let squares: f64 = displacement.iter().map(|d| f64::from(dot(d, d))).sum();
        pairs.error = squares / (n * n) as f64;
    }
    pairs
}

/// A vector as seen from the centre, of length 1.
fn about(x: &[f32], centre: &[f32]) -> Vec<f32> {
    let moved: Vec<f32> = x.iter().zip(centre).map(|(x, c)| x - c).collect();
    let length = dot(&moved, &moved).sqrt().max(f32::MIN_POSITIVE);
    moved.into_iter().map(|x| x / length).collect()
}

fn learn(
    calibration: &Calibration<'_>,
    items: &Items,
    centre: &[f32],
    a: Language,
    b: Language,
) -> Option<Learnt> {
    let kinds = KINDS.map(|kind| pairs(calibration, items, centre, kind, [a, b]));
    let base = kinds.iter().position(|k| !k.of_item.is_empty())?;
    let law = |sums: [Sums; 2]| {
        let (level, anchor) = sums[base].means();
        let [(xy, xx), (more_xy, more_xx)] = sums.map(Sums::about_means);
        let spread = xx + more_xx;
        Law {
            level: level - kinds[base].error,
            anchor,
            slope: if spread > 0.0 {
                (xy + more_xy) / spread
            } else {
                0.0
            },
        }
    };
    let total = [kinds[0].total, kinds[1].total];
    let without = [0, 1].map(|kind| {
        let left = |item: &Sums| {
            let mut sums = total;
            sums[kind] = sums[kind].without(*item);
            law(sums)
        };
        kinds[kind].of_item.iter().map(left).collect()
    });
    Some(Learnt {
        all: law(total),
        without,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Design, plant};

    #[test]
    fn languages_of_their_own_contrast_and_the_same_mix_does_not() {
        let (en, ru) = (Language::EN, Language::RU);
        let planted = plant(&Design::default(), 1);
        let model = FloorModel::new(&planted.calibration(), &[en, ru].into());
        let contrast = |a: f64, b: f64| {
            let mix = |share: f64| BTreeMap::from([(en, share), (ru, 1.0 - share)]);
            model.shift(&mix(a), &mix(b), 0.1).unwrap().contrast
        };
        assert_eq!(contrast(1.0, 0.0), 1.0);
        assert_eq!(contrast(1.0, 0.5), 0.25);
        assert_eq!(contrast(0.5, 0.5), 0.0);
    }
}
