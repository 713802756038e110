//! A JSON file of a model folder, with errors that name the file and the key.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::ModelError;

/// A JSON object and the file that it came from.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub path: PathBuf,
    pub value: Value,
}

impl Settings {
    /// Reads a file that must be there.
    pub fn read(path: PathBuf, hint: &'static str) -> Result<Self, ModelError> {
        Self::read_if_there(path.clone())?.ok_or(ModelError::MissingFile { path, hint })
    }

    /// Reads a file that may be absent.
    pub fn read_if_there(path: PathBuf) -> Result<Option<Self>, ModelError> {
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ModelError::Unreadable { path, source }),
        };
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Some(Self { path, value })),
            Err(e) => Err(ModelError::Malformed {
                path,
                message: e.to_string(),
            }),
        }
    }

    /// The first of these keys that is there and not null.
    pub fn get(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter()
            .find_map(|k| self.value.get(k))
            .filter(|v| !v.is_null())
    }

    /// A positive whole number.
    pub fn size(&self, keys: &[&str]) -> Result<usize, ModelError> {
        self.get(keys)
            .and_then(Value::as_u64)
            .filter(|&n| n > 0 && n < 1 << 32)
            .map(|n| n as usize)
            .ok_or_else(|| self.missing(keys))
    }

    /// A positive whole number that may be absent.
    pub fn size_or(&self, keys: &[&str], otherwise: usize) -> Result<usize, ModelError> {
        if self.get(keys).is_none() {
            Ok(otherwise)
        } else {
            self.size(keys)
        }
    }

    /// A number.
    pub fn number(&self, keys: &[&str]) -> Result<f64, ModelError> {
        self.get(keys)
            .and_then(Value::as_f64)
            .ok_or_else(|| self.missing(keys))
    }

    /// A number that may be absent.
    pub fn number_or(&self, keys: &[&str], otherwise: f64) -> Result<f64, ModelError> {
        if self.get(keys).is_none() {
            Ok(otherwise)
        } else {
            self.number(keys)
        }
    }

    /// A word.
    pub fn word(&self, keys: &[&str]) -> Result<&str, ModelError> {
        self.get(keys)
            .and_then(Value::as_str)
            .ok_or_else(|| self.missing(keys))
    }

    /// A word that may be absent.
    pub fn word_or<'a>(&'a self, keys: &[&str], otherwise: &'a str) -> &'a str {
        self.get(keys).and_then(Value::as_str).unwrap_or(otherwise)
    }

    /// A switch, off where absent.
    pub fn switch(&self, key: &str) -> bool {
        self.value
            .get(key)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }

    /// The error for a value that is not supported.
    pub fn unsupported(&self, key: &str, found: &str, known: &'static str) -> ModelError {
        ModelError::Unsupported {
            path: self.path.clone(),
            key: key.to_owned(),
            found: found.to_owned(),
            known,
        }
    }

    fn missing(&self, keys: &[&str]) -> ModelError {
        ModelError::MissingKey {
            path: self.path.clone(),
            key: keys[0].to_owned(),
        }
    }
}

/// Bytes of a file that must be there.
pub(crate) fn read_bytes(path: &Path, hint: &'static str) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => ModelError::MissingFile {
            path: path.to_owned(),
            hint,
        },
        _ => ModelError::Unreadable {
            path: path.to_owned(),
            source,
        },
    })
}
