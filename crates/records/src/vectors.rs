//! Vectors of length one.

/// Rows of unit length, contiguous: the embeddings of passages, in canonical order.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitVectors {
    data: Vec<f32>,
    dim: usize,
}

/// Why rows cannot be unit vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// The length of the data is not a multiple of the dimension.
    #[error("{len} values do not make rows of {dim}")]
    Shape {
        /// Values given.
        len: usize,
        /// Values a row.
        dim: usize,
    },
    /// A row holds NaN or infinity.
    #[error("row {row} is not finite")]
    NotFinite {
        /// The row.
        row: usize,
    },
    /// A row is zero and points nowhere.
    #[error("row {row} is zero and has no direction")]
    Zero {
        /// The row.
        row: usize,
    },
}

impl UnitVectors {
    /// Scales each row of `data` (n × `dim`) to length one, unless it is so to within 1e-6 already, so that vectors
    /// written and read again keep their bytes.
    ///
    /// # Errors
    /// Where a row is zero or not finite, or `data` does not make rows.
    pub fn new(mut data: Vec<f32>, dim: usize) -> Result<Self, VectorError> {
        if dim == 0 || !data.len().is_multiple_of(dim) {
            return Err(VectorError::Shape {
                len: data.len(),
                dim,
            });
        }
        for (row, v) in data.chunks_exact_mut(dim).enumerate() {
            let norm = v
                .iter()
                .map(|&x| f64::from(x) * f64::from(x))
                .sum::<f64>()
                .sqrt();
            if !norm.is_finite() {
                return Err(VectorError::NotFinite { row });
            }
            if norm == 0.0 {
                return Err(VectorError::Zero { row });
            }
            if (norm - 1.0).abs() > 1e-6 {
                for x in v {
                    *x = (f64::from(*x) / norm) as f32;
                }
            }
        }
        Ok(Self { data, dim })
    }

    /// No rows of `dim` values.
    pub fn empty(dim: usize) -> Self {
        Self {
            data: Vec::new(),
            dim: dim.max(1),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.data.len() / self.dim
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.dim..(row + 1) * self.dim]
    }

    /// All rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> + Clone {
        self.data.chunks_exact(self.dim)
    }

    /// All values, row by row.
    pub fn as_slice(&self) -> &[f32] {
        &self.data
    }

    /// The rows named, in the order named.
    #[must_use]
    pub fn select(&self, rows: &[u32]) -> Self {
        let data = rows
            .iter()
            .flat_map(|&r| self.row(r as usize))
            .copied()
            .collect();
        Self {
            data,
            dim: self.dim,
        }
    }

    /// Takes the values out, row by row.
    pub fn into_vec(self) -> Vec<f32> {
        self.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_scaled_once_and_then_left_alone() {
        let once = UnitVectors::new(vec![1.0, 2.0, 2.0, -3.0, 0.5, 7.0], 3).unwrap();
        for row in once.rows() {
            assert!((row.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-6);
        }
        assert_eq!(UnitVectors::new(once.clone().into_vec(), 3).unwrap(), once);
        assert_eq!(once.select(&[1]).row(0), once.row(1));
    }

    #[test]
    fn what_has_no_direction_is_refused_by_row() {
        assert_eq!(
            UnitVectors::new(vec![1.0, 0.0, 0.0, 0.0], 2),
            Err(VectorError::Zero { row: 1 })
        );
        assert_eq!(
            UnitVectors::new(vec![1.0, f32::NAN], 2),
            Err(VectorError::NotFinite { row: 0 })
        );
        assert_eq!(
            UnitVectors::new(vec![1.0; 3], 2),
            Err(VectorError::Shape { len: 3, dim: 2 })
        );
        assert!(UnitVectors::new(vec![], 0).is_err());
    }
}
