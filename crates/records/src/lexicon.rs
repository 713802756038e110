//! The small words of the calibrated languages, and the endings of their inflected forms.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use crate::Language;

/// What is known of the words of a language. Its file holds stop words, and after `=` endings.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// Words too common to say what a text is about, in lower case.
    pub stop: BTreeSet<&'static str>,
    /// Endings of inflected forms, longest first.
    pub endings: Vec<&'static str>,
}

macro_rules! lexicons {
    ($($code:literal)*) => { [$(($code, include_str!(concat!("lexicon/", $code, ".txt")))),*] };
}

static LEXICONS: LazyLock<BTreeMap<Language, Lexicon>> = LazyLock::new(|| {
    let files = lexicons!("ar" "bg" "cs" "de" "en" "es" "fa" "fr" "hi" "id" "it" "ja" "ka" "ko" "nl" "pl" "pt" "ro" "ru" "tr" "uk" "vi" "zh");
    files
        .into_iter()
        .filter_map(|(code, text)| {
            let (stop, endings) = text.split_once('=').unwrap_or((text, ""));
            let mut endings: Vec<&str> = endings.split_whitespace().collect();
            endings.sort_by_key(|e| (std::cmp::Reverse(e.chars().count()), *e));
            Some((
                code.parse().ok()?,
                Lexicon {
                    stop: stop.split_whitespace().collect(),
                    endings,
                },
            ))
        })
        .collect()
});

/// The lexicon of a language; `None` where it is not one of [`Language::CALIBRATED`].
pub fn lexicon(language: Language) -> Option<&'static Lexicon> {
    LEXICONS.get(&language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_calibrated_language_has_stop_words() {
        for language in Language::CALIBRATED {
            assert!(
                lexicon(*language).is_some_and(|l| l.stop.len() >= 80),
                "{language}"
            );
        }
    }
}
