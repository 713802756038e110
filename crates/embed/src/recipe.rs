//! The conventions of sentence-transformers: which modules follow the encoder, its limit, its prompts.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    ModelError,
    head::{Dense, Stage},
    pooling::{Pooling, PoolingMode},
    settings::Settings,
    weights::Weights,
};

/// What a folder says about everything but the encoder itself.
pub(crate) struct Recipe {
    /// Folder of the encoder, its configuration and its tokenizer.
    pub encoder: PathBuf,
    /// Folders of all modules.
    pub folders: Vec<PathBuf>,
    /// `max_seq_length`, where given.
    pub max_tokens: Option<usize>,
    /// Whether text is put into lower case before the tokenizer sees it.
    pub lower_case: bool,
    pub pooling: Pooling,
    /// What is done to the pooled vector, in order.
    pub stages: Vec<Stage>,
    /// Prompts by name.
    pub prompts: BTreeMap<String, String>,
    pub default_prompt: Option<String>,
}

impl Recipe {
    /// Reads modules.json and what it points to; a folder without it is a bare encoder with mean pooling.
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        let mut encoder = folder.to_owned();
        let mut pooling = None;
        let mut stages = Vec::new();
        let mut folders = Vec::new();
        if let Some(modules) = Settings::read_if_there(folder.join("modules.json"))? {
            let not_a_list = || ModelError::MissingKey {
                path: modules.path.clone(),
                key: "[].type".into(),
            };
            for module in modules.value.as_array().ok_or_else(not_a_list)? {
                let kind = module
                    .get("type")
                    .and_then(Value::as_str)
                    .ok_or_else(not_a_list)?;
                let path = folder.join(
                    module
                        .get("path")
                        .and_then(Value::as_str)
                        .unwrap_or_default(),
                );
                folders.push(path.clone());
                match kind.rsplit('.').next().unwrap_or(kind) {
                    "Transformer" => encoder = path,
                    "Pooling" => pooling = Some(read_pooling(&path)?),
                    "Dense" => stages.push(Stage::Dense(read_dense(&path)?)),
                    "Normalize" => stages.push(Stage::Normalize),
                    "Dropout" => {}
                    other => {
                        return Err(modules.unsupported(
                            "type",
                            other,
                            "Transformer, Pooling, Dense, Normalize, Dropout",
                        ));
                    }
                }
            }
        }
        let sentence = Settings::read_if_there(encoder.join("sentence_bert_config.json"))?;
        let tokenizer = Settings::read_if_there(encoder.join("tokenizer_config.json"))?;
        let max_tokens = [
            (&sentence, "max_seq_length"),
            (&tokenizer, "model_max_length"),
        ]
        .into_iter()
        .filter_map(|(s, key)| s.as_ref()?.get(&[key])?.as_f64())
        // A tokenizer without a limit says 1e30.
        .find(|n| (1.0..1e9).contains(n))
        .map(|n| n as usize);
        let (prompts, default_prompt) = read_prompts(folder)?;
        Ok(Self {
            encoder,
            folders,
            max_tokens,
            lower_case: sentence.is_some_and(|s| s.switch("do_lower_case")),
            pooling: pooling.unwrap_or_default(),
            stages,
            prompts,
            default_prompt,
        })
    }

    /// The words that go before each text, for what was asked.
    pub fn prompt(&self, asked: Option<&str>) -> Result<String, ModelError> {
        let Some(asked) = asked else {
            let default = self
                .default_prompt
                .as_ref()
                .and_then(|name| self.prompts.get(name));
            return Ok(default.cloned().unwrap_or_default());
        };
        if let Some(prompt) = self.prompts.get(asked) {
            return Ok(prompt.clone());
        }
        if asked.is_empty() || asked.ends_with([' ', ':', '\n']) {
            return Ok(asked.to_owned());
        }
        let known = self
            .prompts
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known
        };
        Err(ModelError::UnknownPrompt {
            asked: asked.to_owned(),
            known,
        })
    }
}

fn read_pooling(folder: &Path) -> Result<Pooling, ModelError> {
    let settings = Settings::read(
        folder.join("config.json"),
        "what modules.json says about pooling; fetch the model again",
    )?;
    let mut modes: Vec<PoolingMode> = match settings.get(&["pooling_mode"]) {
        Some(Value::String(names)) => names
            .split(',')
            .map(|n| named_mode(&settings, n.trim()))
            .collect::<Result<_, _>>()?,
        Some(Value::Array(names)) => names
            .iter()
            .map(|n| named_mode(&settings, n.as_str().unwrap_or_default()))
            .collect::<Result<_, _>>()?,
        _ => PoolingMode::ALL
            .into_iter()
            .filter(|m| settings.switch(m.key()))
            .collect(),
    };
    if modes.is_empty() {
        modes.push(PoolingMode::Mean);
    }
    let include_prompt = settings
        .get(&["include_prompt"])
        .and_then(Value::as_bool)
        .unwrap_or(true);
    Ok(Pooling {
        modes,
        include_prompt,
    })
}

fn named_mode(settings: &Settings, name: &str) -> Result<PoolingMode, ModelError> {
    let known = "cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken";
    PoolingMode::ALL
        .into_iter()
        .find(|m| m.name() == name)
        .ok_or_else(|| settings.unsupported("pooling_mode", name, known))
}

fn read_dense(folder: &Path) -> Result<Dense, ModelError> {
    let settings = Settings::read(
        folder.join("config.json"),
        "what modules.json says about a dense layer; fetch the model again",
    )?;
    let (inputs, outputs) = (
        settings.size(&["in_features"])?,
        settings.size(&["out_features"])?,
    );
    let weights = Weights::open(folder)?;
    let weight = weights.tensor("linear.weight", &[outputs, inputs])?;
    let bias = if settings
        .get(&["bias"])
        .and_then(Value::as_bool)
        .unwrap_or(true)
    {
        weights.tensor("linear.bias", &[outputs])?
    } else {
        vec![0.0; outputs]
    };
    let name = settings.word_or(&["activation_function"], "torch.nn.modules.activation.Tanh");
    let activation =
        Dense::activation(name.rsplit('.').next().unwrap_or(name)).ok_or_else(|| {
            settings.unsupported(
                "activation_function",
                name,
                "Identity, Tanh, ReLU, GELU, Sigmoid, SiLU",
            )
        })?;
    Ok(Dense {
        weight,
        bias,
        inputs,
        activation,
    })
}

type Prompts = (BTreeMap<String, String>, Option<String>);

fn read_prompts(folder: &Path) -> Result<Prompts, ModelError> {
    let Some(settings) = Settings::read_if_there(folder.join("config_sentence_transformers.json"))?
    else {
        return Ok(Prompts::default());
    };
    let prompts = settings.get(&["prompts"]).and_then(Value::as_object);
    let prompts = prompts
        .into_iter()
        .flatten()
        .filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned())))
        .collect();
    Ok((
        prompts,
        settings
            .get(&["default_prompt_name"])
            .and_then(Value::as_str)
            .map(str::to_owned),
    ))
}
