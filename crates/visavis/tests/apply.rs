//! `visavis apply`: new documents onto the clusters of an earlier run.

mod program;

use std::{collections::BTreeMap, fs};

use program::{repository, run, stderr, text, visavis};
use visavis_records::rows::{ChunkRow, ClusterRow, DirectionRow, MembershipRow};
use visavis_tables::read;

#[test]
fn fitted_passages_get_their_own_clusters_again_and_new_ones_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let (out, input, onto) = (
        folder.path().join("out"),
        folder.path().join("input"),
        folder.path().join("onto"),
    );
    run(&repository("data/first"), &out, &[], 0);
    program::copy(&repository("data/first"), &input, &str::to_owned);
    fs::write(
        input.join("new.txt"),
        "Inspectors should return to the missile bases this year. Without inspections on site neither side can know \
         what the other has deployed, and the treaty lives on paper only.",
    )
    .unwrap();
    let apply = || {
        let [fitted, input, onto] = [&out, &input, &onto].map(|p| text(p));
        visavis(["apply", &fitted, &input, "--out", &onto])
    };
    let output = apply();
    assert!(output.status.success(), "{}", stderr(&output));

    let of = |chunks: Vec<ChunkRow>| -> BTreeMap<_, _> {
        let what = |c: ChunkRow| (c.cluster, c.nearest_cluster, c.strength);
        chunks.into_iter().map(|c| (c.chunk_id, what(c))).collect()
    };
    let (before, after) = (of(read(&out).unwrap()), of(read(&onto).unwrap()));
    assert!(after.len() > before.len());
    for (id, row) in &before {
        assert_eq!(after.get(id), Some(row), "{id}");
    }
    let layers = |rows: Vec<MembershipRow>| -> BTreeMap<_, _> {
        rows.into_iter()
            .map(|m| ((m.chunk_id, m.layer), m.cluster))
            .collect()
    };
    let (before, after) = (layers(read(&out).unwrap()), layers(read(&onto).unwrap()));
    assert!(
        before
            .iter()
            .all(|(key, cluster)| after.get(key) == Some(cluster))
    );
    assert_eq!(
        read::<DirectionRow>(&out).unwrap(),
        read::<DirectionRow>(&onto).unwrap()
    );
    let clusters = |out| -> Vec<_> {
        let rows: Vec<ClusterRow> = read(out).unwrap();
        rows.into_iter()
            .map(|c| (c.cluster, c.layer, c.parent, c.name))
            .collect()
    };
    assert_eq!(clusters(&out), clusters(&onto));
    let stability = |out| -> Vec<Option<f32>> {
        let rows: Vec<ClusterRow> = read(out).unwrap();
        rows.into_iter().map(|c| c.stability).collect()
    };
    let measured = |s: &Option<f32>| s.is_some_and(|s| s > 0.0 && s <= 1.0);
    assert!(stability(&out).iter().all(measured));
    assert!(
        stability(&onto).iter().all(Option::is_none),
        "not of these documents"
    );

    let again = apply();
    assert!(
        stderr(&again).contains("cluster nothing to do"),
        "{}",
        stderr(&again)
    );
}

#[test]
fn another_encoder_and_an_empty_place_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| text(&folder.path().join(name));
    let input = text(&repository("data/first"));
    let none = visavis(["apply", &path("nothing"), &input, "--out", &path("onto")]);
    assert_eq!(none.status.code(), Some(2));
    assert!(
        stderr(&none).contains("does not exist"),
        "{}",
        stderr(&none)
    );

    run(
        &repository("data/first"),
        folder.path().join("out").as_path(),
        &[],
        0,
    );
    let other = [
        "apply",
        &path("out"),
        &input,
        "--out",
        &path("onto"),
        "--precision",
        "f32",
    ];
    let other = visavis(other);
    assert_eq!(other.status.code(), Some(2));
    assert!(
        stderr(&other).contains("another encoder or precision"),
        "{}",
        stderr(&other)
    );
    let onto = folder.path().join("onto");
    assert!(
        !onto.join("documents.parquet").exists(),
        "refused before any work"
    );

    let few = folder.path().join("few.txt");
    fs::write(&few, "The inspectors came back in spring.").unwrap();
    let before = fs::read(folder.path().join("out/documents.parquet")).unwrap();
    let itself = visavis(["apply", &path("out"), &text(&few), "--out", &path("out")]);
    assert_eq!(itself.status.code(), Some(2));
    assert!(
        stderr(&itself).contains("cannot be put onto themselves"),
        "{}",
        stderr(&itself)
    );
    let after = fs::read(folder.path().join("out/documents.parquet")).unwrap();
    assert!(before == after, "what is there stays");
}
