//! The words of each passage, as numbers: what a comparison of wordings counts.

use std::collections::BTreeMap;

use rayon::prelude::*;
use visavis_records::Language;

use crate::words::{Words, stem};

/// The words of n passages as numbers of a vocabulary: those of passage r are `ids[starts[r]..starts[r + 1]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary {
    /// Each word by its most frequent form; sorted by language and stem, so that forms of one word are one entry.
    pub words: Vec<String>,
    /// n + 1 offsets into `ids`.
    pub starts: Vec<usize>,
    /// Words, passage by passage, in the order of the text.
    pub ids: Vec<u32>,
}

/// The words of passages, stop words left out and inflected forms merged, each in its passage's language.
///
/// # Panics
/// If there is not one language a passage.
pub fn vocabulary(text: &[&str], language: &[Language]) -> Vocabulary {
    assert_eq!(text.len(), language.len(), "one language a passage");
    let of_passage: Vec<Vec<String>> = text
        .par_iter()
        .zip(language)
        .map_init(Words::new, |words, (text, &language)| {
            let mut found = Vec::new();
            words.visit(text, language, |word, _| found.push(word.to_owned()));
            found
        })
        .collect();

    let mut forms: BTreeMap<(Language, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for (words, &language) in of_passage.iter().zip(language) {
        for word in words {
            let key = (language, stem(word, language));
            *forms.entry(key).or_default().entry(word).or_default() += 1;
        }
    }
    let shown = |forms: &BTreeMap<&str, usize>| {
        let most = forms.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        most.map_or(String::new(), |(form, _)| (*form).to_owned())
    };
    let number: BTreeMap<(Language, &str), u32> = forms
        .keys()
        .enumerate()
        .map(|(i, key)| (*key, i as u32))
        .collect();

    let mut vocabulary = Vocabulary {
        words: forms.values().map(shown).collect(),
        starts: vec![0],
        ids: Vec::new(),
    };
    for (words, &language) in of_passage.iter().zip(language) {
        vocabulary
            .ids
            .extend(words.iter().map(|w| number[&(language, stem(w, language))]));
        vocabulary.starts.push(vocabulary.ids.len());
    }
    vocabulary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one_entry_and_languages_are_apart() {
        let text = [
            "Inspectors and inspections: the inspectors returned.",
            "Инспекторы вернулись, инспекторов ждали.",
            "",
        ];
        let v = vocabulary(&text, &[Language::EN, Language::RU, Language::EN]);
        assert_eq!(v.starts.len(), 4);
        assert_eq!(v.starts[2], v.starts[3], "an empty passage has no words");
        let first = &v.ids[..v.starts[1]];
        assert_eq!(
            first
                .iter()
                .filter(|&&id| v.words[id as usize] == "inspectors")
                .count(),
            2
        );
        let second = &v.ids[v.starts[1]..];
        assert_eq!(
            second[0], second[2],
            "инспекторы and инспекторов are one word"
        );
        assert!(first.iter().all(|id| !second.contains(id)));
    }
}
