//! Why a model cannot be used, and what to do about it.

use std::path::PathBuf;

/// Why a model cannot be found or loaded. Each message names the file or value concerned and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Neither a folder nor something that a hub could know.
    #[error(
        "no model `{0}`: it is neither a folder nor a hub id such as `intfloat/multilingual-e5-small`; give one of these (`visavis model list` names the known ones)"
    )]
    Unknown(String),
    /// A path that is there and is not a folder.
    #[error("{0} is a file; give the folder that holds config.json, the tokenizer and the weights")]
    NotAFolder(PathBuf),
    /// A file that a model needs is not there.
    #[error("{path} is missing: {hint}")]
    MissingFile {
        /// The file.
        path: PathBuf,
        /// What it is for and where to get it.
        hint: &'static str,
    },
    /// A file that cannot be read.
    #[error("cannot read {path}: {source}; check that it is there and that you may read it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A JSON file that is not what it should be.
    #[error("{path} is not valid: {message}; fetch the model again")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the place.
        message: String,
    },
    /// A configuration without a key that the architecture needs.
    #[error(
        "{path} has no usable key `{key}`, which this architecture needs; fetch the model again, or add the key"
    )]
    MissingKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// An architecture that this crate does not know.
    #[error("{path} names the architecture `{found}`; known are {known}")]
    UnknownArchitecture {
        /// The file.
        path: PathBuf,
        /// What `model_type` says.
        found: String,
        /// The architectures that are known.
        known: String,
    },
    /// A known architecture with an option that is not implemented.
    #[error("{path}: `{key}` is `{found}`, which is not supported (supported: {known})")]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The option.
        key: String,
        /// Its value.
        found: String,
        /// Values that are supported.
        known: &'static str,
    },
    /// Weights that are cut short or are no safetensors file.
    #[error("{path} is not a whole safetensors file ({message}); fetch it again")]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Weights without a tensor that the architecture needs.
    #[error(
        "{path} has no tensor `{name}`, which this architecture needs; the weights belong to another model or are incomplete"
    )]
    MissingTensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
    },
    /// A tensor of another shape than the configuration says.
    #[error(
        "{path}: tensor `{name}` has the shape {found:?}, config.json asks for {expected:?}; they belong to different models"
    )]
    Shape {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that the configuration implies.
        expected: Vec<usize>,
    },
    /// A tokenizer that cannot be read.
    #[error(
        "{path} is not a usable tokenizer: {message}; fetch it again, or export it with a current `tokenizers`"
    )]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Offline, and the hub's cache does not have it.
    #[error(
        "`{id}` is not in the cache {cache} and the network is not to be used; fetch it once with `visavis model fetch {id}`, or give a folder"
    )]
    Offline {
        /// The model.
        id: String,
        /// The cache folder.
        cache: PathBuf,
    },
    /// The hub knows no such model, revision or file.
    #[error(
        "there is no folder `{id}`, and {endpoint} knows no such {what}; check the spelling (`visavis model list` names known models)"
    )]
    NotFound {
        /// The model.
        id: String,
        /// What was not found: `model`, `revision …` or `file …`.
        what: String,
        /// The hub that was asked.
        endpoint: String,
    },
    /// The hub refuses.
    #[error(
        "{endpoint} does not let you have `{id}`: accept its terms on its page and give a token (HF_TOKEN)"
    )]
    Unauthorised {
        /// The model.
        id: String,
        /// The hub that was asked.
        endpoint: String,
    },
    /// Any other trouble with the hub.
    #[error("fetching `{id}` from {endpoint} failed: {message}; try again, or give a folder")]
    Hub {
        /// The model.
        id: String,
        /// The hub that was asked.
        endpoint: String,
        /// What happened.
        message: String,
    },
    /// A device that was asked for and is not there.
    #[error("--device {asked} cannot be used: {why}; use --device cpu or auto")]
    Device {
        /// The device.
        asked: crate::Device,
        /// Why not.
        why: String,
    },
    /// A precision that the device does not have.
    #[error("--precision {asked} is not available on {device}; available: {known}")]
    Precision {
        /// The precision.
        asked: crate::Precision,
        /// The device.
        device: crate::Device,
        /// What is available there.
        known: &'static str,
    },
    /// More dimensions than the model has, or none.
    #[error("--dim {asked} cannot be had: the vectors of this model have {available} values")]
    Dim {
        /// What was asked for.
        asked: usize,
        /// What the model has.
        available: usize,
    },
    /// A prompt's name that the model does not know.
    #[error(
        "the model has no prompt named `{asked}` (it has {known}); give one of these, or the prompt's own words with a space or colon at the end"
    )]
    UnknownPrompt {
        /// What was asked for.
        asked: String,
        /// The names there are.
        known: String,
    },
}
