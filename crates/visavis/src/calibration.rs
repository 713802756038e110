//! The calibration texts that come with visavis, and an encoder's vectors for them.

use std::collections::BTreeSet;

use visavis_cluster::{Debias, NotADebias, directions};
use visavis_compare::calibration_fold;
use visavis_embed::Model;
use visavis_records::{
    CalibrationKind, CalibrationText, CalibrationVectors, Encoder, Language, TokenCounter,
    UnitVectors, rows::QualityRow,
};
use visavis_tables::{read_bytes, read_npy, write_npy};

use crate::{
    Error,
    folder::{Folder, hash},
};

/// `data/calibration/calibration.parquet`: neutral parallel text in the calibrated languages.
const PARQUET: &[u8] = include_bytes!("../../../data/calibration/calibration.parquet");

/// The texts, sorted by (kind, id, language).
pub fn texts() -> Result<Vec<CalibrationText>, Error> {
    let mut texts: Vec<CalibrationText> =
        read_bytes("data/calibration/calibration.parquet", PARQUET)?;
    texts.sort_by(|a, b| (a.kind, &a.id, a.language).cmp(&(b.kind, &b.id, b.language)));
    Ok(texts)
}

/// Sentences of every language by which the way to take language out is chosen: the choice belongs to the encoder and
/// does not change with the corpus.
const CHOOSING: &str = "s120";

/// Calibration texts with an encoder's vectors.
pub struct Calibration {
    /// The first sentences in every language.
    pub choosing: CalibrationVectors,
    /// All texts in the languages of the corpus, and in English.
    pub fitting: CalibrationVectors,
}

impl Calibration {
    /// What a corpus in `languages` needs; `encode` gives the vectors of the texts.
    pub fn new(
        encoder: &Model,
        languages: &BTreeSet<Language>,
        encode: impl FnOnce(&[&str]) -> Result<UnitVectors, Error>,
    ) -> Result<Self, Error> {
        let chooses =
            |t: &CalibrationText| t.kind == CalibrationKind::Sentence && *t.id <= *CHOOSING;
        let fits =
            |t: &CalibrationText| t.language == Language::EN || languages.contains(&t.language);
        let mut texts = texts()?;
        texts.retain(|t| chooses(t) || fits(t));
        let strings: Vec<&str> = texts.iter().map(|t| t.text.as_str()).collect();
        let vectors = encode(&strings)?;
        let n_tokens = strings.iter().map(|s| encoder.count(s) as u32).collect();
        let all = CalibrationVectors {
            texts,
            vectors,
            n_tokens,
        };
        Ok(Self {
            choosing: part(&all, chooses),
            fitting: part(&all, fits),
        })
    }

    /// The way to take language out that `debias` names, or for `auto` the one that suits the encoder, with the figures
    /// that led to it.
    pub fn method(&self, debias: &str) -> Result<(Debias, Vec<QualityRow>), Error> {
        if debias == "auto" {
            return Ok(directions::choose(&self.choosing));
        }
        let named = debias
            .parse()
            .map_err(|e: NotADebias| Error::usage(e.to_string()))?;
        Ok((named, Vec::new()))
    }
}

/// The calibration of a corpus in `languages`, computed once for each encoder and folder.
pub fn vectors(
    folder: &Folder,
    encoder: &Model,
    languages: &BTreeSet<Language>,
) -> Result<Calibration, Error> {
    Calibration::new(encoder, languages, |strings| {
        let info = encoder.info();
        let key = hash(&(&info.hash, &info.precision, &info.device, info.dim, strings));
        let cached = folder.private(&format!("calibration-{key}.npy"));
        match read_npy(&cached) {
            Ok((values, dim)) if dim == info.dim && values.len() == strings.len() * dim => {
                UnitVectors::new(values, dim)
                    .map_err(|e| Error::failed(format!("{}: {e}", cached.display())))
            }
            _ => {
                let vectors = encoder.encode(strings)?;
                write_npy(&cached, vectors.as_slice(), vectors.dim())?;
                Ok(vectors)
            }
        }
    })
}

/// Calibration vectors without language, no text having helped to clean itself, as
/// [`visavis_compare::Calibration`] wants them: sentences by directions fitted on the items of the other fold,
/// paragraphs by directions fitted on sentences alone.
pub fn cross_fitted(
    calibration: &CalibrationVectors,
    method: Debias,
) -> Result<UnitVectors, Error> {
    let cleaned = |fitted: &CalibrationVectors| {
        let languages: Vec<Language> = calibration.texts.iter().map(|t| t.language).collect();
        directions::fit(fitted, method).apply(&calibration.vectors, &languages)
    };
    let of_fold =
        [0, 1].map(|other| cleaned(&part(calibration, |t| calibration_fold(&t.id) != other)));
    let of_sentences = cleaned(&part(calibration, |t| t.kind == CalibrationKind::Sentence));
    let row = |(r, text): (usize, &CalibrationText)| match text.kind {
        CalibrationKind::Paragraph => of_sentences.row(r),
        _ => of_fold[calibration_fold(&text.id)].row(r),
    };
    let rows = calibration.texts.iter().enumerate().flat_map(row);
    UnitVectors::new(rows.copied().collect(), calibration.vectors.dim())
        .map_err(|e| Error::failed(e.to_string()))
}

/// The rows whose texts are wanted.
pub fn part(
    all: &CalibrationVectors,
    wanted: impl Fn(&CalibrationText) -> bool,
) -> CalibrationVectors {
    let rows: Vec<u32> = (0..all.texts.len() as u32)
        .filter(|&r| wanted(&all.texts[r as usize]))
        .collect();
    CalibrationVectors {
        texts: rows
            .iter()
            .map(|&r| all.texts[r as usize].clone())
            .collect(),
        vectors: all.vectors.select(&rows),
        n_tokens: rows.iter().map(|&r| all.n_tokens[r as usize]).collect(),
    }
}
