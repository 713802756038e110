//! A loaded encoder.

use candle_core::DType;
use visavis_records::{EncodeError, Encoder, TokenCounter, UnitVectors};

use crate::{
    Device, LoadOptions, ModelError, ModelFolder, Precision, architecture,
    cpu::{self, Network},
    encode, fingerprint, gpu,
    recipe::Recipe,
    settings::Settings,
    tokens::Tokens,
    weights::Weights,
};

/// What a loaded encoder is: the part of run.json about the model.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ModelInfo {
    /// Hub id, or the folder's name.
    pub id: String,
    /// The hub's commit, where it comes from a hub.
    pub revision: Option<String>,
    /// BLAKE3 of configuration, tokenizer and weights, in hexadecimal.
    pub hash: String,
    /// `model_type` of its configuration.
    pub architecture: String,
    /// Values a vector.
    pub dim: usize,
    /// Most tokens a text, special tokens included.
    pub max_tokens: usize,
    /// What goes before each text.
    pub prompt: String,
    /// Arithmetic.
    pub precision: String,
    /// Where it runs; never `auto`.
    pub device: String,
    /// Names of the matrix kernels in use.
    pub kernels: Vec<String>,
}

/// An encoder: texts to unit vectors.
pub struct Model {
    pub(crate) info: ModelInfo,
    pub(crate) tokens: Tokens,
    pub(crate) network: Network,
    /// Has the weights of `network` where they are not on the CPU.
    pub(crate) gpu: Option<gpu::Network>,
    pub(crate) precision: Precision,
    pub(crate) recipe: Recipe,
    /// Tokens of the prompt that pooling leaves out, where it does.
    pub(crate) prompt_tokens: usize,
}

/// How far encoding has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Texts done.
    pub texts: usize,
    /// Their tokens.
    pub tokens: usize,
}

/// Vectors, and what became of the texts on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// One row a text.
    pub vectors: UnitVectors,
    /// Tokens of each text, special tokens and prompt included, before truncation.
    pub n_tokens: Vec<u32>,
    /// Rows of texts that were cut to the model's limit.
    pub truncated: Vec<u32>,
}

impl Model {
    /// Loads a model.
    ///
    /// # Errors
    /// Where a file is missing or damaged, the architecture is not known, or an option cannot be had.
    pub fn load(folder: &ModelFolder, options: &LoadOptions) -> Result<Self, ModelError> {
        let (device, place) = choose_device(options.device)?;
        Self::load_on(folder, options, device, place)
    }

    /// [`Self::load`] on `place`, by the engine for GPUs, or by the CPU's where there is none.
    pub(crate) fn load_on(
        folder: &ModelFolder,
        options: &LoadOptions,
        device: Device,
        place: Option<candle_core::Device>,
    ) -> Result<Self, ModelError> {
        let precision = precision_on(options.precision, device, place.is_some())?;
        let recipe = Recipe::read(&folder.path)?;
        let config = Settings::read(
            recipe.encoder.join("config.json"),
            "the encoder's configuration; give a folder in the sentence-transformers layout",
        )?;
        let weights = Weights::open(&recipe.encoder)?;
        let packed = place.is_none().then_some(precision);
        let (mut network, max_tokens) =
            architecture::build(&config, weights, packed, recipe.max_tokens)?;
        let prompt = recipe.prompt(options.prompt.as_deref())?;
        let tokenizer = recipe.encoder.join("tokenizer.json");
        let tokens = Tokens::read(&tokenizer, max_tokens, recipe.lower_case, prompt.clone())?;
        let rows = network.embedding.words.rows();
        if tokens.vocabulary() > rows {
            let message = format!(
                "it has {} tokens, the embedding table {rows} rows",
                tokens.vocabulary()
            );
            return Err(ModelError::Tokenizer {
                path: tokenizer,
                message,
            });
        }
        let mut width = recipe.pooling.width(network.width);
        for stage in &recipe.stages {
            let fits = stage.width(width);
            width = fits.ok_or_else(|| {
                config.unsupported(
                    "hidden_size",
                    &width.to_string(),
                    "the in_features of the dense layer that follows",
                )
            })?;
        }
        let dim = options.dim.unwrap_or(width);
        if dim == 0 || dim > width {
            return Err(ModelError::Dim {
                asked: dim,
                available: width,
            });
        }
        let info = ModelInfo {
            id: folder.id.clone(),
            revision: folder.revision.clone(),
            hash: fingerprint::of(&folder.path, &recipe.folders)?,
            architecture: config.word(&["model_type"])?.to_owned(),
            dim,
            max_tokens,
            prompt,
            precision: precision.to_string(),
            device: device.to_string(),
            kernels: match place {
                Some(_) => vec![format!("candle:{precision}")],
                None => cpu::kernel_names(precision),
            },
        };
        let gpu = place.map(|place| gpu::Network::new(&mut network, place, dtype(precision)));
        let gpu = gpu.transpose().map_err(|e| ModelError::Device {
            asked: device,
            why: e.to_string(),
        })?;
        let prompt_tokens = if recipe.pooling.include_prompt {
            0
        } else {
            tokens.prompt_tokens()
        };
        Ok(Self {
            info,
            tokens,
            network,
            gpu,
            precision,
            recipe,
            prompt_tokens,
        })
    }

    /// What it is.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Encodes texts, telling how far it has come; `progress` is called from several threads.
    ///
    /// A text over the limit is cut, as sentence-transformers does, and named in [`Encoded::truncated`].
    ///
    /// # Errors
    /// Where a text has no tokens at all or its vector is not finite.
    pub fn encode_with(
        &self,
        texts: &[&str],
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Encoded, EncodeError> {
        encode::encode(self, texts, progress)
    }
}

impl Encoder for Model {
    fn dim(&self) -> usize {
        self.info.dim
    }

    fn encode(&self, texts: &[&str]) -> Result<UnitVectors, EncodeError> {
        let encoded = self.encode_with(texts, &|_| ())?;
        if let Some(first) = encoded.truncated.first() {
            tracing::warn!(
                rows = encoded.truncated.len(),
                first,
                limit = self.info.max_tokens,
                "texts over the model's limit were cut"
            );
        }
        Ok(encoded.vectors)
    }
}

impl TokenCounter for Model {
    fn count(&self, text: &str) -> usize {
        self.tokens.count(text)
    }

    fn limit(&self) -> usize {
        self.tokens.limit()
    }
}

impl LoadOptions {
    /// The same with the device and precision that [`Model::load`] would take for `auto`.
    ///
    /// # Errors
    /// Where an option cannot be had here.
    pub fn resolved(&self) -> Result<Self, ModelError> {
        let (device, place) = choose_device(self.device)?;
        Ok(Self {
            device,
            precision: precision_on(self.precision, device, place.is_some())?,
            ..self.clone()
        })
    }
}

fn precision_on(asked: Precision, device: Device, on_gpu: bool) -> Result<Precision, ModelError> {
    let refused = |known| ModelError::Precision {
        asked,
        device,
        known,
    };
    match (asked, on_gpu) {
        (Precision::Auto, false) => Ok(Precision::Int8),
        (Precision::Auto, true) => Ok(Precision::Bf16),
        (Precision::F16 | Precision::Bf16, false) => Err(refused("f32, int8")),
        (Precision::Int8, true) => Err(refused("f32, f16, bf16")),
        (precision, _) => Ok(precision),
    }
}

fn dtype(precision: Precision) -> DType {
    match precision {
        Precision::F16 => DType::F16,
        Precision::Bf16 => DType::BF16,
        _ => DType::F32,
    }
}

/// The device, and where its tensors are if it is no CPU.
fn choose_device(asked: Device) -> Result<(Device, Option<candle_core::Device>), ModelError> {
    let on = |device: Device| {
        let found = match device {
            Device::Cuda if cfg!(feature = "cuda") => candle_core::Device::new_cuda(0),
            Device::Metal if cfg!(feature = "metal") => candle_core::Device::new_metal(0),
            _ => {
                let why =
                    format!("this build has no support for it (cargo build --features {device})");
                return Err(ModelError::Device { asked: device, why });
            }
        };
        let why = |e: candle_core::Error| ModelError::Device {
            asked: device,
            why: e.to_string().lines().next().unwrap_or_default().to_owned(),
        };
        Ok((device, Some(found.map_err(why)?)))
    };
    match asked {
        Device::Cpu => Ok((Device::Cpu, None)),
        Device::Cuda | Device::Metal => on(asked),
        Device::Auto => {
            let built = [
                (Device::Cuda, cfg!(feature = "cuda")),
                (Device::Metal, cfg!(feature = "metal")),
            ];
            for (device, _) in built.into_iter().filter(|(_, built)| *built) {
                match on(device) {
                    Ok(found) => return Ok(found),
                    Err(e) => tracing::warn!("{e}"),
                }
            }
            Ok((Device::Cpu, None))
        }
    }
}
