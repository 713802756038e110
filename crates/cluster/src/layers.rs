//! From a finest partition to layers: outliers, the layers above, numbers, strengths.

use visavis_records::{Clustering, Layer, UnitVectors};

use crate::{
    clusters::{ClusterOptions, mean_directions, tree_over},
    kmeans::members,
    products::nearest_two,
    tree::parts,
};

/// A passage is an outlier of its cluster below the median cosine with the centroid less so many robust standard
/// deviations.
const DEVIATIONS: f32 = 3.0;
/// From the median absolute deviation to a robust standard deviation.
const TO_DEVIATION: f32 = 1.4826;
/// A cluster is scattered where its median passage belongs to it less firmly than this, whatever others do: background in
/// the planted mixtures has 0.1 to 0.2, their topics 0.5 to 0.8.
const SCATTERED: f32 = 0.3;
/// Scattered clusters are background where together they are at most one passage in so many; what is more is a part of
/// the corpus that only holds together less.
const AT_MOST: usize = 4;
/// Clusters with fewer passages than this have no outliers.
const ENOUGH: usize = 8;

/// Layers over a finest partition whose parts are numbered without gaps.
pub(crate) fn build(vectors: &UnitVectors, fine: &[u32], options: &ClusterOptions) -> Clustering {
    let n = fine.len();
    let mut part = fine.to_vec();
    let mut outlier = vec![false; n];
    if options.outliers {
        set_small_apart(
            &part,
            &mut outlier,
            if options.clusters.is_some() {
                1
            } else {
                least_size(n)
            },
        );
        let count = part.iter().max().map_or(0, |&m| m as usize + 1);
        let centroids = mean_directions(vectors, &part, count);
        set_far_apart(vectors, &part, &centroids, &mut outlier);
        if options.clusters.is_none() {
            set_scattered_apart(vectors, &part, &centroids, &mut outlier);
        }
    }
    let count = number_by_size(&mut part, &outlier);
    let centroids = centroids(vectors, &part, &outlier, count);
    let nearest = nearest_two(vectors.as_slice(), &centroids, vectors.dim());
    for (row, p) in part.iter_mut().enumerate() {
        if outlier[row] {
            *p = nearest[row].0;
        }
    }
    let mut layers = vec![layer(0, count, &part, &outlier, &nearest)];
    let kept: Vec<u32> = (0..n as u32).filter(|&r| !outlier[r as usize]).collect();
    let kept_part: Vec<u32> = kept.iter().map(|&r| part[r as usize]).collect();
    let merges = tree_over(&vectors.select(&kept), &kept_part, count);
    let mut first = count;
    let mut below = count;
    while layers.len() < options.layers.max(1) && below > 3 {
        let k = widest_step(count, &merges, below);
        let up = parts(count, &merges, count - k);
        let mut coarse: Vec<u32> = part.iter().map(|&p| up[p as usize]).collect();
        let k = number_by_size(&mut coarse, &outlier);
        let last = layers.len() - 1;
        let parents = parents_of(&layers[last], &coarse, first as u32);
        layers[last].parents = parents;
        let centroids = self::centroids(vectors, &coarse, &outlier, k);
        let nearest = nearest_two(vectors.as_slice(), &centroids, vectors.dim());
        layers.push(layer(first as u32, k, &coarse, &outlier, &nearest));
        first += k;
        below = k;
    }
    Clustering { layers }
}

/// The least number of passages in a cluster of its own, among n.
fn least_size(n: usize) -> usize {
    match n {
        0..20 => 1,
        20..300 => 2,
        _ => 5,
    }
}

fn set_small_apart(part: &[u32], outlier: &mut [bool], least: usize) {
    let count = part.iter().max().map_or(0, |&m| m as usize + 1);
    let members = members(part, count);
    if members.iter().all(|m| m.len() < least) {
        return;
    }
    for m in members.iter().filter(|m| m.len() < least) {
        for &r in m {
            outlier[r as usize] = true;
        }
    }
}

fn set_far_apart(vectors: &UnitVectors, part: &[u32], centroids: &[f32], outlier: &mut [bool]) {
    let dim = vectors.dim();
    let all = vec![false; part.len()];
    let floor = floors(vectors, part, &all, centroids);
    for (row, &p) in part.iter().enumerate() {
        let centroid = &centroids[p as usize * dim..(p as usize + 1) * dim];
        outlier[row] |= visavis_kernels::dot(vectors.row(row), centroid) < floor[p as usize];
    }
}

/// Sets whole clusters apart that are none: background which only fell together. The median passage of such a cluster
/// belongs to it less firmly ([`strength`]) than passages do, by [`DEVIATIONS`]; a passage counts by one over the root
/// of its cluster's size, so that one large cluster of like passages does not say what is usual.
fn set_scattered_apart(
    vectors: &UnitVectors,
    part: &[u32],
    centroids: &[f32],
    outlier: &mut [bool],
) {
    let nearest = nearest_two(vectors.as_slice(), centroids, vectors.dim());
    let mut strengths: Vec<Vec<f32>> = vec![Vec::new(); centroids.len() / vectors.dim()];
    for (row, &p) in part.iter().enumerate().filter(|(row, _)| !outlier[*row]) {
        strengths[p as usize].push(strength_in(p, nearest[row]));
    }
    let mut all: Vec<(f32, f64)> = strengths
        .iter()
        .flat_map(|s| s.iter().map(|&x| (x, (s.len() as f64).sqrt().recip())))
        .collect();
    let middle = weighted_median(&mut all);
    for (x, _) in &mut all {
        *x = (*x - middle).abs();
    }
    let least = middle - DEVIATIONS * TO_DEVIATION * weighted_median(&mut all) - 1e-3;
    let least = least.min(SCATTERED);
    let scattered: Vec<bool> = strengths
        .iter()
        .map(|s| s.len() >= ENOUGH && median(s.clone()) < least)
        .collect();
    let apart = strengths.iter().zip(&scattered).filter(|(_, s)| **s);
    if apart.map(|(s, _)| s.len()).sum::<usize>() * AT_MOST > part.len() {
        return;
    }
    for (outlier, &p) in outlier.iter_mut().zip(part) {
        *outlier |= scattered[p as usize];
    }
}

fn weighted_median(values: &mut [(f32, f64)]) -> f32 {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let half = values.iter().map(|v| v.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    values
        .iter()
        .find(|v| {
            sum += v.1;
            sum >= half
        })
        .map_or(0.0, |v| v.0)
}

/// For each part the cosine with its centroid below which a passage is an outlier, from its passages that are none.
pub(crate) fn floors(
    vectors: &UnitVectors,
    part: &[u32],
    outlier: &[bool],
    centroids: &[f32],
) -> Vec<f32> {
    let dim = vectors.dim();
    let mut cosines: Vec<Vec<f32>> = vec![Vec::new(); centroids.len() / dim];
    for (row, &p) in part.iter().enumerate().filter(|(row, _)| !outlier[*row]) {
        let centroid = &centroids[p as usize * dim..(p as usize + 1) * dim];
        cosines[p as usize].push(visavis_kernels::dot(vectors.row(row), centroid));
    }
    cosines
        .into_iter()
        .map(|cosine| {
            if cosine.len() < ENOUGH {
                return -1.0;
            }
            let middle = median(cosine.clone());
            let deviation =
                TO_DEVIATION * median(cosine.iter().map(|c| (c - middle).abs()).collect());
            middle - DEVIATIONS * deviation - 1e-3
        })
        .collect()
}

fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() {
        0.0
    } else {
        *values.select_nth_unstable_by(middle, f32::total_cmp).1
    }
}

/// Numbers the parts that have passages other than outliers by size, largest first, ties by first passage; how many
/// there are. Outliers of a part that vanishes get any number.
fn number_by_size(part: &mut [u32], outlier: &[bool]) -> usize {
    let count = part.iter().max().map_or(0, |&m| m as usize + 1);
    let mut size = vec![(0usize, usize::MAX); count];
    for (row, &p) in part.iter().enumerate() {
        if !outlier[row] {
            let s = &mut size[p as usize];
            *s = (s.0 + 1, s.1.min(row));
        }
    }
    let mut order: Vec<usize> = (0..count).filter(|&p| size[p].0 > 0).collect();
    order.sort_by_key(|&p| (std::cmp::Reverse(size[p].0), size[p].1));
    let mut number = vec![0u32; count];
    for (i, &p) in order.iter().enumerate() {
        number[p] = i as u32;
    }
    for p in part {
        *p = number[*p as usize];
    }
    order.len()
}

/// Mean directions of the passages that are no outliers.
pub(crate) fn centroids(
    vectors: &UnitVectors,
    part: &[u32],
    outlier: &[bool],
    count: usize,
) -> Vec<f32> {
    let kept: Vec<u32> = (0..part.len() as u32)
        .filter(|&r| !outlier[r as usize])
        .collect();
    let of: Vec<u32> = kept.iter().map(|&r| part[r as usize]).collect();
    mean_directions(&vectors.select(&kept), &of, count)
}

/// How firmly a passage belongs to a cluster with whose centroid it has cosine `own`, `other` being its greatest cosine
/// with another centroid: 1 at the centroid, 0 where another cluster is as near.
pub(crate) fn strength(own: f32, other: f32) -> f32 {
    ((own - other) / (1.0 - other).max(1e-6)).clamp(0.0, 1.0)
}

/// The strength in part `p` of a passage whose nearest part, and cosines with it and the second, are given.
fn strength_in(p: u32, (nearest, own, other): (u32, f32, f32)) -> f32 {
    if nearest == p {
        strength(own, other.max(0.0))
    } else {
        0.0
    }
}

fn layer(
    first: u32,
    count: usize,
    part: &[u32],
    outlier: &[bool],
    nearest: &[(u32, f32, f32)],
) -> Layer {
    let cluster = part
        .iter()
        .zip(outlier)
        .map(|(&p, &o)| if o { -1 } else { (first + p) as i32 })
        .collect();
    let strength = part
        .iter()
        .zip(nearest)
        .map(|(&p, &nearest)| strength_in(p, nearest))
        .collect();
    Layer {
        first,
        parents: Vec::new(),
        n_clusters: count as u32,
        cluster,
        nearest: part.iter().map(|&p| first + p).collect(),
        strength,
    }
}

fn parents_of(fine: &Layer, coarse: &[u32], first: u32) -> Vec<u32> {
    let mut parents = vec![first; fine.n_clusters as usize];
    for (row, &c) in fine.cluster.iter().enumerate() {
        if c >= 0 {
            parents[(c as u32 - fine.first) as usize] = first + coarse[row];
        }
    }
    parents
}

/// How many clusters the layer above one of `below` clusters has: a half to a quarter as many, where the step in
/// similarity from the last merge done to the first one not done is widest.
fn widest_step(count: usize, merges: &[crate::tree::Merge], below: usize) -> usize {
    let low = (below / 4).max(2);
    let high = (below / 2).max(low);
    let step = |k: usize| {
        let done = count - k;
        let last = merges
            .get(done.wrapping_sub(1))
            .map_or(1.0, |m| m.similarity);
        last - merges.get(done).map_or(-1.0, |m| m.similarity)
    };
    (low..=high)
        .rev()
        .max_by(|&a, &b| step(a).total_cmp(&step(b)).then(a.cmp(&b)))
        .unwrap_or(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::mixture;

    #[test]
    fn layers_nest_and_ids_are_unique() {
        let (vectors, truth) = mixture(1000, 48, 16, 0.0, 11);
        let mut fine: Vec<u32> = truth.iter().map(|&t| t as u32).collect();
        crate::communities::renumber(&mut fine);
        let found = build(&vectors, &fine, &ClusterOptions::default());
        assert_eq!(found.layers.len(), 3);
        assert_eq!(found.layers[0].n_clusters, 16);
        assert!((4..=8).contains(&found.layers[1].n_clusters));
        for pair in found.layers.windows(2) {
            let (fine, coarse) = (&pair[0], &pair[1]);
            assert_eq!(fine.ids().end, coarse.first);
            for row in 0..1000 {
                assert_eq!(
                    fine.parents[(fine.nearest[row] - fine.first) as usize],
                    coarse.nearest[row],
                    "{row}"
                );
                assert!(fine.cluster[row] == -1 || fine.cluster[row] == fine.nearest[row] as i32);
                assert_eq!(fine.cluster[row] == -1, coarse.cluster[row] == -1);
                assert!((0.0..=1.0).contains(&fine.strength[row]));
            }
            let sizes: Vec<usize> = coarse.members().iter().map(Vec::len).collect();
            assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
        }
        assert!(found.layers[2].parents.is_empty());
    }

    #[test]
    fn a_passage_unlike_its_cluster_is_an_outlier_with_a_nearest_cluster() {
        let mut r = visavis_kernels::Random::new(1, 1);
        let mut data = Vec::new();
        for i in 0..40 {
            let near = [
                0.1 * r.normal() as f32,
                0.1 * r.normal() as f32,
                0.1 * r.normal() as f32,
            ];
            let (x, y) = if i < 20 { (1.0, 0.0) } else { (0.0, 1.0) };
            data.extend([x + near[0], y + near[1], near[2]]);
        }
        data.extend([-0.3, 0.5, -1.0]);
        let vectors = UnitVectors::new(data, 3).unwrap();
        let fine: Vec<u32> = (0..41).map(|i| u32::from(i >= 20)).collect();
        let found = build(&vectors, &fine, &ClusterOptions::default());
        assert_eq!(found.layers[0].cluster[40], -1);
        assert_eq!(found.layers[0].nearest[40], found.layers[0].nearest[25]);
        assert!(found.layers[0].cluster.iter().filter(|&&c| c == -1).count() < 4);
        let kept = build(
            &vectors,
            &fine,
            &ClusterOptions {
                outliers: false,
                ..Default::default()
            },
        );
        assert!(kept.layers[0].cluster.iter().all(|&c| c >= 0));
    }
}
