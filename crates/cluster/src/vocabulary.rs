//! The words of passages as numbers, inflected forms together.

use std::collections::HashMap;

use rayon::prelude::*;
use visavis_records::Language;

use crate::words::{Words, stem};

/// Passages read at a time; words are numbered batch by batch, so that the numbers do not depend on the threads.
const BATCH: usize = 1024;

/// The words of each passage, as numbers of a vocabulary: those of passage r are `ids[starts[r]..starts[r + 1]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary {
    /// The vocabulary: for all inflected forms of a word the most frequent one. Words of two languages are two words,
    /// however they are written.
    pub words: Vec<String>,
    /// The language of each word.
    pub language: Vec<Language>,
    /// n + 1 offsets into `ids`.
    pub starts: Vec<usize>,
    /// Words, passage by passage, in the order of the text.
    pub ids: Vec<u32>,
}

impl Vocabulary {
    /// The words of one passage.
    ///
    /// # Panics
    /// If there is no such passage.
    pub fn of(&self, row: usize) -> &[u32] {
        &self.ids[self.starts[row]..self.starts[row + 1]]
    }
}

/// The words of texts, each in its language, without stop words and numbers. In Vietnamese, where a written syllable
/// is seldom a word, pairs of syllables take the place of words.
///
/// # Panics
/// If there is not one language a text.
pub fn vocabulary(text: &[&str], language: &[Language]) -> Vocabulary {
    assert_eq!(text.len(), language.len(), "one language a text");
    let batches: Vec<Vocabulary> = text
        .par_chunks(BATCH)
        .zip(language.par_chunks(BATCH))
        .map_init(Words::new, |words, (text, language)| {
            read(words, text, language)
        })
        .collect();
    let mut all = Vocabulary {
        starts: vec![0],
        ..Vocabulary::default()
    };
    let mut number: HashMap<(Language, String), u32> = HashMap::new();
    for batch in batches {
        let renamed: Vec<u32> = batch
            .words
            .into_iter()
            .zip(batch.language)
            .map(|(word, language)| {
                *number
                    .entry((language, word))
                    .or_insert_with_key(|(language, word)| {
                        all.words.push(word.clone());
                        all.language.push(*language);
                        all.words.len() as u32 - 1
                    })
            })
            .collect();
        let before = all.ids.len();
        all.ids
            .extend(batch.ids.iter().map(|&id| renamed[id as usize]));
        all.starts
            .extend(batch.starts[1..].iter().map(|s| before + s));
    }
    merge_forms(all)
}

/// The vocabulary of a few texts, forms apart.
fn read(words: &Words, text: &[&str], language: &[Language]) -> Vocabulary {
    let mut out = Vocabulary {
        starts: vec![0],
        ..Vocabulary::default()
    };
    let mut number: HashMap<(Language, String), u32> = HashMap::new();
    for (text, &language) in text.iter().zip(language) {
        let mut add = |word: String| {
            let id = *number
                .entry((language, word))
                .or_insert_with_key(|(language, word)| {
                    out.words.push(word.clone());
                    out.language.push(*language);
                    out.words.len() as u32 - 1
                });
            out.ids.push(id);
        };
        let mut before = String::new();
        words.visit(text, language, |word, adjoins| {
            if language != Language::VI {
                add(word.to_owned());
            } else if adjoins {
                add(format!("{before} {word}"));
            }
            word.clone_into(&mut before);
        });
        out.starts.push(out.ids.len());
    }
    out
}

/// Puts the most frequent form in place of all forms with its stem, ties by spelling.
fn merge_forms(all: Vocabulary) -> Vocabulary {
    let mut count = vec![0u64; all.words.len()];
    for &id in &all.ids {
        count[id as usize] += 1;
    }
    let rank = |w: u32| {
        (
            std::cmp::Reverse(count[w as usize]),
            all.words[w as usize].as_str(),
        )
    };
    let stems: Vec<(Language, &str)> = all
        .words
        .iter()
        .zip(&all.language)
        .map(|(word, &language)| (language, stem(word, language)))
        .collect();
    let mut shown: HashMap<(Language, &str), u32> = HashMap::new();
    for (word, key) in stems.iter().enumerate() {
        let best = shown.entry(*key).or_insert(word as u32);
        if rank(word as u32) < rank(*best) {
            *best = word as u32;
        }
    }
    let mut kept: Vec<u32> = shown.values().copied().collect();
    kept.sort_unstable();
    let mut number = vec![0u32; all.words.len()];
    for (new, &old) in kept.iter().enumerate() {
        number[old as usize] = new as u32;
    }
    let of: Vec<u32> = stems
        .iter()
        .map(|key| number[shown[key] as usize])
        .collect();
    Vocabulary {
        words: kept
            .iter()
            .map(|&w| all.words[w as usize].clone())
            .collect(),
        language: kept.iter().map(|&w| all.language[w as usize]).collect(),
        ids: all.ids.iter().map(|&id| of[id as usize]).collect(),
        starts: all.starts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_one_word_under_the_most_frequent_of_them() {
        let text = [
            "Sanctions and a sanction",
            "new sanctions",
            "Санкции",
            "санкций и санкции",
            "",
            "kinh tế thị trường",
        ];
        let (en, ru) = (Language::EN, Language::RU);
        let found = vocabulary(&text, &[en, en, ru, ru, en, Language::VI]);
        let words = |row: usize| {
            found
                .of(row)
                .iter()
                .map(|&id| found.words[id as usize].as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(words(0), ["sanctions", "sanctions"]);
        assert_eq!(words(3), ["санкции", "санкции"]);
        assert!(words(4).is_empty());
        assert_eq!(words(5), ["kinh tế", "tế thị", "thị trường"]);
        assert_eq!(found.starts.len(), 7);
        assert_eq!(found.language[found.of(2)[0] as usize], ru);
        assert_eq!(vocabulary(&[], &[]).starts, [0]);
    }

    #[test]
    fn the_same_for_any_number_of_threads() {
        let text: Vec<String> = (0..3000)
            .map(|i| format!("word{} thing{}s", ["a", "b"][i % 2], ["x", "y", "z"][i % 3]))
            .collect();
        let text: Vec<&str> = text.iter().map(String::as_str).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| vocabulary(&text, &[Language::EN; 3000]))
        };
        assert_eq!(with(1), with(3));
    }
}
