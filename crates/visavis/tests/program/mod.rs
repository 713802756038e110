//! The program as a user runs it.
#![allow(dead_code, reason = "each test file uses a part")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A folder of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
        .canonicalize()
        .expect(path)
}

/// Runs `visavis` with arguments; nothing of the caller's environment changes its ways.
pub fn visavis<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_visavis"))
        .args(arguments)
        .env("VISAVIS_MODELS", repository("models"))
        .env("HF_HUB_OFFLINE", "1")
        .env_remove("RUST_LOG")
        .output()
        .expect("the program starts")
}

/// `visavis run INPUT --out OUT FLAGS…`, which must end with `code`.
pub fn run(input: &Path, out: &Path, flags: &[&str], code: i32) -> Output {
    let mut arguments = vec!["run".to_owned(), text(input), "--out".to_owned(), text(out)];
    arguments.extend(flags.iter().map(|f| (*f).to_owned()));
    let output = visavis(arguments);
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    output
}

pub fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Copies a folder; `rename` gives each file's name in the copy.
pub fn copy(from: &Path, to: &Path, rename: &dyn Fn(&str) -> String) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|e| e.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(name), rename);
        } else {
            fs::copy(entry.path(), to.join(rename(&name))).unwrap();
        }
    }
}
