//! The calibration texts that come with visavis, and an encoder's vectors for them.

use visavis_embed::Model;
use visavis_records::{CalibrationText, CalibrationVectors, Encoder, TokenCounter, UnitVectors};
use visavis_tables::{read_bytes, read_npy, write_npy};

use crate::{Error, folder::{Folder, hash}};

/// `data/calibration/calibration.parquet`: neutral parallel text in the calibrated languages.
const PARQUET: &[u8] = include_bytes!("../../../data/calibration/calibration.parquet");

/// The texts, sorted by (kind, id, language).
pub fn texts() -> Result<Vec<CalibrationText>, Error> {
    let mut texts: Vec<CalibrationText> = read_bytes("data/calibration/calibration.parquet", PARQUET)?;
    texts.sort_by(|a, b| (a.kind, &a.id, a.language).cmp(&(b.kind, &b.id, b.language)));
    Ok(texts)
}

/// The texts with the encoder's vectors, computed once for each encoder and folder.
pub fn vectors(folder: &Folder, encoder: &Model) -> Result<CalibrationVectors, Error> {
    let texts = texts()?;
    let strings: Vec<&str> = texts.iter().map(|t| t.text.as_str()).collect();
    let info = encoder.info();
    let key = hash(&(&info.hash, &info.precision, &info.device, info.dim, &strings));
    let cached = folder.private(&format!("calibration-{key}.npy"));
    let vectors = match read_npy(&cached) {
        Ok((values, dim)) if dim == info.dim && values.len() == texts.len() * dim => {
            UnitVectors::new(values, dim).map_err(|e| Error::failed(format!("{}: {e}", cached.display())))?
        }
        _ => {
            let vectors = encoder.encode(&strings)?;
            write_npy(&cached, vectors.as_slice(), vectors.dim())?;
            vectors
        }
    };
    let n_tokens = strings.iter().map(|s| encoder.count(s) as u32).collect();
    Ok(CalibrationVectors { texts, vectors, n_tokens })
}
