//! The nearest passages of each passage.

/// A k-nearest-neighbour graph: for each row at most `k` other rows, nearest first, ties by row number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Neighbours {
    k: usize,
    rows: Vec<u32>,
    similarity: Vec<f32>,
}

impl Neighbours {
    /// From n × k row numbers and cosines, nearest first.
    ///
    /// # Panics
    /// If the two are not of one length, or not rows of `k`.
    pub fn new(k: usize, rows: Vec<u32>, similarity: Vec<f32>) -> Self {
        assert!(rows.len() == similarity.len() && rows.len().is_multiple_of(k));
        Self {
            k,
            rows,
            similarity,
        }
    }

    /// Neighbours kept for each row.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Number of rows that have neighbours.
    pub fn len(&self) -> usize {
        self.rows.len().checked_div(self.k).unwrap_or(0)
    }

    /// Whether no row has any.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The neighbours of a row, nearest first, and their cosines.
    pub fn of(&self, row: usize) -> (&[u32], &[f32]) {
        let range = if self.k == 0 {
            0..0
        } else {
            row * self.k..(row + 1) * self.k
        };
        (&self.rows[range.clone()], &self.similarity[range])
    }
}
