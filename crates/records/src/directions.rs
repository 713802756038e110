//! What says "language" in a vector, as plain values.

use std::collections::BTreeMap;

use crate::{Language, UnitVectors};

/// What to take out of the vectors of one language: subtract `mean`, then the projection on each of `directions`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LanguageBasis {
    /// Mean to subtract, of `dim` values; empty for none.
    pub mean: Vec<f32>,
    /// Orthonormal directions to project out, each of `dim` values.
    pub directions: Vec<Vec<f32>>,
}

/// Language directions of one encoder, fitted on neutral parallel text, never on the studied corpus: that would erase
/// the very differences in subject that are studied.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LanguageDirections {
    /// How they were fitted: `none`, `center`, `lir` or `drop`.
    pub method: String,
    /// What to take out of each calibrated language.
    pub by_language: BTreeMap<Language, LanguageBasis>,
    /// What to take out of a language without its own entry.
    pub otherwise: LanguageBasis,
}

impl LanguageDirections {
    /// Directions that leave vectors as they are.
    pub fn none() -> Self {
        Self {
            method: "none".to_owned(),
            ..Self::default()
        }
    }

    /// The vectors without what says "language": rows of `vectors`, each in its language. A row of which nothing
    /// would be left is kept as it is.
    ///
    /// # Panics
    /// If there is not one language a row.
    pub fn apply(&self, vectors: &UnitVectors, languages: &[Language]) -> UnitVectors {
        assert_eq!(vectors.len(), languages.len(), "one language a row");
        let mut data = vectors.as_slice().to_vec();
        for ((row, language), raw) in data
            .chunks_exact_mut(vectors.dim())
            .zip(languages)
            .zip(vectors.rows())
        {
            let basis = self.by_language.get(language).unwrap_or(&self.otherwise);
            for (x, m) in row.iter_mut().zip(&basis.mean) {
                *x -= m;
            }
            for direction in &basis.directions {
                let along: f32 = row.iter().zip(direction).map(|(x, d)| x * d).sum();
                for (x, d) in row.iter_mut().zip(direction) {
                    *x -= along * d;
                }
            }
            if row.iter().map(|x| x * x).sum::<f32>() < 1e-12 {
                row.copy_from_slice(raw);
            }
        }
        UnitVectors::new(data, vectors.dim()).expect("finite, and not zero as checked above")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_directions_go_and_length_stays_one() {
        let basis = LanguageBasis {
            mean: vec![0.0, 0.0, 0.5],
            directions: vec![vec![1.0, 0.0, 0.0]],
        };
        let by_language = BTreeMap::from([(Language::RU, basis)]);
        let directions = LanguageDirections {
            method: "lir".into(),
            by_language,
            ..Default::default()
        };
        let raw = UnitVectors::new(vec![0.6, 0.0, 0.8, 0.6, 0.0, 0.8, 1.0, 0.0, 0.0], 3).unwrap();
        let clean = directions.apply(&raw, &[Language::RU, Language::EN, Language::EN]);
        assert_eq!(clean.row(0), [0.0, 0.0, 1.0]);
        assert_eq!(clean.row(1), raw.row(1));
    }

    #[test]
    fn a_vector_that_is_all_language_is_kept() {
        let basis = LanguageBasis {
            mean: vec![],
            directions: vec![vec![1.0, 0.0]],
        };
        let directions = LanguageDirections {
            otherwise: basis,
            ..LanguageDirections::none()
        };
        let raw = UnitVectors::new(vec![1.0, 0.0], 2).unwrap();
        assert_eq!(directions.apply(&raw, &[Language::EN]), raw);
    }
}
