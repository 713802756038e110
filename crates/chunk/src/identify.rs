//! The language of a piece of text by itself: by its script, small words and letters where they tell (`telltale`), else
//! by `lingua` over the languages considered, first by trigrams alone, and by n-grams of one to five letters where
//! those are not sure.
//!
//! Measured in November 2026 on the 701 training sentences of SIB-200 in each of the 23 languages, one sentence at a
//! time (no voting), and on their first whole words up to 40 characters; time on one core of a busy two-core machine:
//!
//! | | sentences, mean (least) | 40 characters, mean (least) | ms a sentence | in the binary |
//! |---|---|---|---|---|
//! | lingua 1.8, all n-grams | 0.9993 (0.993) | 0.9857 (0.939) | 1.7 | 95 MB |
//! | lingua 1.8, trigrams first | 0.9970 (0.989) | 0.9857 (0.939) | 0.8 | 95 MB |
//! | script, words and letters, then the same (here) | 0.9989 (0.996) | 0.9870 (0.943) | 0.1 | 95 MB |
//! | whatlang 0.18 with the same languages | 0.9955 (0.970) | 0.9491 (0.862) | 0.2 | under 1 MB |
//!
//! Script, words and letters tell nine of ten sentences by themselves (one of 14,557 wrongly; how many signs they ask
//! for was chosen among four ways on these sentences), and hint at the language of most others, so that a document's
//! other sentences decide (1,308 of 1,566 rightly, 21 wrongly). On whole sentences all are good enough; on headings,
//! captions and short sentences lingua is wrong three times less often than whatlang, and a document has only its own
//! sentences to vote with.

use lingua::{LanguageDetector, LanguageDetectorBuilder};
use visavis_records::Language;

use crate::telltale::{Telltales, Told};

/// Probability at which the answer of the trigrams alone stands.
const SURE: f64 = 0.99;
/// Characters of a text from which it may.
const LONG: usize = 40;
/// Probability of a language that script, words and letters tell.
const TOLD: f32 = 0.999;

/// Tells languages apart. Building one is cheap, but its models are loaded at the first use; share it.
pub struct Identifier {
    languages: Vec<Language>,
    telltales: Telltales,
    /// The same in the detectors' words.
    theirs: Vec<lingua::Language>,
    /// By trigrams alone, and by all n-grams; `None` where there is one language only.
    detectors: Option<[LanguageDetector; 2]>,
}

impl std::fmt::Debug for Identifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identifier")
            .field("languages", &self.languages)
            .finish_non_exhaustive()
    }
}

impl Identifier {
    /// For the languages given that are known here; for all of [`Language::CALIBRATED`] where none is.
    pub fn new(languages: &[Language]) -> Self {
        let mut known: Vec<Language> = languages
            .iter()
            .copied()
            .filter(Language::is_calibrated)
            .collect();
        known.sort();
        known.dedup();
        if known.is_empty() {
            known = Language::CALIBRATED.to_vec();
        }
        let theirs: Vec<lingua::Language> = known.iter().filter_map(|l| theirs(*l)).collect();
        let builder = || LanguageDetectorBuilder::from_languages(&theirs);
        let detectors = (known.len() > 1).then(|| {
            let quick = builder().with_low_accuracy_mode().build();
            [quick, builder().build()]
        });
        Self {
            telltales: Telltales::new(&known),
            languages: known,
            theirs,
            detectors,
        }
    }

    /// The languages told apart, sorted.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// The probability of each of [`Self::languages`]; all 0 where the text has no letters to judge by.
    pub fn probabilities(&self, text: &str) -> Vec<f32> {
        match self.tell(text).surely.filter(|_| self.detectors.is_some()) {
            Some(language) => self.nearly_certain(language),
            None => self.by_n_grams(text, None),
        }
    }

    /// [`Self::probabilities`] of a text that tells nothing surely, in the middle of one in the language `around`:
    /// trigrams that agree with that are not looked at again.
    pub(crate) fn by_n_grams(&self, text: &str, around: Option<usize>) -> Vec<f32> {
        let mut out = vec![0.0; self.languages.len()];
        if !text.chars().any(char::is_alphabetic) {
            return out;
        }
        let Some([quick, thorough]) = &self.detectors else {
            out[0] = 1.0;
            return out;
        };
        let mut found = quick.compute_language_confidence_values(text);
        let sure = found.first().is_some_and(|&(language, probability)| {
            probability >= SURE && text.chars().nth(LONG).is_some()
                || around.is_some_and(|l| self.theirs[l] == language)
        });
        if !sure {
            found = thorough.compute_language_confidence_values(text);
        }
        for (language, probability) in found {
            if let Some(at) = self.theirs.iter().position(|&l| l == language) {
                out[at] = probability as f32;
            }
        }
        out
    }

    /// What script, words and letters tell, which costs little.
    pub(crate) fn tell(&self, text: &str) -> Told {
        self.telltales.tell(text)
    }

    /// The probabilities where one of [`Self::languages`] is told.
    pub(crate) fn nearly_certain(&self, language: usize) -> Vec<f32> {
        let others = self.languages.len() - 1;
        let mut out = vec![(1.0 - TOLD) / others as f32; self.languages.len()];
        out[language] = TOLD;
        out
    }
}

fn theirs(language: Language) -> Option<lingua::Language> {
    lingua::Language::all()
        .into_iter()
        .find(|l| l.iso_code_639_1().to_string() == language.code())
}
