//! Seconds that a comparison takes: passages of two groups and languages in planted clusters.
//!
//! `cargo bench -p visavis-benches --bench compare -- [--threads N] [PASSAGES [CLUSTERS [DIM]]]`, by default 50,000
//! passages of 10 a document, 50 clusters, 256 values a vector. Every tenth cluster has a planted difference.
//! `-- --scale` measures 100,000 passages in 50 clusters and 300,000 in 150, and says how the cost of a passage grows
//! and what a million in 500 would take if it grew on like that.

use std::time::Instant;

use visavis_compare::{
    Calibration, CompareOptions, Corpus, counterparts, framing, prevalence, timeline,
};
use visavis_kernels::Random;
use visavis_records::{
    ChunkId, Clustering, ContentHash, DocId, Groups, Language, Layer, Neighbours, UnitVectors,
};

fn main() {
    let mut numbers: Vec<usize> = Vec::new();
    let (mut threads, mut scale) = (0, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threads" => {
                threads = arguments
                    .next()
                    .and_then(|n| n.parse().ok())
                    .expect("--threads N");
            }
            "--scale" => scale = true,
            "--bench" => {}
            number => numbers.push(number.parse().expect("a number")),
        }
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .expect("the first pool");
    let number = |i: usize, default| numbers.get(i).copied().unwrap_or(default);
    if !scale {
        measure(number(0, 50_000), number(1, 50), number(2, 256));
        return;
    }
    let small = measure(100_000, 50, 256);
    let large = measure(300_000, 150, 256);
    let growth = large / small;
    let million = large * growth.powf((10f64 / 3.0).ln() / 3f64.ln());
    println!(
        "3 times the passages: {growth:.2} times the seconds; a million in 500 clusters: about {:.1} minutes; at most {:.1} GB held, vectors and all",
        million / 60.0,
        peak_memory()
    );
}

/// The most memory that this process has held, in GB; 0 where the system does not say.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1e6
}

/// Times every part on `n` passages in `k` clusters; the seconds of all parts together.
#[allow(
    clippy::too_many_lines,
    reason = "a corpus planted, then one part after the other timed"
)]
pub fn measure(n: usize, k: usize, dim: usize) -> f64 {
    let mut random = Random::new(1, 1);
    let centres: Vec<f32> = (0..k * dim).map(|_| random.normal() as f32).collect();
    let shift: Vec<f32> = (0..dim).map(|_| 0.3 * random.normal() as f32).collect();
    let n_documents = n.div_ceil(10);
    // A document speaks of three clusters, and its group is that of its number.
    let document: Vec<u32> = (0..n).map(|row| (row / 10) as u32).collect();
    let cluster: Vec<i32> = (0..n)
        .map(|row| ((row / 10 * 7 + random.below(3) * 3) % k) as i32)
        .collect();
    let side = |row: usize| row / 10 % 2;
    let mut data = Vec::with_capacity(n * dim);
    for row in 0..n {
        let c = cluster[row] as usize;
        let different = side(row) == 1 && c.is_multiple_of(10);
        data.extend((0..dim).map(|i| {
            let planted = if different { shift[i] } else { 0.0 };
            centres[c * dim + i] + planted + random.normal() as f32
        }));
    }
    let vectors = UnitVectors::new(data, dim).expect("finite");
    let language: Vec<Language> = (0..n)
        .map(|row| [Language::EN, Language::RU][side(row)])
        .collect();
    let label: Vec<Option<String>> = language.iter().map(|l| Some(l.code().to_owned())).collect();
    let id = |row: usize| {
        ChunkId::of(
            DocId::of("", ContentHash::of("bench"), document[row], 0),
            row as u32,
            row as u32 + 1,
        )
    };
    let chunk_id: Vec<ChunkId> = (0..n).map(id).collect();
    let corpus = Corpus {
        chunk_id: &chunk_id,
        document: &document,
        language: &language,
        n_tokens: &vec![150; n],
        text: &vec!["passage"; n],
        raw: &vectors,
        clean: &vectors,
        neighbours: &Neighbours::default(),
        date: &vec![None; n_documents],
        counted: &vec![true; n_documents],
    };
    let nearest = cluster.iter().map(|&c| c as u32).collect();
    let layer = Layer {
        n_clusters: k as u32,
        cluster: cluster.clone(),
        nearest,
        strength: vec![1.0; n],
        ..Layer::default()
    };
    let clustering = Clustering {
        layers: vec![layer],
    };
    let groups = Groups::new(vec!["language".to_owned()], &label);
    // Without calibration text there is no floor and so no test between languages: compare as one language.
    let one = vec![Language::EN; n];
    let tested = Corpus {
        language: &one,
        ..corpus
    };
    let calibration = Calibration {
        texts: &[],
        clean: &UnitVectors::empty(dim),
    };
    let options = CompareOptions::default();
    println!(
        "{n} passages, {n_documents} documents, {k} clusters, {dim} values, {} threads",
        rayon::current_num_threads()
    );

    let mut total = 0.0;
    let mut seconds = |start: Instant| {
        let seconds = start.elapsed().as_secs_f64();
        total += seconds;
        seconds
    };
    let start = Instant::now();
    let rows = prevalence(&corpus, &clustering, &groups, &options).len();
    println!("prevalence    {:8.2} s, {rows} rows", seconds(start));
    let start = Instant::now();
    let (rows, sampled) = framing(&tested, &clustering, &groups, &calibration, &options);
    let differs = rows.iter().filter(|r| r.verdict == "differs").count();
    let note = format!(
        "{} rows, {differs} differ, {} groups sampled",
        rows.len(),
        sampled.len()
    );
    println!("framing       {:8.2} s, {note}", seconds(start));
    let start = Instant::now();
    let (matches, unanswered) = counterparts(&corpus, &clustering, &groups, &calibration, &options);
    println!(
        "counterparts  {:8.2} s, {} pairs, {} unanswered",
        seconds(start),
        matches.len(),
        unanswered.len()
    );
    let start = Instant::now();
    let rows = timeline(&corpus, &clustering, &groups).len();
    println!("timeline      {:8.2} s, {rows} rows", seconds(start));
    println!(
        "all           {total:8.2} s, {:.1} GB at most so far",
        peak_memory()
    );
    total
}
