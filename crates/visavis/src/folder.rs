//! The output folder: what each stage left there, and whether it still holds.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize};
use visavis_records::{Rejected, Stage, UnitVectors, rows::RejectedRow};
use visavis_tables::{Footer, Table, TableError, Writer, read, read_npy, read_pieces, write};

use crate::{Config, Error};

/// State of a run beside the tables: what was done from what. Not part of the published output.
const STATE: &str = ".visavis";

/// The output folder of a run, held for one process at a time.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    state: State,
    /// Held until the process ends.
    _lock: fs::File,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    config: Option<Config>,
    stages: BTreeMap<String, Stamp>,
    /// The files as they were last written, by any stage.
    files: BTreeMap<String, Mark>,
}

/// What a stage did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stamp {
    /// What it was done from: each part with its hash.
    pub inputs: BTreeMap<String, String>,
    /// Hash of the files it wrote, as it wrote them.
    pub output: String,
    /// Names of these files.
    pub files: Vec<String>,
    /// How long it took.
    pub seconds: f64,
    /// What it counted: rows, tokens.
    pub counts: BTreeMap<String, u64>,
    /// What it wants said of itself in run.json.
    pub notes: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    size: u64,
    modified_ns: u128,
}

impl Mark {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            size: metadata.len(),
            modified_ns: modified.as_nanos(),
        })
    }
}

/// BLAKE3 of a value's JSON, or of a string, in hexadecimal.
pub fn hash(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).expect("plain values");
    blake3::hash(&json).to_hex()[..32].to_owned()
}

impl Folder {
    /// Opens the folder, making it where it does not exist.
    ///
    /// # Errors
    /// Where it is a file, cannot be made, or another run holds it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if path.exists() && !path.is_dir() {
            return Err(Error::usage(format!(
                "--out {} is a file: name a folder",
                path.display()
            )));
        }
        let inner = path.join(STATE);
        fs::create_dir_all(&inner).map_err(|e| Error::io(path, &e))?;
        let lock = fs::File::create(inner.join("lock")).map_err(|e| Error::io(path, &e))?;
        if lock.try_lock().is_err() {
            return Err(Error::usage(format!(
                "another run is writing into {}: wait, or name another folder",
                path.display()
            )));
        }
        let state = match fs::read(inner.join("state.json")) {
            // A state that cannot be read is no state: everything is done again.
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(_) => State::default(),
        };
        Ok(Self {
            path: path.into(),
            state,
            _lock: lock,
        })
    }

    /// Opens a folder that an earlier run left.
    ///
    /// # Errors
    /// As [`Self::open`], and where no run was there.
    pub fn reopen(path: &Path) -> Result<Self, Error> {
        if !path.join(STATE).join("state.json").is_file() {
            let there = if path.exists() {
                "holds no run of visavis"
            } else {
                "does not exist"
            };
            let path = path.display();
            return Err(Error::usage(format!(
                "{path} {there}: `visavis run FOLDER --out {path}` makes one"
            )));
        }
        Self::open(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file beside the tables, for what is not published.
    pub fn private(&self, name: &str) -> PathBuf {
        self.path.join(STATE).join(name)
    }

    /// The configuration of the last run.
    pub fn config(&self) -> Option<&Config> {
        self.state.config.as_ref()
    }

    /// What a stage left.
    pub fn stamp(&self, stage: Stage) -> Option<&Stamp> {
        self.state.stages.get(stage.name())
    }

    /// Why a stage must be done again, or `None` where what it left still holds.
    pub fn stale(&self, stage: Stage, inputs: &BTreeMap<String, String>) -> Option<String> {
        let Some(stamp) = self.stamp(stage) else {
            return Some("it was not done yet".into());
        };
        for (name, hash) in inputs {
            if stamp.inputs.get(name) != Some(hash) {
                return Some(format!("{name} changed"));
            }
        }
        let gone = |f: &&String| Mark::of(&self.path.join(f)).as_ref() != self.state.files.get(*f);
        stamp
            .files
            .iter()
            .find(gone)
            .map(|f| format!("{f} is missing or was changed"))
    }

    /// Writes a table.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write<T: Table>(&self, rows: &[T], footer: &Footer) -> Result<(), Error> {
        Ok(write(&self.path, rows, footer)?)
    }

    /// A table to be written piece by piece.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn writer<T: Table>(&self, footer: &Footer) -> Result<Writer<T>, Error> {
        Ok(Writer::create(&self.path, footer)?)
    }

    /// Reads a table piece by piece.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read_pieces<T: Table>(
        &self,
    ) -> Result<impl Iterator<Item = Result<Vec<T>, TableError>> + use<T>, Error> {
        Ok(read_pieces(&self.path)?)
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read<T: Table>(&self) -> Result<Vec<T>, Error> {
        Ok(read(&self.path)?)
    }

    /// The vectors of the passages, row by row.
    ///
    /// # Errors
    /// Where they cannot be read, or are no unit vectors.
    pub fn vectors(&self) -> Result<UnitVectors, Error> {
        let (values, dim) = read_npy(&self.path.join("embeddings.npy"))?;
        UnitVectors::new(values, dim).map_err(|e| Error::failed(format!("embeddings.npy: {e}")))
    }

    /// Puts a stage's refusals into `rejected.parquet` in place of its earlier ones.
    ///
    /// # Errors
    /// Where the table cannot be read or written.
    pub fn write_rejected(
        &mut self,
        stage: Stage,
        rejected: &[Rejected],
        footer: &Footer,
    ) -> Result<(), Error> {
        let path = self.path.join("rejected.parquet");
        let mut rows: Vec<RejectedRow> = if path.is_file() {
            self.read()?
        } else {
            Vec::new()
        };
        rows.retain(|r| r.stage != stage.name());
        rows.extend(rejected.iter().map(|r| RejectedRow {
            source: r.source.clone(),
            record: r.record.clone(),
            stage: r.stage.to_owned(),
            reason: r.reason.clone(),
            detail: r.detail.clone(),
        }));
        let key = |r: &RejectedRow| {
            (
                r.source.clone(),
                r.record.clone(),
                r.stage.clone(),
                r.reason.clone(),
            )
        };
        rows.sort_by_key(key);
        self.write(&rows, footer)?;
        self.mark("rejected.parquet");
        Ok(())
    }

    fn mark(&mut self, file: &str) {
        if let Some(mark) = Mark::of(&self.path.join(file)) {
            self.state.files.insert(file.to_owned(), mark);
        }
    }

    /// Writes down that a stage is done: its `files` now hold what it wrote.
    ///
    /// # Errors
    /// Where the state cannot be written.
    pub fn done(&mut self, stage: Stage, mut stamp: Stamp) -> Result<(), Error> {
        let mut hasher = blake3::Hasher::new();
        for file in &stamp.files {
            let path = self.path.join(file);
            let mut reader = fs::File::open(&path).map_err(|e| Error::io(&path, &e))?;
            let mut buffer = vec![0; 1 << 20];
            loop {
                let n = reader.read(&mut buffer).map_err(|e| Error::io(&path, &e))?;
                if n == 0 {
                    break;
                }
                hasher.update(&buffer[..n]);
            }
        }
        hasher.finalize().to_hex()[..32].clone_into(&mut stamp.output);
        for file in stamp.files.clone() {
            self.mark(&file);
        }
        self.state.stages.insert(stage.name().to_owned(), stamp);
        self.save()
    }

    /// Remembers the configuration for later stages.
    ///
    /// # Errors
    /// Where the state cannot be written.
    pub fn remember(&mut self, config: &Config) -> Result<(), Error> {
        self.state.config = Some(config.clone());
        self.save()
    }

    fn save(&self) -> Result<(), Error> {
        let path = self.private("state.json");
        let partial = self.private("state.json.partial");
        let json = serde_json::to_vec_pretty(&self.state).expect("plain values");
        fs::write(&partial, json)
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(|e| Error::io(path, &e))
    }
}
