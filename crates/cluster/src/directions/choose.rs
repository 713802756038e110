//! Which method to take for an encoder.

use visavis_records::{
    CalibrationKind, CalibrationVectors, Language, UnitVectors, rows::QualityRow,
};

use super::{Debias, fit_where};
use crate::products::{Best, scan};

/// Nearest sentences of other items that are looked at for leak.
const NEAREST: usize = 10;
/// How much smaller than the best method's the share of translations that are nearest may be. What a method takes from
/// translations it takes from the power of the comparison too, even where less language is left.
const TOLERANCE: f64 = 0.005;

/// The method that removes most leak among those that keep translations nearest to each other, with the figures for
/// each.
/// Directions are fitted on one half of the items and measured on the other, both ways. Without calibration in two
/// languages: [`Debias::None`].
pub fn choose(calibration: &CalibrationVectors) -> (Debias, Vec<QualityRow>) {
    let measured: Vec<(Debias, Measure)> = Debias::ALL
        .into_iter()
        .filter_map(|method| Some((method, measure(calibration, method)?)))
        .collect();
    let chosen = best(&measured);
    let mut rows = Vec::new();
    for (method, m) in &measured {
        let verdict = if *method == chosen {
            "chosen"
        } else {
            "not_chosen"
        }
        .to_owned();
        rows.push(QualityRow {
            name: format!("debias_{method}_same_language_neighbours"),
            layer: None,
            value: m.leak,
            expected: Some(m.expected),
            verdict: verdict.clone(),
            message: format!(
                "On neutral parallel sentences not used for the fit, with `{method}`, {:.0} % of the nearest sentences of other content are in the same language; {:.0} % would be without any trace of language.",
                100.0 * m.leak,
                100.0 * m.expected
            ),
        });
        rows.push(QualityRow {
            name: format!("debias_{method}_translations_nearest"),
            layer: None,
            value: m.translations,
            expected: None,
            verdict,
            message: format!(
                "With `{method}`, the nearest sentence in another language is the translation for {:.0} % of the sentences.",
                100.0 * m.translations
            ),
        });
    }
    (chosen, rows)
}

fn best(measured: &[(Debias, Measure)]) -> Debias {
    let most = measured.iter().map(|(_, m)| m.translations);
    let least = most.fold(0.0, f64::max) - TOLERANCE;
    measured
        .iter()
        .filter(|(_, m)| m.translations >= least)
        .min_by(|a, b| a.1.leak.total_cmp(&b.1.leak))
        .map_or(Debias::None, |(method, _)| *method)
}

/// What remains of language, and whether translations find each other.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measure {
    /// Share of a sentence's nearest sentences of other items that are in its own language.
    leak: f64,
    /// The same if language left no trace.
    expected: f64,
    /// Share of (sentence, other language) for which the translation is the nearest sentence of that language.
    translations: f64,
}

/// The two halves of the items: whether an item is in the second, by the number in its id, so that the halves of
/// sentences and paragraphs are alike.
pub(crate) fn folds(id: &str) -> bool {
    id.bytes().filter(u8::is_ascii_digit).fold(0u32, |n, d| {
        n.wrapping_mul(10).wrapping_add(u32::from(d - b'0'))
    }) % 2
        == 1
}

fn measure(calibration: &CalibrationVectors, method: Debias) -> Option<Measure> {
    let (mut same, mut expected, mut hits, mut asked, mut looked) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for second in [false, true] {
        let directions = fit_where(calibration, method, |id| folds(id) != second);
        let rows: Vec<u32> = (0..calibration.texts.len() as u32)
            .filter(|&r| {
                let text = &calibration.texts[r as usize];
                text.kind == CalibrationKind::Sentence && folds(&text.id) == second
            })
            .collect();
        let languages: Vec<Language> = rows
            .iter()
            .map(|&r| calibration.texts[r as usize].language)
            .collect();
        let ids: Vec<&str> = rows
            .iter()
            .map(|&r| calibration.texts[r as usize].id.as_str())
            .collect();
        let mut distinct = languages.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 2 || rows.len() < 2 * distinct.len() {
            return None;
        }
        let vectors = directions.apply(&calibration.vectors.select(&rows), &languages);
        for (row, nearest) in nearest_of_other_items(&vectors, &ids).iter().enumerate() {
            looked += nearest.len() as f64;
            same += nearest
                .iter()
                .filter(|&&o| languages[o as usize] == languages[row])
                .count() as f64;
            let others = (0..rows.len()).filter(|&o| ids[o] != ids[row]);
            let (in_language, all) = others.fold((0.0, 0.0), |(s, a), o| {
                (
                    s + f64::from(u8::from(languages[o] == languages[row])),
                    a + 1.0,
                )
            });
            expected += nearest.len() as f64 * in_language / f64::max(all, 1.0);
        }
        for (hit, questions) in translations(&vectors, &ids, &languages, &distinct) {
            hits += hit;
            asked += questions;
        }
    }
    (looked > 0.0 && asked > 0.0).then(|| Measure {
        leak: same / looked,
        expected: expected / looked,
        translations: hits / asked,
    })
}

fn nearest_of_other_items(vectors: &UnitVectors, ids: &[&str]) -> Vec<Vec<u32>> {
    let all = vectors.as_slice();
    scan(
        all,
        all,
        vectors.dim(),
        |row| (row, Best::new(NEAREST)),
        |(row, best), first, products| {
            for (i, &s) in products.iter().enumerate() {
                if ids[first + i] != ids[*row] {
                    best.offer(s, (first + i) as u32);
                }
            }
        },
    )
    .into_iter()
    .map(|(_, best)| best.kept.into_iter().map(|(_, other)| other).collect())
    .collect()
}

/// For each row (translations found nearest, languages in which there is one).
fn translations(
    vectors: &UnitVectors,
    ids: &[&str],
    languages: &[Language],
    distinct: &[Language],
) -> Vec<(f64, f64)> {
    let of: Vec<usize> = languages
        .iter()
        .map(|l| distinct.binary_search(l).unwrap_or(0))
        .collect();
    let all = vectors.as_slice();
    let best = scan(
        all,
        all,
        vectors.dim(),
        |_| vec![(f32::NEG_INFINITY, 0usize); distinct.len()],
        |best, first, products| {
            for (i, &s) in products.iter().enumerate() {
                let language = of[first + i];
                if s > best[language].0 {
                    best[language] = (s, first + i);
                }
            }
        },
    );
    let has =
        |id: &str, language: usize| ids.iter().zip(&of).any(|(i, l)| *i == id && *l == language);
    best.iter()
        .enumerate()
        .map(|(row, best)| {
            let asked = (0..distinct.len()).filter(|&l| l != of[row] && has(ids[row], l));
            asked.fold((0.0, 0.0), |(hit, n), l| {
                (
                    hit + f64::from(u8::from(ids[best[l].1] == ids[row])),
                    n + 1.0,
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::testing::calibration;

    #[test]
    fn what_leaks_is_removed_and_what_does_not_is_left() {
        let leaking = calibration(40, &[Language::EN, Language::RU, Language::KA], 1.0);
        let (method, rows) = choose(&leaking);
        assert_ne!(method, Debias::None);
        let leak = |m: Debias| {
            let name = format!("debias_{m}_same_language_neighbours");
            rows.iter().find(|r| r.name == name).unwrap().value
        };
        assert!(
            leak(Debias::None) > 0.9 && leak(method) < 0.45,
            "{} {}",
            leak(Debias::None),
            leak(method)
        );
        assert_eq!(rows.iter().filter(|r| r.verdict == "chosen").count(), 2);
    }

    #[test]
    fn a_method_that_parts_translations_is_not_taken_though_it_leaves_least_language() {
        let of = |(method, leak, translations)| {
            let expected = 0.04;
            let measure = Measure {
                leak,
                expected,
                translations,
            };
            (method, measure)
        };
        let mut measured = [
            (Debias::None, 0.119, 0.720),
            (Debias::Center, 0.105, 0.728),
            (Debias::Lir, 0.104, 0.727),
            (Debias::Drop, 0.096, 0.715),
        ]
        .map(of);
        assert_eq!(best(&measured), Debias::Lir);
        measured[3].1.translations = 0.725;
        assert_eq!(best(&measured), Debias::Drop);
    }

    #[test]
    fn halves_follow_the_number_of_the_item() {
        assert!(folds("s007") && folds("p11") && !folds("r08"));
    }
}
