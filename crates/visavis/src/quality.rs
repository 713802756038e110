//! `visavis bench quality`: how good an encoder is, and whether the statistics keep what they promise.
//!
//! Four parts, each of which can be run alone: `encoder` scores vectors on public data, `clusters` looks for language in
//! clusters of topics, `validity` tests the comparison itself where the answer is known, `briefs` compares `data/briefs`
//! with the truth about it. What data are missing is left out with a line that says so.

mod briefs;
mod clusters;
mod data;
mod encoder;
mod parallel;
mod planted;
mod translated;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    str::FromStr,
};

use visavis_compare::check::Rate;
use visavis_embed::Model;
use visavis_records::{Encoder, Language, UnitVectors};

use crate::{
    Config, Error, Surroundings,
    calibration::Calibration,
    pipeline::{load, resolve},
};

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Scores of the encoder: topics, translated sentences, similarity, paragraphs.
    Encoder,
    /// Clusters of topics in several languages at once.
    Clusters,
    /// The statistics on planted vectors and on parallel text, where the answer is known.
    Validity,
    /// `data/briefs` compared by side, against the truth about it.
    Briefs,
}

impl Part {
    /// All parts, in the order in which they are run.
    pub const ALL: [Self; 4] = [Self::Encoder, Self::Clusters, Self::Validity, Self::Briefs];

    /// Its word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encoder => "encoder",
            Self::Clusters => "clusters",
            Self::Validity => "validity",
            Self::Briefs => "briefs",
        }
    }
}

impl FromStr for Part {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|p| p.name() == s)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                format!("`{s}` is no part; there are {names}")
            })
    }
}

/// What to bench, and on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quality {
    /// Folder with sib200, tatoeba, stsb and xquad.
    pub data: PathBuf,
    /// The folder of the briefs; the truth lies beside it as `NAME.truth.json`.
    pub briefs: PathBuf,
    /// The parts wanted.
    pub parts: BTreeSet<Part>,
}

/// Runs the parts wanted and hands over the text of each when it is done.
///
/// # Errors
/// What `say` refuses, and where the encoder cannot be loaded, or the data folder is not there.
pub fn bench_quality(
    config: &Config,
    surroundings: &Surroundings,
    quality: &Quality,
    mut say: impl FnMut(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    if !quality.data.is_dir() {
        return Err(Error::usage(format!(
            "{} is no folder: name one with sib200, tatoeba, stsb and xquad",
            quality.data.display()
        )));
    }
    let encoder = load(&resolve(config, surroundings)?, config)?;
    let info = encoder.info();
    say(&format!(
        "{} {} on {}, {} dimensions\n",
        info.id, info.precision, info.device, info.dim
    ))?;
    let bench = Bench {
        encoder: &encoder,
        folder: &quality.data,
    };
    for part in &quality.parts {
        let text = match part {
            Part::Encoder => encoder::report(&bench)?,
            Part::Clusters => clusters::report(&bench, config)?,
            Part::Validity => {
                say(&planted::report())?;
                parallel::report(&bench, config)?
            }
            Part::Briefs => briefs::report(config, surroundings, &quality.briefs)?,
        };
        say(&text)?;
    }
    Ok(())
}

struct Bench<'a> {
    encoder: &'a Model,
    folder: &'a Path,
}

impl Bench<'_> {
    fn encode(&self, texts: &[String]) -> Result<UnitVectors, Error> {
        Ok(self
            .encoder
            .encode(&texts.iter().map(String::as_str).collect::<Vec<_>>())?)
    }

    /// The calibration that a corpus in `languages` would have.
    fn calibration_for(&self, languages: &BTreeSet<Language>) -> Result<Calibration, Error> {
        Calibration::new(self.encoder, languages, |texts| {
            Ok(self.encoder.encode(texts)?)
        })
    }
}

/// A rate as it is printed: of how many, with its 95 % interval.
fn percent(rate: &Rate) -> String {
    format!(
        "{:5.1} % of {} [{:.1}, {:.1}]",
        100.0 * rate.rate,
        rate.n,
        100.0 * rate.low,
        100.0 * rate.high
    )
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = values.clone().count().max(1) as f64;
    values.sum::<f64>() / n
}

/// Mean and standard deviation.
fn spread(values: &[f64]) -> (f64, f64) {
    let middle = mean(values.iter().copied());
    let squares: f64 = values.iter().map(|v| (v - middle).powi(2)).sum();
    (middle, (squares / (values.len().max(2) - 1) as f64).sqrt())
}

/// Languages put together: the vectors and topics of all, and the number of each row's language.
fn pooled(sides: &[(&UnitVectors, &[i32])]) -> Result<(UnitVectors, Vec<i32>, Vec<i32>), Error> {
    let data = sides.iter().flat_map(|s| s.0.as_slice()).copied().collect();
    let dim = sides.first().map_or(1, |s| s.0.dim());
    let vectors = UnitVectors::new(data, dim).map_err(|e| Error::failed(e.to_string()))?;
    let topics = sides.iter().flat_map(|s| s.1).copied().collect();
    let languages = (0i32..)
        .zip(sides)
        .flat_map(|(i, s)| std::iter::repeat_n(i, s.1.len()))
        .collect();
    Ok((vectors, topics, languages))
}
