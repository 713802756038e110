//! Neutral parallel text that shows what language alone does to vectors.

use crate::{Language, UnitVectors};

/// What a calibration text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CalibrationKind {
    /// A sentence; the same id says the same in every language.
    Sentence,
    /// A paragraph of three to five sentences; likewise.
    Paragraph,
    /// A sentence on the subject of the sentence with the same number, with another statement.
    Related,
}

impl CalibrationKind {
    /// Its word in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Paragraph => "paragraph",
            Self::Related => "related",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sentence, Self::Paragraph, Self::Related]
            .into_iter()
            .find(|k| k.name() == name)
    }
}

/// A calibration text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalibrationText {
    /// `s007`, `p12`, `r07` (related to `s007`): equal in all languages.
    pub id: String,
    /// What it is.
    pub kind: CalibrationKind,
    /// Its language.
    pub language: Language,
    /// The text.
    pub text: String,
}

/// Calibration texts with an encoder's vectors for them; `vectors` row r belongs to `texts[r]`.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationVectors {
    /// The texts, sorted by (kind, id, language).
    pub texts: Vec<CalibrationText>,
    /// Raw unit vectors, n × dim.
    pub vectors: UnitVectors,
    /// Tokens of each text, special tokens included.
    pub n_tokens: Vec<u32>,
}
