//! Text to words: word boundaries by Unicode's rules, by dictionary in Chinese and Japanese; stop words and inflected
//! forms of the calibrated languages by their lexicons.

use icu_segmenter::{
    WordSegmenter, WordSegmenterBorrowed,
    options::{WordBreakInvariantOptions, WordType},
};
use visavis_records::{Language, lexicon};

/// Cuts texts into words.
#[derive(Debug)]
pub(crate) struct Words {
    segmenter: WordSegmenterBorrowed<'static>,
}

impl Words {
    pub(crate) fn new() -> Self {
        Self {
            segmenter: WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()),
        }
    }

    /// Visits the words of a text that can be terms, in lower case and in order; `true` comes with a word that follows
    /// the one before it with nothing but a space between.
    pub(crate) fn visit(&self, text: &str, language: Language, mut word: impl FnMut(&str, bool)) {
        let lexicon = lexicon(language);
        let mut start = 0;
        let mut last_end = usize::MAX;
        for (end, kind) in self.segmenter.segment_str(text).iter_with_word_type() {
            let piece = &text[start..end];
            let begins = start;
            start = end;
            if kind != WordType::Letter {
                continue;
            }
            let lower = piece.to_lowercase();
            let Some(bare) = bare(&lower, language) else {
                continue;
            };
            if lexicon.is_some_and(|l| l.stop.contains(bare)) {
                continue;
            }
            let adjoins =
                last_end != usize::MAX && text[last_end..begins].chars().all(|c| c == ' ');
            word(bare, adjoins);
            last_end = end;
        }
    }
}

/// The word without what is joined to it by an apostrophe, if enough of it is left to be a term.
fn bare(lower: &str, language: Language) -> Option<&str> {
    let apostrophe = |c| matches!(c, '\'' | '’' | 'ʼ');
    let word = match language {
        // Part of the word: об'єднання.
        Language::UK => lower,
        // Before it, an article: l'europe.
        Language::FR | Language::IT => lower.rsplit(apostrophe).next()?,
        // After it, an ending: country's, ankara'nın.
        _ => lower.split(apostrophe).next()?,
    };
    let wide = matches!(
        language,
        Language::ZH
            | Language::JA
            | Language::KO
            | Language::HI
            | Language::AR
            | Language::FA
            | Language::VI
    );
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    // A kana or two alone are endings of something.
    let fragment = language == Language::JA
        && letters < 4
        && word.chars().all(|c| ('\u{3040}'..='\u{309f}').contains(&c));
    (letters >= if wide { 2 } else { 3 }
        && !fragment
        && !word.contains(|c: char| c.is_ascii_digit()))
    .then_some(word)
}

/// What the inflected forms of a word have in common: the word without the longest ending of its language that leaves
/// enough of it; twice in languages that put ending after ending. A guess, for merging terms; never shown.
pub(crate) fn stem(word: &str, language: Language) -> &str {
    let Some(lexicon) = lexicon(language) else {
        return word;
    };
    let strip = |word: &'_ str| -> usize {
        let letters = word.chars().count();
        let least = match language {
            Language::KO | Language::HI => 2,
            Language::AR | Language::FA => 3,
            _ if letters <= 5 => 3,
            _ => 4,
        };
        let ending = lexicon
            .endings
            .iter()
            .find(|e| word.ends_with(**e) && letters >= least + e.chars().count());
        word.len() - ending.map_or(0, |e| e.len())
    };
    let once = &word[..strip(word)];
    match language {
        Language::TR | Language::KA | Language::KO => &once[..strip(once)],
        _ => once,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn words(text: &str, language: Language) -> Vec<String> {
        let mut all = Vec::new();
        Words::new().visit(text, language, |w, _| all.push(w.to_owned()));
        all
    }

    #[test]
    fn stop_words_numbers_and_elisions_go() {
        assert_eq!(
            words(
                "The country's 25 sanctions, and the EU2 treaty",
                Language::EN
            ),
            ["country", "sanctions", "treaty"]
        );
        assert_eq!(
            words("L’Europe et les sanctions de l'Union", Language::FR),
            ["europe", "sanctions", "union"]
        );
        assert_eq!(
            words("Об'єднання для миру", Language::UK),
            ["об'єднання", "миру"]
        );
        assert_eq!(
            words("Санкции были и остаются", Language::RU),
            ["санкции", "остаются"]
        );
    }

    #[test]
    fn chinese_and_japanese_are_cut_by_dictionary() {
        assert_eq!(
            words("联合国维和部队的任务", Language::ZH),
            ["联合", "维和部队", "任务"]
        );
        assert!(words("国際連合の平和維持活動", Language::JA).contains(&"平和".to_owned()));
    }

    #[test]
    fn forms_of_a_word_meet_in_their_stem() {
        for (language, forms) in [
            (
                Language::RU,
                &["санкции", "санкций", "санкциями", "санкция"][..],
            ),
            (Language::UK, &["вибори", "виборів", "виборами"]),
            (Language::EN, &["sanction", "sanctions"]),
            (Language::DE, &["vertrag", "vertrages"]),
            (Language::PL, &["wybory", "wyborach", "wyborami"]),
            (Language::TR, &["seçimler", "seçimlerin", "seçimlerde"]),
        ] {
            let stems: BTreeSet<&str> = forms.iter().map(|f| stem(f, language)).collect();
            assert_eq!(stems.len(), 1, "{stems:?}");
        }
        assert_ne!(stem("water", Language::EN), stem("waste", Language::EN));
        assert_eq!(stem("hydrogen", "fi".parse().unwrap()), "hydrogen");
    }
}
