//! The statistics on parallel text: both sides say the same, because one is a translation of the other.

use std::{collections::BTreeMap, fmt::Write};

use rayon::prelude::*;
use visavis_cluster::{ClusterOptions, Debias, Method, cluster, directions};
use visavis_compare::{
    Calibration, CompareOptions,
    check::{Draw, Parallel, Rate, deal, matching, split},
};
use visavis_records::{
    CalibrationKind, CalibrationVectors, Language, Neighbours, TokenCounter, UnitVectors,
    rows::FramingRow,
};

use super::{
    Bench,
    data::{none, xquad},
    mean, percent,
};
use crate::{Config, Error, calibration};

/// Draws of a pair of languages.
const SPLITS: u64 = 200;
/// Draws of a point of a power curve.
const POWER: u64 = 100;
/// Deals of the groups.
const DEALS: usize = 1000;
/// Languages that every other is put beside.
const HUBS: [Language; 2] = [Language::EN, Language::RU];

/// All checks on parallel text.
pub fn report(bench: &Bench<'_>, config: &Config) -> Result<String, Error> {
    let mut text = String::new();
    let sets = xquad(bench.folder)?;
    if sets.is_empty() {
        none(&mut text, "xquad");
        return Ok(text);
    }
    let languages: Vec<Language> = sets
        .keys()
        .copied()
        .filter(Language::is_calibrated)
        .collect();
    let calibration = encode_calibration(bench, &languages)?;
    let method = match config.cluster.debias.as_str() {
        "auto" => directions::choose(&calibration).0,
        named => named
            .parse()
            .map_err(|e: visavis_cluster::NotADebias| Error::usage(e.to_string()))?,
    };
    let crossed = calibration::cross_fitted(&calibration, method)?;
    let corpus = Xquad::new(bench, &sets, &languages, &calibration, method)?;
    let bench = Check {
        pairs: pairs(&languages),
        calibration: Calibration {
            texts: &calibration.texts,
            clean: &crossed,
        },
        corpus: &corpus,
        options: CompareOptions::default(),
    };
    let _ = writeln!(
        text,
        "\nValidity on parallel text, language taken out by `{method}`: {} paragraphs of {} articles of XQuAD that fit the encoder whole",
        corpus.document.len(),
        corpus.articles.len()
    );
    bench.splits(&mut text);
    bench.paragraphs(&mut text, &calibration, method)?;
    bench.replaced(&mut text)?;
    bench.deals(&mut text);
    bench.matches(&mut text);
    Ok(text)
}

fn encode_calibration(
    bench: &Bench<'_>,
    languages: &[Language],
) -> Result<CalibrationVectors, Error> {
    let mut texts = calibration::texts()?;
    texts.retain(|t| languages.contains(&t.language));
    let strings: Vec<String> = texts.iter().map(|t| t.text.clone()).collect();
    Ok(CalibrationVectors {
        vectors: bench.encode(&strings)?,
        n_tokens: strings
            .iter()
            .map(|s| bench.encoder.count(s) as u32)
            .collect(),
        texts,
    })
}

/// Each hub with every other language.
fn pairs(languages: &[Language]) -> Vec<[Language; 2]> {
    let mut pairs = Vec::new();
    for (i, &hub) in HUBS.iter().enumerate() {
        let others = languages.iter().filter(|l| !HUBS[..=i].contains(l));
        pairs.extend(others.map(|&l| [hub, l]));
    }
    pairs.retain(|p| languages.contains(&p[0]));
    pairs
}

/// `XQuAD` as passages: a paragraph is a passage, an article a document.
struct Xquad {
    document: Vec<u32>,
    articles: Vec<u32>,
    n_tokens: BTreeMap<Language, Vec<u32>>,
    clean: BTreeMap<Language, UnitVectors>,
}

impl Xquad {
    fn new(
        bench: &Bench<'_>,
        sets: &BTreeMap<Language, Vec<(u32, String)>>,
        languages: &[Language],
        calibration: &CalibrationVectors,
        method: Debias,
    ) -> Result<Self, Error> {
        let n = sets.values().map(Vec::len).min().unwrap_or(0);
        let whole: Vec<usize> = (0..n)
            .filter(|&p| {
                languages
                    .iter()
                    .all(|l| bench.encoder.count(&sets[l][p].1) <= bench.encoder.limit())
            })
            .collect();
        let fitted = directions::fit(calibration, method);
        let (mut n_tokens, mut clean) = (BTreeMap::new(), BTreeMap::new());
        for &language in languages {
            let texts: Vec<String> = whole
                .iter()
                .map(|&p| sets[&language][p].1.clone())
                .collect();
            let tokens = texts.iter().map(|t| bench.encoder.count(t) as u32);
            n_tokens.insert(language, tokens.collect());
            let vectors = bench.encode(&texts)?;
            clean.insert(
                language,
                fitted.apply(&vectors, &vec![language; texts.len()]),
            );
        }
        let document: Vec<u32> = whole.iter().map(|&p| sets[&languages[0]][p].0).collect();
        let mut articles = document.clone();
        articles.dedup();
        Ok(Self {
            document,
            articles,
            n_tokens,
            clean,
        })
    }

    fn parallel(&self, languages: [Language; 2]) -> Parallel<'_> {
        Parallel {
            document: &self.document,
            languages,
            clean: languages.map(|l| &self.clean[&l]),
            n_tokens: languages.map(|l| self.n_tokens[&l].as_slice()),
        }
    }
}

struct Check<'a> {
    pairs: Vec<[Language; 2]>,
    calibration: Calibration<'a>,
    corpus: &'a Xquad,
    options: CompareOptions,
}

fn name([a, b]: [Language; 2]) -> String {
    format!("{a}-{b}")
}

fn differing(rows: &[FramingRow]) -> Rate {
    Rate::of(
        rows.iter().filter(|r| r.verdict == "differs").count(),
        rows.len(),
    )
}

impl Check<'_> {
    fn draws(&self, pair: [Language; 2], draw: &Draw<'_>, n: u64) -> Vec<FramingRow> {
        let parallel = self.corpus.parallel(pair);
        (0..n)
            .into_par_iter()
            .filter_map(|seed| split(&parallel, draw, &self.calibration, &self.options, seed))
            .collect()
    }

    /// (a), (d) and (e).
    fn splits(&self, text: &mut String) {
        let articles = &self.corpus.articles;
        let half = articles.len() / 2;
        let few = (articles.len() / 11).max(5);
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
        let _ = writeln!(
            text,
            "(a) random halves of the articles, each in its language: `differs`, at most 5 %; (d) {} against {few} articles\n(e) their mean gap, over the halves [95 % over articles], and the mean floor: ratio within 25 %",
            articles.len() - few
        );
        let (mut ratios, mut all) = (Vec::new(), [Vec::new(), Vec::new()]);
        for &pair in &self.pairs {
            let rows = self.draws(pair, &equal, SPLITS);
            let uneven = self.draws(pair, &unequal, SPLITS);
            let of = |f: fn(&FramingRow) -> Option<f64>| mean(rows.iter().filter_map(f));
            let (gap, floor) = (of(|r| r.gap), of(|r| r.floor));
            // An interval of one draw rests on half of the articles a side; all of them together know the gap better.
            let error = of(|r| Some((r.gap_high? - r.gap_low?) / 4.0)) / 2f64.sqrt();
            let _ = writeln!(
                text,
                "    {:6} (a) {}  (d) {}  (e) gap {gap:.4} ± {:.4}, floor {floor:.4}, ratio {:.2}",
                name(pair),
                percent(&differing(&rows)),
                percent(&differing(&uneven)),
                2.0 * error,
                floor / gap
            );
            ratios.push(floor / gap);
            all[0].extend(rows);
            all[1].extend(uneven);
        }
        let within = ratios.iter().filter(|r| (0.75..=1.25).contains(*r)).count();
        let log: Vec<f64> = ratios.iter().map(|r| r.ln()).collect();
        let typical = mean(log.iter().copied());
        let scatter = mean(log.iter().map(|l| (l - typical).powi(2))).sqrt();
        let _ = writeln!(
            text,
            "    all    (a) {}  (d) {}  (e) {within} of {} pairs within 25 %, typical ratio {:.2}, scatter of its logarithm {scatter:.2}",
            percent(&differing(&all[0])),
            percent(&differing(&all[1])),
            ratios.len(),
            typical.exp()
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
            for &pair in &self.pairs {
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
            self.pairs.len(),
            percent(&differing(&rows)),
            mean(rows.iter().filter_map(|r| r.gap)),
            mean(rows.iter().filter_map(|r| r.floor))
        );
        Ok(())
    }

    /// (b): some of side b's articles are of other subjects.
    fn replaced(&self, text: &mut String) -> Result<(), Error> {
        let centres = self.centres();
        let options = ClusterOptions {
            clusters: Some(2),
            method: Method::KMeans,
            ..ClusterOptions::default()
        };
        let two = cluster(&centres, &Neighbours::default(), &options)
            .map_err(|e| Error::failed(e.to_string()))?;
        let of = |c: i32| -> Vec<u32> {
            let articles = self.corpus.articles.iter().zip(&two.layers[0].cluster);
            articles
                .filter(|(_, k)| **k == c)
                .map(|(a, _)| *a)
                .collect()
        };
        let (mut subject, mut other) = (of(0), of(1));
        if subject.len() < other.len() {
            std::mem::swap(&mut subject, &mut other);
        }
        let n = (subject.len() / 2).min(other.len());
        let _ = writeln!(
            text,
            "(b) articles in two halves by subject (k-means on English): {n} documents a side, so many of side b of the other subject: share found"
        );
        for &pair in self.pairs.iter().filter(|p| p[0] == HUBS[0]) {
            let _ = write!(text, "    {:6}", name(pair));
            for part in [0, 1, 2, 3, 4] {
                let replaced = n * part / 4;
                let draw = Draw {
                    subject: &subject,
                    other: &other,
                    sizes: [n, n],
                    replaced,
                };
                let rate = differing(&self.draws(pair, &draw, POWER));
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

    /// Mean vector of each article, in the first language of the first pair.
    fn centres(&self) -> UnitVectors {
        let clean = &self.corpus.clean[&self.pairs[0][0]];
        let mut data = Vec::new();
        for &article in &self.corpus.articles {
            let mut sum = vec![0.0f32; clean.dim()];
            for (row, _) in self
                .corpus
                .document
                .iter()
                .enumerate()
                .filter(|(_, d)| **d == article)
            {
                sum.iter_mut()
                    .zip(clean.row(row))
                    .for_each(|(s, x)| *s += x);
            }
            data.extend(sum);
        }
        UnitVectors::new(data, clean.dim()).unwrap_or_else(|_| UnitVectors::empty(clean.dim()))
    }

    /// (c): the articles of one language dealt to two sides.
    fn deals(&self, text: &mut String) {
        let n = self.corpus.articles.len();
        let few = (n / 11).max(5);
        let _ = writeln!(
            text,
            "(c) articles of one language dealt to two sides: p at most 0.05, between 3 and 7 %"
        );
        for language in HUBS
            .into_iter()
            .filter(|l| self.corpus.clean.contains_key(l))
        {
            let parallel = self.corpus.parallel([language, language]);
            for sizes in [[n / 2, n - n / 2], [n - few, few]] {
                let rate = deal(&parallel, sizes, &self.calibration, DEALS, &self.options);
                let _ = writeln!(
                    text,
                    "    {language} {:2} against {:2} {}",
                    sizes[0],
                    sizes[1],
                    percent(&rate)
                );
            }
        }
    }

    fn matches(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "(g) paragraphs with as many distractors, each a document: precision, recall, F1 x 100; cosine: the nearest, from the cosine on that is best with the truth known"
        );
        for &pair in &self.pairs {
            let found = matching(
                &self.corpus.parallel(pair),
                &self.calibration,
                &self.options,
                1,
            );
            let _ = write!(text, "    {:6}", name(pair));
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
