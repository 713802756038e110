//! The `.npy` file beside `embeddings.parquet`: what `np.load(…, mmap_mode="r")` opens as a matrix.

use std::{
    fs,
    io::{BufWriter, Read, Write},
    path::Path,
};

use crate::file::{TableError, whole_file};

const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";

/// Writes `values` (n × `dim`, row by row) as `<f4`, little-endian, NPY format 1.0.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_npy(path: &Path, values: &[f32], dim: usize) -> Result<(), TableError> {
    let rows = values.len().checked_div(dim).unwrap_or(0);
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dim}), }}");
    // The data begins at a multiple of 64 bytes; the header ends with a newline.
    let padding = (64 - (MAGIC.len() + 2 + header.len() + 1) % 64) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    whole_file(path, |file| {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        out.write_all(MAGIC)?;
        out.write_all(&(header.len() as u16).to_le_bytes())?;
        out.write_all(header.as_bytes())?;
        for value in values {
            out.write_all(&value.to_le_bytes())?;
        }
        out.flush()
    })
}

/// Reads what [`write_npy`] wrote: the values and their dimension.
///
/// # Errors
/// Where the file cannot be read or is not such a file.
pub fn read_npy(path: &Path) -> Result<(Vec<f32>, usize), TableError> {
    let broken = |what: &str| TableError::Malformed {
        path: path.into(),
        what: what.to_owned(),
    };
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|mut f| f.read_to_end(&mut bytes))
        .map_err(|source| TableError::Io {
            path: path.into(),
            source,
        })?;
    let rest = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| broken("is not an NPY file of format 1.0"))?;
    let (length, rest) = rest
        .split_first_chunk::<2>()
        .ok_or_else(|| broken("has no header"))?;
    let length = usize::from(u16::from_le_bytes(*length));
    let header = rest
        .get(..length)
        .and_then(|h| std::str::from_utf8(h).ok())
        .ok_or_else(|| broken("has no header"))?;
    let shape = header
        .contains("'<f4'")
        .then(|| header.split_once('(')?.1.split_once(')')?.0.split_once(','))
        .flatten()
        .and_then(|(n, d)| {
            Some((
                n.trim().parse::<usize>().ok()?,
                d.trim().parse::<usize>().ok()?,
            ))
        });
    let (rows, dim) = shape.ok_or_else(|| broken("does not hold a matrix of f32"))?;
    let data = &rest[length..];
    if rows.checked_mul(dim).and_then(|n| n.checked_mul(4)) != Some(data.len()) {
        return Err(broken("is shorter or longer than its header says"));
    }
    Ok((
        data.as_chunks::<4>()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b))
            .collect(),
        dim,
    ))
}
