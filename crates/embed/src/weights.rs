//! Safetensors, one file or several shards, f32, f16, bf16 or f8 (e4m3).
//!
//! Tensors are read, not mapped: the system brings in a mapped file by 64 kB around each touched byte, so that nearly
//! all of a table stays in memory of which a few rows are needed, and a file cut short by others ends the program.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use candle_core::DType;
use safetensors::tensor::Metadata;

use crate::{ModelError, positioned::read_exact_at, settings::Settings};

/// Bytes that are read at a time.
const BUFFER: usize = 1 << 16;

/// Values of a table that are kept, 16 MB: a copy costs a tenth of asking the system for a row, and most tokens of a
/// text are frequent ones.
const KEPT: usize = 1 << 22;

/// The longest header that safetensors have.
const LONGEST_HEADER: u64 = 100_000_000;

/// The tensors of a folder.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    path: PathBuf,
    tensors: BTreeMap<String, Stored>,
    prefix: String,
}

#[derive(Debug, Clone)]
struct Stored {
    source: Arc<Source>,
    /// Place of its first byte in the file.
    start: u64,
    dtype: DType,
    shape: Vec<usize>,
}

#[derive(Debug)]
struct Source {
    path: PathBuf,
    file: File,
}

/// A table of which rows are read when they are needed: the word embeddings.
#[derive(Debug)]
pub(crate) struct RowTable {
    stored: Stored,
    rows: usize,
    width: usize,
    /// The row read last of those whose numbers leave the same remainder.
    kept: Vec<Mutex<Kept>>,
}

/// A row of a table; no values, no row.
#[derive(Debug, Default)]
struct Kept {
    row: usize,
    values: Vec<f32>,
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
        stored.read(0, &mut values)?;
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
            kept: (0..rows.min(KEPT / width + 1))
                .map(|_| Mutex::default())
                .collect(),
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
    let unreadable = |source| ModelError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => {
            let hint = "the weights; models that have only pytorch_model.bin must be saved again as safetensors";
            ModelError::MissingFile { path: path.to_owned(), hint }
        }
        _ => unreadable(source),
    })?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut n = [0; 8];
    if length < 8 {
        return Err(broken("it has no header".to_owned()));
    }
    read_exact_at(&file, 0, &mut n).map_err(unreadable)?;
    let n = u64::from_le_bytes(n);
    if n > LONGEST_HEADER.min(length - 8) {
        return Err(broken(format!("its header would have {n} bytes")));
    }
    let mut header = vec![0; n as usize];
    read_exact_at(&file, 8, &mut header).map_err(unreadable)?;
    let header: Metadata = serde_json::from_slice(&header).map_err(|e| broken(e.to_string()))?;
    let data = 8 + n;
    let expected = data.checked_add(header.data_len() as u64);
    if expected != Some(length) {
        return Err(broken(format!(
            "it has {length} bytes, its header says {} and as many as itself",
            header.data_len()
        )));
    }
    let source = Arc::new(Source {
        path: path.to_owned(),
        file,
    });
    for (name, info) in header.tensors() {
        // Tensors of other types (token counters and the like) are no weights; one that is asked for is then missing.
        let Ok(dtype @ (DType::F32 | DType::F16 | DType::BF16 | DType::F8E4M3)) =
            DType::try_from(info.dtype)
        else {
            continue;
        };
        let stored = Stored {
            source: source.clone(),
            start: data + info.data_offsets.0 as u64,
            dtype,
            shape: info.shape.clone(),
        };
        tensors.insert(name, stored);
    }
    Ok(())
}

impl Stored {
    /// Reads `out.len()` values from the value `first` on.
    fn read(&self, first: usize, out: &mut [f32]) -> Result<(), ModelError> {
        self.try_read(first, out)
            .map_err(|source| ModelError::Unreadable {
                path: self.source.path.clone(),
                source,
            })
    }

    fn try_read(&self, first: usize, out: &mut [f32]) -> io::Result<()> {
        let size = self.dtype.size_in_bytes();
        let mut offset = self.start + (first * size) as u64;
        let mut buffer = vec![0; BUFFER.min(out.len() * size)];
        for out in out.chunks_mut(BUFFER / size) {
            let bytes = &mut buffer[..out.len() * size];
            read_exact_at(&self.source.file, offset, bytes)?;
            offset += bytes.len() as u64;
            match self.dtype {
                DType::F32 => widen(out, bytes.as_chunks().0, f32::from_le_bytes),
                DType::F16 => widen(out, bytes.as_chunks().0, f16_to_f32),
                DType::BF16 => widen(out, bytes.as_chunks().0, bf16_to_f32),
                _ => widen(out, bytes.as_chunks().0, f8_to_f32),
            }
        }
        Ok(())
    }
}

fn widen<const N: usize>(out: &mut [f32], stored: &[[u8; N]], value: impl Fn([u8; N]) -> f32) {
    out.iter_mut()
        .zip(stored)
        .for_each(|(o, &bytes)| *o = value(bytes));
}

/// IEEE half precision, without branches so that rows are converted in vectors.
fn f16_to_f32(bytes: [u8; 2]) -> f32 {
    let bits = u16::from_le_bytes(bytes);
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

fn bf16_to_f32(bytes: [u8; 2]) -> f32 {
    f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16)
}

/// One sign, four bits of exponent, three of mantissa, no infinities (Micikevicius et al. 2022, arXiv 2209.05433).
fn f8_to_f32([bits]: [u8; 1]) -> f32 {
    let magnitude = u32::from(bits & 0x7f) << 20;
    // 2¹²⁰ moves the exponent's bias, as above.
    let scaled = f32::from_bits(magnitude) * f32::from_bits(0x7b80_0000);
    let special = if bits & 0x7f == 0x7f { 0x7fc0_0000 } else { 0 };
    f32::from_bits(scaled.to_bits() | special | u32::from(bits & 0x80) << 24)
}

impl RowTable {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Reads one row.
    pub fn read(&self, row: usize, out: &mut [f32]) -> Result<(), ModelError> {
        if row >= self.rows {
            return Err(ModelError::Weights {
                path: self.stored.source.path.clone(),
                message: format!("token {row} has no row: the table has {}", self.rows),
            });
        }
        let out = &mut out[..self.width];
        let kept = &self.kept[row % self.kept.len()];
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.row == row && !kept.values.is_empty() {
            out.copy_from_slice(&kept.values);
            return Ok(());
        }
        self.stored.read(row * self.width, out)?;
        kept.row = row;
        kept.values.clear();
        kept.values.extend_from_slice(out);
        Ok(())
    }

    /// Reads all rows.
    pub fn read_all(&self) -> Result<Vec<f32>, ModelError> {
        let mut values = vec![0.0; self.rows * self.width];
        self.stored.read(0, &mut values)?;
        Ok(values)
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
            let found = f16_to_f32(bits.to_le_bytes());
            assert!(
                found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                "{bits:#x}"
            );
        }
        assert_eq!(bf16_to_f32(0x3fc0u16.to_le_bytes()), 1.5);
    }

    /// Every byte, against the definition: sign · 2^(e−7) · (1 + m/8).
    #[test]
    fn every_byte_of_a_table_is_widened_exactly() {
        for bits in 0..=u8::MAX {
            let (exponent, mantissa) = (i32::from(bits >> 3 & 15), f32::from(bits & 7));
            let magnitude = match (exponent, mantissa) {
                (15, 7.0) => f32::NAN,
                (0, m) => m * 2f32.powi(-9),
                (e, m) => 2f32.powi(e - 7) * (1.0 + m / 8.0),
            };
            let sign = if bits >> 7 == 1 { -1.0 } else { 1.0 };
            let (found, expected) = (f8_to_f32([bits]), sign * magnitude);
            assert!(
                found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                "{bits:#x}"
            );
        }
    }

    #[test]
    fn a_row_is_the_same_read_kept_and_with_all_others() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/golden/tiny-bert-mean");
        let weights = Weights::open(&folder).unwrap();
        let name = "embeddings.word_embeddings.weight";
        let mut table = weights.table(name, 32).unwrap();
        // As few places as make rows meet in one.
        table.kept.truncate(7);
        let all = table.read_all().unwrap();
        assert!(all.len() > BUFFER / 4 && all.iter().any(|&x| x != 0.0));
        for n in 0..3 * table.rows() {
            // Some rows twice running, some after another that takes their place.
            let row = (n / 2 * 7 + n % 5) % table.rows();
            let mut found = [0.0; 32];
            table.read(row, &mut found).unwrap();
            assert_eq!(found, all[row * 32..][..32]);
        }
        assert_eq!(all, weights.tensor(name, &[table.rows(), 32]).unwrap());
    }
}
