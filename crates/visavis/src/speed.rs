//! `visavis bench speed`: what a run costs on this machine, stage by stage, and how far the encoder is from what the
//! machine's matrix kernels can do.

use std::{
    fmt::Write,
    path::PathBuf,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use visavis_embed::{MatrixWork, Model};
use visavis_records::{
    Date, Stage,
    rows::{ChunkRow, DocumentRow, HardwareRow},
};
use visavis_tables::{Footer, Table, read, write};

use crate::{Config, Error, Pipeline, Progress, Surroundings};

/// Turns of matrix products and encoder; the best of each counts, as the machine may be busy with other things.
const TURNS: usize = 5;

/// What to time, and where the result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speed {
    /// Files and folders of the corpus.
    pub paths: Vec<PathBuf>,
    /// The folder whose `hardware.parquet` the rows are added to.
    pub out: PathBuf,
}

/// Runs every stage from nothing in a folder that goes away, then the encoder alone in turns with matrix products, and
/// adds the rows to `hardware.parquet`. Gives them as text.
///
/// # Errors
/// Where the run fails, the corpus has no passage, or `hardware.parquet` cannot be read or written.
pub fn bench_speed(
    config: &Config,
    surroundings: &Surroundings,
    speed: &Speed,
) -> Result<String, Error> {
    std::fs::create_dir_all(&speed.out).map_err(|e| Error::io(&speed.out, &e))?;
    let table = speed.out.join(HardwareRow::NAME).with_extension("parquet");
    let mut rows: Vec<HardwareRow> = if table.exists() {
        read(&speed.out)?
    } else {
        Vec::new()
    };
    let before = rows.len();
    rows.extend(measure(config, surroundings, &speed.paths)?);
    write(&speed.out, &rows, &Footer::default())?;
    Ok(tell(&rows[before..]))
}

fn measure(
    config: &Config,
    surroundings: &Surroundings,
    paths: &[PathBuf],
) -> Result<Vec<HardwareRow>, Error> {
    let out = tempfile::tempdir().map_err(|e| Error::io(std::env::temp_dir(), &e))?;
    let around = surroundings.clone();
    let mut pipeline = Pipeline::create(out.path(), config.clone(), around, Progress::Quiet)?;
    pipeline.run(paths)?;
    let documents: Vec<DocumentRow> = pipeline.folder.read()?;
    let chunks: Vec<ChunkRow> = pipeline.folder.read()?;
    if chunks.is_empty() {
        return Err(Error::usage("there is no passage to time".to_owned()));
    }
    let n_tokens: f64 = chunks.iter().map(|c| f64::from(c.n_tokens)).sum();
    let encoder = pipeline.encoder()?;
    let info = encoder.info();
    let row = |stage: &str, seconds: f64| HardwareRow {
        date: today(),
        visavis: env!("CARGO_PKG_VERSION").to_owned(),
        machine: processor(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        threads: rayon::current_num_threads() as u32,
        encoder: info.id.clone(),
        precision: info.precision.clone(),
        device: info.device.clone(),
        kernels: info.kernels.clone(),
        stage: stage.to_owned(),
        seconds,
        n_documents: documents.len() as u32,
        n_chunks: chunks.len() as u32,
        n_tokens,
        tokens_per_second: n_tokens / seconds.max(f64::MIN_POSITIVE),
        matrix_rate: None,
        matrix_limit: None,
    };
    let stamp = |stage: Stage| Some((stage, pipeline.folder.stamp(stage)?.seconds));
    let stages = Stage::ALL.into_iter().filter_map(stamp);
    let mut rows: Vec<HardwareRow> = stages.map(|(s, t)| row(s.name(), t)).collect();
    let texts: Vec<&str> = chunks.iter().map(|c| c.text.as_str()).collect();
    let (seconds, limit) = encode(encoder, &texts)?;
    let read = |c: &ChunkRow| encoder.operations((c.n_tokens as usize).min(info.max_tokens));
    rows.push(HardwareRow {
        matrix_rate: Some(chunks.iter().map(read).sum::<f64>() / seconds / 1e9),
        matrix_limit: Some(limit / 1e9),
        ..row("encode", seconds)
    });
    Ok(rows)
}

/// Seconds of the encoder for the texts, and operations a second of the matrix products.
fn encode(encoder: &Model, texts: &[&str]) -> Result<(f64, f64), Error> {
    let work = MatrixWork::of(encoder)?;
    let (mut seconds, mut limit) = (f64::INFINITY, 0.0f64);
    for _ in 0..TURNS {
        let start = Instant::now();
        let operations = work.run()?;
        limit = limit.max(operations / start.elapsed().as_secs_f64());
        let start = Instant::now();
        encoder.encode_with(texts, &|_| ())?;
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    Ok((seconds, limit))
}

fn tell(rows: &[HardwareRow]) -> String {
    let mut text = String::new();
    if let Some(row) = rows.first() {
        let _ = writeln!(
            text,
            "{}, {} threads; {} {} on {}, kernels {}\n{} documents, {} passages, {} tokens\n",
            row.machine,
            row.threads,
            row.encoder,
            row.precision,
            row.device,
            row.kernels.join(" "),
            row.n_documents,
            row.n_chunks,
            row.n_tokens
        );
    }
    for row in rows {
        let _ = write!(
            text,
            "{:8} {:9.3} s {:11.0} tokens/s",
            row.stage, row.seconds, row.tokens_per_second
        );
        if let (Some(rate), Some(limit)) = (row.matrix_rate, row.matrix_limit) {
            let share = 100.0 * rate / limit;
            let _ = write!(
                text,
                "   {rate:.0} of {limit:.0} GOP/s in matrix products: {share:.0} %"
            );
        }
        text.push('\n');
    }
    text
}

fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Date::from_days((since.map_or(0, |t| t.as_secs()) / 86_400) as i32)
}

/// The processor's name, where the system tells.
fn processor() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = |l: &str| {
        Some(
            l.strip_prefix("model name")?
                .trim_start_matches(['\t', ' ', ':'])
                .to_owned(),
        )
    };
    told.lines()
        .find_map(name)
        .unwrap_or_else(|| "unknown".to_owned())
}
