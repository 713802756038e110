//! Who is compared with whom.

/// The groups of a comparison, and the group of each passage. A group is whatever `--by` names: a language, a source,
/// a side; a language is never called a side.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Groups {
    /// Names of the columns that make the groups: `["language"]`, `["source"]`.
    pub by: Vec<String>,
    /// Names of the groups, sorted.
    pub labels: Vec<String>,
    /// For each passage its group as an index of `labels`, or `None` where it has none or is not counted.
    pub of: Vec<Option<u32>>,
}

impl Groups {
    /// Groups from one label a passage.
    pub fn new(by: Vec<String>, label: &[Option<String>]) -> Self {
        let mut labels: Vec<String> = label.iter().flatten().cloned().collect();
        labels.sort();
        labels.dedup();
        let of = label
            .iter()
            .map(|l| {
                l.as_ref()
                    .and_then(|l| labels.binary_search(l).ok())
                    .map(|i| i as u32)
            })
            .collect();
        Self { by, labels, of }
    }

    /// All pairs of groups, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let n = self.labels.len() as u32;
        (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_sorted_and_passages_find_theirs() {
        let label = ["b", "a", "", "b"].map(|l| (!l.is_empty()).then(|| l.to_owned()));
        let groups = Groups::new(vec!["side".into()], &label);
        assert_eq!(groups.labels, ["a", "b"]);
        assert_eq!(groups.of, [Some(1), Some(0), None, Some(1)]);
        assert_eq!(groups.pairs().collect::<Vec<_>>(), [(0, 1)]);
    }
}
