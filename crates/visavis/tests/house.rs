//! The walls stand where the map says: arrows between crates, one heavy library in one room, tidy sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const ROOMS: [&str; 10] = [
    "records", "kernels", "read", "chunk", "embed", "cluster", "compare", "tables", "report",
    "visavis",
];

/// Which room a heavy library lives in.
const ONLY: [(&str, &str); 10] = [
    ("candle-core", "embed"),
    ("candle-nn", "embed"),
    ("candle-transformers", "embed"),
    ("tokenizers", "embed"),
    ("hf-hub", "embed"),
    ("linfa", "cluster"),
    ("linfa-clustering", "cluster"),
    ("ndarray", "cluster"),
    ("polars", "tables"),
    ("lingua", "chunk"),
];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Name of each crate of the house without its prefix, with the names of what it needs to be built and run.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(crates())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let room = |name: &str| name.strip_prefix("visavis-").unwrap_or(name).to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|p| {
            let all = p["dependencies"].as_array().unwrap().iter();
            let built = all
                .filter(|d| d["kind"] != "dev")
                .map(|d| d["name"].as_str().unwrap().to_owned())
                .collect();
            (room(p["name"].as_str().unwrap()), built)
        })
        .collect()
}

fn map() -> String {
    fs::read_to_string(crates().join("README.md")).unwrap()
}

/// The table of arrows on the map.
fn arrows_on_the_map() -> BTreeMap<String, BTreeSet<String>> {
    let map = map();
    let table = map
        .split("## Arrows")
        .nth(1)
        .and_then(|s| s.split("## ").next())
        .expect("a section of arrows");
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (room, uses) = (cells.next()?.to_owned(), cells.next()?);
        let uses = match uses {
            "–" => BTreeSet::new(),
            "all" => ROOMS[..9].iter().map(|r| (*r).to_owned()).collect(),
            list => list.split(", ").map(str::to_owned).collect(),
        };
        ROOMS.contains(&room.as_str()).then_some((room, uses))
    };
    table
        .lines()
        .filter(|l| l.starts_with('|'))
        .filter_map(row)
        .collect()
}

#[test]
fn arrows_are_those_of_the_map() {
    let drawn = arrows_on_the_map();
    assert_eq!(
        drawn.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(ROOMS)
    );
    for (room, needs) in dependencies()
        .iter()
        .filter(|(room, _)| ROOMS.contains(&room.as_str()))
    {
        let ours: BTreeSet<String> = needs
            .iter()
            .filter_map(|n| n.strip_prefix("visavis-"))
            .map(str::to_owned)
            .collect();
        assert!(
            ours.is_subset(&drawn[room]),
            "{room} uses {ours:?}; the map allows {:?}",
            drawn[room]
        );
    }
}

#[test]
fn one_heavy_library_lives_in_one_room() {
    let dependencies = dependencies();
    for (library, room) in ONLY {
        let users: Vec<&String> = dependencies
            .iter()
            .filter(|(_, n)| n.contains(library))
            .map(|(r, _)| r)
            .collect();
        assert!(
            users.iter().all(|u| *u == room),
            "{library} belongs to {room} alone, not to {users:?}"
        );
    }
}

#[test]
fn every_room_is_on_the_map_and_every_room_of_the_map_stands() {
    let map = map();
    let standing: BTreeSet<String> = fs::read_dir(crates())
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    assert_eq!(standing, ROOMS.iter().map(|r| (*r).to_owned()).collect());
    for room in ROOMS {
        assert!(
            map.contains(&format!("**{room}** –")),
            "the map has no paragraph on {room}"
        );
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            found.push(entry);
        }
    }
}

#[test]
fn stages_read_no_environment_and_no_clock_and_nothing_is_called_utils() {
    for room in ROOMS.iter().filter(|r| **r != "visavis") {
        let mut files = Vec::new();
        sources(&crates().join(room).join("src"), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code: String = code
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            for forbidden in ["env::var", "SystemTime::now", "thread_rng", "rand::rng()"] {
                assert!(
                    !code.contains(forbidden),
                    "{} uses {forbidden}",
                    file.display()
                );
            }
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(
                !["utils", "util", "common", "helpers", "manager", "misc"].contains(&name.as_str()),
                "{name}"
            );
        }
    }
}

#[test]
fn every_crate_head_says_what_it_does_not_know() {
    for room in ROOMS.iter().filter(|r| **r != "visavis") {
        let head = fs::read_to_string(crates().join(room).join("src/lib.rs")).unwrap();
        let head: String = head
            .lines()
            .take_while(|l| l.starts_with("//!"))
            .collect::<Vec<_>>()
            .join(" ");
        assert!(head.contains("Invariants"), "{room} states no invariants");
        assert!(
            head.contains("know"),
            "{room} does not say what it does not know"
        );
    }
}
