//! What a matched pair of passages is: a copy, a translation or a counterpart.

use std::collections::{BTreeMap, BTreeSet};

use visavis_kernels::dot;
use visavis_records::{CalibrationKind, Language};

use crate::{Calibration, distribution::moments, floor::number};

/// From which cosine on two passages of a pair of languages are counterparts, and translations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Least cosine of a counterpart: unrelated calibration texts reach it once in a hundred.
    pub counterpart: f32,
    /// Least cosine of a translation: as far, in standard deviations, above related sentences (else unrelated ones)
    /// as below translations; but never so high that a tenth of the translations would be missed.
    pub translation: f32,
}

/// Thresholds by pair of languages, learnt from calibration text.
#[derive(Debug, Clone, Default)]
pub struct Thresholds {
    pairs: BTreeMap<(Language, Language), Threshold>,
}

impl Thresholds {
    /// For all pairs of some languages.
    pub fn new(calibration: &Calibration<'_>, languages: &BTreeSet<Language>) -> Self {
        let mut pairs = BTreeMap::new();
        for &a in languages {
            for &b in languages.range(a..) {
                if let Some(threshold) = threshold(calibration, a, b) {
                    pairs.insert((a, b), threshold);
                }
            }
        }
        Self { pairs }
    }

    /// The threshold of two languages; of languages without calibration text the strictest of all pairs.
    pub fn of(&self, a: Language, b: Language) -> Threshold {
        self.pairs
            .get(&(a.min(b), a.max(b)))
            .copied()
            .unwrap_or_else(|| {
                self.pairs.values().fold(
                    Threshold {
                        counterpart: 0.3,
                        translation: 0.8,
                    },
                    |t, p| Threshold {
                        counterpart: t.counterpart.max(p.counterpart),
                        translation: t.translation.max(p.translation),
                    },
                )
            })
    }
}

fn threshold(calibration: &Calibration<'_>, a: Language, b: Language) -> Option<Threshold> {
    let of = |l: Language| -> BTreeMap<(CalibrationKind, u32), usize> {
        calibration
            .texts
            .iter()
            .enumerate()
            .filter(|(_, t)| t.language == l)
            .map(|(r, t)| ((t.kind, number(&t.id)), r))
            .collect()
    };
    let (rows_a, rows_b) = (of(a), of(b));
    let (mut same, mut related, mut unrelated) = (Vec::new(), Vec::new(), Vec::new());
    for (&(kind_a, n_a), &x) in &rows_a {
        for (&(kind_b, n_b), &y) in &rows_b {
            let relation = match (kind_a == kind_b, n_a == n_b) {
                (true, true) => &mut same,
                (true, false) if kind_a != CalibrationKind::Related => &mut unrelated,
                (false, true)
                    if kind_a.max(kind_b) == CalibrationKind::Related
                        && kind_a.min(kind_b) == CalibrationKind::Sentence =>
                {
                    &mut related
                }
                _ => continue,
            };
            relation.push(f64::from(dot(
                calibration.clean.row(x),
                calibration.clean.row(y),
            )));
        }
    }
    if same.len() < 10 || unrelated.is_empty() {
        return None;
    }
    for values in [&mut same, &mut related, &mut unrelated] {
        values.sort_by(f64::total_cmp);
    }
    let at =
        |values: &[f64], p: f64| values[((values.len() as f64 * p) as usize).min(values.len() - 1)];
    let counterpart = at(&unrelated, 0.99);
    let not = if related.len() >= 10 {
        &related
    } else {
        &unrelated
    };
    let ((m1, v1), (m0, v0)) = (moments(same.iter().copied()), moments(not.iter().copied()));
    let (s1, s0) = (v1.sqrt(), v0.sqrt());
    let translation = if s0 + s1 > 0.0 {
        (m1 * s0 + m0 * s1) / (s0 + s1)
    } else {
        0.5 * (m0 + m1)
    };
    let tenth = at(&same, 0.1);
    // Without related sentences nothing is known of texts on one subject: the strictest that keeps nine in ten.
    let translation = if related.len() >= 10 {
        translation.min(tenth)
    } else {
        tenth
    };
    Some(Threshold {
        counterpart: counterpart as f32,
        translation: translation.max(counterpart) as f32,
    })
}

/// Share of the shorter text's stretches of eight letters or digits that the other text has too (0–1): spaces,
/// punctuation and case do not count. 0 where a text has fewer than eight.
pub(crate) fn containment(a: &str, b: &str) -> f64 {
    let stretches = |text: &str| -> BTreeSet<u64> {
        let letters: Vec<char> = text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        letters
            .windows(8)
            .map(|w| {
                w.iter().fold(0u64, |h, &c| {
                    (h ^ u64::from(c))
                        .wrapping_mul(0x0100_0000_01b3)
                        .rotate_left(23)
                })
            })
            .collect()
    };
    let (a, b) = (stretches(a), stretches(b));
    let shorter = a.len().min(b.len());
    if shorter == 0 {
        0.0
    } else {
        a.intersection(&b).count() as f64 / shorter as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_told_by_its_letters() {
        let a = "The border crossing was closed for three days after the incident.";
        let b = "THE BORDER CROSSING was closed, for three days, after the incident";
        assert!(containment(a, b) > 0.95);
        assert!(
            containment(
                a,
                "Inspectors returned to the site in the spring of the next year."
            ) < 0.1
        );
        assert_eq!(containment("", a), 0.0);
    }
}
