//! Reading: megabytes and documents a second, by format, on the corpora of this project repeated.
//!
//! `cargo bench -p visavis-benches --bench read -- 200` reads 200 copies of `data/first` and `data/messy`.
#![allow(missing_docs, reason = "a bench")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use visavis_read::{ReadOptions, read};

fn main() {
    let copies: usize = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(100);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let mut by_extension: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for folder in ["first", "messy", "briefs"] {
        collect(&data.join(folder), &mut by_extension);
    }
    println!(
        "{:<8} {:>9} {:>9} {:>10} {:>12}",
        "format", "MB", "MB/s", "documents", "documents/s"
    );
    for (extension, files) in &by_extension {
        run(extension, files, copies);
    }
}

fn collect(folder: &Path, out: &mut BTreeMap<String, Vec<(String, Vec<u8>)>>) {
    for path in fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
    {
        if path.is_dir() {
            collect(&path, out);
        } else if let (Some(e), Some(name), Ok(bytes)) =
            (path.extension(), path.file_name(), fs::read(&path))
        {
            out.entry(e.to_string_lossy().into_owned())
                .or_default()
                .push((name.to_string_lossy().into_owned(), bytes));
        }
    }
}

fn run(extension: &str, files: &[(String, Vec<u8>)], copies: usize) {
    let folder = std::env::temp_dir().join(format!("visavis-bench-read-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let mut bytes = 0;
    for copy in 0..copies {
        for (name, content) in files {
            bytes += content.len();
            fs::write(folder.join(format!("{copy}-{name}")), content).expect("room for copies");
        }
    }
    let paths: Vec<PathBuf> = vec![folder.clone()];
    let start = Instant::now();
    let documents =
        read(&paths, &ReadOptions::default(), &|_, _| ()).map_or(0, |r| r.documents.len());
    let seconds = start.elapsed().as_secs_f64();
    let mb = bytes as f64 / 1e6;
    println!(
        "{extension:<8} {mb:>9.1} {:>9.1} {documents:>10} {:>12.0}",
        mb / seconds,
        documents as f64 / seconds
    );
    fs::remove_dir_all(folder).expect("the folder just made");
}
