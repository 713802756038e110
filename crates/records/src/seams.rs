//! The traits through which a stage uses another's work without knowing it.

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

/// Opens files that keep their values by columns. `read` is handed one by the front door, so that it needs no library
/// of columns.
pub trait ColumnarReader: Sync {
    /// Bytes that the columns have when unpacked, as the file says of itself.
    ///
    /// # Errors
    /// Where the bytes are no such file: a sentence without a full stop.
    fn unpacked_bytes(&self, bytes: &[u8]) -> Result<u64, String>;

    /// Hands each row to `row`, in order: the values as text under the names of their columns, nulls left out.
    ///
    /// # Errors
    /// Where the rest of the file cannot be read: a sentence without a full stop.
    fn rows(&self, bytes: &[u8], row: &mut dyn FnMut(Vec<(String, String)>)) -> Result<(), String>;
}
