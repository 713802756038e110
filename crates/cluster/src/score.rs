//! How well two partitions agree. Labels are any integers; −1 counts as one label among the others.

use std::collections::BTreeMap;

/// Rows in both a label of one and a label of the other partition, and the sizes of the labels.
struct Table {
    n: f64,
    cells: Vec<(usize, usize, f64)>,
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Table {
    fn new(a: &[i32], b: &[i32]) -> Self {
        assert_eq!(a.len(), b.len(), "two partitions of the same rows");
        let number = |labels: &[i32]| -> BTreeMap<i32, usize> {
            let mut all: Vec<i32> = labels.to_vec();
            all.sort_unstable();
            all.dedup();
            all.into_iter().enumerate().map(|(i, l)| (l, i)).collect()
        };
        let (of_a, of_b) = (number(a), number(b));
        let mut cells: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let (mut sum_a, mut sum_b) = (vec![0.0; of_a.len()], vec![0.0; of_b.len()]);
        for (x, y) in a.iter().zip(b) {
            let (i, j) = (of_a[x], of_b[y]);
            *cells.entry((i, j)).or_default() += 1.0;
            sum_a[i] += 1.0;
            sum_b[j] += 1.0;
        }
        Self {
            n: a.len() as f64,
            cells: cells.into_iter().map(|((i, j), c)| (i, j, c)).collect(),
            a: sum_a,
            b: sum_b,
        }
    }

    fn mutual_information(&self) -> f64 {
        self.cells
            .iter()
            .map(|&(i, j, c)| c / self.n * (self.n * c / (self.a[i] * self.b[j])).ln())
            .sum::<f64>()
            .max(0.0)
    }
}

fn entropy(sizes: &[f64], n: f64) -> f64 {
    sizes
        .iter()
        .filter(|&&s| s > 0.0)
        .map(|s| -s / n * (s / n).ln())
        .sum()
}

/// Adjusted Rand index (Hubert and Arabie, 1985): 1 for equal partitions, 0 in the mean for unrelated ones.
///
/// # Panics
/// If the partitions are not of the same rows.
pub fn adjusted_rand(a: &[i32], b: &[i32]) -> f64 {
    let t = Table::new(a, b);
    let pairs = |x: f64| x * (x - 1.0) / 2.0;
    let both: f64 = t.cells.iter().map(|c| pairs(c.2)).sum();
    let (in_a, in_b): (f64, f64) = (
        t.a.iter().map(|&x| pairs(x)).sum(),
        t.b.iter().map(|&x| pairs(x)).sum(),
    );
    let all = pairs(t.n);
    if all == 0.0 {
        return 1.0;
    }
    let expected = in_a * in_b / all;
    let most = f64::midpoint(in_a, in_b);
    if most == expected {
        1.0
    } else {
        (both - expected) / (most - expected)
    }
}

/// Normalised mutual information, over the mean of the two entropies (the V-measure of Rosenberg and Hirschberg, 2007).
///
/// # Panics
/// If the partitions are not of the same rows.
pub fn normalized_mutual_information(a: &[i32], b: &[i32]) -> f64 {
    let t = Table::new(a, b);
    let mean = f64::midpoint(entropy(&t.a, t.n), entropy(&t.b, t.n));
    if mean <= 0.0 {
        1.0
    } else {
        t.mutual_information() / mean
    }
}

/// Adjusted mutual information over the mean of the two entropies (Vinh, Epps and Bailey, 2010): 1 for equal
/// partitions, 0 in the mean for unrelated ones with the same sizes.
///
/// # Panics
/// If the partitions are not of the same rows.
pub fn adjusted_mutual_information(a: &[i32], b: &[i32]) -> f64 {
    let t = Table::new(a, b);
    let mean = f64::midpoint(entropy(&t.a, t.n), entropy(&t.b, t.n));
    let expected = expected_mutual_information(&t);
    if (mean - expected).abs() < 1e-15 {
        1.0
    } else {
        (t.mutual_information() - expected) / (mean - expected)
    }
}

/// The mean of the mutual information over all pairs of partitions with these sizes (hypergeometric model). Equal
/// sizes are counted once.
fn expected_mutual_information(t: &Table) -> f64 {
    let n = t.n as usize;
    let mut ln_factorial = Vec::with_capacity(n + 1);
    let mut sum = 0.0f64;
    ln_factorial.push(0.0);
    for i in 1..=n {
        sum += (i as f64).ln();
        ln_factorial.push(sum);
    }
    let sizes = |all: &[f64]| -> BTreeMap<usize, f64> {
        let mut count = BTreeMap::new();
        for &s in all {
            *count.entry(s as usize).or_default() += 1.0;
        }
        count
    };
    let of_b = sizes(&t.b);
    let f = &ln_factorial;
    let mut total = 0.0;
    for (a, times_a) in sizes(&t.a) {
        for (&b, &times_b) in &of_b {
            let fixed = f[a] + f[b] + f[n - a] + f[n - b] - f[n];
            let mut inner = 0.0;
            for c in (a + b).saturating_sub(n).max(1)..=a.min(b) {
                let weight = (fixed - f[c] - f[a - c] - f[b - c] - f[n + c - a - b]).exp();
                inner += c as f64 / t.n * (t.n * c as f64 / (a as f64 * b as f64)).ln() * weight;
            }
            total += times_a * times_b * inner;
        }
    }
    total
}

/// What the clusters say about the language once the topic is known: mutual information of cluster and language
/// within each topic, averaged by size, over the entropy of the languages. 0: nothing; 1: everything.
///
/// # Panics
/// If the three are not of the same rows.
pub fn language_given_topic(cluster: &[i32], language: &[i32], topic: &[i32]) -> f64 {
    let n = topic.len() as f64;
    let of_language = Table::new(language, topic);
    let all = entropy(&of_language.a, n);
    if all <= 0.0 {
        return 0.0;
    }
    let mut by_topic: BTreeMap<i32, (Vec<i32>, Vec<i32>)> = BTreeMap::new();
    for ((c, l), t) in cluster.iter().zip(language).zip(topic) {
        let (cs, ls) = by_topic.entry(*t).or_default();
        cs.push(*c);
        ls.push(*l);
    }
    by_topic
        .values()
        .map(|(c, l)| {
            let t = Table::new(c, l);
            // Less what chance gives partitions of these sizes.
            (t.mutual_information() - expected_mutual_information(&t)) * c.len() as f64 / n
        })
        .sum::<f64>()
        .max(0.0)
        / all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scores_are_those_of_the_textbook() {
        let (a, b) = ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]);
        // As given by scikit-learn 1.9.
        assert!((adjusted_rand(&a, &b) - 0.242_424_242).abs() < 1e-8);
        assert!((normalized_mutual_information(&a, &b) - 0.515_803_742).abs() < 1e-8);
        assert!((adjusted_mutual_information(&a, &b) - 0.298_792_458).abs() < 1e-8);
        assert_eq!(adjusted_rand(&a, &[5, 5, 5, -1, -1, -1]), 1.0);
        assert!((adjusted_mutual_information(&a, &a) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn one_cluster_says_nothing() {
        assert!(adjusted_rand(&[0; 6], &[0, 0, 1, 1, 2, 2]).abs() < 1e-12);
        assert!(adjusted_mutual_information(&[0; 6], &[0, 0, 1, 1, 2, 2]).abs() < 1e-12);
        assert_eq!(adjusted_rand(&[], &[]), 1.0);
    }

    #[test]
    fn clusters_that_are_languages_say_all_of_the_language() {
        let topic: Vec<i32> = (0..400).map(|i| i / 100).collect();
        let language: Vec<i32> = (0..400).map(|i| i % 2).collect();
        assert!(language_given_topic(&language, &language, &topic) > 0.97);
        assert!(language_given_topic(&topic, &language, &topic) < 1e-9);
    }
}
