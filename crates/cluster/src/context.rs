//! What a passage is about, told with what stands around it: the passages of a text before and behind share its subject
//! more often than not, and a passage alone often names it by a pronoun.

use visavis_records::UnitVectors;

/// Passages before and behind that are looked at.
const REACH: usize = 4;

/// Each vector plus `share` times the mean of those around it in its document, of unit length again: the nearest count
/// once, the next half, and so on. `document` tells whose each passage is; those of a document stand together, in order.
///
/// For clusters and the map alone. How two sides speak, and which passage answers which, is asked of the passages as
/// they are.
///
/// # Panics
/// Where `document` has fewer rows than `vectors`, or `share` is no number.
pub fn in_context(vectors: &UnitVectors, document: &[impl PartialEq], share: f32) -> UnitVectors {
    let n = vectors.len();
    let mut values = Vec::with_capacity(vectors.as_slice().len());
    for row in 0..n {
        let own = vectors.row(row);
        let mut sum = vec![0.0f32; own.len()];
        let mut weight = 0.0;
        let before = (1..=REACH).map_while(|d| Some((d, row.checked_sub(d)?)));
        let behind = (1..=REACH).map_while(|d| Some((d, row + d)).filter(|&(_, r)| r < n));
        for (distance, other) in before.chain(behind) {
            if document[other] == document[row] {
                let w = 0.5f32.powi(distance as i32 - 1);
                weight += w;
                for (s, v) in sum.iter_mut().zip(vectors.row(other)) {
                    *s += w * v;
                }
            }
        }
        let scale = if weight > 0.0 { share / weight } else { 0.0 };
        let moved = own.iter().zip(&sum).map(|(v, s)| v + scale * s);
        let moved: Vec<f32> = moved.collect();
        let length = visavis_kernels::dot(&moved, &moved).sqrt();
        // Where what stands around says the opposite, nothing would be left.
        if scale == 0.0 || length < 1e-3 {
            values.extend_from_slice(own);
        } else {
            values.extend(moved);
        }
    }
    UnitVectors::new(values, vectors.dim()).expect("no vector is without length")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ClusterOptions, cluster, neighbours, planted::mixture, score::adjusted_mutual_information,
    };

    #[test]
    fn the_nearest_of_the_own_document_count_most() {
        let vectors = UnitVectors::new(vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8, 1.0, 0.0], 2).unwrap();
        let moved = in_context(&vectors, &[0, 0, 0, 1], 0.5);
        // The first: its neighbour, and half of the one behind that.
        let (x, y) = (1.0 + 0.5 * (0.3 / 1.5), 0.5 * (1.4 / 1.5));
        let length = f32::hypot(x, y);
        assert!((moved.row(0)[0] - x / length).abs() < 1e-6);
        assert!((moved.row(0)[1] - y / length).abs() < 1e-6);
        assert_eq!(moved.row(3), vectors.row(3));
        assert_eq!(in_context(&vectors, &[0; 4], 0.0), vectors);
        let opposite = UnitVectors::new(vec![1.0, 0.0, -1.0, 0.0], 2).unwrap();
        assert_eq!(in_context(&opposite, &[0, 0], 1.0), opposite);
    }

    /// Passages that hardly say what they are about, in documents on one subject.
    #[test]
    fn what_passages_hardly_tell_their_documents_do() {
        let (centres, _) = mixture(8, 48, 8, 0.0, 5);
        let mut random = visavis_kernels::Random::new(1, 2);
        let (mut values, mut truth, mut document) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..800 {
            let subject = row / 4 % 8;
            let noisy = centres
                .row(subject)
                .iter()
                .map(|c| c + 0.3 * random.normal() as f32);
            let noisy: Vec<f32> = noisy.collect();
            let length = visavis_kernels::dot(&noisy, &noisy).sqrt();
            values.extend(noisy.iter().map(|v| v / length));
            truth.push(subject as i32);
            document.push(row as u32 / 4);
        }
        let vectors = UnitVectors::new(values, 48).unwrap();
        let agreement = |share: f32| {
            let vectors = in_context(&vectors, &document, share);
            let found = cluster(
                &vectors,
                &neighbours(&vectors, 15),
                None,
                &ClusterOptions::default(),
            );
            adjusted_mutual_information(&found.unwrap().layers[0].cluster, &truth)
        };
        let (alone, together) = (agreement(0.0), agreement(0.5));
        assert!(together > alone + 0.1, "{alone} {together}");
    }
}
