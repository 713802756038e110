//! The published schema: which tables there are, and what each column means.

use polars::prelude::*;
use visavis_records::{
    CalibrationText,
    rows::{
        ChunkRow, ClusterRow, CounterpartRow, DirectionRow, DocumentRow, EmbeddingRow, FramingRow,
        HardwareRow, MembershipRow, PrevalenceRow, QualityRow, RejectedRow, RemovedRow, TermRow,
        TextRow, TimelineRow, UnansweredRow,
    },
};

use crate::cell::Cell;

/// Raised when a column changes its name, type or meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSchema {
    /// Its name.
    pub name: &'static str,
    /// Its type; a trailing `?` where it may be null.
    pub dtype: String,
    /// Meaning, unit, and what null says.
    pub meaning: &'static str,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSchema {
    /// Its name; the file is `NAME.parquet`.
    pub name: &'static str,
    /// What a row is.
    pub row: &'static str,
    /// Its columns in order.
    pub columns: Vec<ColumnSchema>,
}

/// A struct that is a row of a table.
pub trait Table: Framed {
    /// The table's name.
    const NAME: &'static str;
    /// What a row is, its order, and its columns.
    fn schema() -> TableSchema;
}

pub use sealed::Framed;
mod sealed {
    use polars::prelude::DataFrame;

    /// Rows to a frame and back; only for the tables of this crate.
    pub trait Framed: Sized {
        #[doc(hidden)]
        fn frame(rows: &[Self]) -> DataFrame;
        #[doc(hidden)]
        fn rows(frame: &DataFrame) -> Result<Vec<Self>, String>;
    }
}

fn dtype<R, C: Cell>(_: impl Fn(&R) -> &C) -> String {
    format!("{}{}", C::TYPE, if C::NULL { "?" } else { "" })
}

fn cells<C: Cell>(frame: &DataFrame, name: &str) -> Result<std::vec::IntoIter<C>, String> {
    let column = frame
        .column(name)
        .map_err(|_| format!("has no column `{name}`: was it written by visavis?"))?;
    Ok(C::cells(column)
        .map_err(|e| format!("column `{name}`: {e}"))?
        .into_iter())
}

/// Prefix of the columns that carry the input's own metadata.
const META: &str = "meta_";

fn meta_columns(rows: &[DocumentRow]) -> Vec<Column> {
    let keys: std::collections::BTreeSet<&String> =
        rows.iter().flat_map(|r| r.meta.keys()).collect();
    keys.into_iter()
        .map(|k| {
            Option::column(
                &format!("{META}{k}"),
                rows.iter().map(|r| r.meta.get(k).cloned()).collect(),
            )
        })
        .collect()
}

fn read_meta(frame: &DataFrame, rows: &mut [DocumentRow]) -> Result<(), String> {
    for column in frame.columns() {
        if let Some(key) = column.name().strip_prefix(META) {
            for (row, cell) in rows.iter_mut().zip(Option::<String>::cells(column)?) {
                row.meta.extend(cell.map(|c| (key.to_owned(), c)));
            }
        }
    }
    Ok(())
}

/// A field that is not a column: how its columns are written and read.
macro_rules! beside {
    (write $rows:ident, $columns:ident;) => {};
    (write $rows:ident, $columns:ident; $to:path, $from:path) => {
        $columns.extend($to($rows));
    };
    (read $frame:ident, $rows:ident;) => {};
    (read $frame:ident, $rows:ident; $to:path, $from:path) => {
        $from($frame, &mut $rows)?;
    };
}

macro_rules! tables {
    ($($name:literal $row:ident $about:literal { $($column:ident $meaning:literal)* $(; beside $field:ident $to:path, $from:path)? })*) => {
        $(
            impl Framed for $row {
                fn frame(rows: &[Self]) -> DataFrame {
                    #[allow(unused_mut)]
                    let mut columns = vec![
                        $(Cell::column(stringify!($column), rows.iter().map(|r| r.$column.clone()).collect()),)*
                    ];
                    beside!(write rows, columns; $($to, $from)?);
                    DataFrame::new(rows.len(), columns).expect("columns of one length, with different names")
                }

                fn rows(frame: &DataFrame) -> Result<Vec<Self>, String> {
                    $(let mut $column = cells(frame, stringify!($column))?;)*
                    #[allow(unused_mut)]
                    let mut rows: Vec<Self> = (0..frame.height())
                        .map(|_| Some(Self { $($column: $column.next()?,)* $($field: Default::default(),)? }))
                        .collect::<Option<_>>()
                        .ok_or("has columns of different lengths")?;
                    beside!(read frame, rows; $($to, $from)?);
                    Ok(rows)
                }
            }

            impl Table for $row {
                const NAME: &'static str = $name;
                fn schema() -> TableSchema {
                    TableSchema {
                        name: $name,
                        row: $about,
                        columns: vec![
                            $(ColumnSchema {
                                name: stringify!($column),
                                dtype: dtype(|r: &$row| &r.$column),
                                meaning: $meaning,
                            },)*
                        ],
                    }
                }
            }
        )*

        /// All tables, in the order of the pipeline.
        pub fn schema() -> Vec<TableSchema> {
            vec![$(<$row as Table>::schema()),*]
        }
    };
}

tables! {
    "documents" DocumentRow "a document, or a part of a page that holds several; sorted by doc_id; the input's other metadata follow as str? columns `meta_*`" {
        doc_id "id: hash of (record id, clean text, part, copy); survives renaming of files"
        path "path of the file below the folder given, with `/`; a name, never opened again"
        record "id or line of the record in its file; null where the file is the document"
        part "0, or which of several articles of one page"
        title "title, from metadata or the page; null where there is none"
        author "author, from metadata; null where there is none"
        date "day of publication; null where unknown"
        url "address, as the metadata gives it; null where there is none"
        source "who published it: metadata, else the first folder name; null where there is none"
        declared_language "ISO 639 code that the metadata declares; null where they do not; detection decides on the text"
        language "ISO 639 code of the language with the most characters; null before `chunk`, or where there is no passage"
        languages "ISO 639 codes of the languages of its passages, most characters first"
        language_shares "share of the document's characters in each of `languages`, 0–1"
        encoding "encoding it was decoded from"
        n_chars "code points of the clean text"
        n_chars_removed "code points taken out (removed.parquet)"
        n_chunks "passages; null before `chunk`"
        content_hash "hash of the clean text: equal text, equal hash"
        duplicate_of "doc_id of the document that this one repeats; null where it repeats none"
        counted "false where comparisons leave it out"
        not_counted "why comparisons leave it out; null where they count it"
        ; beside meta meta_columns, read_meta
    }
    "texts" TextRow "a document's clean text; sorted by doc_id" {
        doc_id "the document"
        text "clean text (NFC, paragraphs separated by an empty line): what `start` and `end` of chunks point into"
    }
    "removed" RemovedRow "a piece taken out of a document; kept + removed + rejected text = text read; sorted by (doc_id, ordinal)" {
        doc_id "the document"
        ordinal "place among the pieces taken out of the document, from 0"
        text "the piece"
        reason "one word for why"
    }
    "chunks" ChunkRow "a passage; sorted by (doc_id, ordinal); row-aligned with embeddings.npy" {
        chunk_id "id: hash of (doc_id, start, end)"
        doc_id "the document"
        ordinal "place among the passages of the document, from 0"
        text "the passage"
        language "ISO 639 code; `und` where it cannot be told"
        language_confidence "how sure the detection is, 0–1"
        start "first code point of the passage in the document's text"
        end "one past its last code point"
        n_tokens "tokens by the encoder's tokenizer, special tokens included"
        group "group of the comparison (`--by`); null before `compare`, or where the passage has none or is not counted"
        cluster "cluster of the finest layer; −1 = outlier; null before `cluster`"
        nearest_cluster "the cluster, or the nearest one for an outlier; null before `cluster`"
        strength "how firmly it belongs to nearest_cluster, 0–1; null before `cluster`"
        is_representative "whether it stands for a cluster of some layer; null before `cluster`"
        projection_x "place on the map, no unit; null before `cluster`"
        projection_y "place on the map, no unit; null before `cluster`"
        neighbors "nearest passages: row numbers of this table and cosine distances (1 − cosine of debiased vectors), nearest first; lists are null before `cluster`"
    }
    "embeddings" EmbeddingRow "a passage's vector; row-aligned with chunks and with embeddings.npy" {
        chunk_id "the passage"
        vector "unit vector of the encoder as it is (not debiased: see directions)"
    }
    "directions" DirectionRow "what says \"language\" in a vector, fitted on neutral parallel text; subtract `mean`, project out each `direction`, scale to length one" {
        method "how it was fitted: none, center, lir or drop"
        language "ISO 639 code; null = for languages without rows of their own"
        kind "mean or direction"
        rank "place among the directions of the language, from 0"
        vector "the mean, or a direction of length one"
    }
    "clusters" ClusterRow "a cluster of a layer; sorted by cluster" {
        cluster "number, unique over all layers; the finest layer begins at 0"
        layer "0 = finest"
        parent "the cluster of the next coarser layer that holds it; null in the coarsest"
        name "its first terms, language by language"
        n_chunks "passages, outliers left out"
        n_documents "documents with a passage in it"
        cohesion "mean cosine of its passages to its centroid (debiased vectors), −1–1; 0 where an earlier run's cluster got none"
        stability "mean Jaccard overlap with its best match when documents are resampled, 0–1; null where not measured"
        language_entropy "entropy of its passages over languages, divided by its maximum over the languages of the corpus, 0–1"
        coverage "shared, mostly:GROUP, only:GROUP or too_few, by document-weighted, size-corrected shares; null before `compare`"
        representatives "chunk_ids of passages that stand for it: central, different, from several documents and every language"
    }
    "memberships" MembershipRow "a passage in a layer; sorted by (layer, row of chunks)" {
        chunk_id "the passage"
        layer "0 = finest"
        cluster "its cluster in that layer; −1 = outlier"
    }
    "terms" TermRow "a term of a cluster in a language; sorted by (cluster, language, group, rank)" {
        cluster "the cluster"
        language "ISO 639 code of the term"
        group "null: a term of the whole cluster (class TF-IDF); else a term that the group uses more than the others in this language"
        term "its most frequent surface form"
        pair_id "terms of one cluster with the same number mean the same in different languages; null where unpaired"
        rank "place in its list, from 1"
        score "class TF-IDF (Grootendorst 2022) where group is null; else the log-odds ratio"
        z "z of the log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008); null where group is null"
    }
    "prevalence" PrevalenceRow "a cluster × group; sorted by (cluster, group)" {
        cluster "the cluster"
        group "the group"
        n_chunks "passages of the group in the cluster, outliers left out"
        n_documents "documents of the group with a passage in the cluster"
        share "mean over the group's documents of the share of their passages in the cluster, 0–1; outliers are in the denominator"
        share_low "lower end of the 95 % interval of share, by bootstrap over documents; null where documents are too few"
        share_high "upper end of the 95 % interval of share; null where documents are too few"
        log_odds "log-odds of the cluster in the group against the other groups, informative Dirichlet prior (Monroe, Colaresi and Quinn 2008), documents weighing equally; outliers in the denominator; null with one group"
        z "log_odds over its standard error, clustered by document; null where documents are too few"
        ci_low "lower end of the 95 % interval of log_odds; null where documents are too few"
        ci_high "upper end of the 95 % interval of log_odds; null where documents are too few"
    }
    "framing" FramingRow "a cluster × pair of groups; sorted by (cluster, group_a, group_b)" {
        cluster "the cluster"
        layer "its layer, 0 = finest"
        group_a "one group"
        group_b "the other"
        n_chunks_a "passages of group_a in the cluster"
        n_chunks_b "passages of group_b in the cluster"
        n_documents_a "documents of group_a in the cluster"
        n_documents_b "documents of group_b in the cluster"
        gap "how differently the groups speak, 0–1: energy distance of their debiased passages, (2 E|X−Y| − E|X−X′| − E|Y−Y′|) / 2 E|X−Y| (Székely and Rizzo 2013), as a U-statistic without same-document pairs, documents weighing equally; may fall slightly below 0; null where a group has no passage"
        gap_low "lower end of the 95 % interval of gap; null where too_few"
        gap_high "upper end of the 95 % interval of gap; null where too_few"
        floor "the same distance for text that says the same in the groups' languages, same unit: what translation alone makes, learnt from pairs of calibration texts as alike as the passages; null where a language is not calibrated"
        floor_low "lower end of the 95 % interval of floor, over calibration items"
        floor_high "upper end of the 95 % interval of floor"
        excess "gap − floor: what is left for framing; below 0 there is no sign of a difference"
        excess_low "lower end of the 95 % interval of excess, over documents and calibration items; null where too_few"
        excess_high "upper end of the 95 % interval of excess; null where too_few"
        p "p of excess > 0, documents permuted as blocks; null where too_few"
        p_min "the smallest p that these counts of documents allow; null where too_few"
        q "p after Benjamini and Hochberg (1995) over the clusters and pairs of the layer; null where too_few"
        verdict "differs (q ≤ 0.05), not_shown (the texts do not show a difference: not the same as none), too_few (under 5 documents a side: the gap describes these texts only)"
    }
    "counterparts" CounterpartRow "a matched pair of passages of different documents, nearest to each other by margin; sorted by (chunk_a, chunk_b)" {
        chunk_a "one passage"
        chunk_b "the other"
        cluster "finest cluster of both, where it is one; null otherwise"
        group_a "group of chunk_a; null where it has none: such passages are matched too, as one more group"
        group_b "group of chunk_b; null where it has none"
        language_a "ISO 639 code of chunk_a"
        language_b "ISO 639 code of chunk_b"
        cosine "cosine of the debiased vectors, −1–1; closeness, not agreement"
        margin "cosine over the mean cosine to the nearest neighbours of both (Artetxe and Schwenk 2019), a ratio"
        kind "copy (one language, nearly the same words), translation (says the same in another language, and so does half of the shorter document or more) or counterpart (on the same matter)"
        stance "agreement of the two; null until a model of inference is given"
        stance_p "probability of stance; null until a model of inference is given"
    }
    "unanswered" UnansweredRow "a passage without counterpart in another group; the least answered first" {
        chunk_id "the passage"
        cluster "its finest cluster, −1 = outlier"
        group "its group"
        other_group "the group that has no counterpart"
        best_margin "margin to the nearest passage of other_group; null where that has none"
        nearest_chunk_id "that passage; null where other_group has none"
    }
    "timeline" TimelineRow "a cluster × group × period; sorted by (cluster, group, period_start)" {
        cluster "the cluster"
        group "the group"
        period_start "first day of the period; its length (month, quarter, year) is in run.json"
        n_chunks "passages of the group and period in the cluster"
        n_documents "documents of the group and period with a passage in the cluster"
        share "mean over the group's documents of the period of the share of their passages in the cluster, 0–1; outliers are in the denominator"
    }
    "quality" QualityRow "a check of the run" {
        name "which check"
        layer "the layer it is about, 0 = finest; null for the whole run"
        value "what was measured"
        expected "what it would be if all were well; null where there is no such number"
        verdict "good; leak (language shows where it should not), many, warn: the report warns; chosen, dropped, finding, too_few, info: nothing to mend"
        message "the same in a sentence"
    }
    "rejected" RejectedRow "something refused; sorted by (source, record, stage)" {
        source "the file"
        record "the record, line or passage in it; null for the whole file"
        stage "the stage that refused"
        reason "one word for why"
        detail "why, and what to do, in a sentence"
    }
    "calibration" CalibrationText "a calibration text (data/calibration; not written by a run); sorted by (kind, id, language)" {
        id "the same id says the same in every language; `r07` is on the subject of `s007`"
        kind "sentence, paragraph or related"
        language "ISO 639 code"
        text "the text"
    }
    "hardware" HardwareRow "a stage on a machine (added by `visavis bench speed`; not written by a run); in the order measured" {
        date "day of the measurement"
        visavis "version of visavis"
        machine "the processor's name"
        system "operating system and kind of processor"
        threads "threads used"
        encoder "the encoder's name"
        precision "its precision"
        device "cpu, cuda or metal"
        kernels "the kernels that did the arithmetic"
        stage "a stage of a run from nothing, loading included; encode: the encoder alone, loaded and warm, best of several"
        seconds "how long it took"
        n_documents "documents of the corpus"
        n_chunks "passages of the corpus"
        n_tokens "tokens of its passages, special tokens included"
        tokens_per_second "n_tokens / seconds"
        matrix_rate "encode only: operations of the encoder's matrix products a second, in 10⁹ (a multiplication and an addition are two)"
        matrix_limit "encode only: the same for nothing but matrix products of an encoder's shape, measured in turns with it on this machine"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_tables_keep_their_schema_and_read_back_empty() {
        fn check<T: Table + PartialEq + std::fmt::Debug>(folder: &std::path::Path) {
            crate::write::<T>(folder, &[], &crate::Footer::default()).unwrap();
            assert_eq!(
                crate::read::<T>(folder).unwrap(),
                Vec::<T>::new(),
                "{}",
                T::NAME
            );
        }
        let folder = tempfile::tempdir().unwrap();
        check::<DocumentRow>(folder.path());
        check::<ChunkRow>(folder.path());
        check::<ClusterRow>(folder.path());
        check::<DirectionRow>(folder.path());
        check::<TimelineRow>(folder.path());
        check::<QualityRow>(folder.path());
    }

    #[test]
    fn names_are_unique_and_meanings_are_there() {
        let tables = schema();
        let names: std::collections::BTreeSet<_> = tables.iter().map(|t| t.name).collect();
        assert_eq!(names.len(), tables.len());
        for column in tables.iter().flat_map(|t| &t.columns) {
            assert!(column.meaning.len() >= 8, "{}", column.name);
        }
    }
}
