//! The CPU engine against candle-transformers' own forward, text by text, in f32.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{bert, xlm_roberta};
use tokenizers::Tokenizer;
use visavis_embed::{LoadOptions, Model, ModelFolder, Precision};
use visavis_records::UnitVectors;

const TEXTS: [&str; 4] = [
    "The inspectors left in March.",
    "Инспекторы уехали в марте, и с тех пор никто ничего не проверял.",
    "",
    "Kurz.",
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../data/golden")
        .join(name)
}

/// Mean of candle's token vectors for each text.
fn slow(
    folder: &Path,
    forward: impl Fn(VarBuilder<'_>, &[u8], &Tensor) -> candle_core::Result<Tensor>,
) -> UnitVectors {
    let config = std::fs::read(folder.join("config.json")).unwrap();
    let tokenizer = Tokenizer::from_file(folder.join("tokenizer.json")).unwrap();
    let mut data = Vec::new();
    for text in TEXTS {
        let weights = std::fs::read(folder.join("model.safetensors")).unwrap();
        let weights =
            VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu).unwrap();
        let ids = tokenizer.encode(text, true).unwrap();
        let ids = Tensor::new(ids.get_ids(), &Device::Cpu)
            .unwrap()
            .unsqueeze(0)
            .unwrap();
        let hidden = forward(weights, &config, &ids).unwrap();
        data.extend(
            hidden
                .squeeze(0)
                .unwrap()
                .mean(0)
                .unwrap()
                .to_vec1::<f32>()
                .unwrap(),
        );
    }
    UnitVectors::new(data, 32).unwrap()
}

fn fast(folder: &Path) -> UnitVectors {
    let folder = ModelFolder {
        path: folder.to_owned(),
        id: "twin".into(),
        revision: None,
    };
    let options = LoadOptions {
        device: visavis_embed::Device::Cpu,
        precision: Precision::F32,
        ..LoadOptions::default()
    };
    Model::load(&folder, &options)
        .unwrap()
        .encode_with(&TEXTS, &|_| ())
        .unwrap()
        .vectors
}

fn assert_close(fast: &UnitVectors, slow: &UnitVectors) {
    for (row, (a, b)) in fast.rows().zip(slow.rows()).enumerate() {
        let worst = a
            .iter()
            .zip(b)
            .map(|(x, y)| (x - y).abs())
            .fold(0.0, f32::max);
        assert!(worst < 1e-5, "row {row}: {worst}");
    }
}

/// candle asks for a key that only training needs.
fn bert_config(bytes: &[u8]) -> bert::Config {
    let mut config: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    config["initializer_range"] = 0.02.into();
    serde_json::from_value(config).unwrap()
}

#[test]
fn bert_agrees_with_candle() {
    let folder = fixture("tiny-bert-mean");
    let slow = slow(&folder, |weights, config, ids| {
        let model = bert::BertModel::load(weights, &bert_config(config))?;
        model.forward(ids, &ids.zeros_like()?, None)
    });
    assert_close(&fast(&folder), &slow);
}

#[test]
fn xlm_roberta_agrees_with_candle() {
    let folder = fixture("tiny-xlmr-mean");
    let slow = slow(&folder, |weights, config, ids| {
        let model =
            xlm_roberta::XLMRobertaModel::new(&serde_json::from_slice(config).unwrap(), weights)?;
        let mask = Tensor::ones(ids.dims2()?, DType::F32, ids.device())?;
        model.forward(ids, &mask, &ids.zeros_like()?, None, None, None)
    });
    assert_close(&fast(&folder), &slow);
}
