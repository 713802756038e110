//! Passages that stand for a cluster: central, unlike each other, from several documents and every language present.

use std::collections::BTreeSet;

use visavis_kernels::dot;
use visavis_records::{Language, UnitVectors};

/// Representatives of a cluster, at least; more where there are more languages.
const REPRESENTATIVES: usize = 5;
/// The most central passages that are looked at.
const CANDIDATES: usize = 300;
/// What likeness to a passage already taken costs, and a document already there (maximal marginal relevance: Carbonell
/// and Goldstein, 1998).
const LIKENESS: f32 = 0.5;
const SAME_DOCUMENT: f32 = 0.2;

/// Row numbers of the representatives of one cluster, best first. The most central passage comes first, then one in
/// each other language by how many passages it has, then the most central that are unlike those taken.
pub(crate) fn representatives(
    members: &[u32],
    centroid: &[f32],
    vectors: &UnitVectors,
    language: &[Language],
    document: &[u32],
) -> Vec<u32> {
    let mut central: Vec<(f32, u32)> = members
        .iter()
        .map(|&r| (dot(vectors.row(r as usize), centroid), r))
        .collect();
    central.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut candidates: Vec<(f32, u32)> = central.iter().take(CANDIDATES).copied().collect();
    let mut languages: BTreeSet<Language> = BTreeSet::new();
    for &c in &central {
        if languages.insert(language[c.1 as usize]) && !candidates.contains(&c) {
            candidates.push(c);
        }
    }
    let most = REPRESENTATIVES.max(languages.len()).min(members.len());
    let mut taken: Vec<u32> = Vec::with_capacity(most);
    let mut missing = languages;
    while taken.len() < most {
        let worth = |&(central, r): &(f32, u32)| {
            let like = taken
                .iter()
                .map(|&t| dot(vectors.row(t as usize), vectors.row(r as usize)))
                .fold(0.0f32, f32::max);
            let again = taken
                .iter()
                .any(|&t| document[t as usize] == document[r as usize]);
            central - LIKENESS * like - if again { SAME_DOCUMENT } else { 0.0 }
        };
        let open = candidates.iter().filter(|c| !taken.contains(&c.1));
        let wanted = |c: &&(f32, u32)| {
            taken.is_empty() || missing.is_empty() || missing.contains(&language[c.1 as usize])
        };
        let best = open
            .filter(wanted)
            .map(|c| (worth(c), c.1))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let Some((_, row)) = best else { break };
        missing.remove(&language[row as usize]);
        taken.push(row);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_and_several_documents_are_there() {
        let mut data = Vec::new();
        let mut language = Vec::new();
        for i in 0..30 {
            data.extend([1.0, 0.02 * i as f32, if i % 2 == 0 { 0.1 } else { -0.1 }]);
            language.push(match i {
                29 => Language::KA,
                20.. => Language::RU,
                _ => Language::EN,
            });
        }
        let vectors = UnitVectors::new(data, 3).unwrap();
        let document: Vec<u32> = (0..30).map(|i| i / 6).collect();
        let members: Vec<u32> = (0..30).collect();
        let found = representatives(&members, &[1.0, 0.0, 0.0], &vectors, &language, &document);
        assert_eq!((found.len(), found[0]), (5, 0));
        let languages: BTreeSet<Language> = found.iter().map(|&r| language[r as usize]).collect();
        assert_eq!(languages.len(), 3);
        let documents: BTreeSet<u32> = found.iter().map(|&r| document[r as usize]).collect();
        assert!(documents.len() >= 4, "{found:?}");
        assert_eq!(
            representatives(&[7], &[1.0, 0.0, 0.0], &vectors, &language, &document),
            [7]
        );
    }
}
