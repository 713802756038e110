//! A linear probe: can the language be read off the vectors of neutral sentences?

use std::collections::BTreeMap;

use ndarray::{Array1, Array2};
use visavis_records::{
    CalibrationKind, CalibrationVectors, Language, LanguageDirections, rows::QualityRow,
};

use super::row;
use crate::directions::{Debias, fit_where, folds};

/// Ridge penalty, in units of the mean squared value of a dimension.
const RIDGE: f64 = 1.0;

/// Accuracy of a ridge classifier of the corpus's languages on the calibration texts, before and after: directions and
/// classifier are fitted on one half of the items and tried on the other, both ways.
pub(super) fn probe(
    calibration: &CalibrationVectors,
    directions: &LanguageDirections,
    corpus: &BTreeMap<Language, usize>,
) -> Vec<QualityRow> {
    let method: Debias = directions.method.parse().unwrap_or(Debias::None);
    let chance = |languages: usize| Some(1.0 / languages as f64);
    let (Some((before, languages)), Some((after, _))) = (
        accuracy(calibration, Debias::None, corpus),
        accuracy(calibration, method, corpus),
    ) else {
        return Vec::new();
    };
    let say = |value: f64, how: &str| {
        format!(
            "{how}, a straight cut through the space tells the language of a neutral sentence in {:.0} % of cases; guessing, in {:.0} %.",
            100.0 * value,
            100.0 / languages as f64
        )
    };
    let verdict = |value: f64| if value > 0.9 { "leak" } else { "good" };
    vec![
        row(
            "language_probe_raw",
            None,
            before,
            chance(languages),
            verdict(before),
            say(before, "In the encoder's own vectors"),
        ),
        row(
            "language_probe",
            None,
            after,
            chance(languages),
            verdict(after),
            say(after, "After language was removed"),
        ),
    ]
}

fn accuracy(
    calibration: &CalibrationVectors,
    method: Debias,
    corpus: &BTreeMap<Language, usize>,
) -> Option<(f64, usize)> {
    let (mut right, mut asked, mut languages) = (0.0, 0.0, 0);
    for second in [false, true] {
        let directions = fit_where(calibration, method, |id| folds(id) != second);
        let rows: Vec<u32> = (0..calibration.texts.len() as u32)
            .filter(|&r| {
                let text = &calibration.texts[r as usize];
                text.kind != CalibrationKind::Related && corpus.contains_key(&text.language)
            })
            .collect();
        let of: Vec<Language> = rows
            .iter()
            .map(|&r| calibration.texts[r as usize].language)
            .collect();
        let vectors = directions.apply(&calibration.vectors.select(&rows), &of);
        let mut distinct = of.clone();
        distinct.sort_unstable();
        distinct.dedup();
        languages = distinct.len();
        let class: Vec<usize> = of
            .iter()
            .map(|l| distinct.binary_search(l).unwrap_or(0))
            .collect();
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for (i, &r) in rows.iter().enumerate() {
            if folds(&calibration.texts[r as usize].id) == second {
                test.push(i);
            } else {
                train.push(i);
            }
        }
        if languages < 2 || train.len() < 2 * languages || test.is_empty() {
            return None;
        }
        let row_of = |i: usize| vectors.row(i).iter().map(|&x| f64::from(x));
        let weights = ridge(&train, &class, languages, vectors.dim(), &row_of)?;
        for &i in &test {
            let x: Array1<f64> = row_of(i).chain([1.0]).collect();
            let guess =
                weights
                    .dot(&x)
                    .iter()
                    .enumerate()
                    .fold(
                        (0, f64::NEG_INFINITY),
                        |b, (c, &s)| if s > b.1 { (c, s) } else { b },
                    );
            right += f64::from(u8::from(guess.0 == class[i]));
            asked += 1.0;
        }
    }
    Some((right / asked, languages))
}

/// Ridge regression on the classes' indicators, one row of weights a class, the constant last.
fn ridge<I: Iterator<Item = f64>>(
    train: &[usize],
    class: &[usize],
    classes: usize,
    dim: usize,
    row: &impl Fn(usize) -> I,
) -> Option<Array2<f64>> {
    let x = Array2::from_shape_vec(
        (train.len(), dim + 1),
        train.iter().flat_map(|&i| row(i).chain([1.0])).collect(),
    )
    .ok()?;
    let mut y = Array2::zeros((train.len(), classes));
    for (k, &i) in train.iter().enumerate() {
        y[[k, class[i]]] = 1.0;
    }
    let mut a = x.t().dot(&x);
    let penalty = RIDGE * train.len() as f64 / dim as f64 * 0.1;
    for d in 0..dim {
        a[[d, d]] += penalty;
    }
    a[[dim, dim]] += 1e-9;
    cholesky_solve(a, &x.t().dot(&y)).map(|w| w.t().to_owned())
}

/// The solution of a · w = b for a symmetric positive definite a.
fn cholesky_solve(mut a: Array2<f64>, b: &Array2<f64>) -> Option<Array2<f64>> {
    let n = a.nrows();
    for j in 0..n {
        for k in 0..j {
            let factor = a[[j, k]];
            for i in j..n {
                a[[i, j]] -= factor * a[[i, k]];
            }
        }
        let pivot = a[[j, j]];
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        let root = pivot.sqrt();
        for i in j..n {
            a[[i, j]] /= root;
        }
    }
    let mut w = b.clone();
    for c in 0..b.ncols() {
        for i in 0..n {
            for k in 0..i {
                w[[i, c]] -= a[[i, k]] * w[[k, c]];
            }
            w[[i, c]] /= a[[i, i]];
        }
        for i in (0..n).rev() {
            for k in i + 1..n {
                w[[i, c]] -= a[[k, i]] * w[[k, c]];
            }
            w[[i, c]] /= a[[i, i]];
        }
    }
    Some(w)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_solution_solves() {
        let a = ndarray::arr2(&[[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]]);
        let b = ndarray::arr2(&[[1.0, 0.0], [2.0, 1.0], [3.0, -1.0]]);
        let w = cholesky_solve(a.clone(), &b).unwrap();
        assert!((a.dot(&w) - b).iter().all(|x| x.abs() < 1e-12));
        assert!(cholesky_solve(ndarray::arr2(&[[-1.0]]), &ndarray::arr2(&[[1.0]])).is_none());
    }
}
