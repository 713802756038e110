//! The command line: what was typed, what it means, and how it ends.

mod args;

use std::{
    env,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use visavis::{Config, Error, Pipeline, Progress, Quality, Speed, Summary, Surroundings, search};
use visavis_records::Stage;

use args::{BenchCommand, Cli, Command, Flags, LogFormat, ModelCommand};

/// Finished, and some inputs were rejected.
const SOME_REJECTED: u8 = 3;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.log_format);
    hush();
    let progress = if cli.quiet {
        Progress::Quiet
    } else {
        Progress::Shown
    };
    match command(cli.command, progress) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("visavis: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn command(command: Command, progress: Progress) -> Result<u8, Error> {
    let stage = |stage, outcome: args::Outcome| one_stage(stage, &outcome, progress);
    match command {
        Command::Run(inputs) => from_files(&inputs, Config::default(), progress, Pipeline::run),
        Command::Apply { fitted, inputs } => {
            let config = Pipeline::reopen(&fitted, Ok, surroundings(), progress)?.onto()?;
            from_files(&inputs, config, progress, Pipeline::run)
        }
        Command::Read(inputs) => {
            let read = |p: &mut Pipeline, paths: &[PathBuf]| p.stage(Stage::Read, paths);
            from_files(&inputs, Config::default(), progress, read)
        }
        Command::Chunk(outcome) => stage(Stage::Chunk, outcome),
        Command::Embed(outcome) => stage(Stage::Embed, outcome),
        Command::Cluster(outcome) => stage(Stage::Cluster, outcome),
        Command::Compare(outcome) => stage(Stage::Compare, outcome),
        Command::Report(outcome) => stage(Stage::Report, outcome),
        Command::Search {
            out,
            words,
            language,
            cluster,
            most,
        } => {
            let pipeline = Pipeline::reopen(&out, Ok, surroundings(), progress)?;
            let query = search::Query {
                words,
                language,
                cluster,
                most,
            };
            print(&search::render(&search::search(&pipeline, &query)?))
        }
        Command::Schema { json } => print(&visavis::schema_text(json)),
        Command::Bench { command } => bench(command),
        Command::Model { command } => model(&command),
    }
}

fn bench(command: BenchCommand) -> Result<u8, Error> {
    let ready = |flags: &Flags| {
        let config = flags.over(Config::default())?;
        config.check()?;
        threads(&config)?;
        Ok::<Config, Error>(config)
    };
    match command {
        BenchCommand::Speed { paths, out, flags } => {
            there(&paths)?;
            let speed = Speed { paths, out };
            print(&visavis::bench_speed(
                &ready(&flags)?,
                &surroundings(),
                &speed,
            )?)
        }
        BenchCommand::Quality {
            eval,
            briefs,
            parts,
            flags,
        } => {
            let quality = Quality {
                data: eval,
                briefs,
                parts: parts.into_iter().collect(),
            };
            visavis::bench_quality(&ready(&flags)?, &surroundings(), &quality, |text| {
                print(text).map(|_| ())
            })?;
            Ok(0)
        }
    }
}

fn is_lines(path: &Path) -> bool {
    path == Path::new(visavis_read::LINES)
}

/// Refuses paths that are not there, before any work.
fn there(paths: &[PathBuf]) -> Result<(), Error> {
    match paths.iter().find(|p| !p.exists() && !is_lines(p)) {
        Some(path) => Err(Error::usage(format!(
            "{} does not exist: name a file or folder to read",
            path.display()
        ))),
        None => Ok(()),
    }
}

fn from_files(
    inputs: &args::Inputs,
    base: Config,
    progress: Progress,
    work: impl FnOnce(&mut Pipeline, &[PathBuf]) -> Result<Summary, Error>,
) -> Result<u8, Error> {
    let config = inputs.flags.over(base)?;
    if inputs.flags.show_config {
        config.check()?;
        return print(&config.to_toml());
    }
    there(&inputs.paths)?;
    threads(&config)?;
    let limit = config.read.limits.file_bytes;
    let mut pipeline = Pipeline::create(&inputs.out, config, surroundings(), progress)?;
    if inputs.paths.iter().any(|p| is_lines(p)) {
        pipeline = pipeline.with_lines(lines(limit)?);
    }
    if inputs.flags.explain {
        return explain(&pipeline, &inputs.paths);
    }
    let summary = work(&mut pipeline, &inputs.paths)?;
    Ok(end(&summary, &inputs.out, progress))
}

/// Standard input to its end.
fn lines(limit: u64) -> Result<Vec<u8>, Error> {
    let mut lines = Vec::new();
    io::stdin()
        .lock()
        .take(limit.saturating_add(1))
        .read_to_end(&mut lines)
        .map_err(|e| Error::failed(format!("standard input: {e}")))?;
    if lines.len() as u64 > limit {
        return Err(Error::usage(format!(
            "standard input has more than {limit} bytes: raise file_bytes in [read.limits], or give files"
        )));
    }
    Ok(lines)
}

fn one_stage(stage: Stage, outcome: &args::Outcome, progress: Progress) -> Result<u8, Error> {
    let flags: &Flags = &outcome.flags;
    let mut pipeline = Pipeline::reopen(&outcome.out, |c| flags.over(c), surroundings(), progress)?;
    if flags.show_config {
        return print(&pipeline.config().to_toml());
    }
    threads(pipeline.config())?;
    if flags.explain {
        return explain(&pipeline, &[]);
    }
    let summary = pipeline.stage(stage, &[])?;
    Ok(end(&summary, &outcome.out, progress))
}

fn explain(pipeline: &Pipeline, paths: &[PathBuf]) -> Result<u8, Error> {
    let lines = pipeline.explain(paths)?;
    let lines: Vec<String> = lines
        .iter()
        .map(|(stage, line)| format!("{stage:>8} {line}"))
        .collect();
    print(&(lines.join("\n") + "\n"))
}

fn model(command: &ModelCommand) -> Result<u8, Error> {
    let of = |place: &args::ModelPlace| -> Result<Config, Error> {
        let mut config = place.flags.over(Config::default())?;
        config.embed.model.clone_from(&place.model);
        config.check()?;
        Ok(config)
    };
    print(&match command {
        ModelCommand::List => visavis::model_list(),
        ModelCommand::Info(place) => visavis::model_info(&of(place)?, &surroundings())?,
        ModelCommand::Fetch(place) => visavis::model_fetch(&of(place)?, &surroundings())?,
    })
}

fn end(summary: &Summary, out: &Path, progress: Progress) -> u8 {
    if progress == Progress::Shown {
        let out = out.display();
        if summary.done.contains(&Stage::Report) {
            eprintln!(
                "{:>8} {out}/report.html shows it; tables are beside it (`visavis schema` explains them)",
                ""
            );
        }
        if summary.rejected > 0 {
            eprintln!(
                "{:>8} {} inputs were rejected: {out}/rejected.parquet says why",
                "", summary.rejected
            );
        }
    }
    if summary.rejected > 0 {
        SOME_REJECTED
    } else {
        0
    }
}

/// Prints to standard output; a reader that has seen enough is no failure.
fn print(text: &str) -> Result<u8, Error> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("standard output: {e}")))
        }
        _ => Ok(0),
    }
}

fn threads(config: &Config) -> Result<(), Error> {
    let n = config.run.threads.unwrap_or(0);
    rayon::ThreadPoolBuilder::new()
        .num_threads(n)
        .build_global()
        .map_err(|e| Error::failed(format!("threads: {e}")))
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|v| !v.is_empty())
}

/// Where `huggingface_hub` keeps its things.
fn hub_home() -> PathBuf {
    let cache = || {
        set("XDG_CACHE_HOME").map_or_else(
            || env::home_dir().unwrap_or_default().join(".cache"),
            PathBuf::from,
        )
    };
    set("HF_HOME").map_or_else(|| cache().join("huggingface"), PathBuf::from)
}

/// All that is read from the environment.
fn surroundings() -> Surroundings {
    Surroundings {
        models: models(),
        hub_cache: set("HF_HUB_CACHE").map_or_else(|| hub_home().join("hub"), PathBuf::from),
        hub_token: set("HF_TOKEN"),
        hub_endpoint: set("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_owned()),
        hub_offline: set("HF_HUB_OFFLINE").is_some_and(|v| v != "0"),
    }
}

/// The folder of the encoder that comes with visavis: named by `VISAVIS_MODELS`, else beside or above the program, else
/// where it was built.
fn models() -> PathBuf {
    if let Ok(folder) = env::var("VISAVIS_MODELS") {
        return folder.into();
    }
    let program = env::current_exe().unwrap_or_default();
    let above = program
        .ancestors()
        .skip(1)
        .map(|folder| folder.join("models"));
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    above
        .into_iter()
        .find(|m| m.join("default/config.json").is_file())
        .unwrap_or(built)
}

/// A PDF whose parser panics is refused with a reason; the terminal need not hear of it.
fn hush() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(visavis_read::PDF_THREAD) {
            hook(panic);
        }
    }));
}

fn log(format: LogFormat) {
    let level = match env::var("RUST_LOG").unwrap_or_default().as_str() {
        "trace" => tracing::Level::TRACE,
        "debug" => tracing::Level::DEBUG,
        "info" => tracing::Level::INFO,
        _ => tracing::Level::WARN,
    };
    let builder = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_max_level(level);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}
