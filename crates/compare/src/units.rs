//! Documents as the units of every statistic: a passage is never an observation by itself.

use std::collections::BTreeMap;

use visavis_records::{Groups, Layer};

use crate::Corpus;

/// The passages that one document has in one group. A bilingual document compared by language makes two units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    pub document: u32,
    pub group: u32,
    pub rows: Vec<u32>,
}

/// Which passages take part: in a group, of a counted document, and not left out as a reprint.
pub(crate) fn taking_part(
    corpus: &Corpus<'_>,
    groups: &Groups,
    left_out: &[bool],
) -> Vec<Option<u32>> {
    (0..corpus.len())
        .map(|row| {
            groups.of[row]
                .filter(|_| corpus.counted[corpus.document[row] as usize] && !left_out[row])
        })
        .collect()
}

/// Units among some passages, sorted by group and document.
pub(crate) fn units(
    corpus: &Corpus<'_>,
    group_of: &[Option<u32>],
    rows: impl Iterator<Item = u32>,
) -> Vec<Unit> {
    let mut units: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for row in rows {
        if let Some(group) = group_of[row as usize] {
            units
                .entry((group, corpus.document[row as usize]))
                .or_default()
                .push(row);
        }
    }
    units
        .into_iter()
        .map(|((group, document), rows)| Unit {
            document,
            group,
            rows,
        })
        .collect()
}

/// Positions of each group's units in a list sorted by group.
pub(crate) fn ranges(units: &[Unit], n_groups: usize) -> Vec<std::ops::Range<usize>> {
    (0..n_groups as u32)
        .map(|g| units.partition_point(|u| u.group < g)..units.partition_point(|u| u.group <= g))
        .collect()
}

/// For each unit its passages by cluster of the layer: (cluster counted from the layer's first, passages), outliers
/// left out.
pub(crate) fn counts(units: &[Unit], layer: &Layer) -> Vec<Vec<(u32, u32)>> {
    units
        .iter()
        .map(|unit| {
            let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
            for &row in &unit.rows {
                let cluster = layer.cluster[row as usize];
                if cluster >= 0 {
                    *counts.entry(cluster as u32 - layer.first).or_default() += 1;
                }
            }
            counts.into_iter().collect()
        })
        .collect()
}
