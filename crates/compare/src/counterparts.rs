//! Which passages answer which.

mod nearest;
mod translations;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use visavis_records::{
    Clustering, Groups, Language,
    rows::{CounterpartRow, UnansweredRow},
};

use crate::{
    Calibration, CompareOptions, Corpus, Reprints,
    kind::{Threshold, Thresholds, containment},
};
use nearest::{K, Near, nearest};
use translations::translations;

/// Least share of common stretches of letters of a copy.
const COPY: f64 = 0.5;

/// Two passages that are each other's best.
#[derive(Debug, Clone, Copy)]
struct Match {
    x: usize,
    y: usize,
    cosine: f32,
    margin: f32,
    kind: &'static str,
}

/// Matched passages of different documents, and the passages without a match.
///
/// For each passage the nearest passages of other documents in each group (its own as well) come from the neighbour
/// graph and, in clusters of up to `exhaustive_passages` passages, from all of the cluster. `margin` is the ratio
/// cos(x, y) / ½ (mean cosine of x with its 4 nearest of y's group + mean cosine of y with its 4 nearest of x's
/// group) (Artetxe and Schwenk 2018, arXiv 1811.01136, ratio margin). x and y are matched where each is the
/// other's best by margin in the other's group, and their cosine is one that unrelated calibration texts of their
/// languages reach at most once in a hundred. Passages of counted documents that have no group are matched as one
/// more group, whose name is null.
///
/// - `cosine` (−1 to 1) is of debiased vectors; `cluster` is the finest cluster that holds both, else null.
/// - `kind`: `copy` in one language where half of the shorter text's stretches of eight letters are in the other;
///   `translation` between two languages where cosine, margin, length and the rest of the two documents say so
///   (see `counterparts/translations.rs`); else `counterpart`. A counterpart is about the same; whether it agrees
///   is not said: `stance` stays null.
/// - The unanswered, ranked within cluster and groups with the least answered first: every passage in a cluster
///   without a match in another group. `best_margin` and `nearest_chunk_id` tell of its nearest passage there; null
///   where none is near.
///
/// # Panics
/// If [`Corpus::check`] finds a fault.
pub fn counterparts(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    calibration: &Calibration<'_>,
    options: &CompareOptions,
) -> (Vec<CounterpartRow>, Vec<UnansweredRow>) {
    let group_of = labelled(corpus, groups);
    let languages: BTreeSet<Language> = corpus.language.iter().copied().collect();
    let thresholds = Thresholds::new(calibration, &languages);
    let near = nearest(corpus, clustering, &group_of, options);
    let best: Vec<BTreeMap<u32, (f32, f32, u32)>> = (0..corpus.len())
        .into_par_iter()
        .map(|x| best_by_margin(x, &near, corpus, &group_of, &thresholds))
        .collect();

    let mut matches = Vec::new();
    for x in 0..corpus.len() {
        let Some(own) = group_of[x] else { continue };
        for &(margin, cosine, y) in best[x].values() {
            let y = y as usize;
            let mutual = best[y].get(&own).is_some_and(|b| b.2 as usize == x);
            if x < y && mutual && cosine >= between(corpus, &thresholds, x, y).counterpart {
                let copied = corpus.language[x] == corpus.language[y]
                    && containment(corpus.text[x], corpus.text[y]) >= COPY;
                matches.push(Match {
                    x,
                    y,
                    cosine,
                    margin,
                    kind: if copied { "copy" } else { "counterpart" },
                });
            }
        }
    }
    let margin = |x: usize, y: usize, cosine: f32| {
        margin(x, y, cosine, &near, corpus, &group_of, &thresholds)
    };
    translations(corpus, &group_of, &thresholds, margin, &mut matches);

    let mut answered = BTreeSet::new();
    for m in &matches {
        for (x, y) in [(m.x, m.y), (m.y, m.x)] {
            answered.extend(group_of[y].map(|group| (x as u32, group)));
        }
    }
    let label = |row: usize| groups.labels.get(group_of[row]? as usize).cloned();
    let finest = clustering.layers.first();
    let cluster_of = |row: usize| finest.map_or(-1, |layer| layer.cluster[row]);
    let row = |m: &Match| {
        let together = cluster_of(m.x) >= 0 && cluster_of(m.x) == cluster_of(m.y);
        CounterpartRow {
            chunk_a: corpus.chunk_id[m.x],
            chunk_b: corpus.chunk_id[m.y],
            cluster: together.then(|| cluster_of(m.x)),
            group_a: label(m.x),
            group_b: label(m.y),
            language_a: corpus.language[m.x],
            language_b: corpus.language[m.y],
            cosine: m.cosine,
            margin: m.margin,
            kind: m.kind.to_owned(),
            stance: None,
            stance_p: None,
        }
    };
    let rows = matches.iter().map(row).collect();
    let unanswered = unanswered(corpus, clustering, groups, &group_of, &best, &answered);
    (rows, unanswered)
}

/// The group of each passage of a counted document; those without one share a group behind the last.
fn labelled(corpus: &Corpus<'_>, groups: &Groups) -> Vec<Option<u32>> {
    let without = groups.labels.len() as u32;
    (0..corpus.len())
        .map(|row| {
            corpus.counted[corpus.document[row] as usize].then(|| groups.of[row].unwrap_or(without))
        })
        .collect()
}

fn between(corpus: &Corpus<'_>, thresholds: &Thresholds, x: usize, y: usize) -> Threshold {
    thresholds.of(corpus.language[x], corpus.language[y])
}

/// How much closer two passages are than their neighbourhoods. Where a passage has fewer than [`K`] passages to be
/// near to, unrelated ones as near as calibration text knows them stand for the rest.
fn margin(
    x: usize,
    y: usize,
    cosine: f32,
    near: &Near,
    corpus: &Corpus<'_>,
    group_of: &[Option<u32>],
    thresholds: &Thresholds,
) -> f32 {
    let unrelated = between(corpus, thresholds, x, y).counterpart.max(0.0);
    let mean = |of: usize, to: usize| {
        let list = group_of[to].and_then(|group| near[of].get(&group));
        let list = list.map_or(&[][..], Vec::as_slice);
        (list.iter().map(|c| c.0).sum::<f32>() + (K - list.len()) as f32 * unrelated) / K as f32
    };
    // Neighbourhoods without any closeness give no scale.
    cosine / (0.5 * (mean(x, y) + mean(y, x))).max(0.05)
}

/// The best of each group by margin: (margin, cosine, row).
fn best_by_margin(
    x: usize,
    near: &Near,
    corpus: &Corpus<'_>,
    group_of: &[Option<u32>],
    thresholds: &Thresholds,
) -> BTreeMap<u32, (f32, f32, u32)> {
    let best = |(&group, list): (&u32, &Vec<(f32, u32)>)| {
        let margins = list.iter().map(|&(cosine, y)| {
            let margin = margin(x, y as usize, cosine, near, corpus, group_of, thresholds);
            (margin, cosine, y)
        });
        margins
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.2.cmp(&a.2)))
            .map(|best| (group, best))
    };
    near[x].iter().filter_map(best).collect()
}

fn unanswered(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    group_of: &[Option<u32>],
    best: &[BTreeMap<u32, (f32, f32, u32)>],
    answered: &BTreeSet<(u32, u32)>,
) -> Vec<UnansweredRow> {
    let Some(layer) = clustering.layers.first() else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (c, members) in layer.members().into_iter().enumerate() {
        let present: BTreeSet<u32> = members
            .iter()
            .filter_map(|&r| group_of[r as usize])
            .collect();
        let mut of_cluster = Vec::new();
        for x in members {
            let Some(own) = group_of[x as usize].filter(|&g| (g as usize) < groups.labels.len())
            else {
                continue;
            };
            for other in (0..groups.labels.len() as u32).filter(|&g| g != own) {
                // With many groups, only those that speak of the cluster could have answered.
                if answered.contains(&(x, other))
                    || (groups.labels.len() > 2 && !present.contains(&other))
                {
                    continue;
                }
                of_cluster.push((own, other, best[x as usize].get(&other).copied(), x));
            }
        }
        of_cluster.sort_by(|a, b| {
            let margin = |u: &(u32, u32, Option<(f32, f32, u32)>, u32)| {
                u.2.map_or(f32::NEG_INFINITY, |b| b.0)
            };
            (a.0, a.1)
                .cmp(&(b.0, b.1))
                .then(margin(a).total_cmp(&margin(b)))
                .then(a.3.cmp(&b.3))
        });
        rows.extend(
            of_cluster
                .into_iter()
                .map(|(own, other, nearest, x)| UnansweredRow {
                    chunk_id: corpus.chunk_id[x as usize],
                    cluster: (layer.first + c as u32) as i32,
                    group: groups.labels[own as usize].clone(),
                    other_group: groups.labels[other as usize].clone(),
                    best_margin: nearest.map(|n| n.0),
                    nearest_chunk_id: nearest.map(|n| corpus.chunk_id[n.2 as usize]),
                }),
        );
    }
    rows
}

/// Passages to leave out: of each set of copies and translations all but that of the earliest document (undated ones
/// last, ties by row).
pub(crate) fn left_out(
    corpus: &Corpus<'_>,
    matches: &[CounterpartRow],
    reprints: Reprints,
) -> Vec<bool> {
    let mut out = vec![false; corpus.len()];
    if reprints == Reprints::Keep {
        return out;
    }
    let row_of = corpus.row_of();
    let mut set: Vec<usize> = (0..corpus.len()).collect();
    let find = |set: &[usize], mut x: usize| {
        while set[x] != x {
            x = set[x];
        }
        x
    };
    let age = |r: usize| {
        (
            corpus.date[corpus.document[r] as usize].map_or(i32::MAX, visavis_records::Date::days),
            r,
        )
    };
    for m in matches.iter().filter(|m| m.kind != "counterpart") {
        if let (Some(&a), Some(&b)) = (row_of.get(&m.chunk_a), row_of.get(&m.chunk_b)) {
            let (a, b) = (find(&set, a), find(&set, b));
            let (old, young) = if age(a) <= age(b) { (a, b) } else { (b, a) };
            set[young] = old;
        }
    }
    for (r, out) in out.iter_mut().enumerate() {
        *out = set[r] != r;
    }
    out
}
