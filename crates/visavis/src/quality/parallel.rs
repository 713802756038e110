//! The statistics on parallel text: both sides say the same, because one is a translation of the other.

use std::{collections::BTreeMap, fmt::Write};

use rayon::prelude::*;
use visavis_cluster::{Debias, directions};
use visavis_compare::{
    Calibration, CompareOptions,
    check::{Draw, Parallel, Rate, Same, deal, matching, same, split},
};
use visavis_records::{
    CalibrationKind, CalibrationVectors, Language, UnitVectors, rows::FramingRow,
};

use super::{
    Bench,
    data::{none, passages, xquad},
    mean, percent,
    translated::{HUBS, Sides, Translated, pairs, subjects},
};
use crate::{Config, Error, calibration};

/// Draws of a pair of languages.
const SPLITS: u64 = 200;
/// Documents that are split.
const LEAST: usize = 20;
/// Draws of a point of a power curve.
const POWER: u64 = 100;
/// Deals of the groups.
const DEALS: usize = 1000;

/// All checks on parallel text.
pub fn report(bench: &Bench<'_>, config: &Config) -> Result<String, Error> {
    let mut text = String::new();
    let sets = calibrated(xquad(bench.folder)?);
    if sets.is_empty() {
        none(&mut text, "xquad");
    } else {
        let material = Material::new(bench, config, &sets)?;
        let check = material.check("paragraphs of XQuAD", &mut text);
        check.splits(&mut text);
        check.paragraphs(&mut text, &material.calibration, material.method)?;
        check.replaced(&mut text)?;
        for &hub in HUBS.iter().filter(|l| sets.contains_key(l)) {
            check.deals(&mut text, &material.translated.sides([hub, hub]));
        }
        check.matches(&mut text);
    }
    let sets = calibrated(passages(bench.folder)?);
    if sets.is_empty() {
        none(&mut text, "sib200");
    } else {
        let material = Material::new(bench, config, &sets)?;
        let name = "neighbouring sentences of SIB-200, two to four a passage,";
        material.check(name, &mut text).splits(&mut text);
    }
    Ok(text)
}

type Sets = BTreeMap<Language, Vec<(u32, String)>>;

fn calibrated(mut sets: Sets) -> Sets {
    sets.retain(|l, _| l.is_calibrated());
    sets
}

/// Parallel text and the calibration for its languages.
struct Material {
    translated: Translated,
    languages: Vec<Language>,
    calibration: CalibrationVectors,
    crossed: UnitVectors,
    method: Debias,
}

impl Material {
    fn new(bench: &Bench<'_>, config: &Config, sets: &Sets) -> Result<Self, Error> {
        let languages = sets.keys().copied().collect();
        let calibration = bench.calibration_for(&languages)?;
        let (method, _) = calibration.method(&config.cluster.debias)?;
        let calibration = calibration.fitting;
        Ok(Self {
            crossed: calibration::cross_fitted(&calibration, method)?,
            translated: Translated::new(bench, sets, &calibration, method)?,
            languages: languages.into_iter().collect(),
            calibration,
            method,
        })
    }

    fn check(&self, name: &str, text: &mut String) -> Check<'_> {
        let _ = writeln!(
            text,
            "\nValidity on parallel text: {name} that fit the encoder whole; language taken out by `{}`",
            self.method
        );
        Check {
            sides: pairs(&self.languages)
                .map(|pair| self.translated.sides(pair))
                .collect(),
            calibration: Calibration {
                texts: &self.calibration.texts,
                clean: &self.crossed,
            },
            options: CompareOptions::default(),
        }
    }
}

struct Check<'a> {
    sides: Vec<Sides>,
    calibration: Calibration<'a>,
    options: CompareOptions,
}

fn differing(rows: &[FramingRow]) -> Rate {
    Rate::of(
        rows.iter().filter(|r| r.verdict == "differs").count(),
        rows.len(),
    )
}

impl Check<'_> {
    fn draws(&self, sides: &Sides, draw: &Draw<'_>, n: u64) -> Vec<FramingRow> {
        let parallel = sides.parallel();
        (0..n)
            .into_par_iter()
            .filter_map(|seed| split(&parallel, draw, &self.calibration, &self.options, seed))
            .collect()
    }

    /// (a), (d) and (e).
    fn splits(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "(a) random halves of the documents, each in its language: `differs`, at most 5 %; (d) the same 10 to 1\n(e) gap between all documents in the one and in the other language, which is its mean over all halves, ± twice its standard error over documents, and floor: ratio within 25 %"
        );
        let (mut measured, mut all) = (Vec::new(), [Vec::new(), Vec::new()]);
        for sides in &self.sides {
            let articles = &sides.articles;
            if articles.len() < LEAST {
                let _ = writeln!(
                    text,
                    "    {:6} left out: {} documents",
                    sides.name(),
                    articles.len()
                );
                continue;
            }
            let (half, few) = (articles.len() / 2, (articles.len() / 11).max(5));
            let equal = Draw {
                subject: articles,
                other: &[],
                sizes: [half, half],
                replaced: 0,
            };
            let unequal = Draw {
                sizes: [articles.len() - few, few],
                ..equal
            };
            let rows = self.draws(sides, &equal, SPLITS);
            let uneven = self.draws(sides, &unequal, SPLITS);
            let e = same(&sides.parallel(), &self.calibration, &self.options).map(|s| {
                measured.push(s);
                let Same {
                    gap, error, floor, ..
                } = s;
                let twice = 2.0 * error;
                format!(
                    "gap {gap:.4} ± {twice:.4}, floor {floor:.4}, ratio {:.2}",
                    floor / gap
                )
            });
            let _ = writeln!(
                text,
                "    {:6} {:3} passages  (a) {}  (d) {}  (e) {}",
                sides.name(),
                sides.document.len(),
                percent(&differing(&rows)),
                percent(&differing(&uneven)),
                e.unwrap_or_else(|| "no floor".to_owned())
            );
            all[0].extend(rows);
            all[1].extend(uneven);
        }
        let near = |s: &Same| (0.75..=1.25).contains(&(s.floor / s.gap));
        let within = measured.iter().filter(|s| near(s)).count();
        // A ratio to a gap that cannot be told from 0 says nothing.
        let told: Vec<_> = measured.iter().filter(|s| s.gap > 2.0 * s.error).collect();
        let near_told = told.iter().filter(|s| near(s)).count();
        let holding = |s: &&Same| (s.floor_interval[0]..=s.floor_interval[1]).contains(&s.gap);
        let held = measured.iter().filter(holding).count();
        let log: Vec<f64> = measured.iter().map(|s| (s.floor / s.gap).ln()).collect();
        let typical = mean(log.iter().copied());
        let scatter = mean(log.iter().map(|l| (l - typical).powi(2))).sqrt();
        let _ = writeln!(
            text,
            "    all (a) {}  (d) {}  (e) {within} of {} pairs within 25 %, typical ratio {:.2}, scatter of its logarithm {scatter:.2}; {near_told} of the {} whose gap can be told from 0; the floor's interval holds the gap in {held}",
            percent(&differing(&all[0])),
            percent(&differing(&all[1])),
            measured.len(),
            typical.exp(),
            told.len()
        );
    }

    /// (a) on calibration paragraphs: half of them tell the floor, the other half is the corpus.
    fn paragraphs(
        &self,
        text: &mut String,
        calibration: &CalibrationVectors,
        method: Debias,
    ) -> Result<(), Error> {
        let _ = writeln!(
            text,
            "(a) calibration paragraphs: half of them learn the floor, the rest are dealt to the two sides"
        );
        let mut ids: Vec<&str> = calibration
            .texts
            .iter()
            .filter(|t| t.kind == CalibrationKind::Paragraph)
            .map(|t| t.id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let mut rows = Vec::new();
        for turn in 0..2 {
            let studied = |id: &str| {
                ids.iter()
                    .position(|i| *i == id)
                    .is_some_and(|p| p % 2 == turn)
            };
            let learnt = calibration::part(calibration, |t| {
                t.kind != CalibrationKind::Paragraph || !studied(&t.id)
            });
            let crossed = calibration::cross_fitted(&learnt, method)?;
            let fitted = directions::fit(&learnt, method);
            let learnt = Calibration {
                texts: &learnt.texts,
                clean: &crossed,
            };
            for pair in self.sides.iter().map(|s| s.languages) {
                let side = pair.map(|l| {
                    let own = calibration::part(calibration, |t| {
                        t.language == l && t.kind == CalibrationKind::Paragraph && studied(&t.id)
                    });
                    (
                        fitted.apply(&own.vectors, &vec![l; own.texts.len()]),
                        own.n_tokens,
                    )
                });
                let document: Vec<u32> = (0..side[0].0.len() as u32).collect();
                let parallel = Parallel {
                    document: &document,
                    languages: pair,
                    clean: [&side[0].0, &side[1].0],
                    n_tokens: [&side[0].1, &side[1].1],
                };
                let half = document.len() / 2;
                let draw = Draw {
                    subject: &document,
                    other: &[],
                    sizes: [half, half],
                    replaced: 0,
                };
                let found = (0..SPLITS / 2).into_par_iter();
                rows.extend(
                    found
                        .filter_map(|seed| split(&parallel, &draw, &learnt, &self.options, seed))
                        .collect::<Vec<_>>(),
                );
            }
        }
        let _ = writeln!(
            text,
            "    all {} pairs {}, mean gap {:.4}, mean floor {:.4}",
            self.sides.len(),
            percent(&differing(&rows)),
            mean(rows.iter().filter_map(|r| r.gap)),
            mean(rows.iter().filter_map(|r| r.floor))
        );
        Ok(())
    }

    /// (b): some of side b's articles are of other subjects.
    fn replaced(&self, text: &mut String) -> Result<(), Error> {
        let _ = writeln!(
            text,
            "(b) articles in two halves by subject (k-means); so many of side b's documents of the other subject: share found"
        );
        for sides in self.sides.iter().filter(|s| s.languages[0] == HUBS[0]) {
            let (subject, other) = subjects(sides)?;
            let n = (subject.len() / 2).min(other.len());
            let _ = write!(text, "    {:6} {n:2} a side", sides.name());
            for part in 0..=4 {
                let replaced = n * part / 4;
                let draw = Draw {
                    subject: &subject,
                    other: &other,
                    sizes: [n, n],
                    replaced,
                };
                let rate = differing(&self.draws(sides, &draw, POWER));
                let _ = write!(
                    text,
                    "  {replaced:2}: {:3.0} [{:.0}, {:.0}]",
                    100.0 * rate.rate,
                    100.0 * rate.low,
                    100.0 * rate.high
                );
            }
            text.push('\n');
        }
        Ok(())
    }

    /// (c): the articles of one language dealt to two sides.
    fn deals(&self, text: &mut String, one: &Sides) {
        let n = one.articles.len();
        let few = (n / 11).max(5);
        for sizes in [[n / 2, n - n / 2], [n - few, few]] {
            let rate = deal(
                &one.parallel(),
                sizes,
                &self.calibration,
                DEALS,
                &self.options,
            );
            let _ = writeln!(
                text,
                "(c) articles of one language, {}, dealt to two sides, {:2} against {:2}: p at most 0.05, between 3 and 7 %: {}",
                one.languages[0],
                sizes[0],
                sizes[1],
                percent(&rate)
            );
        }
    }

    /// (g).
    fn matches(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "(g) paragraphs with as many distractors, each a document: precision, recall, F1 x 100; cosine: the nearest, from the cosine on that is best with the truth known"
        );
        for sides in &self.sides {
            let found = matching(&sides.parallel(), &self.calibration, &self.options, 1);
            let _ = write!(text, "    {:6}", sides.name());
            for (name, s) in [
                ("matched", found.matched),
                ("translation", found.translation),
                ("cosine", found.cosine),
            ] {
                let _ = write!(
                    text,
                    "  {name} {:3.0} {:3.0} {:5.1}",
                    100.0 * s.precision,
                    100.0 * s.recall,
                    100.0 * s.f1
                );
            }
            let _ = writeln!(text, " (from {:.2})", found.cosine_threshold);
        }
    }
}
