//! The stages one after the other, each done only where what it was done from has changed.

use std::{
    cell::OnceCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use visavis_embed::{HubSettings, LoadOptions, Model, ModelFolder};
use visavis_records::{Rejected, Stage};
use visavis_tables::{Footer, SCHEMA_VERSION};

use crate::{
    ClusterConfig, Config, Error, Surroundings,
    folder::{Folder, Stamp, hash},
    progress::{Progress, Watch},
    run_record, stages,
};

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Stages that were done, not found done.
    pub done: Vec<Stage>,
    /// Rows of `rejected.parquet`.
    pub rejected: usize,
}

/// The pipeline over one output folder.
///
/// ```no_run
/// use visavis::{Config, Pipeline, Progress, Surroundings};
/// let surroundings = Surroundings { models: "models".into(), ..Surroundings::default() };
/// let mut pipeline = Pipeline::create("out".as_ref(), Config::default(), surroundings, Progress::Quiet)?;
/// let summary = pipeline.run(&["data/first".into()])?;
/// println!("{} inputs rejected", summary.rejected);
/// # Ok::<(), visavis::Error>(())
/// ```
pub struct Pipeline {
    pub(crate) config: Config,
    pub(crate) folder: Folder,
    /// What came on standard input, where the path `-` was given.
    pub(crate) lines: Option<Vec<u8>>,
    progress: Progress,
    surroundings: Surroundings,
    encoder_folder: OnceCell<ModelFolder>,
    encoder: OnceCell<Model>,
    /// What `cluster` found out about the passages, for `compare` in the same run.
    pub(crate) passages: Option<stages::cluster::Passages>,
    summary: Summary,
}

/// What a stage gives back when it is done.
pub(crate) struct Done {
    /// Files it wrote whose content is its own.
    pub files: Vec<&'static str>,
    /// What it refused.
    pub rejected: Vec<Rejected>,
    /// What it counted, for run.json.
    pub counts: BTreeMap<String, u64>,
    /// What else run.json should say of it.
    pub notes: BTreeMap<String, serde_json::Value>,
    /// What it says on the terminal.
    pub line: String,
}

/// What a stage is done from, by name.
pub(crate) type Inputs = BTreeMap<String, String>;

impl Pipeline {
    /// A pipeline that writes into `out`, which is made where it does not exist.
    ///
    /// # Errors
    /// Where `out` cannot be a folder of a run, or the configuration makes no sense.
    pub fn create(
        out: &Path,
        config: Config,
        around: Surroundings,
        progress: Progress,
    ) -> Result<Self, Error> {
        config.check()?;
        Ok(Self::over(Folder::open(out)?, config, around, progress))
    }

    /// A pipeline over what an earlier run left in `out`; `change` may change its configuration.
    ///
    /// # Errors
    /// Where no run was there, or the configuration makes no sense.
    pub fn reopen(
        out: &Path,
        change: impl FnOnce(Config) -> Result<Config, Error>,
        around: Surroundings,
        progress: Progress,
    ) -> Result<Self, Error> {
        let folder = Folder::reopen(out)?;
        let config = change(folder.config().cloned().unwrap_or_default())?;
        config.check()?;
        Ok(Self::over(folder, config, around, progress))
    }

    fn over(
        folder: Folder,
        config: Config,
        surroundings: Surroundings,
        progress: Progress,
    ) -> Self {
        let (encoder_folder, encoder) = (OnceCell::new(), OnceCell::new());
        Self {
            config,
            folder,
            lines: None,
            progress,
            surroundings,
            encoder_folder,
            encoder,
            passages: None,
            summary: Summary::default(),
        }
    }

    /// Lines of JSON that the path `-` stands for.
    #[must_use]
    pub fn with_lines(mut self, lines: Vec<u8>) -> Self {
        self.lines = Some(lines);
        self
    }

    /// All stages. What an earlier run did and still holds is not done again.
    ///
    /// # Errors
    /// Where the set-up is wrong (before any work) or something outside fails (what is done stays done).
    pub fn run(&mut self, paths: &[PathBuf]) -> Result<Summary, Error> {
        self.encoder_folder()?;
        stages::fitted::check(self)?;
        self.stage(Stage::Read, paths)?;
        stages::compare::check_columns(self)?;
        for stage in &Stage::ALL[1..] {
            self.stage(*stage, &[])?;
        }
        Ok(self.summary.clone())
    }

    /// One stage, on what the earlier ones left.
    ///
    /// # Errors
    /// As [`Self::run`], and where an earlier stage is missing.
    pub fn stage(&mut self, stage: Stage, paths: &[PathBuf]) -> Result<Summary, Error> {
        match stage {
            Stage::Read => stages::read::run(self, paths),
            Stage::Chunk => stages::chunk::run(self),
            Stage::Embed => stages::embed::run(self),
            Stage::Cluster => stages::cluster::run(self),
            Stage::Compare => stages::compare::run(self),
            Stage::Report => stages::report::run(self),
        }?;
        self.summary.rejected = self
            .folder
            .read::<visavis_records::rows::RejectedRow>()?
            .len();
        self.folder.remember(&self.config)?;
        run_record::write(self)?;
        Ok(self.summary.clone())
    }

    /// What each stage would do, and why, without doing it.
    ///
    /// # Errors
    /// Where the set-up is wrong.
    pub fn explain(&self, paths: &[PathBuf]) -> Result<Vec<(Stage, String)>, Error> {
        let mut earlier: Option<Stage> = None;
        let mut lines = Vec::new();
        for stage in Stage::ALL {
            let why = match earlier {
                Some(stage) => Some(format!(
                    "after {stage}, which is done again, where its outcome changes"
                )),
                None => self.folder.stale(stage, &self.inputs(stage, paths)?),
            };
            if why.is_some() && earlier.is_none() {
                earlier = Some(stage);
            }
            lines.push((
                stage,
                why.map_or("nothing to do".to_owned(), |why| format!("to do: {why}")),
            ));
        }
        Ok(lines)
    }

    /// What a stage is done from.
    pub(crate) fn inputs(&self, stage: Stage, paths: &[PathBuf]) -> Result<Inputs, Error> {
        let c = &self.config;
        let mut inputs = Inputs::from([("the version of visavis".into(), version())]);
        let mut add = |name: &str, hash: String| inputs.insert(name.into(), hash);
        match stage {
            Stage::Read => {
                let (lines, files): (Vec<PathBuf>, Vec<PathBuf>) = paths
                    .iter()
                    .cloned()
                    .partition(|path| stages::read::is_lines(path));
                add("the input", stages::read::fingerprint(&files)?);
                if !lines.is_empty() {
                    add("standard input", hash(&self.lines));
                }
                add("[read]", hash(&c.read));
            }
            Stage::Chunk => {
                add("documents", self.output(Stage::Read)?);
                add("[chunk]", hash(&c.chunk));
                add("the encoder", self.encoder_mark()?);
            }
            Stage::Embed => {
                // What `auto` comes to here, which may not be what it came to before.
                let options = load_options(c)?.resolved();
                let options = options.map_err(|e| stages::embed::setup(&e))?;
                add("passages", self.output(Stage::Chunk)?);
                add(
                    "[embed]",
                    hash(&(
                        options.precision.name(),
                        options.prompt,
                        options.dim,
                        options.device.name(),
                    )),
                );
                add("the encoder", self.encoder_mark()?);
            }
            Stage::Cluster => {
                add("vectors", self.output(Stage::Embed)?);
                add("passages", self.output(Stage::Chunk)?);
                // Where the clusters come from counts by what is there, not by its name.
                let onto = c.cluster.onto.as_deref();
                add(
                    "[cluster]",
                    hash(&ClusterConfig {
                        onto: None,
                        ..c.cluster.clone()
                    }),
                );
                add(
                    "the clusters of the earlier run",
                    onto.map_or(Ok(String::new()), |out| stages::fitted::mark(self, out))?,
                );
                add("the seed", hash(&c.run.seed));
            }
            Stage::Compare => {
                add("clusters", self.output(Stage::Cluster)?);
                add("documents", self.output(Stage::Read)?);
                add("[compare]", hash(&c.compare));
                add("the seed", hash(&c.run.seed));
            }
            Stage::Report => {
                for stage in &Stage::ALL[..5] {
                    add(stage.name(), self.output(*stage)?);
                }
            }
        }
        Ok(inputs)
    }

    fn output(&self, stage: Stage) -> Result<String, Error> {
        let missing = || {
            let out = self.folder.path().display();
            Error::usage(format!(
                "{out} has no outcome of `{stage}` yet: `visavis {stage}` comes first"
            ))
        };
        self.folder
            .stamp(stage)
            .map(|s| s.output.clone())
            .ok_or_else(missing)
    }

    /// Does a stage unless what it left still holds.
    pub(crate) fn step(
        &mut self,
        stage: Stage,
        paths: &[PathBuf],
        work: impl FnOnce(&mut Self, &Watch) -> Result<Done, Error>,
    ) -> Result<(), Error> {
        let inputs = self.inputs(stage, paths)?;
        let Some(why) = self.folder.stale(stage, &inputs) else {
            self.progress.say(stage, "nothing to do");
            return Ok(());
        };
        let span = tracing::info_span!("stage", name = stage.name());
        let _entered = span.enter();
        tracing::debug!(%why, "to do");
        let watch = self.progress.begin(stage);
        self.passages = self.passages.take().filter(|_| stage > Stage::Cluster);
        let done = work(self, &watch)?;
        let footer = self.footer(stage);
        self.folder.write_rejected(stage, &done.rejected, &footer)?;
        let seconds = watch.end(&done.line);
        tracing::info!(seconds, counts = ?done.counts, "done");
        let files = done.files.iter().map(|f| (*f).to_owned()).collect();
        let stamp = Stamp {
            inputs,
            files,
            seconds,
            counts: done.counts,
            notes: done.notes,
            ..Stamp::default()
        };
        self.folder.done(stage, stamp)?;
        self.summary.done.push(stage);
        Ok(())
    }

    /// What the footers of a stage's tables say.
    pub(crate) fn footer(&self, stage: Stage) -> Footer {
        let stamp = |stage| self.folder.stamp(stage);
        let mut entries = vec![("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
        if let Some(note) = stamp(Stage::Read)
            .and_then(|s| s.notes.get("inputs"))
            .and_then(|v| v.as_str())
        {
            entries.push(("inputs".into(), note.to_owned()));
        }
        // Later stages may find everything done and never load the encoder: what `embed` wrote down says which it was.
        let written = stamp(Stage::Embed)
            .and_then(|s| s.notes.get("model"))
            .filter(|_| stage > Stage::Embed);
        if let Some(model) = written
            .cloned()
            .or_else(|| self.encoder.get().map(|e| run_record::model(e.info())))
        {
            let text = |key: &str| model[key].as_str().unwrap_or_default().to_owned();
            entries.push(("model".into(), text("id")));
            entries.push(("model_hash".into(), text("hash")));
        }
        entries.push(("configuration".into(), self.config.of_tables(stage)));
        Footer { entries }
    }

    /// The folder of the encoder, resolved once.
    pub(crate) fn encoder_folder(&self) -> Result<&ModelFolder, Error> {
        if let Some(folder) = self.encoder_folder.get() {
            return Ok(folder);
        }
        let folder = resolve(&self.config, &self.surroundings)?;
        Ok(self.encoder_folder.get_or_init(|| folder))
    }

    /// What the files of the encoder look like from outside: tells a change without loading it.
    fn encoder_mark(&self) -> Result<String, Error> {
        stages::read::fingerprint(std::slice::from_ref(&self.encoder_folder()?.path))
    }

    /// The encoder, loaded once.
    pub(crate) fn encoder(&self) -> Result<&Model, Error> {
        if let Some(model) = self.encoder.get() {
            return Ok(model);
        }
        let model = load(self.encoder_folder()?, &self.config)?;
        Ok(self.encoder.get_or_init(|| model))
    }

    /// The configuration by which new documents come onto the clusters of this run.
    ///
    /// # Errors
    /// Where the folder of the run cannot be named from anywhere.
    pub fn onto(&self) -> Result<Config, Error> {
        let out = self.folder.path();
        let mut config = self.config.clone();
        // A run that was itself put onto another one's clusters hands those on.
        if config.cluster.onto.is_none() {
            let place = std::fs::canonicalize(out).map_err(|e| Error::io(out, &e))?;
            config.cluster.onto = Some(place);
        }
        Ok(config)
    }

    /// The configuration of this run.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

/// Finds the folder of the encoder that a configuration names; from the hub where need be.
pub(crate) fn resolve(config: &Config, around: &Surroundings) -> Result<ModelFolder, Error> {
    let hub = HubSettings {
        cache_dir: around.hub_cache.clone(),
        token: around.hub_token.clone(),
        endpoint: around.hub_endpoint.clone(),
        offline: around.hub_offline || config.run.offline,
    };
    let ours = around.models.join("default");
    let place = if config.embed.model == "default" {
        &*ours.to_string_lossy()
    } else {
        &*config.embed.model
    };
    visavis_embed::resolve(place, config.embed.revision.as_deref(), &hub)
        .map_err(|e| stages::embed::setup(&e))
}

/// Loads the encoder of a folder as a configuration says.
pub(crate) fn load(folder: &ModelFolder, config: &Config) -> Result<Model, Error> {
    Model::load(folder, &load_options(config)?).map_err(|e| stages::embed::setup(&e))
}

fn load_options(config: &Config) -> Result<LoadOptions, Error> {
    let embed = &config.embed;
    let option = |e: visavis_embed::UnknownOption| Error::usage(e.to_string());
    Ok(LoadOptions {
        device: embed.device.parse().map_err(option)?,
        precision: embed.precision.parse().map_err(option)?,
        dim: embed.dim,
        prompt: embed.prompt.clone(),
    })
}

/// Outcomes of another version of the program or the schema are not taken over.
fn version() -> String {
    format!("{} schema {SCHEMA_VERSION}", env!("CARGO_PKG_VERSION"))
}
