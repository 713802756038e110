//! What a run is asked to do: one structure, equal in TOML and in flags.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use visavis_read::Limits;
use visavis_records::{Language, Stage};

use crate::Error;

/// The configuration of a run. A section a stage; what is left out has its default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How files are read.
    pub read: ReadConfig,
    /// How text is cut.
    pub chunk: ChunkConfig,
    /// The encoder.
    pub embed: EmbedConfig,
    /// How passages are clustered.
    pub cluster: ClusterConfig,
    /// Who is compared with whom.
    pub compare: CompareConfig,
    /// How the run itself goes; nothing here changes a table.
    pub run: RunConfig,
}

/// `[read]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadConfig {
    /// Globs over the files of a folder, as `*.html` or `2018/**`; all by default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Globs of files to leave out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Column of JSONL, CSV and Parquet records that holds the text; by default `text`, `body` or `content`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_column: Option<String>,
    /// Column of the record's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_column: Option<String>,
    /// Column of the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_column: Option<String>,
    /// Column of the author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_column: Option<String>,
    /// Column of the date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_column: Option<String>,
    /// Column of the language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_column: Option<String>,
    /// Column of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_column: Option<String>,
    /// Column of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_column: Option<String>,
    /// Keep menus, share rows and repeated paragraphs in the text.
    pub keep_boilerplate: bool,
    /// `[read.limits]`: what is too much, and refused.
    pub limits: Limits,
}

/// `[chunk]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChunkConfig {
    /// The most tokens a passage may have; by default what the encoder reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<usize>,
    /// Tokens a passage should have.
    pub target_tokens: usize,
    /// Sentences repeated at the beginning of the next passage.
    pub overlap: usize,
    /// Languages considered.
    pub languages: Vec<Language>,
}

impl Default for ChunkConfig {
    fn default() -> Self {
        Self {
            max_tokens: None,
            target_tokens: 150,
            overlap: 0,
            languages: Language::CALIBRATED.to_vec(),
        }
    }
}

/// `[embed]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbedConfig {
    /// Hub id or folder of the encoder; `default` is the one that comes with visavis.
    pub model: String,
    /// Revision of a model of the hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// `auto`, `cpu`, `cuda` or `metal`.
    pub device: String,
    /// `auto` (int8 on a CPU, bf16 on a GPU); `int8` or `f32` on a CPU, `f32`, `f16` or `bf16` on a GPU.
    pub precision: String,
    /// Text put before each passage; by default what the model's own prompt configuration says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Keep this many dimensions (Matryoshka models).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dim: Option<usize>,
}

impl Default for EmbedConfig {
    fn default() -> Self {
        let [model, device, precision] = ["default", "auto", "auto"].map(str::to_owned);
        Self {
            model,
            revision: None,
            device,
            precision,
            prompt: None,
            dim: None,
        }
    }
}

/// `[cluster]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterConfig {
    /// How language is taken out of the vectors: `auto`, `none`, `center`, `lir` or `drop`.
    pub debias: String,
    /// `auto`, `kmeans`, `agglomerative` or another method that `visavis run --help` lists.
    pub method: String,
    /// Number of clusters of the finest layer; by default as many as the neighbour graph has communities, which in a corpus
    /// of up to 500 passages are as large as tells the passages of different documents best apart (by silhouette).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<usize>,
    /// How much the passages around it in its document count beside a passage, for what it is about: 0 for nothing, 1
    /// for as much as itself.
    pub context: f32,
    /// Neighbours kept for each passage.
    pub neighbours: usize,
    /// Output folder of an earlier run whose clusters are taken; by default clusters are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onto: Option<PathBuf>,
}

impl Default for ClusterConfig {
    fn default() -> Self {
        Self {
            debias: "auto".into(),
            method: "auto".into(),
            clusters: None,
            context: 0.5,
            neighbours: 30,
            onto: None,
        }
    }
}

/// `[compare]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CompareConfig {
    /// Columns that make the groups.
    pub by: Vec<String>,
    /// `keep` or `drop` passages that are copies or translations of another, in framing and prevalence.
    pub reprints: String,
}

impl Default for CompareConfig {
    fn default() -> Self {
        Self {
            by: vec!["language".into()],
            reprints: "keep".into(),
        }
    }
}

/// `[run]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// Seed of everything random.
    pub seed: u64,
    /// Threads; all by default. Changes no byte of a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    /// Never ask the hub.
    pub offline: bool,
}

impl Config {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// Where it cannot be read, is not TOML, or has a key that does not exist.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|e| {
            Error::usage(format!(
                "cannot read the configuration {}: {e}",
                path.display()
            ))
        })?;
        toml::from_str(&text)
            .map_err(|e| Error::usage(format!("configuration {}: {}", path.display(), e.message())))
    }

    /// Refuses what makes no sense, before any work.
    ///
    /// # Errors
    /// Naming the key and what it may be.
    pub fn check(&self) -> Result<(), Error> {
        let one_of = |key: &str, value: &str, known: &[&str]| {
            if known.contains(&value) {
                return Ok(());
            }
            Err(Error::usage(format!(
                "{key} is `{value}`: it may be {}",
                known.join(", ")
            )))
        };
        one_of(
            "embed.device",
            &self.embed.device,
            &["auto", "cpu", "cuda", "metal"],
        )?;
        one_of(
            "embed.precision",
            &self.embed.precision,
            &["auto", "int8", "f32", "f16", "bf16"],
        )?;
        one_of(
            "cluster.debias",
            &self.cluster.debias,
            &["auto", "none", "center", "lir", "drop"],
        )?;
        one_of(
            "compare.reprints",
            &self.compare.reprints,
            &["keep", "drop"],
        )?;
        let at_least = |key: &str, value: usize, least: usize| {
            if value >= least {
                return Ok(());
            }
            Err(Error::usage(format!(
                "{key} is {value}: it must be at least {least}"
            )))
        };
        at_least("chunk.target_tokens", self.chunk.target_tokens, 8)?;
        at_least(
            "chunk.max_tokens",
            self.chunk.max_tokens.unwrap_or(usize::MAX),
            8,
        )?;
        at_least("cluster.clusters", self.cluster.clusters.unwrap_or(1), 1)?;
        if !(0.0..=10.0).contains(&self.cluster.context) {
            return Err(Error::usage(format!(
                "cluster.context is {}: it may be from 0 to 10",
                self.cluster.context
            )));
        }
        at_least("cluster.neighbours", self.cluster.neighbours, 1)?;
        at_least("run.threads", self.run.threads.unwrap_or(1), 1)?;
        at_least("compare.by (columns)", self.compare.by.len(), 1)?;
        at_least("chunk.languages (number)", self.chunk.languages.len(), 1)
    }

    /// What of the configuration shaped a stage's tables, as JSON: the sections up to that stage, and the seed.
    pub(crate) fn of_tables(&self, stage: Stage) -> String {
        let value = |v: serde_json::Result<serde_json::Value>| v.expect("plain values");
        let sections = [
            (Stage::Read, "read", value(serde_json::to_value(&self.read))),
            (
                Stage::Chunk,
                "chunk",
                value(serde_json::to_value(&self.chunk)),
            ),
            (
                Stage::Embed,
                "embed",
                value(serde_json::to_value(&self.embed)),
            ),
            (
                Stage::Cluster,
                "cluster",
                value(serde_json::to_value(&self.cluster)),
            ),
            (
                Stage::Compare,
                "compare",
                value(serde_json::to_value(&self.compare)),
            ),
        ];
        let mut shown: serde_json::Map<String, serde_json::Value> = sections
            .into_iter()
            .filter(|(of, ..)| *of <= stage)
            .map(|(_, name, section)| (name.to_owned(), section))
            .collect();
        if stage >= Stage::Cluster {
            shown.insert("seed".into(), self.run.seed.into());
        }
        serde_json::Value::Object(shown).to_string()
    }

    /// The configuration as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("a configuration is plain TOML")
    }
}

/// Where things outside the input are found: read from the environment once, by the binary.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Folder that holds `default`, the encoder that comes with visavis.
    pub models: PathBuf,
    /// Where checkpoints of the hub are kept.
    pub hub_cache: PathBuf,
    /// Token for the hub.
    pub hub_token: Option<String>,
    /// Address of the hub.
    pub hub_endpoint: String,
    /// Never ask the hub.
    pub hub_offline: bool,
}
