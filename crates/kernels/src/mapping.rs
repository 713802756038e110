//! Files as memory.

use std::{fs::File, io, ops::Deref, path::Path};

/// A file mapped into memory, read-only: pages are fetched when they are touched, and given back when memory is short.
#[derive(Debug)]
pub struct Mapped(memmap2::Mmap);

impl Mapped {
    /// Maps a file. It must stay as it is while it is mapped: write new files under another name, then rename.
    ///
    /// # Errors
    /// Where the file cannot be opened or mapped.
    #[allow(unsafe_code)]
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the mapping is private and read-only. Truncation by another process while it is read is the one
        // hazard that remains; files of this house appear under their names complete and are never changed in place.
        unsafe { memmap2::Mmap::map(&file) }.map(Self)
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_file_has_the_bytes_of_the_file() {
        let bytes = std::fs::read(file!().trim_start_matches("crates/kernels/")).unwrap();
        assert_eq!(
            &*Mapped::open(Path::new("src/mapping.rs")).unwrap(),
            &bytes[..]
        );
        assert!(Mapped::open(Path::new("no/such/file")).is_err());
    }
}
