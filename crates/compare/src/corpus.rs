//! What the comparison is given.

use std::collections::{BTreeMap, BTreeSet};

use visavis_records::{ChunkId, Clustering, Date, Groups, Language, Neighbours, UnitVectors};

/// The passages of a corpus, one entry a passage in canonical order, and the documents they come from.
///
/// n passages, m documents; `document` says which of the m each passage belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Corpus<'a> {
    /// Id of each passage (n).
    pub chunk_id: &'a [ChunkId],
    /// Row of each passage's document, 0..m (n).
    pub document: &'a [u32],
    /// Language of each passage (n).
    pub language: &'a [Language],
    /// Tokens of each passage (n).
    pub n_tokens: &'a [u32],
    /// Text of each passage (n).
    pub text: &'a [&'a str],
    /// Vectors as the encoder made them (n × dim).
    pub raw: &'a UnitVectors,
    /// Vectors without what says "language" (n × dim): what framing and counterparts are measured on.
    pub clean: &'a UnitVectors,
    /// Nearest passages by `clean` (n, or none).
    pub neighbours: &'a Neighbours,
    /// Day of each document (m).
    pub date: &'a [Option<Date>],
    /// Whether comparisons count each document (m); duplicates are not counted.
    pub counted: &'a [bool],
}

/// Why nothing can be compared: what was handed in does not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// Two lists that should be of one length are not.
    #[error("{what} has {found} entries where {expected} are needed")]
    Length {
        /// Which list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
    },
    /// A number points outside its list.
    #[error("{what} names row {row} of {len}")]
    Row {
        /// Which list holds the number.
        what: &'static str,
        /// The number.
        row: usize,
        /// Rows there are.
        len: usize,
    },
}

impl Corpus<'_> {
    /// Number of passages.
    pub fn len(&self) -> usize {
        self.chunk_id.len()
    }

    /// Whether there are no passages.
    pub fn is_empty(&self) -> bool {
        self.chunk_id.is_empty()
    }

    /// The row of each passage by its id.
    pub(crate) fn row_of(&self) -> BTreeMap<ChunkId, usize> {
        (0..).zip(self.chunk_id).map(|(r, &id)| (id, r)).collect()
    }

    /// Number of documents that hold passages and are counted.
    pub fn counted_documents(&self) -> usize {
        self.document
            .iter()
            .filter(|&&d| self.counted[d as usize])
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// Whether all parts fit together, and with the clustering and the groups.
    ///
    /// # Errors
    /// Names the first part that does not.
    pub fn check(&self, clustering: &Clustering, groups: &Groups) -> Result<(), CompareError> {
        let n = self.len();
        let same = |what, found, expected| {
            if found == expected {
                Ok(())
            } else {
                Err(CompareError::Length {
                    what,
                    found,
                    expected,
                })
            }
        };
        same("document", self.document.len(), n)?;
        same("language", self.language.len(), n)?;
        same("n_tokens", self.n_tokens.len(), n)?;
        same("text", self.text.len(), n)?;
        same("raw vectors", self.raw.len(), n)?;
        same("clean vectors", self.clean.len(), n)?;
        same("counted", self.counted.len(), self.date.len())?;
        same("groups", groups.of.len(), n)?;
        if !self.neighbours.is_empty() {
            same("neighbours", self.neighbours.len(), n)?;
        }
        let inside = |what, row: usize, len| {
            if row < len {
                Ok(())
            } else {
                Err(CompareError::Row { what, row, len })
            }
        };
        for &d in self.document {
            inside("document", d as usize, self.date.len())?;
        }
        for &g in groups.of.iter().flatten() {
            inside("groups", g as usize, groups.labels.len())?;
        }
        for row in 0..self.neighbours.len() {
            for &r in self.neighbours.of(row).0 {
                inside("neighbours", r as usize, n)?;
            }
        }
        for layer in &clustering.layers {
            same("layer", layer.cluster.len(), n)?;
            for &c in &layer.cluster {
                let (low, high) = (layer.first as i32, (layer.first + layer.n_clusters) as i32);
                if c != -1 && !(low..high).contains(&c) {
                    return Err(CompareError::Row {
                        what: "layer",
                        row: c as usize,
                        len: high as usize,
                    });
                }
            }
        }
        Ok(())
    }
}
