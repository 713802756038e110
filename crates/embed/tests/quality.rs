//! The default encoder on real sentences.

use std::path::{Path, PathBuf};

use visavis_embed::{Device, LoadOptions, Model, ModelFolder, Precision};
use visavis_records::Encoder;

/// The folder of public data, where there is one.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("VISAVIS_EVAL_DIR");
    if folder.is_none() {
        println!("skipped: VISAVIS_EVAL_DIR is unset");
    }
    folder.map(PathBuf::from)
}

fn encoder(precision: Precision) -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default");
    let folder = ModelFolder {
        path,
        id: "default".into(),
        revision: None,
    };
    let options = LoadOptions {
        device: Device::Cpu,
        precision,
        ..LoadOptions::default()
    };
    Model::load(&folder, &options).unwrap()
}

/// Tatoeba's Russian lines find their English among all: with a dense layer that was not fitted to translations fewer
/// do than the model card says.
#[test]
fn nine_of_ten_russian_sentences_find_their_english() {
    let Some(folder) = data() else { return };
    let vectors = |language: &str| {
        let path = folder.join(format!("tatoeba/tatoeba.rus-eng.{language}"));
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        encoder(Precision::F32).encode(&lines).unwrap()
    };
    let (russian, english) = (vectors("rus"), vectors("eng"));
    let cosine = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    let finds = |&i: &usize| {
        let own = cosine(russian.row(i), english.row(i));
        english.rows().all(|e| cosine(russian.row(i), e) <= own)
    };
    let found = (0..russian.len()).filter(finds).count();
    println!("{found} of {}", russian.len());
    assert!(
        10 * found >= 9 * russian.len(),
        "{found} of {}",
        russian.len()
    );
}

/// The last column of SIB-200's tables, in four scripts.
#[test]
fn int8_vectors_of_the_default_encoder_point_the_same_way() {
    let Some(folder) = data() else { return };
    let mut texts = Vec::new();
    for language in ["eng_Latn", "rus_Cyrl", "zho_Hans", "arb_Arab", "kat_Geor"] {
        let path = folder.join("sib200").join(language).join("dev.tsv");
        let table = std::fs::read_to_string(path).unwrap();
        texts.extend(
            table
                .lines()
                .skip(1)
                .map(|l| l.rsplit('\t').next().unwrap().to_owned()),
        );
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let [exact, int8] = [Precision::F32, Precision::Int8]
        .map(|precision| encoder(precision).encode(&texts).unwrap());
    let cosines = || {
        exact
            .rows()
            .zip(int8.rows())
            .map(|(a, b)| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>())
    };
    let mean = cosines().sum::<f32>() / texts.len() as f32;
    let worst = cosines().fold(1.0, f32::min);
    println!(
        "default encoder, {} sentences: mean {mean:.5} worst {worst:.5}",
        texts.len()
    );
    assert!(worst >= 0.99 && mean >= 0.998, "{mean} {worst}");
}
