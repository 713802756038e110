//! Paths to files: which files of a folder are input, under which names.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use globset::{Glob, GlobSet, GlobSetBuilder};
use visavis_records::{Rejected, Stage};

use crate::{ReadError, ReadOptions};

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    /// Its name relative to the folder that was given, with `/`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// The files under `paths`, sorted by name, each once; and what could not be listed.
pub(crate) fn walk(
    paths: &[PathBuf],
    options: &ReadOptions,
) -> Result<(Vec<File>, Vec<Rejected>), ReadError> {
    let (include, exclude) = (globs(&options.include)?, globs(&options.exclude)?);
    let (mut files, mut rejected, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for path in paths {
        let kind = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ReadError::Missing(path.clone()),
            _ => ReadError::Unreadable {
                path: path.clone(),
                error: error.to_string(),
            },
        })?;
        let mut found = Vec::new();
        if kind.is_dir() {
            list(path, "", &mut found, &mut rejected, 0);
            found.retain(|file| {
                (options.include.is_empty() || include.is_match(&file.name))
                    && !exclude.is_match(&file.name)
            });
            if found.is_empty() && rejected.is_empty() {
                return Err(ReadError::NoFiles(path.clone()));
            }
        } else {
            let name = path
                .file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned();
            found.push(File {
                name,
                path: path.clone(),
            });
        }
        files.extend(
            found
                .into_iter()
                .filter(|f| seen.insert(fs::canonicalize(&f.path).unwrap_or(f.path.clone()))),
        );
    }
    files.sort();
    Ok((files, rejected))
}

fn globs(patterns: &[String]) -> Result<GlobSet, ReadError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).map_err(|_| ReadError::Glob(pattern.clone()))?);
    }
    set.build().map_err(|_| ReadError::Glob(patterns.join(" ")))
}

/// Hidden files, what systems leave behind, and the pictures and scripts beside a saved page are not input.
fn is_litter(name: &str, folder: &Path) -> bool {
    let companion = || {
        let page = name
            .strip_suffix("_files")
            .or_else(|| name.strip_suffix("_Dateien"))
            .unwrap_or_default();
        !page.is_empty()
            && ["html", "htm"]
                .iter()
                .any(|e| folder.join(format!("{page}.{e}")).is_file())
    };
    name.starts_with('.') || ["__MACOSX", "Thumbs.db", "desktop.ini"].contains(&name) || companion()
}

fn list(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<File>,
    rejected: &mut Vec<Rejected>,
    depth: u32,
) {
    let refuse = |source: &str, reason: &str, detail: String| Rejected {
        source: source.to_owned(),
        record: None,
        stage: Stage::Read.name(),
        reason: reason.to_owned(),
        detail,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            rejected.push(refuse(
                prefix,
                "unreadable",
                format!("The folder cannot be listed: {error}."),
            ));
            return;
        }
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_litter(&name, folder) {
            tracing::debug!(folder = prefix, name, "not input");
            continue;
        }
        let (full, path) = (format!("{prefix}{name}"), entry.path());
        let linked = entry.file_type().is_ok_and(|t| t.is_symlink());
        match fs::metadata(&path) {
            Ok(kind) if kind.is_dir() && linked => {
                let detail =
                    "A link to a folder is not followed; give the folder itself.".to_owned();
                rejected.push(refuse(&full, "link", detail));
            }
            Ok(kind) if kind.is_dir() && depth >= 100 => {
                rejected.push(refuse(
                    &full,
                    "nesting",
                    "Folders are nested more than 100 deep.".to_owned(),
                ));
            }
            Ok(kind) if kind.is_dir() => {
                list(&path, &format!("{full}/"), files, rejected, depth + 1);
            }
            Ok(kind) if kind.is_file() => files.push(File { name: full, path }),
            Ok(_) => rejected.push(refuse(
                &full,
                "unreadable",
                "It is neither a file nor a folder.".to_owned(),
            )),
            Err(error) => rejected.push(refuse(
                &full,
                "unreadable",
                format!("It cannot be opened: {error}."),
            )),
        }
    }
}
