//! The data folder of `visavis bench quality`: `sib200/LANG/{train,dev}.tsv` (topics), `tatoeba/tatoeba.LLL-eng.{LLL,eng}`
//! (translated sentences), `stsb/stsb-LL-dev.csv` (similarity) and `xquad/xquad.LL.json` (translated paragraphs).

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use visavis_records::Language;

use crate::Error;

/// The text of a file.
pub fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|e| Error::io(path, &e))
}

/// The lines of a file.
pub fn lines(path: &Path) -> Result<Vec<String>, Error> {
    Ok(read(path)?.lines().map(str::to_owned).collect())
}

/// Says that a part is not there.
pub fn none(text: &mut String, part: &str) {
    let _ = writeln!(text, "  left out: there is no {part} in the folder");
}

/// Files of a part whose names begin and end so, by what stands between.
pub fn files(folder: &Path, part: &str, begin: &str, end: &str) -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(folder.join(part))
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let key = name.strip_prefix(begin)?.strip_suffix(end)?.to_owned();
            Some((key, entry.path()))
        })
        .collect()
}

/// The paragraphs of `XQuAD` by language, each with the number of its article: the n-th paragraph says the same in all.
/// Languages that visavis does not know are left out.
pub fn xquad(folder: &Path) -> Result<BTreeMap<Language, Vec<(u32, String)>>, Error> {
    let mut sets = BTreeMap::new();
    for (code, path) in files(folder, "xquad", "xquad.", ".json") {
        let Ok(language) = code.parse::<Language>() else {
            continue;
        };
        let broken = |e: serde_json::Error| Error::failed(format!("{}: {e}", path.display()));
        let json: serde_json::Value = serde_json::from_str(&read(&path)?).map_err(broken)?;
        let mut set = Vec::new();
        for (number, article) in (0u32..).zip(json["data"].as_array().into_iter().flatten()) {
            let paragraphs = article["paragraphs"].as_array().into_iter().flatten();
            set.extend(
                paragraphs
                    .filter_map(|p| p["context"].as_str())
                    .map(|c| (number, c.to_owned())),
            );
        }
        sets.insert(language, set);
    }
    Ok(sets)
}
