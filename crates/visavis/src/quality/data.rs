//! The data folder of `visavis bench quality`: `sib200/LANG/{train,dev}.tsv` (topics), `tatoeba/tatoeba.LLL-eng.{LLL,eng}`
//! (translated sentences), `stsb/stsb-LL-dev.csv` (similarity) and `xquad/xquad.LL.json` (translated paragraphs).

use std::{
    collections::{BTreeMap, BTreeSet},
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

/// Languages of SIB-200 by the name of the folder.
const SIB200: &[(&str, &str)] = &[
    ("arb_Arab", "ar"),
    ("bul_Cyrl", "bg"),
    ("ces_Latn", "cs"),
    ("deu_Latn", "de"),
    ("eng_Latn", "en"),
    ("fra_Latn", "fr"),
    ("hin_Deva", "hi"),
    ("ind_Latn", "id"),
    ("ita_Latn", "it"),
    ("jpn_Jpan", "ja"),
    ("kat_Geor", "ka"),
    ("kor_Hang", "ko"),
    ("nld_Latn", "nl"),
    ("pes_Arab", "fa"),
    ("pol_Latn", "pl"),
    ("por_Latn", "pt"),
    ("ron_Latn", "ro"),
    ("rus_Cyrl", "ru"),
    ("spa_Latn", "es"),
    ("tur_Latn", "tr"),
    ("ukr_Cyrl", "uk"),
    ("vie_Latn", "vi"),
    ("zho_Hans", "zh"),
];

/// Seeds of a clustering of SIB-200: scores are a mean and a spread over them.
pub const SEEDS: u64 = 10;

/// Topics of SIB-200.
pub const TOPICS: usize = 7;

/// Languages that are pooled, the first two also alone.
pub const SIX: [Language; 6] = [
    Language::EN,
    Language::RU,
    Language::DE,
    Language::FR,
    Language::ES,
    Language::ZH,
];

/// A sentence of SIB-200; equal numbers say the same in all languages, and neighbouring ones are of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topical {
    pub number: u32,
    /// Place of the topic's name among those of the language.
    pub topic: i32,
    pub text: String,
}

/// The sentences of SIB-200 by language, in the order of the files. Languages that visavis does not know are left out.
pub fn sib200(folder: &Path) -> Result<BTreeMap<Language, Vec<Topical>>, Error> {
    let mut sets = BTreeMap::new();
    for (name, two) in SIB200 {
        let path = folder.join("sib200").join(name);
        let Ok(language) = two.parse() else { continue };
        if !path.is_dir() {
            continue;
        }
        let parts = [read(&path.join("train.tsv"))?, read(&path.join("dev.tsv"))?];
        let rows: Vec<(u32, &str, &str)> = parts
            .iter()
            .flat_map(|part| part.lines().skip(1))
            .filter_map(|line| {
                let mut cells = line.splitn(3, '\t');
                Some((cells.next()?.parse().ok()?, cells.next()?, cells.next()?))
            })
            .collect();
        let topics: BTreeSet<&str> = rows.iter().map(|row| row.1).collect();
        let topics: Vec<&str> = topics.into_iter().collect();
        let sentence = |&(number, topic, text): &(u32, &str, &str)| Topical {
            number,
            topic: topics.binary_search(&topic).map_or(-1, |at| at as i32),
            text: text.to_owned(),
        };
        sets.insert(language, rows.iter().map(sentence).collect());
    }
    Ok(sets)
}

/// Passages of two to four sentences of SIB-200 that stand near each other (at most one between) and are on one topic,
/// by language, each with the number of its text: the n-th says the same in all.
pub fn passages(folder: &Path) -> Result<BTreeMap<Language, Vec<(u32, String)>>, Error> {
    let sets: BTreeMap<Language, BTreeMap<u32, Topical>> = sib200(folder)?
        .into_iter()
        .map(|(language, set)| (language, set.into_iter().map(|t| (t.number, t)).collect()))
        .collect();
    let Some(first) = sets.values().next() else {
        return Ok(BTreeMap::new());
    };
    let in_all = |t: &&Topical| sets.values().all(|set| set.contains_key(&t.number));
    let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
    let mut before: Option<&Topical> = None;
    for sentence in first.values().filter(in_all) {
        let goes_on =
            before.is_some_and(|b| b.topic == sentence.topic && sentence.number - b.number <= 2);
        let text = runs
            .last()
            .map_or(0, |(text, _)| text + u32::from(!goes_on));
        match runs.last_mut() {
            Some((_, run)) if goes_on && run.len() < 4 => run.push(sentence.number),
            _ => runs.push((text, vec![sentence.number])),
        }
        before = Some(sentence);
    }
    runs.retain(|(_, run)| run.len() > 1);
    let joined = |set: &BTreeMap<u32, Topical>| {
        let text = |run: &Vec<u32>| {
            let sentences = run.iter().map(|n| set[n].text.as_str());
            sentences.collect::<Vec<_>>().join(" ")
        };
        runs.iter().map(|(t, run)| (*t, text(run))).collect()
    };
    Ok(sets.iter().map(|(l, set)| (*l, joined(set))).collect())
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
