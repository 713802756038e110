//! Finding a model: a folder, or a hub id through the hub's cache.

use std::{
    collections::BTreeSet,
    fmt::Write,
    path::{Path, PathBuf},
};

use hf_hub::{HFClientSync, HFError, HFRepositorySync, RepoTypeModel};
use sha2::{Digest, Sha256};

use crate::{ModelError, registry};

/// How to reach the hub. The front door fills it in from `HF_HOME`, `HF_TOKEN`, `HF_ENDPOINT` and `HF_HUB_OFFLINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubSettings {
    /// The cache, in the layout of `huggingface_hub` (`~/.cache/huggingface/hub`).
    pub cache_dir: PathBuf,
    /// Access token.
    pub token: Option<String>,
    /// Address of the hub, such as `https://huggingface.co`.
    pub endpoint: String,
    /// Use the cache alone.
    pub offline: bool,
}

/// A model's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFolder {
    /// The folder.
    pub path: PathBuf,
    /// Hub id, or the folder's name.
    pub id: String,
    /// The hub's commit; `None` for a folder.
    pub revision: Option<String>,
}

/// Finds a model by folder or hub id, and fetches what is missing of it. A hub id without owner is looked up among the
/// known models, then under `sentence-transformers/`, as that library does.
///
/// # Errors
/// Where there is no such folder or model, or it cannot be fetched.
pub fn resolve(
    id_or_folder: &str,
    revision: Option<&str>,
    hub: &HubSettings,
) -> Result<ModelFolder, ModelError> {
    let path = Path::new(id_or_folder);
    if path.is_dir() {
        let name = path
            .canonicalize()
            .ok()
            .and_then(|p| Some(p.file_name()?.to_string_lossy().into_owned()));
        return Ok(ModelFolder {
            path: path.to_owned(),
            id: name.unwrap_or_else(|| id_or_folder.to_owned()),
            revision: None,
        });
    }
    if path.exists() {
        return Err(ModelError::NotAFolder(path.to_owned()));
    }
    let words = |s: &str| {
        !s.is_empty()
            && !s.starts_with('.')
            && s.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let (owner, name) = match id_or_folder.split_once('/') {
        Some((owner, name)) if words(owner) && words(name) => (owner.to_owned(), name),
        None if words(id_or_folder) => (registry::owner_of(id_or_folder), id_or_folder),
        _ => return Err(ModelError::Unknown(id_or_folder.to_owned())),
    };
    Hub::new(&owner, name, hub)?.fetch(revision)
}

struct Hub<'a> {
    id: String,
    settings: &'a HubSettings,
    repository: HFRepositorySync<RepoTypeModel>,
}

impl<'a> Hub<'a> {
    fn new(owner: &str, name: &str, settings: &'a HubSettings) -> Result<Self, ModelError> {
        let id = format!("{owner}/{name}");
        let trouble = |e: HFError| ModelError::Hub {
            id: id.clone(),
            endpoint: settings.endpoint.clone(),
            message: e.to_string(),
        };
        let mut builder = hf_hub::HFClient::builder()
            .endpoint(&settings.endpoint)
            .cache_dir(&settings.cache_dir);
        if let Some(token) = &settings.token {
            builder = builder.token(token);
        }
        let client =
            HFClientSync::from_inner(builder.build().map_err(trouble)?).map_err(trouble)?;
        let repository = client.model(owner, name);
        Ok(Self {
            id,
            settings,
            repository,
        })
    }

    fn fetch(&self, revision: Option<&str>) -> Result<ModelFolder, ModelError> {
        // The first file tells the commit; all others are of the same one.
        let config = match self.file("config.json", revision) {
            Err(ModelError::NotFound { .. }) => return Err(self.missing(revision)),
            other => other?,
        };
        let path = config.parent().unwrap_or(Path::new("")).to_owned();
        let commit = path.file_name().map(|n| n.to_string_lossy().into_owned());
        let at = commit.as_deref().or(revision);
        self.file("tokenizer.json", at)?;
        for name in [
            "modules.json",
            "sentence_bert_config.json",
            "config_sentence_transformers.json",
            "tokenizer_config.json",
        ] {
            self.file_if_there(name, at)?;
        }
        self.weights("", at)?;
        if let Ok(modules) = std::fs::read(path.join("modules.json")) {
            let modules: serde_json::Value =
                serde_json::from_slice(&modules).map_err(|e| ModelError::Malformed {
                    path: path.join("modules.json"),
                    message: e.to_string(),
                })?;
            for module in modules.as_array().into_iter().flatten() {
                let (Some(folder), Some(kind)) = (module["path"].as_str(), module["type"].as_str())
                else {
                    continue;
                };
                if !folder.is_empty() && kind.ends_with("Pooling") {
                    self.file(&format!("{folder}/config.json"), at)?;
                } else if !folder.is_empty() && kind.ends_with("Dense") {
                    self.file(&format!("{folder}/config.json"), at)?;
                    self.weights(&format!("{folder}/"), at)?;
                }
            }
        }
        Ok(ModelFolder {
            path,
            id: self.id.clone(),
            revision: commit,
        })
    }

    /// What is missing where there is no config.json: the hub answers the same for model, revision and file.
    fn missing(&self, revision: Option<&str>) -> ModelError {
        use HFError::{EntryNotFound, RepoNotFound, RevisionNotFound};
        let asked = self.repository.info().send();
        let gone = matches!(
            asked,
            Err(RepoNotFound { .. } | RevisionNotFound { .. } | EntryNotFound { .. })
        );
        let what = match revision {
            _ if gone => "model".to_owned(),
            Some(revision) => format!("revision `{revision}` with a config.json"),
            None => "file `config.json`".to_owned(),
        };
        ModelError::NotFound {
            id: self.id.clone(),
            what,
            endpoint: self.settings.endpoint.clone(),
        }
    }

    fn weights(&self, folder: &str, revision: Option<&str>) -> Result<(), ModelError> {
        if self
            .file_if_there(&format!("{folder}model.safetensors"), revision)?
            .is_some()
        {
            return Ok(());
        }
        let index = self.file(&format!("{folder}model.safetensors.index.json"), revision)?;
        let settings =
            crate::settings::Settings::read(index, "the list of shards; fetch the model again")?;
        let map = settings
            .get(&["weight_map"])
            .and_then(serde_json::Value::as_object);
        let mut shards: Vec<&str> = map
            .into_iter()
            .flatten()
            .filter_map(|(_, v)| v.as_str())
            .collect();
        shards.sort_unstable();
        shards.dedup();
        shards
            .into_iter()
            .try_for_each(|shard| self.file(&format!("{folder}{shard}"), revision).map(drop))
    }

    fn file_if_there(
        &self,
        name: &str,
        revision: Option<&str>,
    ) -> Result<Option<PathBuf>, ModelError> {
        match self.file(name, revision) {
            Ok(path) => Ok(Some(path)),
            Err(ModelError::NotFound { what, .. }) if what.starts_with("file") => Ok(None),
            // Offline, what the cache lacks may never have been there.
            Err(ModelError::Offline { .. }) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// A file of the model, in the cache. What is new there is held against its hash.
    fn file(&self, name: &str, revision: Option<&str>) -> Result<PathBuf, ModelError> {
        let before = self.blobs();
        let path = self.download(name, revision)?;
        let blob = path.canonicalize().unwrap_or_else(|_| path.clone());
        if !before.contains(&blob)
            && let Err(message) = verify(&blob)
        {
            let _ = std::fs::remove_file(&path);
            let _ = std::fs::remove_file(&blob);
            return Err(ModelError::Hub {
                id: self.id.clone(),
                endpoint: self.settings.endpoint.clone(),
                message: format!("{name}: {message}"),
            });
        }
        Ok(path)
    }

    /// The files of the model that the cache has, under their hashes.
    fn blobs(&self) -> BTreeSet<PathBuf> {
        let folder = format!("models--{}", self.id.replace('/', "--"));
        let folder = self.settings.cache_dir.join(folder).join("blobs");
        let folder = folder.canonicalize().unwrap_or(folder);
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|e| e.path()).collect()
    }

    fn download(&self, name: &str, revision: Option<&str>) -> Result<PathBuf, ModelError> {
        tracing::debug!(model = self.id, file = name, "fetching");
        let request = self
            .repository
            .download_file()
            .filename(name)
            .maybe_revision(revision);
        request
            .local_files_only(self.settings.offline)
            .send()
            .map_err(|e| self.explain(e, name, revision))
    }

    fn explain(&self, error: HFError, file: &str, revision: Option<&str>) -> ModelError {
        let (id, endpoint) = (self.id.clone(), self.settings.endpoint.clone());
        match error {
            HFError::LocalEntryNotFound { .. } => ModelError::Offline {
                id,
                cache: self.settings.cache_dir.clone(),
            },
            HFError::RepoNotFound { .. } => ModelError::NotFound {
                id,
                what: "model".into(),
                endpoint,
            },
            HFError::RevisionNotFound { .. } => ModelError::NotFound {
                id,
                what: format!("revision `{}`", revision.unwrap_or("main")),
                endpoint,
            },
            HFError::EntryNotFound { .. } => ModelError::NotFound {
                id,
                what: format!("file `{file}`"),
                endpoint,
            },
            // To those without a token the hub tells a missing model from a closed one only in this code.
            HFError::AuthRequired { context }
                if context.error_code.as_deref() == Some("RepoNotFound") =>
            {
                ModelError::NotFound {
                    id,
                    what: "model".into(),
                    endpoint,
                }
            }
            HFError::AuthRequired { .. } | HFError::Forbidden { .. } => {
                ModelError::Unauthorised { id, endpoint }
            }
            other => ModelError::Hub {
                id,
                endpoint,
                message: format!("{file}: {other}"),
            },
        }
    }
}

/// Holds a file against its name, where that is a SHA-256, as the hub names large files.
fn verify(blob: &Path) -> Result<(), String> {
    let name = blob.file_name().unwrap_or_default().to_string_lossy();
    if name.len() != 64 || !name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    let bytes = visavis_kernels::Mapped::open(blob).map_err(|e| e.to_string())?;
    let mut found = String::new();
    for byte in Sha256::digest(&bytes[..]) {
        let _ = write!(found, "{byte:02x}");
    }
    if found == name.to_ascii_lowercase() {
        return Ok(());
    }
    Err(format!(
        "what came has the SHA-256 {found}, the hub says {name}; it was thrown away"
    ))
}
