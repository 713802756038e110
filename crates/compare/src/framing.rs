//! How differently two groups speak of one cluster.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use visavis_kernels::Random;
use visavis_records::{Clustering, Groups, Language, rows::FramingRow};

use crate::{
    Calibration, CompareOptions, Corpus,
    distribution::{normal_quantile, student_quantile},
    energy::{Distances, Pair, spread},
    floor::FloorModel,
    permute::{Hypothesis, benjamini_hochberg, floor_on_gap, noise, test},
    units::{Unit, taking_part, units},
};

/// A cluster too large to put all its passages face to face: what stood for a group there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// The cluster.
    pub cluster: i32,
    /// The group.
    pub group: String,
    /// Documents drawn, of all.
    pub n_documents: [u32; 2],
    /// Passages drawn, of all.
    pub n_chunks: [u32; 2],
}

/// Gap, floor and excess of every cluster (of every layer) and pair of groups that both have passages in it.
///
/// - `gap` (0–1; may fall slightly below 0, which means no sign of any difference): energy distance between the
///   groups' debiased passages, (2 E|X−Y| − E|X−X′| − E|Y−Y′|) / 2 E|X−Y| (Székely and Rizzo 2013, the coefficient
///   of inhomogeneity), documents weighing equally, over pairs of passages of different documents only
///   (a U-statistic). A group of one document stands by the distances between its own passages.
/// - `floor` (0–1): what the gap would be if both said the same: the displacement that translation gives to texts as
///   close to each other as the cluster's (`FloorModel`), plus what a difference in concentration about one direction makes. 0 for groups in
///   one language that are spread alike; the floor of their mix for groups of several languages; null where a language has no
///   calibration text.
/// - `excess` = gap − floor.
/// - `*_low`, `*_high`: 95 %. Of the gap by jackknife over documents with Student's t (Welch's degrees of freedom); of
///   the floor by jackknife over calibration items, with `floor_tolerance` and `floor_error`, normal, not below 0; of
///   the excess by both together.
/// - `p`: probability of so large an excess if the gap were the floor, documents permuted between the groups
///   (documents with passages in both change their halves over), with the errors of the floor in it; never below
///   `p_min`, the smallest that these numbers of documents and permutations can give.
/// - `q`: Benjamini and Hochberg's over all clusters and pairs of the layer that have a p.
/// - `verdict`: `differs` where q ≤ `fdr` and the excess is positive, `too_few` where a group has fewer than
///   `min_documents` documents or the corpus fewer than `min_passages` passages (gap and floor then describe these
///   texts only, without interval and p), else `not_shown`.
///
/// # Panics
/// If [`Corpus::check`] finds a fault.
pub fn framing(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    calibration: &Calibration<'_>,
    options: &CompareOptions,
) -> (Vec<FramingRow>, Vec<Sampled>) {
    framing_without(
        corpus,
        clustering,
        groups,
        calibration,
        options,
        &vec![false; corpus.len()],
    )
}

pub(crate) fn framing_without(
    corpus: &Corpus<'_>,
    clustering: &Clustering,
    groups: &Groups,
    calibration: &Calibration<'_>,
    options: &CompareOptions,
    left_out: &[bool],
) -> (Vec<FramingRow>, Vec<Sampled>) {
    let group_of = taking_part(corpus, groups, left_out);
    let languages: BTreeSet<Language> = group_of
        .iter()
        .zip(corpus.language)
        .filter(|(g, _)| g.is_some())
        .map(|(_, &l)| l)
        .collect();
    let model = FloorModel::new(calibration, &languages);
    let context = Context {
        corpus,
        groups,
        model: &model,
        options,
    };
    let (mut rows, mut sampled) = (Vec::new(), Vec::new());
    for (number, layer) in clustering.layers.iter().enumerate() {
        let of_clusters: Vec<(Vec<FramingRow>, Vec<Sampled>)> = layer
            .members()
            .into_par_iter()
            .enumerate()
            .map(|(c, members)| {
                let units = units(corpus, &group_of, members.into_iter());
                context.cluster((layer.first + c as u32) as i32, number as u32, &units)
            })
            .collect();
        let first = rows.len();
        for (r, s) in of_clusters {
            rows.extend(r);
            sampled.extend(s);
        }
        decide(&mut rows[first..], options.fdr);
    }
    (rows, sampled)
}

/// q-values over the tests of one layer, and the verdicts that follow.
fn decide(rows: &mut [FramingRow], fdr: f64) {
    let tested: Vec<usize> = (0..rows.len()).filter(|&i| rows[i].p.is_some()).collect();
    let p: Vec<f64> = tested.iter().filter_map(|&i| rows[i].p).collect();
    for (&i, q) in tested.iter().zip(benjamini_hochberg(&p)) {
        let row = &mut rows[i];
        row.q = Some(q);
        if q <= fdr && row.excess.is_some_and(|e| e > 0.0) {
            "differs".clone_into(&mut row.verdict);
        }
    }
}

struct Context<'a> {
    corpus: &'a Corpus<'a>,
    groups: &'a Groups,
    model: &'a FloorModel,
    options: &'a CompareOptions,
}

impl Context<'_> {
    fn cluster(&self, cluster: i32, layer: u32, all: &[Unit]) -> (Vec<FramingRow>, Vec<Sampled>) {
        let mut of_group: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        all.iter()
            .enumerate()
            .for_each(|(i, u)| of_group.entry(u.group).or_default().push(i));
        if of_group.len() < 2 {
            return (Vec::new(), Vec::new());
        }
        let quota =
            (self.options.sample_documents / of_group.len()).max(self.options.min_documents.max(4));
        let (mut kept, mut sampled) = (Vec::new(), Vec::new());
        for (&group, units) in &of_group {
            let drawn = self.sample(cluster, all, units, quota);
            let chunks = |units: &mut dyn Iterator<Item = &Unit>| {
                units.map(|u| u.rows.len() as u32).sum::<u32>()
            };
            let n_chunks = [
                chunks(&mut drawn.iter()),
                chunks(&mut units.iter().map(|&u| &all[u])),
            ];
            if n_chunks[0] < n_chunks[1] {
                let n_documents = [drawn.len() as u32, units.len() as u32];
                sampled.push(Sampled {
                    cluster,
                    group: self.groups.labels[group as usize].clone(),
                    n_documents,
                    n_chunks,
                });
            }
            kept.extend(drawn);
        }
        let rows: Vec<Vec<u32>> = kept.iter().map(|u| u.rows.clone()).collect();
        let distances = Distances::of(&rows, self.corpus.clean, self.model.centre());
        let document: Vec<u32> = kept.iter().map(|u| u.document).collect();
        let labels: Vec<u32> = of_group.keys().copied().collect();
        let mut out = Vec::new();
        for (i, &a) in labels.iter().enumerate() {
            for &b in &labels[i + 1..] {
                let of = |g: u32| -> Vec<usize> {
                    (0..kept.len()).filter(|&u| kept[u].group == g).collect()
                };
                let (ua, ub) = (of(a), of(b));
                let pair = distances.pair(&ua, &ub, &document);
                let chunks = |g: u32| of_group[&g].iter().map(|&u| all[u].rows.len() as u32).sum();
                let mut row = FramingRow {
                    cluster,
                    layer,
                    group_a: self.groups.labels[a as usize].clone(),
                    group_b: self.groups.labels[b as usize].clone(),
                    n_chunks_a: chunks(a),
                    n_chunks_b: chunks(b),
                    n_documents_a: of_group[&a].len() as u32,
                    n_documents_b: of_group[&b].len() as u32,
                    gap: None,
                    gap_low: None,
                    gap_high: None,
                    floor: None,
                    floor_low: None,
                    floor_high: None,
                    excess: None,
                    excess_low: None,
                    excess_high: None,
                    p: None,
                    p_min: None,
                    q: None,
                    verdict: "too_few".to_owned(),
                };
                let sides = [&ua, &ub].map(|u| u.iter().map(|&u| &kept[u]).collect::<Vec<_>>());
                let purpose = u64::from(cluster as u32) << 32 | u64::from(a) << 16 | u64::from(b);
                self.fill(&mut row, &pair, &sides, purpose);
                out.push(row);
            }
        }
        (out, sampled)
    }

    /// At most `quota` units of a group, each of at most `sample_passages` passages where any have to be left out.
    fn sample(&self, cluster: i32, all: &[Unit], units: &[usize], quota: usize) -> Vec<Unit> {
        let chunks: usize = units.iter().map(|&u| all[u].rows.len()).sum();
        if units.len() <= quota && chunks <= quota * self.options.sample_passages {
            return units.iter().map(|&u| all[u].clone()).collect();
        }
        let mut random = Random::new(
            self.options.seed,
            u64::from(cluster as u32) << 32 | u64::from(all[units[0]].group) | 1 << 31,
        );
        let mut drawn = units.to_vec();
        random.shuffle(&mut drawn);
        drawn.truncate(quota);
        drawn.sort_unstable();
        drawn
            .into_iter()
            .map(|u| {
                let mut unit = all[u].clone();
                random.shuffle(&mut unit.rows);
                unit.rows.truncate(self.options.sample_passages.max(1));
                unit.rows.sort_unstable();
                unit
            })
            .collect()
    }

    fn fill(&self, row: &mut FramingRow, pair: &Pair, sides: &[Vec<&Unit>; 2], purpose: u64) {
        let Some(energy) = pair.energy() else { return };
        let gap = energy.gap();
        row.gap = Some(gap);
        let within = 2.0 - pair.cosine[0] - pair.cosine[1];
        let [a, b] = [self.languages(&sides[0]), self.languages(&sides[1])];
        let shift = self
            .model
            .shift(&a, &b, pair.closeness)
            .filter(|_| within > 0.0);
        let floor = shift.map(|shift| {
            let (floor, variance) = floor_on_gap(shift, within, self.options);
            (floor + spread(pair.cosine, pair.cosine_variance), variance)
        });
        if let Some((floor, _)) = floor {
            (row.floor, row.excess) = (Some(floor), Some(gap - floor));
        }
        let least = self.options.min_documents.max(4);
        if pair.n_a.min(pair.n_b()) < least || self.corpus.len() < self.options.min_passages {
            return;
        }
        "not_shown".clone_into(&mut row.verdict);
        let (variance, df) = pair.jackknife();
        let t = student_quantile(0.975, df);
        (row.gap_low, row.gap_high) = (
            Some(gap - t * variance.sqrt()),
            Some(gap + t * variance.sqrt()),
        );
        let Some((floor, floor_variance)) = floor else {
            return;
        };
        let half = normal_quantile(0.975) * floor_variance.sqrt();
        (row.floor_low, row.floor_high) = (Some((floor - half).max(0.0)), Some(floor + half));
        let half = t * (variance + floor_variance).sqrt();
        (row.excess_low, row.excess_high) = (Some(gap - floor - half), Some(gap - floor + half));
        let noise = noise(pair, &pair.sums(), floor, variance);
        let hypothesis = Hypothesis {
            gap,
            floor,
            variance: floor_variance + noise.linear,
        };
        let test = test(pair, &hypothesis, noise.ratio, self.options, purpose);
        (row.p, row.p_min) = (Some(test.p), Some(test.p_min));
    }

    /// Share of each language in a group's passages, documents weighing equally.
    fn languages(&self, units: &[&Unit]) -> BTreeMap<Language, f64> {
        let mut shares = BTreeMap::new();
        for unit in units {
            for &row in &unit.rows {
                *shares
                    .entry(self.corpus.language[row as usize])
                    .or_insert(0.0) += 1.0 / (unit.rows.len() * units.len()) as f64;
            }
        }
        shares
    }
}
