//! The two traits through which a stage uses another's work without knowing it.

use crate::UnitVectors;

/// How long a text is for the encoder. `chunk` is handed one by the front door.
pub trait TokenCounter: Sync {
    /// Tokens of a text, special tokens included, before any truncation.
    fn count(&self, text: &str) -> usize;

    /// The most tokens the encoder reads, special tokens included.
    fn limit(&self) -> usize;
}

/// Texts to vectors. `cluster` and `compare` are handed one by the front door.
pub trait Encoder: Sync {
    /// Values a vector.
    fn dim(&self) -> usize;

    /// One unit vector for each text, in order; the same text gets the same bytes in any company.
    ///
    /// # Errors
    /// Where a text has no finite vector.
    fn encode(&self, texts: &[&str]) -> Result<UnitVectors, EncodeError>;
}

/// Why texts have no vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EncodeError {
    /// Which of the texts, where it is one.
    pub row: Option<usize>,
    /// What went wrong.
    pub message: String,
}
