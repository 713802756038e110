//! Where texts lie while others are read: a file on disk, so that reading holds a row of every document and not its text.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use visavis_records::{ContentHash, Removed};

use crate::{
    copies::{self, Signature},
    recurring, words,
};

/// What of a document is long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Body {
    pub text: String,
    pub removed: Vec<Removed>,
}

/// Where a body lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    start: u64,
    bytes: usize,
}

/// A body laid down, and what is asked of its text before it is taken up again.
#[derive(Debug, Clone)]
pub(crate) struct Laid {
    pub place: Place,
    pub content_hash: ContentHash,
    /// Forms of the lines that might recur over documents.
    pub edges: Vec<u64>,
    /// What finds documents that are nearly the same.
    pub signature: Option<Signature>,
}

impl Laid {
    pub fn new(body: &Body, shelf: &Shelf) -> io::Result<Self> {
        Ok(Self {
            place: shelf.put(body)?,
            content_hash: ContentHash::of(&body.text),
            edges: recurring::forms(&body.text),
            signature: copies::signature(&words::runs(&body.text)),
        })
    }
}

/// A file without a name, gone when the process ends.
#[derive(Debug)]
pub(crate) struct Shelf {
    file: Mutex<File>,
}

impl Shelf {
    /// A shelf in `folder`, or where the system keeps what is temporary.
    pub fn new(folder: Option<&Path>) -> io::Result<Self> {
        let file = folder.map_or_else(tempfile::tempfile, tempfile::tempfile_in)?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    pub fn put(&self, body: &Body) -> io::Result<Place> {
        let pieces = body.removed.iter().flat_map(|r| [&r.reason, &r.text]);
        let mut bytes = Vec::with_capacity(body.text.len() + 8);
        for piece in std::iter::once(&body.text).chain(pieces) {
            bytes.extend((piece.len() as u64).to_le_bytes());
            bytes.extend(piece.as_bytes());
        }
        let mut file = self.file();
        let start = file.seek(SeekFrom::End(0))?;
        file.write_all(&bytes)?;
        Ok(Place {
            start,
            bytes: bytes.len(),
        })
    }

    pub fn get(&self, place: Place) -> io::Result<Body> {
        let mut bytes = vec![0; place.bytes];
        {
            let mut file = self.file();
            file.seek(SeekFrom::Start(place.start))?;
            file.read_exact(&mut bytes)?;
        }
        body_of(&bytes).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it was changed"))
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn body_of(bytes: &[u8]) -> Option<Body> {
    let mut rest = bytes;
    let mut body = Body {
        text: next(&mut rest)?,
        removed: Vec::new(),
    };
    while !rest.is_empty() {
        let reason = next(&mut rest)?;
        let text = next(&mut rest)?;
        body.removed.push(Removed { text, reason });
    }
    Some(body)
}

fn next(rest: &mut &[u8]) -> Option<String> {
    let (length, behind) = rest.split_first_chunk()?;
    let (piece, behind) = behind.split_at_checked(u64::from_le_bytes(*length) as usize)?;
    *rest = behind;
    String::from_utf8(piece.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_what_is_got() {
        let shelf = Shelf::new(None).unwrap();
        let body = |text: &str, removed: usize| Body {
            text: text.to_owned(),
            removed: (0..removed)
                .map(|n| Removed {
                    text: format!("меню {n}"),
                    reason: "menu".to_owned(),
                })
                .collect(),
        };
        let bodies = [body("", 0), body("Text.\n\nМир.", 3), body("z", 1)];
        let places: Vec<Place> = bodies.iter().map(|b| shelf.put(b).unwrap()).collect();
        for (body, place) in bodies.iter().zip(places).rev() {
            assert_eq!(&shelf.get(place).unwrap(), body);
        }
        assert!(body_of(&[9, 0, 0, 0, 0, 0, 0, 0, b'x']).is_none());
    }
}
