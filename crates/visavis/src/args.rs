//! The command line, as it is typed; [`Flags::over`] says what it means.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use visavis::{Config, Error, Part};
use visavis_records::Language;

/// Documents in several languages, face to face.
///
/// Reads documents, cuts them into passages, embeds them, clusters them, and compares the clusters across languages
/// or sources. The results are Parquet tables and a page, report.html.
#[derive(Debug, Parser)]
#[command(name = "visavis", version, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// Say nothing but errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// How log lines look; they are shown with `RUST_LOG=info` or debug.
    #[arg(long, global = true, value_name = "FORM", default_value = "text")]
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything; again with the same OUT does only what changed.
    Run(Inputs),
    /// Files → documents of clean text.
    Read(Inputs),
    /// Documents → passages.
    Chunk(Outcome),
    /// Passages → vectors.
    Embed(Outcome),
    /// Vectors → clusters in layers.
    Cluster(Outcome),
    /// Clusters and groups → prevalence, framing, counterparts.
    Compare(Outcome),
    /// Tables → report.html.
    Report(Outcome),
    /// New documents onto the clusters of an earlier run, with its configuration.
    Apply {
        /// Output folder of the earlier run.
        fitted: PathBuf,
        #[command(flatten)]
        inputs: Inputs,
    },
    /// The passages nearest to some words, in any language, with their counterparts.
    Search {
        /// Output folder of a run.
        out: PathBuf,
        /// What to look for.
        words: String,
        /// Only passages in this language.
        #[arg(long)]
        language: Option<Language>,
        /// Only passages of this cluster.
        #[arg(long)]
        cluster: Option<i32>,
        /// How many passages.
        #[arg(long, short = 'n', default_value_t = 10)]
        most: usize,
    },
    /// Every table and column: type, unit, meaning.
    Schema {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// How well visavis does.
    Bench {
        #[command(subcommand)]
        command: BenchCommand,
    },
    /// Encoders.
    Model {
        #[command(subcommand)]
        command: ModelCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// What a run costs on this machine, stage by stage, and how near the encoder comes to the machine's limit.
    Speed {
        /// Files and folders of the corpus.
        #[arg(default_value = "data/briefs")]
        paths: Vec<PathBuf>,
        /// Folder whose hardware.parquet the result is added to.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        #[command(flatten)]
        flags: Flags,
    },
    /// How good an encoder is at what this tool needs, and whether the statistics keep what they promise.
    Quality {
        /// Folder with sib200, tatoeba, stsb and xquad.
        #[arg(long, env = "VISAVIS_EVAL_DIR", value_name = "FOLDER")]
        eval: PathBuf,
        /// The briefs; the truth about them lies beside the folder.
        #[arg(long, value_name = "FOLDER", default_value = "data/briefs")]
        briefs: PathBuf,
        /// What to run: encoder, clusters, validity, briefs.
        #[arg(
            long = "part",
            value_name = "PARTS",
            value_delimiter = ',',
            default_value = "encoder,clusters,validity,briefs"
        )]
        parts: Vec<Part>,
        #[command(flatten)]
        flags: Flags,
    },
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// The encoders that are known by name.
    List,
    /// What an encoder is and how it would run here.
    Info(ModelPlace),
    /// Gets an encoder from the hub, so that it is there offline.
    Fetch(ModelPlace),
}

#[derive(Debug, Args)]
pub struct ModelPlace {
    /// Hub id or folder; `default` is the one that comes with visavis.
    #[arg(default_value = "default")]
    pub model: String,
    #[command(flatten)]
    pub flags: Flags,
}

#[derive(Debug, Args)]
pub struct Inputs {
    /// Files and folders to read; `-` for lines of JSON on standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Folder for the tables and the report.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    #[command(flatten)]
    pub flags: Flags,
}

#[derive(Debug, Args)]
pub struct Outcome {
    /// Output folder of an earlier stage.
    pub out: PathBuf,
    #[command(flatten)]
    pub flags: Flags,
}

#[derive(Debug, Args, Default)]
#[allow(clippy::struct_excessive_bools, reason = "a switch each")]
pub struct Flags {
    /// Configuration in TOML; flags win over it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the resulting configuration and stop.
    #[arg(long)]
    pub show_config: bool,
    /// Say what would be done again and why, and stop.
    #[arg(long)]
    pub explain: bool,

    /// Only files of this glob, as '*.html' or '2018/**'; may be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "Read")]
    include: Vec<String>,
    /// No files of this glob; may be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "Read")]
    exclude: Vec<String>,
    /// Column of JSONL, CSV and Parquet records that holds the text [default: text, body or content].
    #[arg(long, value_name = "COLUMN", help_heading = "Read")]
    text_column: Option<String>,
    /// Columns of the record's other fields, where they have unusual names.
    #[arg(long, value_name = "COLUMN", help_heading = "Read")]
    id_column: Option<String>,
    #[arg(long, value_name = "COLUMN", help_heading = "Read")]
    title_column: Option<String>,
    #[arg(long, value_name = "COLUMN", help_heading = "Read")]
    author_column: Option<String>,
    #[arg(long, value_name = "COLUMN", help_heading = "Read")]
    date_column: Option<String>,
    #[arg(long, value_name = "COLUMN", help_heading = "Read")]
    language_column: Option<String>,
    #[arg(long, value_name = "COLUMN", help_heading = "Read")]
    source_column: Option<String>,
    #[arg(long, value_name = "COLUMN", help_heading = "Read")]
    url_column: Option<String>,
    /// Keep menus, share rows and repeated paragraphs in the text.
    #[arg(long, help_heading = "Read")]
    keep_boilerplate: bool,

    /// The most tokens a passage may have [default: what the encoder reads].
    #[arg(long, value_name = "N", help_heading = "Chunk")]
    max_tokens: Option<usize>,
    /// Tokens a passage should have [default: 150].
    #[arg(long, value_name = "N", help_heading = "Chunk")]
    target_tokens: Option<usize>,
    /// Sentences repeated at the beginning of the next passage [default: 0].
    #[arg(long, value_name = "N", help_heading = "Chunk")]
    overlap: Option<usize>,
    /// Languages considered, as en,ru,de [default: the 23 of the default encoder].
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Chunk"
    )]
    languages: Vec<Language>,

    /// Encoder: hub id or folder [default: the one that comes with visavis].
    #[arg(long, value_name = "ID|FOLDER", help_heading = "Embed")]
    pub model: Option<String>,
    /// Revision of a model of the hub.
    #[arg(long, value_name = "REVISION", help_heading = "Embed")]
    revision: Option<String>,
    /// auto, cpu, cuda or metal; only auto may fall back, and says so [default: auto].
    #[arg(long, help_heading = "Embed")]
    device: Option<String>,
    /// int8 or f32 on CPU; f16, bf16 or f32 on GPU [default: auto, which is int8 or bf16].
    #[arg(long, help_heading = "Embed")]
    precision: Option<String>,
    /// Text put before each passage [default: the model's own].
    #[arg(long, value_name = "TEXT", help_heading = "Embed")]
    prompt: Option<String>,
    /// Keep this many dimensions (Matryoshka models).
    #[arg(long, value_name = "N", help_heading = "Embed")]
    dim: Option<usize>,

    /// How language is taken out of the vectors: auto, none, center, lir or drop [default: auto].
    #[arg(long, value_name = "METHOD", help_heading = "Cluster")]
    debias: Option<String>,
    /// How passages are clustered [default: auto].
    #[arg(long, value_name = "METHOD", help_heading = "Cluster")]
    method: Option<String>,
    /// Clusters of the finest layer [default: chosen from the data].
    #[arg(long, value_name = "K", help_heading = "Cluster")]
    clusters: Option<usize>,
    /// How much the passages around it count beside a passage, for what it is about [default: 0.5].
    #[arg(long, value_name = "SHARE", help_heading = "Cluster")]
    context: Option<f32>,
    /// Output folder of an earlier run whose clusters are taken [default: clusters are made].
    #[arg(long, value_name = "OUT", help_heading = "Cluster")]
    onto: Option<PathBuf>,

    /// Columns that make the groups, as language, source or side [default: language].
    #[arg(
        long,
        value_name = "COLUMN",
        value_delimiter = ',',
        help_heading = "Compare"
    )]
    by: Vec<String>,
    /// keep or drop passages that are copies or translations of another [default: keep].
    #[arg(long, value_name = "keep|drop", help_heading = "Compare")]
    reprints: Option<String>,

    /// Seed of everything random [default: 0].
    #[arg(long, help_heading = "Run")]
    seed: Option<u64>,
    /// Threads [default: all]. Changes no byte of a table.
    #[arg(long, value_name = "N", help_heading = "Run")]
    pub threads: Option<usize>,
    /// Never ask the hub.
    #[arg(long, help_heading = "Run")]
    offline: bool,
}

impl Flags {
    /// The configuration that results: `base`, or the file of `--config` where there is one, and the flags over it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn over(&self, base: Config) -> Result<Config, Error> {
        let mut c = match &self.config {
            Some(path) => Config::from_file(path)?,
            None => base,
        };
        for (place, flag) in [
            (&mut c.read.include, &self.include),
            (&mut c.read.exclude, &self.exclude),
        ] {
            if !flag.is_empty() {
                place.clone_from(flag);
            }
        }
        set_some(&mut c.read.text_column, self.text_column.as_ref());
        set_some(&mut c.read.id_column, self.id_column.as_ref());
        set_some(&mut c.read.title_column, self.title_column.as_ref());
        set_some(&mut c.read.author_column, self.author_column.as_ref());
        set_some(&mut c.read.date_column, self.date_column.as_ref());
        set_some(&mut c.read.language_column, self.language_column.as_ref());
        set_some(&mut c.read.source_column, self.source_column.as_ref());
        set_some(&mut c.read.url_column, self.url_column.as_ref());
        c.read.keep_boilerplate |= self.keep_boilerplate;
        set_some(&mut c.chunk.max_tokens, self.max_tokens.as_ref());
        set(&mut c.chunk.target_tokens, self.target_tokens.as_ref());
        set(&mut c.chunk.overlap, self.overlap.as_ref());
        if !self.languages.is_empty() {
            c.chunk.languages.clone_from(&self.languages);
        }
        set(&mut c.embed.model, self.model.as_ref());
        set_some(&mut c.embed.revision, self.revision.as_ref());
        set(&mut c.embed.device, self.device.as_ref());
        set(&mut c.embed.precision, self.precision.as_ref());
        set_some(&mut c.embed.prompt, self.prompt.as_ref());
        set_some(&mut c.embed.dim, self.dim.as_ref());
        set(&mut c.cluster.debias, self.debias.as_ref());
        set(&mut c.cluster.method, self.method.as_ref());
        set_some(&mut c.cluster.clusters, self.clusters.as_ref());
        set(&mut c.cluster.context, self.context.as_ref());
        set_some(&mut c.cluster.onto, self.onto.as_ref());
        if !self.by.is_empty() {
            c.compare.by.clone_from(&self.by);
        }
        set(&mut c.compare.reprints, self.reprints.as_ref());
        set(&mut c.run.seed, self.seed.as_ref());
        set_some(&mut c.run.threads, self.threads.as_ref());
        c.run.offline |= self.offline;
        Ok(c)
    }
}

/// What a flag says goes over what was there.
fn set<T: Clone>(place: &mut T, flag: Option<&T>) {
    if let Some(value) = flag {
        place.clone_from(value);
    }
}

/// The same where nothing may have been there.
fn set_some<T: Clone>(place: &mut Option<T>, flag: Option<&T>) {
    if let Some(value) = flag {
        *place = Some(value.clone());
    }
}
