//! Translated passages: the same documents in several languages.

use std::collections::BTreeMap;

use visavis_cluster::{ClusterOptions, Debias, Method, cluster, directions};
use visavis_compare::check::Parallel;
use visavis_records::{CalibrationVectors, Language, Neighbours, TokenCounter, UnitVectors};

use super::Bench;
use crate::Error;

/// Languages that every other is put beside.
pub const HUBS: [Language; 2] = [Language::EN, Language::RU];

/// Each hub with every other language.
pub fn pairs(languages: &[Language]) -> impl Iterator<Item = [Language; 2]> {
    let with = |(i, &hub): (usize, &Language)| {
        let others = languages.iter().filter(move |l| !HUBS[..=i].contains(l));
        others.map(move |&l| [hub, l])
    };
    HUBS.iter()
        .enumerate()
        .filter(|(_, hub)| languages.contains(hub))
        .flat_map(with)
}

/// Documents of passages that say the same in every language.
pub struct Translated {
    document: Vec<u32>,
    n_tokens: BTreeMap<Language, Vec<u32>>,
    clean: BTreeMap<Language, UnitVectors>,
    /// The most tokens that the encoder reads.
    limit: u32,
}

impl Translated {
    pub fn new(
        bench: &Bench<'_>,
        sets: &BTreeMap<Language, Vec<(u32, String)>>,
        calibration: &CalibrationVectors,
        method: Debias,
    ) -> Result<Self, Error> {
        let n = sets.values().map(Vec::len).min().unwrap_or(0);
        let limit = bench.encoder.limit() as u32;
        let fitted = directions::fit(calibration, method);
        let (mut n_tokens, mut clean) = (BTreeMap::new(), BTreeMap::new());
        for (&language, set) in sets {
            let paragraphs = || set[..n].iter().map(|p| &p.1);
            let tokens: Vec<u32> = paragraphs()
                .map(|p| bench.encoder.count(p) as u32)
                .collect();
            // What does not fit is left out of every pair: a dot stands in its row.
            let texts: Vec<String> = paragraphs()
                .zip(&tokens)
                .map(|(p, &t)| {
                    if t <= limit {
                        p.clone()
                    } else {
                        ".".to_owned()
                    }
                })
                .collect();
            n_tokens.insert(language, tokens);
            let vectors = bench.encode(&texts)?;
            clean.insert(language, fitted.apply(&vectors, &vec![language; n]));
        }
        Ok(Self {
            document: (sets.values().next().into_iter())
                .flat_map(|set| set[..n].iter().map(|p| p.0))
                .collect(),
            n_tokens,
            clean,
            limit,
        })
    }

    /// The paragraphs that fit the encoder whole in both languages.
    pub fn sides(&self, languages: [Language; 2]) -> Sides {
        let rows: Vec<u32> = (0..self.document.len() as u32)
            .filter(|&r| {
                languages
                    .iter()
                    .all(|l| self.n_tokens[l][r as usize] <= self.limit)
            })
            .collect();
        let document: Vec<u32> = rows.iter().map(|&r| self.document[r as usize]).collect();
        let mut articles = document.clone();
        articles.dedup();
        let tokens = |l: Language| {
            rows.iter()
                .map(|&r| self.n_tokens[&l][r as usize])
                .collect()
        };
        Sides {
            languages,
            clean: languages.map(|l| self.clean[&l].select(&rows)),
            n_tokens: languages.map(tokens),
            document,
            articles,
        }
    }
}

/// Parallel passages, owned.
pub struct Sides {
    pub languages: [Language; 2],
    /// Article of each paragraph.
    pub document: Vec<u32>,
    /// The articles.
    pub articles: Vec<u32>,
    clean: [UnitVectors; 2],
    n_tokens: [Vec<u32>; 2],
}

impl Sides {
    pub fn parallel(&self) -> Parallel<'_> {
        Parallel {
            document: &self.document,
            languages: self.languages,
            clean: [&self.clean[0], &self.clean[1]],
            n_tokens: [&self.n_tokens[0], &self.n_tokens[1]],
        }
    }

    pub fn name(&self) -> String {
        let [a, b] = self.languages;
        format!("{a}-{b}")
    }
}

/// Articles in two parts by subject, the larger one first, by their mean vectors in the first language.
pub fn subjects(sides: &Sides) -> Result<(Vec<u32>, Vec<u32>), Error> {
    let failed = |e: String| Error::failed(e);
    let dim = sides.clean[0].dim();
    let mut data = vec![0.0f32; sides.articles.len() * dim];
    for (row, article) in sides.document.iter().enumerate() {
        let at = sides.articles.partition_point(|a| a < article) * dim;
        let sum = data[at..at + dim].iter_mut();
        sum.zip(sides.clean[0].row(row)).for_each(|(s, x)| *s += x);
    }
    let centres = UnitVectors::new(data, dim).map_err(|e| failed(e.to_string()))?;
    let options = ClusterOptions {
        clusters: Some(2),
        method: Method::KMeans,
        ..ClusterOptions::default()
    };
    let two = cluster(&centres, &Neighbours::default(), None, &options)
        .map_err(|e| failed(e.to_string()))?;
    let (first, second): (Vec<_>, Vec<_>) = (sides.articles.iter().copied())
        .zip(&two.layers[0].cluster)
        .partition(|(_, c)| **c == 0);
    let articles = |part: Vec<(u32, &i32)>| part.into_iter().map(|(a, _)| a).collect::<Vec<u32>>();
    let (first, second) = (articles(first), articles(second));
    Ok(if first.len() >= second.len() {
        (first, second)
    } else {
        (second, first)
    })
}
