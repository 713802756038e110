//! Throughput of the encoder: tokens a second, and the share of what this machine's matrix kernels can do.
//!
//! `cargo bench -p visavis-benches --bench embed -- [--threads N] [MODEL…]`. Without a model: the default encoder, and
//! random weights of the shape of multilingual-e5-small behind the default encoder's tokenizer. Texts are cut from
//! data/briefs to between 20 and 256 tokens, as long passages are common and short ones too.
//!
//! For ../peers/embed.py: `MODEL --write-texts FILE` writes these texts, one a line, and `MODEL --texts FILE --precision P
//! --write-vectors FILE` times one pass over texts after another for warming up.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use visavis_embed::{LoadOptions, MatrixWork, Model, ModelFolder, Precision};
use visavis_kernels::Random;
use visavis_records::TokenCounter;

fn main() {
    let mut models: Vec<PathBuf> = Vec::new();
    let mut threads = 0;
    let mut files = std::collections::BTreeMap::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threads" => {
                threads = arguments
                    .next()
                    .and_then(|n| n.parse().ok())
                    .expect("--threads N");
            }
            "--bench" => {}
            option if option.starts_with("--") => {
                files.insert(option.to_owned(), arguments.next().expect("a value"));
            }
            _ => models.push(argument.into()),
        }
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .expect("the first pool");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if let Some(file) = files.get("--write-texts") {
        let model = load(&models[0], Precision::F32);
        fs::write(
            file,
            passages(&root.join("data/briefs"), &model, 1000).join("\n"),
        )
        .expect("written");
        return;
    }
    if let Some(file) = files.get("--texts") {
        once(
            &models[0],
            file,
            &files["--precision"],
            &files["--write-vectors"],
        );
        return;
    }
    if models.is_empty() {
        models.push(root.join("models/default"));
        models.push(random_e5_small(&root));
    }
    println!(
        "| model | precision | kernels | tokens/s | texts/s | GOP/s | matrix limit GOP/s | share |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for path in models {
        for precision in [Precision::F32, Precision::Int8] {
            measure(&path, &root, precision);
        }
    }
}

fn load(path: &Path, precision: Precision) -> Model {
    let id = path
        .file_name()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let folder = ModelFolder {
        path: path.to_owned(),
        id,
        revision: None,
    };
    Model::load(
        &folder,
        &LoadOptions {
            precision,
            ..LoadOptions::default()
        },
    )
    .expect("a model")
}

/// One timed pass over the lines of a file; prints its seconds as JSON and writes the vectors.
fn once(path: &Path, texts: &str, precision: &str, vectors: &str) {
    let model = load(path, precision.parse().expect("a precision"));
    let texts = fs::read_to_string(texts).expect("texts");
    let texts: Vec<&str> = texts.lines().collect();
    model.encode_with(&texts, &|_| ()).expect("finite vectors");
    let start = Instant::now();
    let encoded = model.encode_with(&texts, &|_| ()).expect("finite vectors");
    println!("{{\"seconds\": {}}}", start.elapsed().as_secs_f64());
    let bytes: Vec<u8> = encoded
        .vectors
        .as_slice()
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    fs::write(vectors, bytes).expect("written");
}

fn measure(path: &Path, root: &Path, precision: Precision) {
    let model = load(path, precision);
    let texts = passages(&root.join("data/briefs"), &model, 1000);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let work = MatrixWork::of(&model).expect("work");
    // The machine may be busy with other things: of alternating runs the best of each counts.
    let (mut best, mut limit, mut operations, mut tokens) = (f64::MAX, 0.0f64, 0.0, 0u32);
    for _ in 0..5 {
        let start = Instant::now();
        let done = work.run().expect("work");
        limit = limit.max(done / start.elapsed().as_secs_f64());
        let start = Instant::now();
        let encoded = model.encode_with(&texts, &|_| ()).expect("finite vectors");
        best = best.min(start.elapsed().as_secs_f64());
        let kept = encoded
            .n_tokens
            .iter()
            .map(|&n| (n as usize).min(model.limit()));
        operations = kept.map(|n| model.operations(n)).sum();
        tokens = encoded.n_tokens.iter().sum();
    }
    println!(
        "| {} | {precision} | {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} % |",
        model.info().id,
        model.info().kernels.join(" "),
        f64::from(tokens) / best,
        texts.len() as f64 / best,
        operations / best / 1e9,
        limit / 1e9,
        100.0 * operations / best / limit,
    );
}

/// Passages of 20 to 256 tokens, log-normal around 100, from runs of words of the files in a folder.
fn passages(folder: &Path, model: &Model, n: usize) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder of texts").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md" || e == "txt") {
                files.push(path);
            }
        }
    }
    files.sort();
    let texts: Vec<String> = files
        .iter()
        .filter_map(|f| fs::read_to_string(f).ok())
        .collect();
    let words: Vec<Vec<&str>> = texts
        .iter()
        .map(|t| t.split_whitespace().collect())
        .collect();
    let mut random = Random::new(7, 7);
    (0..n)
        .map(|_| {
            let wanted = loop {
                let tokens = (0.6 * random.normal() + 124f64.ln() - 0.18).exp();
                if (20.0..=256.0).contains(&tokens) {
                    break tokens as usize;
                }
            };
            let words = &words[random.below(words.len())];
            let first = random.below(words.len());
            let run = |n: usize| {
                (0..n)
                    .map(|i| words[(first + i) % words.len()])
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            // Words have a token or more; come near from there.
            let mut n = wanted / 2 + 1;
            while n > 1 && model.count(&run(n)) > wanted {
                n = n * 9 / 10;
            }
            while model.count(&run(n + 1)) <= wanted {
                n += 1;
            }
            run(n)
        })
        .collect()
}

/// Writes a folder of random weights of the shape of multilingual-e5-small (384 × 12 layers) under the target folder.
fn random_e5_small(root: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random-e5-small");
    fs::create_dir_all(folder.join("1_Pooling")).expect("a place for the model");
    let default = root.join("models/default");
    for file in [
        "modules.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "1_Pooling/config.json",
    ] {
        fs::copy(default.join(file), folder.join(file)).expect("the default encoder");
    }
    fs::write(
        folder.join("sentence_bert_config.json"),
        r#"{"max_seq_length": 512}"#,
    )
    .expect("written");
    let modules = r#"[{"path": "", "type": "models.Transformer"}, {"path": "1_Pooling", "type": "models.Pooling"}]"#;
    fs::write(folder.join("modules.json"), modules).expect("written");
    let config = r#"{"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 12,
        "intermediate_size": 1536, "hidden_act": "gelu", "max_position_embeddings": 512, "type_vocab_size": 2}"#;
    fs::write(folder.join("config.json"), config).expect("written");
    let config = fs::read_to_string(default.join("config.json")).expect("the default encoder");
    let config: serde_json::Value = serde_json::from_str(&config).expect("JSON");
    let vocabulary = config["vocab_size"].as_u64().expect("a number") as usize;
    let mut tensors: Vec<(String, Vec<usize>)> = vec![
        (
            "embeddings.word_embeddings.weight".into(),
            vec![vocabulary, 384],
        ),
        (
            "embeddings.position_embeddings.weight".into(),
            vec![512, 384],
        ),
        (
            "embeddings.token_type_embeddings.weight".into(),
            vec![2, 384],
        ),
    ];
    let mut norm = |name: String| {
        tensors.extend([
            (format!("{name}.weight"), vec![384]),
            (format!("{name}.bias"), vec![384]),
        ]);
    };
    norm("embeddings.LayerNorm".into());
    for layer in 0..12 {
        norm(format!("encoder.layer.{layer}.attention.output.LayerNorm"));
        norm(format!("encoder.layer.{layer}.output.LayerNorm"));
    }
    for layer in 0..12 {
        let square = [
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
        ];
        let linear = square.map(|n| (n, 384, 384)).into_iter().chain([
            ("intermediate.dense", 384, 1536),
            ("output.dense", 1536, 384),
        ]);
        for (name, inputs, outputs) in linear {
            let name = format!("encoder.layer.{layer}.{name}");
            tensors.extend([
                (format!("{name}.weight"), vec![outputs, inputs]),
                (format!("{name}.bias"), vec![outputs]),
            ]);
        }
    }
    let (mut header, mut data, mut random) = (Vec::new(), Vec::new(), Random::new(1, 1));
    for (name, shape) in tensors {
        let start = data.len();
        let n: usize = shape.iter().product();
        let is_scale = name.ends_with("LayerNorm.weight");
        let spread = if shape.len() == 2 {
            1.0 / (shape[1] as f64).sqrt()
        } else {
            0.1
        };
        for _ in 0..n {
            // Uniform numbers will do, and are quick to draw.
            let x = (random.uniform() - 0.5) * 3.4 * spread + f64::from(u8::from(is_scale));
            data.extend((x as f32).to_le_bytes());
        }
        let end = data.len();
        header.push(format!(
            r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{start},{end}]}}"#
        ));
    }
    let header = format!("{{{}}}", header.join(","));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    fs::write(folder.join("model.safetensors"), file).expect("written");
    folder
}
