//! What is written is what is read, to the byte.

use std::{collections::BTreeMap, fs};

use visavis_records::{ContentHash, Date, DocId, Language, UnitVectors, rows::*};
use visavis_tables::{
    Footer, TableError, Writer, read, read_footer, read_npy, read_pieces, write, write_embeddings,
};

fn documents() -> Vec<DocumentRow> {
    (0..3u32)
        .map(|i| {
            let content_hash = ContentHash::of(&format!("text {i}"));
            DocumentRow {
                doc_id: DocId::of("", content_hash, 0, i),
                path: format!("a/{i}.md"),
                record: (i == 1).then(|| "line 7".into()),
                part: i,
                title: (i != 2).then(|| "Заголовок".into()),
                author: None,
                date: (i > 0).then(|| Date::from_ymd(2018, 5, 24 + i).unwrap()),
                url: None,
                source: Some("Institute".into()),
                declared_language: Some(Language::RU),
                language: (i == 0).then_some(Language::EN),
                languages: vec![Language::RU, Language::EN][..i as usize % 3].to_vec(),
                language_shares: vec![0.75, 0.25][..i as usize % 3].to_vec(),
                encoding: "UTF-8".into(),
                n_chars: 10,
                n_chars_removed: 2,
                n_chunks: Some(i),
                content_hash,
                duplicate_of: None,
                counted: i != 2,
                not_counted: (i == 2).then(|| "duplicate".into()),
                meta: if i == 1 {
                    BTreeMap::from([("side".into(), "west".into())])
                } else {
                    BTreeMap::new()
                },
            }
        })
        .collect()
}

fn chunk(i: u32, filled: bool) -> ChunkRow {
    let doc_id = DocId::of("", ContentHash::of("x"), 0, 0);
    ChunkRow {
        chunk_id: visavis_records::ChunkId::of(doc_id, i, i + 1),
        doc_id,
        ordinal: i,
        text: "слово".into(),
        language: Language::RU,
        language_confidence: 0.5,
        start: i,
        end: i + 1,
        n_tokens: 3,
        group: filled.then(|| "ru".into()),
        cluster: filled.then_some(-1),
        nearest_cluster: filled.then_some(4),
        strength: filled.then_some(0.25),
        is_representative: filled.then_some(true),
        projection_x: filled.then_some(1.5),
        projection_y: filled.then_some(-1.5),
        neighbors: filled.then(|| NeighborCell {
            ids: vec![2, 1],
            distances: vec![0.1, 0.2],
        }),
    }
}

#[test]
fn rows_come_back_with_nulls_lists_dates_and_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let footer = Footer {
        entries: vec![("model".into(), "mini".into())],
    };
    write(folder.path(), &documents(), &footer).unwrap();
    assert_eq!(read::<DocumentRow>(folder.path()).unwrap(), documents());
    let entries = read_footer::<DocumentRow>(folder.path()).unwrap().entries;
    assert_eq!(
        entries,
        [
            ("schema_version".into(), "1".into()),
            ("model".into(), "mini".to_owned())
        ]
    );

    let chunks = vec![chunk(0, true), chunk(1, false), chunk(2, true)];
    write(folder.path(), &chunks, &footer).unwrap();
    assert_eq!(read::<ChunkRow>(folder.path()).unwrap(), chunks);
    let before_cluster = vec![chunk(0, false), chunk(1, false)];
    write(folder.path(), &before_cluster, &footer).unwrap();
    assert_eq!(read::<ChunkRow>(folder.path()).unwrap(), before_cluster);

    let directions = vec![DirectionRow {
        method: "lir".into(),
        language: None,
        kind: "direction".into(),
        rank: 0,
        vector: [0.5, -0.5].into(),
    }];
    write(folder.path(), &directions, &footer).unwrap();
    assert_eq!(read::<DirectionRow>(folder.path()).unwrap(), directions);
}

#[test]
fn vectors_stand_in_both_files() {
    let folder = tempfile::tempdir().unwrap();
    let vectors = UnitVectors::new(vec![0.6, 0.8, 0.0, 1.0, -1.0, 0.0], 2).unwrap();
    let ids: Vec<_> = (0..3).map(|i| chunk(i, false).chunk_id).collect();
    write_embeddings(folder.path(), &ids, &vectors, &Footer::default()).unwrap();
    let (values, dim) = read_npy(&folder.path().join("embeddings.npy")).unwrap();
    assert_eq!((values.as_slice(), dim), (vectors.as_slice(), 2));
    let rows = read::<EmbeddingRow>(folder.path()).unwrap();
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter()
            .zip(vectors.rows())
            .all(|(row, v)| *row.vector == *v)
    );
    assert_eq!(rows[2].chunk_id, ids[2]);
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("documents.parquet");
    write(folder.path(), &documents(), &Footer::default()).unwrap();
    let first = fs::read(&path).unwrap();
    write(folder.path(), &documents(), &Footer::default()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), first);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no partial file is left"
    );
}

#[test]
fn pieces_are_a_table_that_is_there_when_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let text = |i: u32| TextRow {
        doc_id: DocId::of("", ContentHash::of("x"), 0, i),
        text: format!("text {i}"),
    };
    let rows: Vec<TextRow> = (0..10).map(text).collect();
    let mut table = Writer::create(folder.path(), &Footer::default()).unwrap();
    for piece in [&rows[..4], &rows[4..4], &rows[4..]] {
        table.write(piece).unwrap();
    }
    assert!(read::<TextRow>(folder.path()).is_err());
    table.finish().unwrap();
    assert_eq!(read::<TextRow>(folder.path()).unwrap(), rows);
    let pieces: Result<Vec<Vec<TextRow>>, _> = read_pieces(folder.path()).unwrap().collect();
    assert_eq!(pieces.unwrap(), [&rows[..4], &rows[4..]]);

    let mut dropped = Writer::create(folder.path(), &Footer::default()).unwrap();
    dropped.write(&rows[..2]).unwrap();
    drop(dropped);
    assert_eq!(read::<TextRow>(folder.path()).unwrap(), rows);
    let none = Writer::<RemovedRow>::create(folder.path(), &Footer::default()).unwrap();
    none.finish().unwrap();
    assert!(read::<RemovedRow>(folder.path()).unwrap().is_empty());
    assert!(
        read_pieces::<RemovedRow>(folder.path())
            .unwrap()
            .next()
            .is_none()
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "no partial file is left"
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        matches!(read::<TextRow>(folder.path()), Err(TableError::Io { path, .. }) if path.ends_with("texts.parquet"))
    );
    write(folder.path(), &documents(), &Footer::default()).unwrap();
    fs::rename(
        folder.path().join("documents.parquet"),
        folder.path().join("texts.parquet"),
    )
    .unwrap();
    let other = read::<TextRow>(folder.path()).unwrap_err().to_string();
    assert!(
        other.contains("texts.parquet") && other.contains("`text`"),
        "{other}"
    );
    fs::write(folder.path().join("texts.parquet"), b"PAR1 truncated").unwrap();
    assert!(matches!(
        read::<TextRow>(folder.path()),
        Err(TableError::Malformed { .. })
    ));
    fs::write(
        folder.path().join("embeddings.npy"),
        b"\x93NUMPY\x01\x00\x10\x00{'descr'",
    )
    .unwrap();
    assert!(read_npy(&folder.path().join("embeddings.npy")).is_err());
}
