//! Vectors against sentence-transformers' own, for every fixture at hand.

use std::path::{Path, PathBuf};

use serde_json::Value;
use visavis_embed::{Device, Encoded, LoadOptions, Model, ModelFolder, Precision};
use visavis_records::UnitVectors;

fn folders() -> Vec<PathBuf> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/golden");
    let mut roots = vec![ours];
    match std::env::var_os("VISAVIS_GOLDEN_DIR") {
        Some(more) => roots.push(more.into()),
        None => {
            println!("VISAVIS_GOLDEN_DIR is unset: only the fixtures in data/golden are checked");
        }
    }
    let mut found: Vec<PathBuf> = roots
        .iter()
        .flat_map(|r| std::fs::read_dir(r).expect("the folder of fixtures is there"))
        .map(|e| e.unwrap().path())
        .filter(|p| p.join("config.json").exists() && p.join("golden.json").exists())
        .collect();
    found.sort_by_key(|p| p.file_name().unwrap().to_owned());
    found.dedup_by_key(|p| p.file_name().unwrap().to_owned());
    found
}

fn load(path: &Path, precision: Precision, prompt: Option<&str>) -> Model {
    let folder = ModelFolder {
        path: path.to_owned(),
        id: "golden".into(),
        revision: None,
    };
    let options = LoadOptions {
        device: Device::Cpu,
        precision,
        prompt: prompt.map(str::to_owned),
        ..LoadOptions::default()
    };
    Model::load(&folder, &options).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn golden(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path.join("golden.json")).unwrap()).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t.as_str().unwrap())
        .collect()
}

fn rows(value: &Value) -> UnitVectors {
    let rows = value.as_array().unwrap();
    let data = rows
        .iter()
        .flat_map(|r| r.as_array().unwrap())
        .map(|x| x.as_f64().unwrap() as f32)
        .collect();
    UnitVectors::new(data, rows[0].as_array().unwrap().len()).unwrap()
}

fn encode(model: &Model, texts: &[&str]) -> Encoded {
    model.encode_with(texts, &|_| ()).unwrap()
}

fn cosines(a: &UnitVectors, b: &UnitVectors) -> Vec<f32> {
    a.rows()
        .zip(b.rows())
        .map(|(a, b)| a.iter().zip(b).map(|(x, y)| x * y).sum())
        .collect()
}

#[test]
fn f32_vectors_are_within_1e_5_of_the_reference() {
    let folders = folders();
    assert!(folders.len() >= 4);
    for path in folders {
        let golden = golden(&path);
        let check = |expected: &Value, prompt: Option<&str>| {
            let expected = rows(expected);
            let model = load(&path, Precision::F32, prompt);
            let found = encode(&model, &texts(&golden)[..expected.len()]).vectors;
            assert_eq!(found.dim(), expected.dim());
            for (row, (a, b)) in found.rows().zip(expected.rows()).enumerate() {
                let worst = a
                    .iter()
                    .zip(b)
                    .map(|(x, y)| (x - y).abs())
                    .fold(0.0, f32::max);
                assert!(
                    worst < 1e-5,
                    "{} {prompt:?} row {row}: {worst}",
                    path.display()
                );
            }
        };
        check(&golden["embeddings"], None);
        for (name, expected) in golden["prompts"].as_object().into_iter().flatten() {
            check(expected, Some(name));
        }
    }
}

#[test]
fn int8_vectors_of_tiny_models_point_the_same_way() {
    for path in folders() {
        let golden = golden(&path);
        let found = encode(&load(&path, Precision::Int8, None), &texts(&golden)).vectors;
        let cosines = cosines(&found, &rows(&golden["embeddings"]));
        let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
        let worst = cosines.iter().copied().fold(1.0, f32::min);
        println!(
            "{}: int8 cosine mean {mean:.5} worst {worst:.5}",
            path.file_name().unwrap().display()
        );
        assert!(
            worst > 0.99 && mean > 0.998,
            "{}: mean {mean} worst {worst}",
            path.display()
        );
    }
}

#[test]
fn a_text_has_the_same_bytes_in_any_company_order_and_number_of_threads() {
    for path in folders() {
        let golden = golden(&path);
        let texts: Vec<&str> = texts(&golden).into_iter().cycle().take(200).collect();
        for precision in [Precision::F32, Precision::Int8] {
            let model = load(&path, precision, None);
            let together = encode(&model, &texts).vectors;
            for row in 0..12 {
                let alone = encode(&model, &texts[row..=row]).vectors;
                assert_eq!(
                    alone.row(0),
                    together.row(row),
                    "{} {precision} row {row}",
                    path.display()
                );
            }
            let mut reversed = texts.clone();
            reversed.reverse();
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(1)
                .build()
                .unwrap();
            let backwards = pool.install(|| encode(&model, &reversed)).vectors;
            for row in 0..200 {
                assert_eq!(
                    backwards.row(199 - row),
                    together.row(row),
                    "{} {precision} row {row}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn truncation_is_told_with_the_row() {
    for path in folders() {
        let golden = golden(&path);
        let model = load(&path, Precision::F32, None);
        let encoded = encode(&model, &texts(&golden));
        let ids = golden["token_ids"].as_array().unwrap();
        let limit = model.info().max_tokens;
        for (row, ids) in ids.iter().enumerate() {
            let kept = ids.as_array().unwrap().len();
            let whole = encoded.n_tokens[row] as usize;
            assert_eq!(kept, whole.min(limit), "{} row {row}", path.display());
            assert_eq!(encoded.truncated.contains(&(row as u32)), whole > limit);
        }
        assert!(
            !encoded.truncated.is_empty(),
            "{}: one input is longer than the limit",
            path.display()
        );
    }
}

/// The real all-MiniLM-L6-v2 (`VISAVIS_MINILM_DIR`), whose tokenizer.json carries a truncation and a padding that must
/// not count.
#[test]
fn the_real_minilm_agrees() {
    let (Some(model), Some(golden)) = (
        std::env::var_os("VISAVIS_MINILM_DIR"),
        std::env::var_os("VISAVIS_GOLDEN_DIR"),
    ) else {
        println!("skipped: VISAVIS_MINILM_DIR or VISAVIS_GOLDEN_DIR is unset");
        return;
    };
    let golden: Value = {
        let path = Path::new(&golden).join("minilm-l6-real/golden.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let sentences = golden["sentences"].as_array().unwrap();
    let texts: Vec<&str> = sentences
        .iter()
        .map(|s| s["text"].as_str().unwrap())
        .collect();
    let expected = rows(&golden["embeddings"]);
    let exact = encode(&load(Path::new(&model), Precision::F32, None), &texts).vectors;
    for (row, (a, b)) in exact.rows().zip(expected.rows()).enumerate() {
        let worst = a
            .iter()
            .zip(b)
            .map(|(x, y)| (x - y).abs())
            .fold(0.0, f32::max);
        assert!(worst < 1e-5, "row {row}: {worst}");
    }
    let int8 = encode(&load(Path::new(&model), Precision::Int8, None), &texts).vectors;
    let all = cosines(&int8, &expected);
    let english: Vec<f32> = all
        .iter()
        .zip(sentences)
        .filter(|(_, s)| s["lang"] == "en")
        .map(|(c, _)| *c)
        .collect();
    for (name, cosines) in [("English", &english), ("all", &all)] {
        let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
        let worst = cosines.iter().copied().fold(1.0, f32::min);
        println!(
            "MiniLM int8 {name}: {} texts, mean {mean:.5} worst {worst:.5}",
            cosines.len()
        );
        assert!(worst >= 0.99 && mean >= 0.998, "{name}: {mean} {worst}");
    }
}
