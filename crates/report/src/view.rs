//! The tables, looked up the way the page needs them.

use std::collections::{BTreeMap, BTreeSet};

use visavis_records::{
    ChunkId, DocId, Language,
    rows::{
        ChunkRow, ClusterRow, CounterpartRow, DocumentRow, FramingRow, PrevalenceRow, TermRow,
        UnansweredRow,
    },
};

use crate::Tables;

/// The most issues the page shows: a coarser layer is taken where the finest has more.
const MOST_ISSUES: usize = 30;

/// Tables with their indexes.
pub struct View<'a> {
    pub tables: &'a Tables<'a>,
    pub groups: Vec<&'a str>,
    pub languages: Vec<Language>,
    /// Clusters of the layer shown, largest first.
    pub issues: Vec<&'a ClusterRow>,
    /// For each cluster the cluster of the layer shown that holds it.
    pub issue_of: BTreeMap<i32, i32>,
    pub chunk: BTreeMap<ChunkId, &'a ChunkRow>,
    pub document: BTreeMap<DocId, &'a DocumentRow>,
}

impl<'a> View<'a> {
    pub fn new(tables: &'a Tables<'a>) -> Self {
        let coarsest = tables.clusters.iter().map(|c| c.layer).max().unwrap_or(0);
        let size = |layer| tables.clusters.iter().filter(|c| c.layer == layer).count();
        let shown = (0..=coarsest)
            .find(|&l| size(l) <= MOST_ISSUES)
            .unwrap_or(coarsest);
        let mut issues: Vec<_> = tables
            .clusters
            .iter()
            .filter(|c| c.layer == shown && c.n_chunks > 0)
            .collect();
        issues.sort_by_key(|c| (std::cmp::Reverse(c.n_chunks), c.cluster));

        let parent: BTreeMap<i32, Option<i32>> = tables
            .clusters
            .iter()
            .map(|c| (c.cluster, c.parent))
            .collect();
        let layer: BTreeMap<i32, u32> = tables
            .clusters
            .iter()
            .map(|c| (c.cluster, c.layer))
            .collect();
        let mut issue_of = BTreeMap::new();
        for cluster in tables.clusters {
            let mut up = Some(cluster.cluster);
            while let Some(c) = up.filter(|c| layer.get(c).is_some_and(|&l| l < shown)) {
                up = parent.get(&c).copied().flatten();
            }
            issue_of.extend(
                up.filter(|c| layer.get(c) == Some(&shown))
                    .map(|c| (cluster.cluster, c)),
            );
        }
        let groups: BTreeSet<&str> = tables
            .chunks
            .iter()
            .filter_map(|c| c.group.as_deref())
            .collect();
        let languages: BTreeSet<Language> = tables.chunks.iter().map(|c| c.language).collect();
        Self {
            tables,
            groups: groups.into_iter().collect(),
            languages: languages.into_iter().collect(),
            issues,
            issue_of,
            chunk: tables.chunks.iter().map(|c| (c.chunk_id, c)).collect(),
            document: tables.documents.iter().map(|d| (d.doc_id, d)).collect(),
        }
    }

    /// Place of an issue among those shown.
    pub fn place(&self, issue: i32) -> Option<usize> {
        self.issues.iter().position(|c| c.cluster == issue)
    }

    /// The issue that a passage is in.
    pub fn issue(&self, chunk: &ChunkRow) -> Option<i32> {
        self.issue_of.get(&chunk.cluster?).copied()
    }

    /// Terms of a cluster for all groups together, by language, most characteristic first.
    pub fn terms(&self, cluster: i32) -> BTreeMap<Language, Vec<&'a TermRow>> {
        let mut terms: BTreeMap<Language, Vec<&TermRow>> = BTreeMap::new();
        for term in self
            .tables
            .terms
            .iter()
            .filter(|t| t.cluster == cluster && t.group.is_none())
        {
            terms.entry(term.language).or_default().push(term);
        }
        terms
    }

    /// Terms that one group uses more than the others.
    pub fn group_terms(&self, cluster: i32, group: &str) -> Vec<&'a TermRow> {
        self.tables
            .terms
            .iter()
            .filter(|t| t.cluster == cluster && t.group.as_deref() == Some(group))
            .collect()
    }

    pub fn prevalence(&self, cluster: i32, group: &str) -> Option<&'a PrevalenceRow> {
        self.tables
            .prevalence
            .iter()
            .find(|p| p.cluster == cluster && p.group == group)
    }

    pub fn framing(&self, cluster: i32) -> impl Iterator<Item = &'a FramingRow> {
        self.tables
            .framing
            .iter()
            .filter(move |f| f.cluster == cluster)
    }

    /// Matched passages of different groups in an issue, or of which one has no group: closest first.
    pub fn face_to_face(&self, issue: i32) -> Vec<&'a CounterpartRow> {
        let within = |id: &ChunkId| self.chunk.get(id).and_then(|c| self.issue(c)) == Some(issue);
        let mut pairs: Vec<_> = self
            .tables
            .counterparts
            .iter()
            .filter(|p| p.group_a.is_none() || p.group_a != p.group_b)
            .filter(|p| within(&p.chunk_a) || within(&p.chunk_b))
            .collect();
        pairs.sort_by(|a, b| {
            b.margin
                .total_cmp(&a.margin)
                .then(a.chunk_a.cmp(&b.chunk_a))
        });
        pairs
    }

    /// Passages of an issue that the other group does not answer.
    pub fn unanswered(&self, issue: i32) -> Vec<&'a UnansweredRow> {
        let within = |u: &&UnansweredRow| self.issue_of.get(&u.cluster) == Some(&issue);
        self.tables.unanswered.iter().filter(within).collect()
    }
}
