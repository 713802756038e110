//! What can go wrong for a whole run.

use std::path::PathBuf;

/// Why a run stopped. Bad input is no error: it is a row of `rejected.parquet`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something was asked for that is not there or makes no sense: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Something that should work did not: exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// A set-up that the user can mend.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// A failure of something outside.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    /// The file system refused.
    pub fn io(path: impl Into<PathBuf>, source: &std::io::Error) -> Self {
        Self::Failed(format!("{}: {source}", path.into().display()))
    }

    /// The exit code of the design.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) => 1,
        }
    }
}

impl From<visavis_tables::TableError> for Error {
    fn from(error: visavis_tables::TableError) -> Self {
        Self::Failed(format!(
            "{error} (if the folder was changed by hand, run into a new one)"
        ))
    }
}

impl From<visavis_records::EncodeError> for Error {
    fn from(error: visavis_records::EncodeError) -> Self {
        Self::Failed(error.to_string())
    }
}
