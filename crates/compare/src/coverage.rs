//! Which groups speak of a cluster at all.

use std::collections::BTreeMap;

use visavis_records::{Clustering, Groups};

use crate::{
    Corpus,
    units::{counts, ranges, taking_part, units},
};

/// For each cluster (of every layer) a word for who speaks of it:
///
/// - `too_few`: fewer than 3 documents in all;
/// - `shared`: every group has at least 3 documents and 10 % of the mass. A group's mass is its share of the cluster
///   (documents weighing equally) over the sum of all groups' shares, so that a group with more documents does not
///   count for more;
/// - `only:GROUP`: one group has all documents but at most one;
/// - `mostly:GROUP`: otherwise, the group with the largest mass.
///
/// A document with passages in two groups counts in both. Outliers belong to no cluster but are in the denominator of
/// the shares.
///
/// # Panics
/// If [`Corpus::check`] finds a fault.
pub fn coverage(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
) -> BTreeMap<i32, String> {
    let units = units(
        corpus,
        &taking_part(corpus, groups, &vec![false; corpus.len()]),
        0..corpus.len() as u32,
    );
    let ranges = ranges(&units, groups.labels.len());
    let mut words = BTreeMap::new();
    for layer in &clustering.layers {
        let (k, n_groups) = (layer.n_clusters as usize, groups.labels.len());
        let mut documents = vec![0u32; k * n_groups];
        let mut shares = vec![0.0f64; k * n_groups];
        for (unit, counts) in units.iter().zip(counts(&units, layer)) {
            let g = unit.group as usize;
            for (cluster, n) in counts {
                documents[cluster as usize * n_groups + g] += 1;
                shares[cluster as usize * n_groups + g] +=
                    f64::from(n) / (unit.rows.len() * ranges[g].len()) as f64;
            }
        }
        for c in 0..k {
            let own = c * n_groups..(c + 1) * n_groups;
            words.insert(
                (layer.first + c as u32) as i32,
                word(&documents[own.clone()], &shares[own], &groups.labels),
            );
        }
    }
    words
}

fn word(documents: &[u32], shares: &[f64], labels: &[String]) -> String {
    let all: u32 = documents.iter().sum();
    let total: f64 = shares.iter().sum();
    if all < 3 {
        return "too_few".to_owned();
    }
    if labels.len() > 1
        && documents
            .iter()
            .zip(shares)
            .all(|(&d, s)| d >= 3 && s / total >= 0.1)
    {
        return "shared".to_owned();
    }
    if let Some(g) = documents.iter().position(|&d| d + 1 >= all) {
        return format!("only:{}", labels[g]);
    }
    // The first of equals, so that the word does not depend on anything but the labels.
    let largest = (0..shares.len())
        .rev()
        .max_by(|&a, &b| shares[a].total_cmp(&shares[b]))
        .unwrap_or(0);
    format!("mostly:{}", labels[largest])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_the_design() {
        let labels = ["a".to_owned(), "b".to_owned()];
        let word = |d: [u32; 2], s: [f64; 2]| word(&d, &s, &labels);
        assert_eq!(word([1, 1], [0.1, 0.1]), "too_few");
        assert_eq!(word([3, 3], [0.2, 0.05]), "shared");
        assert_eq!(word([3, 3], [0.2, 0.02]), "mostly:a");
        assert_eq!(word([2, 9], [0.2, 0.1]), "mostly:a");
        assert_eq!(word([1, 9], [0.2, 0.1]), "only:b");
        assert_eq!(word([0, 3], [0.0, 0.1]), "only:b");
        assert_eq!(word([2, 2], [0.1, 0.1]), "mostly:a");
    }
}
