//! Safetensors, mapped into memory: one file or several shards, f32, f16 or bf16.

use std::{collections::BTreeMap, io::ErrorKind, ops::Range, path::Path, path::PathBuf, sync::Arc};

use candle_core::{DType, safetensors::SliceSafetensors};
use visavis_kernels::Mapped;

use crate::{ModelError, settings::Settings};

/// The tensors of a folder.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    path: PathBuf,
    tensors: BTreeMap<String, Stored>,
    prefix: String,
}

#[derive(Debug, Clone)]
struct Stored {
    file: Arc<Mapped>,
    bytes: Range<usize>,
    dtype: DType,
    shape: Vec<usize>,
}

/// A table of which rows are read when they are needed: the word embeddings. Only touched pages are in memory.
#[derive(Debug, Clone)]
pub(crate) struct RowTable {
    stored: Stored,
    rows: usize,
    width: usize,
}

impl Weights {
    /// Opens `model.safetensors` of a folder, or the shards named in `model.safetensors.index.json`.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let single = folder.join("model.safetensors");
        let index = Settings::read_if_there(folder.join("model.safetensors.index.json"))?;
        let shards: Vec<PathBuf> = match index {
            Some(index) if !single.exists() => {
                let map = index
                    .get(&["weight_map"])
                    .and_then(serde_json::Value::as_object);
                let missing = || ModelError::MissingKey {
                    path: index.path.clone(),
                    key: "weight_map".into(),
                };
                let mut names: Vec<&str> = map
                    .ok_or_else(missing)?
                    .values()
                    .filter_map(|v| v.as_str())
                    .collect();
                names.sort_unstable();
                names.dedup();
                names.into_iter().map(|n| folder.join(n)).collect()
            }
            _ => vec![single.clone()],
        };
        let mut tensors = BTreeMap::new();
        for shard in shards {
            read_header(&shard, &mut tensors)?;
        }
        Ok(Self {
            path: single,
            tensors,
            prefix: String::new(),
        })
    }

    /// Chooses the prefix of tensor names (`bert.`, `model.`, none) under which `name` is found.
    pub fn with_prefix_of(mut self, name: &str) -> Result<Self, ModelError> {
        let prefix = self.tensors.keys().find_map(|k| {
            k.strip_suffix(name)
                .filter(|p| p.is_empty() || p.ends_with('.'))
        });
        self.prefix = prefix.ok_or_else(|| self.missing(name))?.to_owned();
        Ok(self)
    }

    /// Whether there is a tensor of that name.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(&self.full(name))
    }

    /// The values of a tensor, as f32, which must have the given shape.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let stored = self.stored(name, shape)?;
        let mut values = vec![0.0; shape.iter().product()];
        stored.read(0, &mut values);
        Ok(values)
    }

    /// A table of `width` columns, its rows to be read later.
    pub fn table(&self, name: &str, width: usize) -> Result<RowTable, ModelError> {
        let rows = self
            .tensors
            .get(&self.full(name))
            .and_then(|t| t.shape.first())
            .copied()
            .unwrap_or(0);
        let stored = self.stored(name, &[rows, width])?.clone();
        Ok(RowTable {
            stored,
            rows,
            width,
        })
    }

    fn stored(&self, name: &str, shape: &[usize]) -> Result<&Stored, ModelError> {
        let stored = self
            .tensors
            .get(&self.full(name))
            .ok_or_else(|| self.missing(name))?;
        if stored.shape == shape {
            Ok(stored)
        } else {
            let (found, expected) = (stored.shape.clone(), shape.to_vec());
            Err(ModelError::Shape {
                path: self.path.clone(),
                name: self.full(name),
                found,
                expected,
            })
        }
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn missing(&self, name: &str) -> ModelError {
        ModelError::MissingTensor {
            path: self.path.clone(),
            name: self.full(name),
        }
    }
}

fn read_header(path: &Path, tensors: &mut BTreeMap<String, Stored>) -> Result<(), ModelError> {
    let broken = |message: String| ModelError::Weights {
        path: path.to_owned(),
        message,
    };
    let file = Mapped::open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => {
            let hint = "the weights; models that have only pytorch_model.bin must be saved again as safetensors";
            ModelError::MissingFile { path: path.to_owned(), hint }
        }
        _ => ModelError::Unreadable { path: path.to_owned(), source },
    })?;
    let file = Arc::new(file);
    let slices = SliceSafetensors::new(&file).map_err(|e| broken(e.to_string()))?;
    for (name, view) in slices.tensors() {
        // Tensors of other types (token counters and the like) are no weights; one that is asked for is then missing.
        let Ok(dtype @ (DType::F32 | DType::F16 | DType::BF16)) = DType::try_from(view.dtype())
        else {
            continue;
        };
        let start = view.data().as_ptr() as usize - file.as_ptr() as usize;
        let bytes = start..start + view.data().len();
        tensors.insert(
            name,
            Stored {
                file: file.clone(),
                bytes,
                dtype,
                shape: view.shape().to_vec(),
            },
        );
    }
    Ok(())
}

impl Stored {
    /// Reads `out.len()` values from the value `first` on.
    fn read(&self, first: usize, out: &mut [f32]) {
        let bytes = &self.file[self.bytes.clone()];
        if self.dtype == DType::F32 {
            let (values, _) = bytes[first * 4..].as_chunks::<4>();
            out.iter_mut()
                .zip(values)
                .for_each(|(o, &b)| *o = f32::from_le_bytes(b));
            return;
        }
        let (values, _) = bytes[first * 2..].as_chunks::<2>();
        let pairs = out.iter_mut().zip(values);
        if self.dtype == DType::F16 {
            pairs.for_each(|(o, &b)| *o = f16_to_f32(u16::from_le_bytes(b)));
        } else {
            pairs.for_each(|(o, &b)| *o = bf16_to_f32(u16::from_le_bytes(b)));
        }
    }
}

/// IEEE half precision, without branches so that rows are converted in vectors.
fn f16_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = u32::from(bits & 0x7fff) << 13;
    // 2¹¹² moves the exponent from half's bias to single's, subnormals included.
    let scaled = f32::from_bits(magnitude) * f32::from_bits(0x7780_0000);
    let special = if magnitude >= 0x0f80_0000 {
        0x7f80_0000
    } else {
        0
    };
    f32::from_bits(scaled.to_bits() | special | sign)
}

fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

impl RowTable {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Reads one row.
    pub fn read(&self, row: usize, out: &mut [f32]) {
        self.stored.read(row * self.width, &mut out[..self.width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every half-precision number, against the definition: sign · 2^(e−15) · (1 + m/1024), and the special cases.
    #[test]
    fn every_half_is_widened_exactly() {
        for bits in 0..=u16::MAX {
            let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
            let magnitude = match (exponent, mantissa) {
                (31, 0.0) => f32::INFINITY,
                (31, _) => f32::NAN,
                (0, m) => m * 2f32.powi(-24),
                (e, m) => 2f32.powi(e - 15) * (1.0 + m / 1024.0),
            };
            let expected = if bits >> 15 == 1 {
                -magnitude
            } else {
                magnitude
            };
            let found = f16_to_f32(bits);
            assert!(
                found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                "{bits:#x}"
            );
        }
        assert_eq!(bf16_to_f32(0x3fc0), 1.5);
    }
}
