//! What tells one model from another: a hash of everything that its vectors depend on.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::ModelError;

/// Files of a folder that count, beside its safetensors.
const COUNT: [&str; 5] = [
    "config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "tokenizer.json",
];

/// BLAKE3 over the files of a model and of its modules, each with its name and length, in the order of their names; in
/// hexadecimal.
pub(crate) fn of(model: &Path, modules: &[PathBuf]) -> Result<String, ModelError> {
    let mut files = BTreeSet::new();
    for folder in modules.iter().map(PathBuf::as_path).chain([model]) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            // A module without settings, such as Normalize, may have no folder.
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => return Err(unreadable(folder, e)),
        };
        for entry in entries {
            let path = entry.map_err(|e| unreadable(folder, e))?.path();
            let file = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if COUNT.contains(&file.as_str())
                || path.extension().is_some_and(|e| e == "safetensors")
            {
                let name = path
                    .strip_prefix(model)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .replace('\\', "/");
                files.insert((name, path));
            }
        }
    }
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    for (name, path) in files {
        // Read, not mapped: mapped pages would count as this process's memory.
        let mut file = File::open(&path).map_err(|e| unreadable(&path, e))?;
        let length = file.metadata().map_err(|e| unreadable(&path, e))?.len();
        hasher.update(format!("{name}\0{length}\0").as_bytes());
        loop {
            let n = file.read(&mut buffer).map_err(|e| unreadable(&path, e))?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn unreadable(path: &Path, source: io::Error) -> ModelError {
    ModelError::Unreadable {
        path: path.to_owned(),
        source,
    }
}
