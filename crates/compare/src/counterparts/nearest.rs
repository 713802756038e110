//! For each passage the nearest passages of other documents, group by group.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use visavis_kernels::dot;
use visavis_records::{Clustering, Layer};

use crate::{CompareOptions, Corpus};

/// Neighbours of each side that the margin averages over (Artetxe and Schwenk 2018 take 4).
pub(super) const K: usize = 4;

/// For each passage and group the nearest passages of other documents: (cosine, row), nearest first, at most [`K`].
pub(super) type Near = Vec<BTreeMap<u32, Vec<(f32, u32)>>>;

/// Puts a passage in its place: nearest first, ties by row.
fn insert(list: &mut Vec<(f32, u32)>, cosine: f32, row: u32) {
    let at = list.partition_point(|&(c, r)| c > cosine || (c == cosine && r < row));
    if at < K {
        list.truncate(K - 1);
        list.insert(at, (cosine, row));
    }
}

/// From the neighbour graph and, in clusters that are not too large, from all of the cluster.
pub(super) fn nearest(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    group_of: &[Option<u32>],
    options: &CompareOptions,
) -> Near {
    let mut near: Near = vec![BTreeMap::new(); corpus.len()];
    let mut place = vec![usize::MAX; corpus.len()];
    for (c, mut rows) in clustering
        .layers
        .first()
        .map(Layer::members)
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        rows.retain(|&r| group_of[r as usize].is_some());
        if rows.len() > options.exhaustive_passages {
            continue;
        }
        for (&row, lists) in rows.iter().zip(face_to_face(corpus, group_of, &rows)) {
            place[row as usize] = c;
            near[row as usize] = lists;
        }
    }
    if !corpus.neighbours.is_empty() {
        near.par_iter_mut()
            .enumerate()
            .filter(|(x, _)| group_of[*x].is_some())
            .for_each(|(x, near)| {
                for &y in corpus.neighbours.of(x).0 {
                    let met = place[x] != usize::MAX && place[x] == place[y as usize];
                    if let Some(group) = group_of[y as usize]
                        .filter(|_| !met && corpus.document[y as usize] != corpus.document[x])
                    {
                        insert(
                            near.entry(group).or_default(),
                            dot(corpus.clean.row(x), corpus.clean.row(y as usize)),
                            y,
                        );
                    }
                }
            });
    }
    near
}

/// All passages of a cluster with each other, a few at a time so that vectors stay in the cache.
fn face_to_face(
    corpus: &Corpus<'_>,
    group_of: &[Option<u32>],
    rows: &[u32],
) -> Vec<BTreeMap<u32, Vec<(f32, u32)>>> {
    const TILE: usize = 64;
    let cluster = corpus.clean.select(rows);
    let groups: Vec<u32> = rows.iter().filter_map(|&r| group_of[r as usize]).collect();
    let names: Vec<u32> = groups
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let local: Vec<usize> = groups
        .iter()
        .map(|g| names.partition_point(|n| n < g))
        .collect();
    let starts: Vec<usize> = (0..rows.len()).step_by(TILE).collect();
    starts
        .par_iter()
        .flat_map_iter(|&start| {
            let end = (start + TILE).min(rows.len());
            let mut lists = vec![vec![Vec::with_capacity(K + 1); names.len()]; end - start];
            for other in (0..rows.len()).step_by(TILE) {
                for x in start..end {
                    let vector = cluster.row(x);
                    for y in other..(other + TILE).min(rows.len()) {
                        if corpus.document[rows[x] as usize] == corpus.document[rows[y] as usize] {
                            continue;
                        }
                        insert(
                            &mut lists[x - start][local[y]],
                            dot(vector, cluster.row(y)),
                            rows[y],
                        );
                    }
                }
            }
            let named = |lists: Vec<Vec<(f32, u32)>>| {
                names
                    .iter()
                    .copied()
                    .zip(lists)
                    .filter(|(_, l)| !l.is_empty())
                    .collect()
            };
            lists.into_iter().map(named).collect::<Vec<_>>()
        })
        .collect()
}
