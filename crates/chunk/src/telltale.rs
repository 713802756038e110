//! Languages told by their script, or by small words and letters that no other language considered has: most
//! sentences, at a small part of what counting n-grams costs.

use std::collections::HashMap;

use visavis_records::{Language, lexicon};

/// Signs that a language needs, a word among them.
const LEAST: usize = 2;
/// Signs of the language for each of another.
const AGAINST: usize = 3;
/// Share of the letters that must be of its script.
const MOST: f64 = 0.8;
/// Chinese characters without any kana from which a text is Chinese.
const HAN: usize = 12;

/// Scripts, as far as they tell languages apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Georgian,
    Hangul,
    Kana,
    Han,
    Other,
}

impl Script {
    fn of(c: char) -> Self {
        match c {
            '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Self::Latin,
            '\u{400}'..='\u{52f}' => Self::Cyrillic,
            '\u{600}'..='\u{8ff}' | '\u{fb50}'..='\u{fefc}' => Self::Arabic,
            '\u{900}'..='\u{97f}' => Self::Devanagari,
            '\u{10a0}'..='\u{10ff}' | '\u{1c90}'..='\u{1cbf}' => Self::Georgian,
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7ff}' => Self::Hangul,
            '\u{3040}'..='\u{30ff}' => Self::Kana,
            '\u{3400}'..='\u{9fff}' => Self::Han,
            _ => Self::Other,
        }
    }

    /// Of a calibrated language other than Japanese and Chinese.
    fn written(language: Language) -> Self {
        match language {
            Language::RU | Language::UK | Language::BG => Self::Cyrillic,
            Language::AR | Language::FA => Self::Arabic,
            Language::HI => Self::Devanagari,
            Language::KA => Self::Georgian,
            Language::KO => Self::Hangul,
            _ => Self::Latin,
        }
    }
}

/// Letters by which a language shows beside the others.
fn letters(language: Language) -> &'static str {
    match language {
        Language::RU => "ыэё",
        Language::UK => "іїєґ",
        Language::ES => "ñ¿¡",
        Language::PT => "ãõ",
        Language::CS => "řěů",
        Language::PL => "łąęśżź",
        Language::FA => "پچژگکی",
        Language::DE => "ß",
        Language::TR => "ğış",
        Language::RO => "șțţ",
        Language::VI => "ơưđạảấầẩậắằẳặẹẻẽếềểệỉịọỏốồổộớờởợụủứừửựỳỷỹ",
        _ => "",
    }
}

/// Whether a character is a letter; without the tables of the library, which are slow, where most letters are.
pub(crate) fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphabetic(),
        'А'..='я' | '一'..='龥' => true,
        _ => c.is_alphabetic(),
    }
}

/// What is told of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Told {
    /// Its language by itself.
    pub surely: Option<usize>,
    /// Languages that it is in if the text around it is, bit by bit.
    may: u32,
}

impl Told {
    fn surely(language: Option<usize>) -> Self {
        Self {
            surely: language,
            may: language.map_or(0, |l| 1 << l),
        }
    }

    /// Whether it is in a language if the text around it is.
    pub fn may_be(self, language: usize) -> bool {
        self.may >> language & 1 == 1
    }
}

/// What tells each of some languages from the others.
#[derive(Debug)]
pub(crate) struct Telltales {
    languages: Vec<Language>,
    /// Small words, and the languages that have them, bit by bit.
    words: HashMap<&'static str, u32>,
    letters: HashMap<char, usize>,
}

/// What a text has of each language.
struct Signs {
    /// Different small words that no other language has.
    own: Vec<usize>,
    /// Different small words.
    any: Vec<usize>,
    /// Whether a letter that no other language has: a name may have several.
    letters: Vec<bool>,
}

impl Telltales {
    /// # Panics
    /// With more than 32 languages.
    pub(crate) fn new(languages: &[Language]) -> Self {
        assert!(languages.len() <= 32, "a bit for each language");
        let mut words: HashMap<&str, u32> = HashMap::new();
        for (l, language) in languages.iter().enumerate() {
            for word in lexicon(*language).iter().flat_map(|x| &x.stop) {
                *words.entry(word).or_default() |= 1 << l;
            }
        }
        let letters = languages
            .iter()
            .enumerate()
            .flat_map(|(l, language)| letters(*language).chars().map(move |c| (c, l)));
        Self {
            languages: languages.to_vec(),
            words,
            letters: letters.collect(),
        }
    }

    /// Which of the languages a text is in, or may be.
    pub(crate) fn tell(&self, text: &str) -> Told {
        let at = |language: Language| self.languages.iter().position(|l| *l == language);
        let (mut of_script, mut all) = ([0usize; 9], 0usize);
        for c in text.chars().filter(|c| is_letter(*c)) {
            of_script[Script::of(c) as usize] += 1;
            all += 1;
        }
        let mostly = |n: usize, of: usize| n > 0 && n as f64 >= MOST * of as f64;
        let (kana, han) = (
            of_script[Script::Kana as usize],
            of_script[Script::Han as usize],
        );
        if mostly(kana + han, all) && 10 * kana >= all {
            return Told::surely(at(Language::JA));
        }
        // A character says as much as several letters.
        if kana == 0 && mostly(3 * han, all + 2 * han) {
            let surely = at(Language::ZH).filter(|_| han >= HAN && mostly(han, all));
            let either = [Language::ZH, Language::JA].into_iter().filter_map(at);
            let may = surely.map_or_else(|| either.fold(0, |m, l| m | 1 << l), |l| 1 << l);
            return Told { surely, may };
        }
        for (script, language) in [
            (Script::Devanagari, Language::HI),
            (Script::Georgian, Language::KA),
            (Script::Hangul, Language::KO),
        ] {
            if mostly(of_script[script as usize], all) {
                return Told::surely(at(language));
            }
        }
        let signs = self.signs(text);
        let written = |l: usize| of_script[Script::written(self.languages[l]) as usize];
        let own = |l: usize| signs.own[l] + usize::from(signs.letters[l]);
        let languages = 0..self.languages.len();
        let Some(best) = languages
            .clone()
            .max_by_key(|&l| (own(l), std::cmp::Reverse(l)))
        else {
            return Told::default();
        };
        let others = languages.clone().map(own).sum::<usize>() - own(best);
        if own(best) > others && mostly(written(best), all) {
            let enough = signs.own[best] > 0 && own(best) >= LEAST && own(best) >= AGAINST * others;
            return Told {
                surely: enough.then_some(best),
                may: 1 << best,
            };
        }
        // No word of one language alone: those that have most of its words.
        let most = signs.any.iter().copied().max().unwrap_or(0);
        let may = languages
            .filter(|&l| most >= LEAST && signs.any[l] == most && mostly(written(l), all))
            .fold(0, |m, l| m | 1 << l);
        Told {
            surely: None,
            may: if own(best) == 0 { may } else { 0 },
        }
    }

    /// Words of one letter are left out, and what an apostrophe joins.
    fn signs(&self, text: &str) -> Signs {
        let lower = text.to_lowercase();
        let apostrophe = |c| matches!(c, '\'' | '’' | 'ʼ');
        let mut words: Vec<(&str, u32)> = lower
            .split(|c: char| !is_letter(c) && !apostrophe(c))
            .filter(|w| w.chars().nth(1).is_some())
            .filter_map(|w| Some((w, *self.words.get(w)?)))
            .collect();
        words.sort_unstable();
        words.dedup();
        let n = self.languages.len();
        let mut signs = Signs {
            own: vec![0; n],
            any: vec![0; n],
            letters: vec![false; n],
        };
        for (_, of) in words {
            for l in (0..n).filter(|l| of >> l & 1 == 1) {
                signs.any[l] += 1;
                signs.own[l] += usize::from(of.is_power_of_two());
            }
        }
        for &l in lower.chars().filter_map(|c| self.letters.get(&c)) {
            signs.letters[l] = true;
        }
        signs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(text: &str) -> Option<Language> {
        let told = Telltales::new(Language::CALIBRATED).tell(text);
        told.surely.map(|l| Language::CALIBRATED[l])
    }

    #[test]
    fn scripts_words_and_letters_tell() {
        for (text, language) in [
            ("The treaty rests on what they have said.", Language::EN),
            ("Ничего этого не было бы без них.", Language::RU),
            ("Ніхто не хоче, щоб він скінчився.", Language::UK),
            ("이 조약은 오래갔다.", Language::KO),
            ("条約は相互主義に基づく。", Language::JA),
            ("条约建立在互惠的基础之上，因此持续至今。", Language::ZH),
        ] {
            assert_eq!(tell(text), Some(language), "{text}");
        }
    }

    #[test]
    fn letters_are_those_of_the_tables() {
        for c in '\0'..='\u{ffff}' {
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
        }
    }

    #[test]
    fn hints_are_for_languages_around() {
        let hint = |text| -> Vec<&str> {
            let told = Telltales::new(Language::CALIBRATED).tell(text);
            assert_eq!(told.surely, None, "{text}");
            let may = (0..Language::CALIBRATED.len()).filter(|&l| told.may_be(l));
            may.map(|l| Language::CALIBRATED[l].code()).collect()
        };
        let one = "Договор молчит, и потому каждая недостача превращается в политику.";
        assert_eq!(hint(one), ["ru"]);
        assert_eq!(hint("Łódź"), ["pl"]);
        assert_eq!(hint("Łódź, España"), [""; 0]);
        assert_eq!(hint("NATO"), [""; 0]);
        assert_eq!(hint("条約改正"), ["ja", "zh"]);
        assert!(
            hint("Nació en Ohio en 1925, de padre judío alemán y de madre húngara.")
                .contains(&"es")
        );
    }

    #[test]
    fn what_does_not_tell_is_left_to_the_n_grams() {
        for text in [
            "",
            "12 345",
            "NATO",
            "条約改正",
            "Sie haben auch nicht gesagt: what they could have been.",
            "Задолго до The Daily Show и The Colbert Report",
            "Germany's budget, Poland's border",
            "L'économie, l'emploi",
            "Договор 1991 г. и протокол 1995 г.",
            "Łódź",
            "Erdoğan, Kılıçdaroğlu trade barbs",
        ] {
            assert_eq!(tell(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_of_two_languages_tells_where_one_of_them_is_not_considered() {
        let only = |languages: &[Language], text| Telltales::new(languages).tell(text).surely;
        let text = "que para";
        assert_eq!(only(&[Language::EN, Language::ES], text), Some(1));
        assert_eq!(
            only(&[Language::EN, Language::ES, Language::PT], text),
            None
        );
    }
}
