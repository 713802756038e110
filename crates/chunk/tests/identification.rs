//! How often the language of a sentence is told right, on people's data where it is at hand.

use std::{env, fs, path::PathBuf};

use rayon::prelude::*;
use visavis_chunk::Identifier;
use visavis_records::Language;

const FOLDERS: &[(&str, Language)] = &[
    ("arb_Arab", Language::AR),
    ("bul_Cyrl", Language::BG),
    ("ces_Latn", Language::CS),
    ("deu_Latn", Language::DE),
    ("eng_Latn", Language::EN),
    ("fra_Latn", Language::FR),
    ("hin_Deva", Language::HI),
    ("ind_Latn", Language::ID),
    ("ita_Latn", Language::IT),
    ("jpn_Jpan", Language::JA),
    ("kat_Geor", Language::KA),
    ("kor_Hang", Language::KO),
    ("nld_Latn", Language::NL),
    ("pes_Arab", Language::FA),
    ("pol_Latn", Language::PL),
    ("por_Latn", Language::PT),
    ("ron_Latn", Language::RO),
    ("rus_Cyrl", Language::RU),
    ("spa_Latn", Language::ES),
    ("tur_Latn", Language::TR),
    ("ukr_Cyrl", Language::UK),
    ("vie_Latn", Language::VI),
    ("zho_Hans", Language::ZH),
];

/// The sentences of each language, or `None` with a message where the data are not at hand.
fn data() -> Option<Vec<(Language, Vec<String>)>> {
    let Some(folder) = env::var_os("VISAVIS_EVAL_DIR") else {
        println!("skipped: VISAVIS_EVAL_DIR names no folder with sib200/");
        return None;
    };
    let read = |name: &str| {
        let file = PathBuf::from(&folder)
            .join("sib200")
            .join(name)
            .join("train.tsv");
        let table = fs::read_to_string(file).expect("a table of SIB-200");
        let text = |line: &str| line.split('\t').nth(2).map(str::to_owned);
        table.lines().skip(1).filter_map(text).collect()
    };
    Some(
        FOLDERS
            .iter()
            .map(|(name, language)| (*language, read(name)))
            .collect(),
    )
}

/// The first whole words of at most 40 characters.
fn forty(sentence: &str) -> String {
    let mut end = 0;
    for (n, (at, c)) in sentence.char_indices().enumerate() {
        if n >= 40 {
            break;
        }
        if c.is_whitespace() {
            end = at;
        }
    }
    let cut = sentence
        .char_indices()
        .nth(40)
        .map_or(sentence.len(), |(at, _)| at);
    let end = if end == 0 || cut == sentence.len() {
        cut
    } else {
        end
    };
    sentence[..end].to_owned()
}

fn accuracy(
    identifier: &Identifier,
    data: &[(Language, Vec<String>)],
    cut: fn(&str) -> String,
) -> Vec<(Language, f64)> {
    let right = |language: Language, text: &str| {
        let p = identifier.probabilities(text);
        let best = (0..p.len()).fold(0, |a, b| if p[b] > p[a] { b } else { a });
        p[best] > 0.0 && identifier.languages()[best] == language
    };
    data.iter()
        .map(|(language, texts)| {
            let hits = texts
                .par_iter()
                .filter(|t| right(*language, &cut(t)))
                .count();
            (*language, hits as f64 / texts.len() as f64)
        })
        .collect()
}

#[test]
fn sentences_and_pieces_of_forty_characters_are_told_right() {
    let Some(data) = data() else { return };
    let identifier = Identifier::new(&[]);
    for (what, cut, mean_at_least, least) in [
        ("sentences", str::to_owned as fn(&str) -> String, 0.99, 0.96),
        ("40 characters", forty, 0.93, 0.0),
    ] {
        let start = std::time::Instant::now();
        let accuracy = accuracy(&identifier, &data, cut);
        let mean = accuracy.iter().map(|a| a.1).sum::<f64>() / accuracy.len() as f64;
        println!(
            "{what}: mean {mean:.4} in {:?}; {accuracy:.3?}",
            start.elapsed()
        );
        assert!(mean >= mean_at_least, "{what}: {mean}");
        assert!(
            accuracy.iter().all(|a| a.1 >= least),
            "{what}: {accuracy:?}"
        );
    }
}
