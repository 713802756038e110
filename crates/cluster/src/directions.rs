//! What says "language" in a vector, fitted on neutral parallel text.

use std::{collections::BTreeMap, fmt, str::FromStr};

use linfa_linalg::eigh::{EigSort, EighInto};
use ndarray::Array2;
use visavis_records::{
    CalibrationKind, CalibrationVectors, Language, LanguageBasis, LanguageDirections,
};

mod choose;
pub use choose::choose;
pub(crate) use choose::folds;

/// How language is taken out of vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Debias {
    /// Not at all.
    None,
    /// Subtract the mean of the language.
    #[default]
    Center,
    /// Subtract the projection on the language's own first singular vector (LIR: Yang and others, 2021,
    /// arXiv:2109.04727).
    Lir,
    /// Project out, for all languages alike, the directions that tell the language means apart (in the manner of LSAR:
    /// Xie and others, 2022).
    Drop,
}

impl Debias {
    /// All methods, simplest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Center, Self::Lir, Self::Drop];

    /// Its word on the command line and in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Center => "center",
            Self::Lir => "lir",
            Self::Drop => "drop",
        }
    }
}

impl fmt::Display for Debias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Not the name of a method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no way to remove language from vectors; there are none, center, lir and drop")]
pub struct NotADebias(pub String);

impl FromStr for Debias {
    type Err = NotADebias;
    fn from_str(s: &str) -> Result<Self, NotADebias> {
        Self::ALL
            .into_iter()
            .find(|d| d.name() == s)
            .ok_or_else(|| NotADebias(s.to_owned()))
    }
}

/// The share of the variance between language means that [`Debias::Drop`] takes out.
const BETWEEN: f64 = 0.95;

/// Language directions by `method` from the sentences and paragraphs of the calibration (the related sentences, which
/// make other statements, are left out).
pub fn fit(calibration: &CalibrationVectors, method: Debias) -> LanguageDirections {
    fit_where(calibration, method, |_| true)
}

/// [`fit`] on the items that `keep` keeps, by their ids.
pub(crate) fn fit_where(
    calibration: &CalibrationVectors,
    method: Debias,
    keep: impl Fn(&str) -> bool,
) -> LanguageDirections {
    let dim = calibration.vectors.dim();
    let mut rows: BTreeMap<Language, Vec<&[f32]>> = BTreeMap::new();
    for (text, vector) in calibration.texts.iter().zip(calibration.vectors.rows()) {
        if text.kind != CalibrationKind::Related && keep(&text.id) {
            rows.entry(text.language).or_default().push(vector);
        }
    }
    let mut fitted = LanguageDirections {
        method: method.name().to_owned(),
        ..LanguageDirections::default()
    };
    if method == Debias::None || rows.is_empty() {
        return fitted;
    }
    let means: Vec<Vec<f64>> = rows.values().map(|rows| mean(rows, dim)).collect();
    let common = mean(&means, dim);
    let narrow = |v: &[f64]| v.iter().map(|&x| x as f32).collect::<Vec<f32>>();
    match method {
        Debias::None => {}
        Debias::Center => {
            for (language, m) in rows.keys().zip(&means) {
                fitted.by_language.insert(
                    *language,
                    LanguageBasis {
                        mean: narrow(m),
                        directions: vec![],
                    },
                );
            }
            fitted.otherwise.mean = narrow(&common);
        }
        Debias::Lir => {
            let first = |rows: &[Vec<f64>]| {
                principal(rows, dim)
                    .into_iter()
                    .take(1)
                    .map(|(_, d)| narrow(&d))
                    .collect()
            };
            for (language, rows) in &rows {
                let wide: Vec<Vec<f64>> = rows.iter().map(|r| widen(r)).collect();
                let basis = LanguageBasis {
                    mean: vec![],
                    directions: first(&wide),
                };
                fitted.by_language.insert(*language, basis);
            }
            fitted.otherwise.directions = first(&means);
        }
        Debias::Drop => {
            let apart: Vec<Vec<f64>> = means
                .iter()
                .map(|m| m.iter().zip(&common).map(|(x, c)| x - c).collect())
                .collect();
            let directions = principal(&apart, dim);
            let total: f64 = directions.iter().map(|d| d.0).sum();
            let mut so_far = 0.0;
            for (variance, direction) in directions {
                if so_far >= BETWEEN * total {
                    break;
                }
                so_far += variance;
                fitted.otherwise.directions.push(narrow(&direction));
            }
        }
    }
    fitted
}

fn widen(row: &[f32]) -> Vec<f64> {
    row.iter().map(|&x| f64::from(x)).collect()
}

fn mean<T: Copy + Into<f64>, R: AsRef<[T]>>(rows: &[R], dim: usize) -> Vec<f64> {
    let mut mean = vec![0.0; dim];
    for row in rows {
        for (m, &x) in mean.iter_mut().zip(row.as_ref()) {
            *m += x.into() / rows.len() as f64;
        }
    }
    mean
}

/// Right singular vectors of a few long rows with the squares of their singular values, largest first, through the
/// products of the rows; each with its largest value positive, so that the sign is no accident.
pub(crate) fn principal(rows: &[Vec<f64>], dim: usize) -> Vec<(f64, Vec<f64>)> {
    let n = rows.len();
    let gram = Array2::from_shape_fn((n, n), |(i, j)| {
        rows[i]
            .iter()
            .zip(&rows[j])
            .map(|(x, y)| x * y)
            .sum::<f64>()
    });
    let Ok(eigen) = gram.eigh_into() else {
        return Vec::new();
    };
    let (values, vectors) = eigen.sort_eig_desc();
    let largest = values.first().copied().unwrap_or(0.0);
    values
        .iter()
        .enumerate()
        .filter(|&(_, &value)| value > largest * 1e-9 && value > 0.0)
        .map(|(k, &value)| {
            let mut direction = vec![0.0; dim];
            for (i, row) in rows.iter().enumerate() {
                for (d, x) in direction.iter_mut().zip(row) {
                    *d += vectors[[i, k]] * x;
                }
            }
            let norm = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
            let widest = direction
                .iter()
                .copied()
                .fold(0.0f64, |m, x| if x.abs() > m.abs() { x } else { m });
            for x in &mut direction {
                *x /= norm.copysign(widest);
            }
            (value, direction)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::testing::calibration;

    #[test]
    fn names_are_read_back() {
        for method in Debias::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
        }
        assert!(
            "lsar"
                .parse::<Debias>()
                .unwrap_err()
                .to_string()
                .contains("drop")
        );
    }

    #[test]
    fn every_method_brings_translations_closer_than_they_were() {
        let calibration = calibration(40, &[Language::EN, Language::RU, Language::KA], 0.8);
        let languages: Vec<Language> = calibration.texts.iter().map(|t| t.language).collect();
        let closeness = |method| {
            let v = fit(&calibration, method).apply(&calibration.vectors, &languages);
            (0..40)
                .map(|i| f64::from(visavis_kernels::dot(v.row(3 * i), v.row(3 * i + 1))))
                .sum::<f64>()
                / 40.0
        };
        let none = closeness(Debias::None);
        for method in [Debias::Center, Debias::Lir, Debias::Drop] {
            assert!(
                closeness(method) > none + 0.2,
                "{method}: {none} {}",
                closeness(method)
            );
        }
    }

    #[test]
    fn means_are_gone_after_centring_also_for_a_language_not_calibrated() {
        let calibration = calibration(20, &[Language::EN, Language::RU], 0.5);
        let fitted = fit(&calibration, Debias::Center);
        assert_eq!(fitted.by_language.len(), 2);
        let common = &fitted.otherwise.mean;
        let middle: Vec<f32> = (0..common.len())
            .map(|i| fitted.by_language.values().map(|b| b.mean[i]).sum::<f32>() / 2.0)
            .collect();
        assert!(common.iter().zip(middle).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn no_calibration_leaves_vectors_alone() {
        let none = CalibrationVectors {
            texts: vec![],
            vectors: visavis_records::UnitVectors::empty(3),
            n_tokens: vec![],
        };
        for method in Debias::ALL {
            assert!(fit(&none, method).by_language.is_empty());
        }
        assert_eq!(choose(&none).0, Debias::None);
    }
}
