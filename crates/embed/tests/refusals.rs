//! What cannot be loaded says which file or value is wrong and what to do; nothing panics.

use std::{
    fs,
    path::{Path, PathBuf},
};

use visavis_embed::{
    Device, HubSettings, LoadOptions, Model, ModelError, ModelFolder, Precision, resolve,
};

/// A copy of a fixture to be damaged; removed when dropped.
struct Copy(PathBuf);

impl Copy {
    fn of(fixture: &str, name: &str) -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../data/golden")
            .join(fixture);
        let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("refusals-{name}"));
        let _ = fs::remove_dir_all(&to);
        copy(&from, &to);
        Self(to)
    }

    fn edit(&self, file: &str, change: impl Fn(&mut serde_json::Value)) {
        let path = self.0.join(file);
        let mut value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut value);
        fs::write(path, value.to_string()).unwrap();
    }

    fn load(&self) -> Result<Model, ModelError> {
        self.load_with(&LoadOptions::default())
    }

    fn load_with(&self, options: &LoadOptions) -> Result<Model, ModelError> {
        Model::load(
            &ModelFolder {
                path: self.0.clone(),
                id: "copy".into(),
                revision: None,
            },
            options,
        )
    }

    /// The message of a load that must fail, without the folder's path.
    fn refusal(&self) -> String {
        let message = self.load().err().expect("must be refused").to_string();
        message.replace(&self.0.display().to_string(), "MODEL")
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::write(target, fs::read(&path).unwrap()).unwrap();
        }
    }
}

fn hub() -> HubSettings {
    // Port 9 refuses; the cache is empty.
    let cache_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-cache");
    HubSettings {
        cache_dir,
        token: None,
        endpoint: "http://127.0.0.1:9".into(),
        offline: true,
    }
}

#[test]
fn a_truncated_weight_file_is_named() {
    let copy = Copy::of("tiny-bert-mean", "truncated");
    let path = copy.0.join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    for length in [0, 5, 100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        let message = copy.refusal();
        assert!(
            message.starts_with("MODEL/model.safetensors is not a whole safetensors file"),
            "{length}: {message}"
        );
        assert!(message.ends_with("fetch it again"), "{message}");
    }
}

#[test]
fn weights_that_are_cut_after_loading_are_named() {
    let copy = Copy::of("tiny-bert-mean", "cut");
    let model = copy.load().unwrap();
    let path = copy.0.join("model.safetensors");
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(100)
        .unwrap();
    let error = model.encode_with(&["one", "two"], &|_| ()).unwrap_err();
    let expected = format!("cannot read {}: it is shorter", path.display());
    assert!(error.message.starts_with(&expected), "{error}");
}

#[test]
fn a_token_without_a_row_is_named() {
    let copy = Copy::of("tiny-bert-mean", "row");
    copy.edit("tokenizer.json", |t| {
        t["model"]["vocab"]["[MASK]"] = 99_999.into();
    });
    let model = copy.load().unwrap();
    let error = model.encode_with(&["one", "[MASK]"], &|_| ()).unwrap_err();
    assert!(error.message.contains("has no row"), "{error}");
}

#[test]
fn a_missing_key_is_named() {
    for key in [
        "hidden_size",
        "num_attention_heads",
        "num_hidden_layers",
        "intermediate_size",
        "hidden_act",
        "model_type",
    ] {
        let copy = Copy::of("tiny-bert-mean", "key");
        copy.edit("config.json", |c| {
            drop(c.as_object_mut().unwrap().remove(key));
        });
        let message = copy.refusal();
        assert!(
            message.starts_with(&format!("MODEL/config.json has no usable key `{key}`")),
            "{message}"
        );
    }
}

#[test]
fn an_unknown_architecture_is_named_with_the_known_ones() {
    let copy = Copy::of("tiny-bert-mean", "architecture");
    copy.edit("config.json", |c| c["model_type"] = "mamba".into());
    let message = copy.refusal();
    assert!(
        message.contains("architecture `mamba`")
            && message.contains("xlm-roberta")
            && message.contains("modernbert"),
        "{message}"
    );
}

#[test]
fn missing_and_misshapen_tensors_are_named() {
    let copy = Copy::of("tiny-bert-mean", "tensor");
    copy.edit("config.json", |c| c["num_hidden_layers"] = 3.into());
    let message = copy.refusal();
    assert!(
        message.contains("no tensor `encoder.layer.2.attention"),
        "{message}"
    );
    copy.edit("config.json", |c| {
        c["num_hidden_layers"] = 2.into();
        c["intermediate_size"] = 65.into();
    });
    let message = copy.refusal();
    assert!(
        message.contains("`encoder.layer.0.intermediate.dense.weight` has the shape [64, 32]"),
        "{message}"
    );
    assert!(message.contains("asks for [65, 32]"), "{message}");
}

#[test]
fn missing_files_are_named() {
    for file in [
        "config.json",
        "tokenizer.json",
        "model.safetensors",
        "1_Pooling/config.json",
    ] {
        let copy = Copy::of("tiny-bert-mean", "file");
        fs::remove_file(copy.0.join(file)).unwrap();
        let message = copy.refusal();
        assert!(
            message.starts_with(&format!("MODEL/{file} is missing: ")),
            "{message}"
        );
    }
}

#[test]
fn an_unreadable_tokenizer_is_named() {
    let copy = Copy::of("tiny-bert-mean", "tokenizer");
    for content in ["", "{", "{\"version\":\"1.0\"}", "[1, 2]"] {
        fs::write(copy.0.join("tokenizer.json"), content).unwrap();
        let message = copy.refusal();
        assert!(
            message.starts_with("MODEL/tokenizer.json is not a usable tokenizer"),
            "{message}"
        );
    }
    fs::write(copy.0.join("config.json"), "{").unwrap();
    assert!(
        copy.refusal()
            .starts_with("MODEL/config.json is not valid: ")
    );
}

#[test]
fn unknown_modules_and_activations_are_named() {
    let copy = Copy::of("tiny-labse", "module");
    copy.edit("2_Dense/config.json", |c| {
        c["activation_function"] = "torch.nn.Mystery".into();
    });
    assert!(
        copy.refusal()
            .contains("`activation_function` is `torch.nn.Mystery`")
    );
    copy.edit("modules.json", |c| {
        c[2]["type"] = "sentence_transformers.models.CNN".into();
    });
    assert!(copy.refusal().contains("`type` is `CNN`"));
}

#[test]
fn options_that_cannot_be_had_are_refused() {
    let copy = Copy::of("tiny-bert-mean", "options");
    let refusal = |options: LoadOptions| {
        copy.load_with(&options)
            .err()
            .expect("must be refused")
            .to_string()
    };
    let base = || LoadOptions {
        device: Device::Cpu,
        ..LoadOptions::default()
    };
    let built = [
        (Device::Cuda, cfg!(feature = "cuda")),
        (Device::Metal, cfg!(feature = "metal")),
    ];
    for (device, _) in built.into_iter().filter(|(_, built)| !built) {
        let options = LoadOptions { device, ..base() };
        assert!(refusal(options).contains(&format!("--device {device}")));
    }
    assert!(
        refusal(LoadOptions {
            precision: Precision::Bf16,
            ..base()
        })
        .contains("available: f32, int8")
    );
    assert!(
        refusal(LoadOptions {
            dim: Some(33),
            ..base()
        })
        .contains("have 32 values")
    );
    assert!(
        refusal(LoadOptions {
            dim: Some(0),
            ..base()
        })
        .contains("--dim 0")
    );
    assert!(
        refusal(LoadOptions {
            prompt: Some("query".into()),
            ..base()
        })
        .contains("no prompt named `query`")
    );
    let model = copy
        .load_with(&LoadOptions {
            prompt: Some("query: ".into()),
            dim: Some(8),
            ..base()
        })
        .unwrap();
    assert_eq!(
        (
            model.info().prompt.as_str(),
            model.info().dim,
            model.info().device.as_str()
        ),
        ("query: ", 8, "cpu")
    );
}

#[test]
fn damaged_weights_are_told_with_the_row() {
    let copy = Copy::of("tiny-bert-mean", "nan");
    let path = copy.0.join("model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    // The last tensor that counts is the second layer's; its last bytes are the pooler's, so aim at the middle.
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let text: serde_json::Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
    let at = text["encoder.layer.1.output.dense.bias"]["data_offsets"][0]
        .as_u64()
        .unwrap() as usize
        + 8
        + header;
    bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    for precision in [Precision::F32, Precision::Int8] {
        let model = copy
            .load_with(&LoadOptions {
                device: Device::Cpu,
                precision,
                ..LoadOptions::default()
            })
            .unwrap();
        let error = model.encode_with(&["one", "two"], &|_| ()).unwrap_err();
        assert_eq!(error.row, Some(0), "{error}");
        assert!(
            error.message.contains("text 0") && error.message.contains("not finite"),
            "{error}"
        );
    }
}

#[test]
fn the_hash_follows_the_weights() {
    let copy = Copy::of("tiny-bert-mean", "hash");
    let before = copy.load().unwrap().info().hash.clone();
    assert_eq!(copy.load().unwrap().info().hash, before);
    assert_eq!(before.len(), 64);
    copy.edit("1_Pooling/config.json", |c| {
        c["pooling_mode_cls_token"] = true.into();
        c["pooling_mode_mean_tokens"] = false.into();
    });
    assert_ne!(copy.load().unwrap().info().hash, before, "pooling counts");
}

#[test]
fn what_is_no_model_is_told_apart() {
    let message = |id: &str| resolve(id, None, &hub()).unwrap_err().to_string();
    assert!(message("no/such/folder").starts_with("no model `no/such/folder`"));
    assert!(message("../nowhere").starts_with("no model"));
    assert!(message("").starts_with("no model"));
    assert!(message("intfloat/multilingual-e5-small").contains("not in the cache"));
    assert!(
        message("multilingual-e5-small")
            .contains("`intfloat/multilingual-e5-small` is not in the cache")
    );
    assert!(message(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).contains("is a file"));
    let online = HubSettings {
        offline: false,
        ..hub()
    };
    assert!(
        matches!(resolve("a/b", None, &online), Err(ModelError::Hub { .. })),
        "nobody listens there"
    );
}
