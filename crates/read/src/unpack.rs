//! Files inside files: .gz, .zst and .zip, within limits.
//!
//! The names inside an archive are names only; nothing is ever written under them.

use std::io::{self, Cursor, Read};

use crate::{Limits, columns::Refusal};

/// A file that came out of another, or the reason why it did not.
pub(crate) type Member = (String, Result<Vec<u8>, Refusal>);

/// The kinds of packed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
    Zip,
}

impl Packing {
    /// By the extension of a name, and the name without it.
    fn of(name: &str) -> Option<(Self, &str)> {
        let (stem, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "gz" => (Self::Gzip, stem),
            "zst" => (Self::Zstd, stem),
            "zip" => (Self::Zip, stem),
            _ => return None,
        })
    }
}

/// Whether a name is that of a packed file.
pub(crate) fn is_packed(name: &str) -> bool {
    Packing::of(name).is_some()
}

/// Whether a name is that of an archive.
pub(crate) fn is_archive(name: &str) -> bool {
    Packing::of(name).is_some_and(|(packing, _)| packing == Packing::Zip)
}

/// What is inside a packed file, each under its own name.
pub(crate) fn unpack(name: &str, bytes: &[u8], limits: &Limits) -> Vec<Member> {
    match Packing::of(name) {
        Some((Packing::Gzip, stem)) => {
            let content = inflate(
                flate2::read::MultiGzDecoder::new(bytes),
                bytes.len(),
                limits,
            );
            vec![(stem.to_owned(), content)]
        }
        Some((Packing::Zstd, stem)) => {
            let decoder = zstd::stream::read::Decoder::new(bytes).map_err(|e| broken(&e));
            vec![(
                stem.to_owned(),
                decoder.and_then(|d| inflate(d, bytes.len(), limits)),
            )]
        }
        Some((Packing::Zip, _)) => archive(name, bytes, limits),
        None => Vec::new(),
    }
}

fn archive(name: &str, bytes: &[u8], limits: &Limits) -> Vec<Member> {
    let refuse =
        |reason, detail: String| vec![(name.to_owned(), Err(Refusal::new(reason, detail, None)))];
    let mut zip = match zip::ZipArchive::new(Cursor::new(bytes)) {
        Ok(zip) => zip,
        Err(error) => {
            return refuse(
                "truncated",
                format!("The archive is broken or cut off: {error}."),
            );
        }
    };
    if zip.len() > limits.archive_files {
        let limit = limits.archive_files;
        return refuse(
            "too_large",
            format!(
                "The archive holds {} files; the limit is {limit}.",
                zip.len()
            ),
        );
    }
    let mut out = Vec::new();
    let mut budget = limits.clone();
    for at in 0..zip.len() {
        let mut file = match zip.by_index(at) {
            Ok(file) => file,
            Err(error) => {
                let reason = if error.to_string().contains("assword") {
                    "encrypted"
                } else {
                    "truncated"
                };
                out.extend(refuse(
                    reason,
                    format!("File {} of the archive cannot be read: {error}.", at + 1),
                ));
                continue;
            }
        };
        let inside = file
            .name()
            .map_or_else(|_| format!("file {}", at + 1), |n| n.replace('\\', "/"));
        if inside.ends_with('/')
            || inside.split('/').any(|part| {
                part.starts_with('.') && part != "." && part != ".." || part == "__MACOSX"
            })
        {
            continue;
        }
        let full = format!("{name}/{inside}");
        if inside.starts_with('/') || inside.split('/').any(|part| part == "..") {
            let detail =
                "Its name leads out of the archive, which only a harmful archive needs.".to_owned();
            out.push((full, Err(Refusal::new("path", detail, None))));
            continue;
        }
        let packed = usize::try_from(file.compressed_size()).unwrap_or(usize::MAX);
        let content = inflate(&mut file, packed, &budget);
        if let Ok(content) = &content {
            budget.unpacked_bytes = budget.unpacked_bytes.saturating_sub(content.len() as u64);
        }
        out.push((full, content));
    }
    out
}

/// Unpacks a stream of `packed` bytes.
fn inflate(mut stream: impl Read, packed: usize, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let by_ratio = (packed as u64)
        .saturating_mul(limits.unpacked_ratio)
        .max(1 << 20);
    let limit = limits.unpacked_bytes.min(by_ratio);
    let mut out = Vec::new();
    (&mut stream)
        .take(limit.saturating_add(1))
        .read_to_end(&mut out)
        .map_err(|e| broken(&e))?;
    if out.len() as u64 > limit {
        let detail = format!(
            "Unpacked it has more than {limit} bytes, which is too much for its {packed} packed ones."
        );
        return Err(Refusal::new("too_large", detail, None));
    }
    Ok(out)
}

fn broken(error: &io::Error) -> Refusal {
    Refusal::new(
        "truncated",
        format!("It is broken or cut off: {error}."),
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn reasons(members: &[Member]) -> Vec<(&str, Option<&str>)> {
        members
            .iter()
            .map(|(name, m)| (name.as_str(), m.as_ref().err().map(|r| r.reason)))
            .collect()
    }

    #[test]
    fn packed_files_come_out_as_they_went_in() {
        let limits = Limits::default();
        assert_eq!(
            unpack("a.txt.gz", &gz(b"text"), &limits),
            [("a.txt".to_owned(), Ok(b"text".to_vec()))]
        );
        let packed = zstd::encode_all(&b"text"[..], 1).unwrap();
        assert_eq!(
            unpack("a.txt.zst", &packed, &limits),
            [("a.txt".to_owned(), Ok(b"text".to_vec()))]
        );
    }

    #[test]
    fn bombs_and_broken_files_are_refused() {
        let limits = Limits::default();
        let bomb = gz(&vec![0; 64 << 20]);
        assert_eq!(
            reasons(&unpack("a.gz", &bomb, &limits)),
            [("a", Some("too_large"))]
        );
        let whole = gz("Летние месяцы в комиссии".repeat(50).as_bytes());
        assert_eq!(
            reasons(&unpack("a.gz", &whole[..whole.len() / 2], &limits)),
            [("a", Some("truncated"))]
        );
        assert_eq!(
            reasons(&unpack("a.zst", b"junk", &limits)),
            [("a", Some("truncated"))]
        );
        assert_eq!(
            reasons(&unpack("a.zip", b"PK\x03\x04", &limits)),
            [("a.zip", Some("truncated"))]
        );
    }

    #[test]
    fn names_that_lead_out_of_an_archive_are_refused() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["inst/a.txt", "../../etc/b.txt", "__MACOSX/c.txt"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(b"text").unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        let members = unpack("z.zip", &bytes, &Limits::default());
        assert_eq!(
            reasons(&members),
            [
                ("z.zip/inst/a.txt", None),
                ("z.zip/../../etc/b.txt", Some("path"))
            ]
        );
    }
}
