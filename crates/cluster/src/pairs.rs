//! Terms of two languages that mean the same, by the encoder.

use std::collections::BTreeMap;

use visavis_kernels::dot;
use visavis_records::{Encoder, Language};

use crate::terms::Terms;

/// The least cosine between two words that mean the same.
const ALIKE: f32 = 0.5;

/// A `pair_id`, unique over all clusters, for terms (cluster, language, rank from 0) that are each other's nearest
/// across two languages of one cluster; what is linked through a third language shares its number.
pub(crate) fn pair(found: &Terms, encoder: &dyn Encoder) -> BTreeMap<(u32, Language, usize), u32> {
    let mut words: Vec<&str> = found
        .values()
        .flat_map(BTreeMap::values)
        .flatten()
        .map(|t| t.form.as_str())
        .collect();
    words.sort_unstable();
    words.dedup();
    let mut pairs = BTreeMap::new();
    if words.is_empty() || found.values().all(|by_language| by_language.len() < 2) {
        return pairs;
    }
    let Ok(vectors) = encoder.encode(&words) else {
        return pairs;
    };
    let row = |form: &str| {
        words
            .binary_search(&form)
            .ok()
            .map_or(&[][..], |r| vectors.row(r))
    };
    let mut next = 0u32;
    for (&cluster, by_language) in found {
        let all: Vec<(Language, usize, &[f32])> = by_language
            .iter()
            .flat_map(|(&l, terms)| {
                terms
                    .iter()
                    .enumerate()
                    .map(move |(rank, t)| (l, rank, row(&t.form)))
            })
            .collect();
        let nearest = |i: usize, language: Language| {
            (0..all.len())
                .filter(|&j| all[j].0 == language)
                .map(|j| (dot(all[i].2, all[j].2), j))
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
                .filter(|&(s, _)| s >= ALIKE)
                .map(|(_, j)| j)
        };
        let mut number: Vec<Option<u32>> = vec![None; all.len()];
        for i in 0..all.len() {
            for &language in by_language.keys().filter(|&&l| l > all[i].0) {
                let Some(j) = nearest(i, language).filter(|&j| nearest(j, all[i].0) == Some(i))
                else {
                    continue;
                };
                match (number[i], number[j]) {
                    (None, None) => {
                        (number[i], number[j]) = (Some(next), Some(next));
                        next += 1;
                    }
                    (Some(_), None) => number[j] = number[i],
                    (None, Some(_)) => number[i] = number[j],
                    (Some(_), Some(_)) => {}
                }
            }
        }
        for ((language, rank, _), number) in all.iter().zip(number) {
            if let Some(number) = number {
                pairs.insert((cluster, *language, *rank), number);
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Term;
    use visavis_records::{EncodeError, UnitVectors};

    /// Knows three meanings by their first letters.
    struct Toy;
    impl Encoder for Toy {
        fn dim(&self) -> usize {
            3
        }
        fn encode(&self, texts: &[&str]) -> Result<UnitVectors, EncodeError> {
            let data = texts.iter().flat_map(|t| match t.chars().next() {
                Some('b' | 'г') => [1.0, 0.1, 0.0],
                Some('w' | 'в') => [0.0, 1.0, 0.1],
                _ => [0.1, 0.0, 1.0],
            });
            UnitVectors::new(data.collect(), 3).map_err(|e| EncodeError {
                row: None,
                message: e.to_string(),
            })
        }
    }

    #[test]
    fn words_that_mean_the_same_are_paired_across_languages_only() {
        let terms = |words: &[&str]| {
            words
                .iter()
                .map(|w| Term {
                    form: (*w).to_owned(),
                    score: 1.0,
                })
                .collect::<Vec<_>>()
        };
        let by_language = BTreeMap::from([
            (Language::EN, terms(&["border", "water", "tax"])),
            (Language::RU, terms(&["вода", "граница"])),
        ]);
        let found = Terms::from([(4, by_language)]);
        let pairs = pair(&found, &Toy);
        assert_eq!(pairs[&(4, Language::EN, 0)], pairs[&(4, Language::RU, 1)]);
        assert_eq!(pairs[&(4, Language::EN, 1)], pairs[&(4, Language::RU, 0)]);
        assert_ne!(pairs[&(4, Language::EN, 0)], pairs[&(4, Language::EN, 1)]);
        assert!(!pairs.contains_key(&(4, Language::EN, 2)));
    }
}
