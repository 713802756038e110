//! How well a partition tells passages apart, asked of the passages of other documents.

use std::collections::BTreeMap;

use rayon::prelude::*;
use visavis_kernels::dot;
use visavis_records::UnitVectors;

use crate::kmeans::{members, sum};

/// The mean silhouette of a partition whose parts are numbered without gaps (Rousseeuw, 1987; between −1 and 1), by
/// cosine distance and without pairs of one document: passages of one document are alike whatever they are about, so
/// that with these pairs documents would look like the best clusters. With a the mean distance of a passage to the other
/// documents' passages in its part and b that to those of the nearest other part, it is (b − a) / max(a, b); 0 for a
/// passage without such in either. `document` has one number a passage; `None`: each is its own.
pub(crate) fn silhouette(
    vectors: &UnitVectors,
    part: &[u32],
    parts: usize,
    document: Option<&[u32]>,
) -> f64 {
    let dim = vectors.dim();
    let total: Vec<(Vec<f32>, f64)> = members(part, parts)
        .iter()
        .map(|m| total(vectors, m))
        .collect();
    let mut documents: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for row in 0..part.len() as u32 {
        let document = document.map_or(row, |d| d[row as usize]);
        documents.entry(document).or_default().push(row);
    }
    let documents: Vec<Vec<u32>> = documents.into_values().collect();
    let sums: Vec<f64> = documents
        .par_iter()
        .map(|rows| {
            let mut own: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for &row in rows {
                own.entry(part[row as usize]).or_default().push(row);
            }
            let own: BTreeMap<u32, (Vec<f32>, f64)> = own
                .into_iter()
                .map(|(p, rows)| (p, self::total(vectors, &rows)))
                .collect();
            let of = |row: &u32| {
                let vector = &vectors.as_slice()[*row as usize * dim..][..dim];
                // Mean distance to the other documents' passages of each part; `None` where there are none.
                let distance = |p: u32| {
                    let (all, count) = &total[p as usize];
                    let (mut product, mut n) = (f64::from(dot(vector, all)), *count);
                    if let Some((same, count)) = own.get(&p) {
                        product -= f64::from(dot(vector, same));
                        n -= count;
                    }
                    (n > 0.0).then(|| 1.0 - product / n)
                };
                let mine = part[*row as usize];
                let a = distance(mine)?;
                let others = (0..parts as u32).filter(|&p| p != mine);
                let b = others.filter_map(distance).min_by(f64::total_cmp)?;
                Some((b - a) / a.max(b).max(1e-9))
            };
            rows.iter().filter_map(of).sum()
        })
        .collect();
    sums.iter().sum::<f64>() / part.len().max(1) as f64
}

/// The sum of some rows, and how many they are.
fn total(vectors: &UnitVectors, rows: &[u32]) -> (Vec<f32>, f64) {
    let sum = sum(vectors.as_slice(), vectors.dim(), rows);
    (
        sum.into_iter().map(|x| x as f32).collect(),
        rows.len() as f64,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::mixture;

    /// The slow twin: every pair.
    fn plain(vectors: &UnitVectors, part: &[u32], parts: usize, document: &[u32]) -> f64 {
        let n = part.len();
        let distance = |i: usize, p: u32| {
            let others = (0..n).filter(|&j| part[j] == p && document[j] != document[i]);
            let all: Vec<f64> = others
                .map(|j| 1.0 - f64::from(dot(vectors.row(i), vectors.row(j))))
                .collect();
            (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
        };
        let of = |i: usize| {
            let a = distance(i, part[i])?;
            let b = (0..parts as u32)
                .filter(|&p| p != part[i])
                .filter_map(|p| distance(i, p))
                .min_by(f64::total_cmp)?;
            Some((b - a) / a.max(b))
        };
        (0..n).filter_map(of).sum::<f64>() / n as f64
    }

    #[test]
    fn it_is_that_of_all_pairs_of_two_documents() {
        let (vectors, truth) = mixture(120, 16, 5, 0.2, 3);
        let part: Vec<u32> = truth.iter().map(|&t| (t + 1) as u32).collect();
        let document: Vec<u32> = (0..120).map(|row| row / 7 % 9).collect();
        let own: Vec<u32> = (0..120).collect();
        for (given, plainly) in [(Some(&document[..]), &document), (None, &own)] {
            let fast = silhouette(&vectors, &part, 6, given);
            assert!((fast - plain(&vectors, &part, 6, plainly)).abs() < 1e-5);
        }
        assert_eq!(silhouette(&vectors, &[0; 120], 1, None), 0.0);
        assert_eq!(silhouette(&vectors, &part, 6, Some(&[0; 120])), 0.0);
    }

    #[test]
    fn documents_are_no_good_clusters() {
        let (vectors, truth) = mixture(200, 64, 4, 0.0, 3);
        // Passages of a document nearly say the same.
        let rows = (0..800)
            .flat_map(|row| vectors.row(row / 4).to_vec())
            .collect();
        let vectors = UnitVectors::new(rows, 64).unwrap();
        let document: Vec<u32> = (0..800).map(|row| row / 4).collect();
        let subjects: Vec<u32> = document.iter().map(|&d| truth[d as usize] as u32).collect();
        let of = |part: &[u32], parts, document| silhouette(&vectors, part, parts, document);
        assert!(of(&document, 200, None) > of(&subjects, 4, None));
        assert!(of(&document, 200, Some(&document)) < of(&subjects, 4, Some(&document)));
    }
}
