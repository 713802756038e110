//! What 8-bit arithmetic costs the default encoder on real sentences.

use std::path::Path;

use visavis_embed::{Device, LoadOptions, Model, ModelFolder, Precision};
use visavis_records::Encoder;

/// The last column of SIB-200's tables, in four scripts.
#[test]
fn int8_vectors_of_the_default_encoder_point_the_same_way() {
    let Some(folder) = std::env::var_os("VISAVIS_EVAL_DIR") else {
        println!("skipped: VISAVIS_EVAL_DIR is unset");
        return;
    };
    let mut texts = Vec::new();
    for language in ["eng_Latn", "rus_Cyrl", "zho_Hans", "arb_Arab", "kat_Geor"] {
        let path = Path::new(&folder)
            .join("sib200")
            .join(language)
            .join("dev.tsv");
        let table = std::fs::read_to_string(path).unwrap();
        texts.extend(
            table
                .lines()
                .skip(1)
                .map(|l| l.rsplit('\t').next().unwrap().to_owned()),
        );
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let [exact, int8] = [Precision::F32, Precision::Int8].map(|precision| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default");
        let folder = ModelFolder {
            path,
            id: "default".into(),
            revision: None,
        };
        let model = Model::load(
            &folder,
            &LoadOptions {
                device: Device::Cpu,
                precision,
                ..LoadOptions::default()
            },
        )
        .unwrap();
        model.encode(&texts).unwrap()
    });
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
