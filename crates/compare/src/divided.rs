//! Issues that were cut in two by how the groups speak of them.

use std::collections::BTreeMap;

use visavis_records::{Clustering, Groups, rows::CounterpartRow};

use crate::{
    Corpus,
    distribution::binomial_tail,
    units::{taking_part, units},
};

/// Chance that a pair of clusters is named where answers fall anywhere.
const LEVEL: f64 = 0.01;
/// Documents that must be answered there.
const LEAST: u32 = 3;

/// A cluster of one group whose answers lie in a cluster of another group.
#[derive(Debug, Clone, PartialEq)]
pub struct Divided {
    /// The cluster.
    pub cluster: i32,
    /// Where it is answered.
    pub other: i32,
    /// Documents of the cluster's group in it.
    pub n_documents: u32,
    /// Those of them whose closest counterpart in another group lies in the other cluster.
    pub answered: u32,
    /// As many would lie there if every document had a counterpart anywhere in the other groups.
    pub expected: f64,
    /// Chance of as many or more then (binomial, documents as trials).
    pub p: f64,
}

/// Pairs of clusters of the finest layer that may be one issue: one is `only` or `mostly` of a group, the other of
/// another group, and half or more of the first one's documents, three at least, have their closest counterpart in the
/// second. Framing strong enough looks like another subject to an encoder, and an issue that both sides discuss would
/// then count as two that only one side does; passages that answer each other across the cut show it. A pair is named
/// once, by its smaller p, where that is at most 0.01: a hint to look, not a test, so nothing is taken off for the
/// number of pairs.
pub fn divided(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    coverage: &BTreeMap<i32, String>,
    counterparts: &[CounterpartRow],
) -> Vec<Divided> {
    let Some(layer) = clustering.layers.first() else {
        return Vec::new();
    };
    let group_of = taking_part(corpus, groups, &vec![false; corpus.len()]);
    let side: Vec<Option<u32>> = layer
        .ids()
        .map(|c| {
            let (word, label) = coverage.get(&(c as i32))?.split_once(':')?;
            let group = groups.labels.iter().position(|l| l == label)?;
            ["only", "mostly"].contains(&word).then_some(group as u32)
        })
        .collect();
    let closest = closest(corpus, &group_of, counterparts);
    let members = layer.members();
    let by_group = |rows: &mut dyn Iterator<Item = u32>| {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for group in rows.filter_map(|r| group_of[r as usize]) {
            *counts.entry(group).or_default() += 1;
        }
        counts
    };
    let all = by_group(&mut (0..corpus.len() as u32));
    let inside: Vec<_> = members
        .iter()
        .map(|m| by_group(&mut m.iter().copied()))
        .collect();
    let of_others = |counts: &BTreeMap<u32, usize>, own: u32| {
        let others = counts.iter().filter(|(g, _)| **g != own);
        others.map(|(_, n)| n).sum::<usize>() as f64
    };
    let mut best: BTreeMap<(i32, i32), Divided> = BTreeMap::new();
    for (cluster, (rows, own)) in layer.ids().zip(members.iter().zip(&side)) {
        let &Some(own) = own else { continue };
        let documents: Vec<_> = units(corpus, &group_of, rows.iter().copied())
            .into_iter()
            .filter(|u| u.group == own)
            .collect();
        let n = documents.len() as u32;
        let mut answered: BTreeMap<i32, u32> = BTreeMap::new();
        for unit in &documents {
            let nearest = unit.rows.iter().filter_map(|&r| closest[r as usize]);
            if let Some((_, row)) = nearest.max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(&x.1))) {
                *answered.entry(layer.cluster[row]).or_default() += 1;
            }
        }
        for (other, hits) in answered {
            let b = other - layer.first as i32;
            if hits < LEAST || 2 * hits < n || b < 0 {
                continue;
            }
            let b = b as usize;
            if side[b].is_none_or(|s| s == own) {
                continue;
            }
            let chance = of_others(&inside[b], own) / of_others(&all, own).max(1.0);
            let found = Divided {
                cluster: cluster as i32,
                other,
                n_documents: n,
                answered: hits,
                expected: f64::from(n) * chance,
                p: binomial_tail(hits, n, chance),
            };
            let pair = (found.cluster.min(other), found.cluster.max(other));
            if found.p <= LEVEL && best.get(&pair).is_none_or(|f| found.p < f.p) {
                best.insert(pair, found);
            }
        }
    }
    best.into_values().collect()
}

/// For each passage its closest counterpart in another group by margin, and that margin.
fn closest(
    corpus: &Corpus<'_>,
    group_of: &[Option<u32>],
    counterparts: &[CounterpartRow],
) -> Vec<Option<(f32, usize)>> {
    let row_of = corpus.row_of();
    let mut closest = vec![None; corpus.len()];
    for pair in counterparts {
        let (Some(&a), Some(&b)) = (row_of.get(&pair.chunk_a), row_of.get(&pair.chunk_b)) else {
            continue;
        };
        let groups = (group_of[a], group_of[b]);
        if groups.0.is_none() || groups.1.is_none() || groups.0 == groups.1 {
            continue;
        }
        for (x, y) in [(a, b), (b, a)] {
            let place = &mut closest[x];
            if place.is_none_or(|(margin, _)| pair.margin > margin) {
                *place = Some((pair.margin, y));
            }
        }
    }
    closest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage;
    use visavis_records::{ChunkId, ContentHash, DocId, Language, Layer, Neighbours, UnitVectors};

    /// Thirty-two documents of two passages: 0–3 of north in cluster 0, 4–7 of south in cluster 1, the others of both
    /// sides in cluster 2.
    fn named(pairs: &[(u32, u32)]) -> Vec<Divided> {
        let id = |row: u32| {
            let document = DocId::of("", ContentHash::of("text"), row / 2, 0);
            ChunkId::of(document, row, row + 1)
        };
        let rows = || 0..64u32;
        let ids: Vec<_> = rows().map(id).collect();
        let cluster: Vec<i32> = rows()
            .map(|r| if r < 8 { 0 } else { 1 + i32::from(r >= 16) })
            .collect();
        let north = |r: u32| r < 8 || (r >= 16 && r % 4 < 2);
        let labels: Vec<_> = rows()
            .map(|r| Some(if north(r) { "north" } else { "south" }.to_owned()))
            .collect();
        let vectors = UnitVectors::new([0.6, 0.8].repeat(64), 2).unwrap();
        let corpus = Corpus {
            chunk_id: &ids,
            document: &rows().map(|r| r / 2).collect::<Vec<_>>(),
            language: &[Language::EN; 64],
            n_tokens: &[20; 64],
            text: &["text"; 64],
            raw: &vectors,
            clean: &vectors,
            neighbours: &Neighbours::default(),
            date: &[None; 32],
            counted: &[true; 32],
        };
        let layer = Layer {
            n_clusters: 3,
            nearest: cluster.iter().map(|&c| c as u32).collect(),
            cluster,
            strength: vec![1.0; 64],
            ..Layer::default()
        };
        let clustering = Clustering {
            layers: vec![layer],
        };
        let groups = Groups::new(vec!["side".into()], &labels);
        let words = coverage(&corpus, &clustering, &groups);
        assert_eq!(words[&0], "only:north");
        assert_eq!(words[&2], "shared");
        let counterparts: Vec<_> = pairs
            .iter()
            .map(|&(a, b)| CounterpartRow {
                chunk_a: id(a),
                chunk_b: id(b),
                cluster: None,
                group_a: labels[a as usize].clone(),
                group_b: labels[b as usize].clone(),
                language_a: Language::EN,
                language_b: Language::EN,
                cosine: 0.5,
                margin: 1.1,
                kind: "counterpart".into(),
                stance: None,
                stance_p: None,
            })
            .collect();
        divided(&corpus, &clustering, &groups, &words, &counterparts)
    }

    #[test]
    fn an_issue_cut_by_side_is_named_once() {
        let found = named(&[(0, 8), (2, 11), (4, 12), (6, 14)]);
        let [pair] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!((pair.cluster, pair.other), (0, 1));
        assert_eq!((pair.n_documents, pair.answered), (4, 4));
        // Eight of the south's thirty-two passages are in cluster 1.
        assert!((pair.expected - 1.0).abs() < 1e-12 && (pair.p - 1.0 / 256.0).abs() < 1e-9);
    }

    #[test]
    fn few_answers_or_answers_elsewhere_name_nothing() {
        assert_eq!(named(&[(0, 8), (2, 11)]), []);
        assert_eq!(named(&[(0, 18), (2, 22), (4, 26), (6, 30)]), []);
        // Many passages of one document are one answer.
        assert_eq!(named(&[(0, 8), (1, 9), (0, 10), (1, 11)]), []);
    }
}
