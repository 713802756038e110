//! Short ids that depend on content, never on the order or the names of the input.

use std::{fmt, str::FromStr};

/// The first 64 bits of BLAKE3 over length-prefixed fields.
fn digest(fields: &[&[u8]]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for field in fields {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field);
    }
    let bytes = hasher.finalize();
    u64::from_be_bytes(
        bytes.as_bytes()[..8]
            .try_into()
            .expect("a BLAKE3 digest has 32 bytes"),
    )
}

/// A string that should be sixteen hexadecimal digits and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id of sixteen hexadecimal digits")]
pub struct NotAnId(pub String);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{:016x}", self.0) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(s: &str) -> Result<Self, NotAnId> {
                let digits = s.len() == 16 && s.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                u64::from_str_radix(s, 16).ok().filter(|_| digits).map($name).ok_or_else(|| NotAnId(s.to_owned()))
            }
        }
    };
}

id! {
    /// What a text says, whatever its name: equal text, equal hash.
    ContentHash
}
id! {
    /// A document: [`DocId::of`].
    DocId
}
id! {
    /// A passage: [`ChunkId::of`].
    ChunkId
}

impl ContentHash {
    /// The hash of a text.
    pub fn of(text: &str) -> Self {
        Self(digest(&[b"text", text.as_bytes()]))
    }
}

impl DocId {
    /// From the record's own id (empty where it has none), its text, the part of a page that holds several articles,
    /// and `copy`: 0, or which of several records that agree in all three.
    ///
    /// The path is left out on purpose: renaming a file or a folder changes no id, so joins survive it.
    pub fn of(record: &str, content: ContentHash, part: u32, copy: u32) -> Self {
        let numbers = [content.0, u64::from(part), u64::from(copy)]
            .map(u64::to_le_bytes)
            .concat();
        Self(digest(&[b"document", record.as_bytes(), &numbers]))
    }
}

impl ChunkId {
    /// From the document and the range, in code points.
    pub fn of(document: DocId, start: u32, end: u32) -> Self {
        let numbers = [document.0, u64::from(start), u64::from(end)]
            .map(u64::to_le_bytes)
            .concat();
        Self(digest(&[b"chunk", &numbers]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_across_versions() {
        let content = ContentHash::of("мир");
        let document = DocId::of("", content, 0, 0);
        let chunk = ChunkId::of(document, 0, 3);
        assert_eq!(
            format!("{content} {document} {chunk}"),
            "3199f6175808157d 5bf7730c1ec666e7 1ea462d5e79ef689"
        );
        assert_eq!(document.to_string().parse(), Ok(document));
        assert!("xyz".parse::<DocId>().is_err() && "+123456789abcdef".parse::<DocId>().is_err());
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let c = ContentHash::of("a");
        assert_ne!(DocId::of("x", c, 0, 1), DocId::of("x", c, 1, 0));
        assert_ne!(ContentHash::of("a"), ContentHash::of("a "));
    }
}
