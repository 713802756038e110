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

/// What is told of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// Which of the languages.
    pub language: usize,
    /// Whether this is enough by itself, or only where the text around is in that language.
    pub surely: bool,
}

/// What tells each of some languages from the others.
#[derive(Debug)]
pub(crate) struct Telltales {
    languages: Vec<Language>,
    words: HashMap<&'static str, usize>,
    letters: HashMap<char, usize>,
}

impl Telltales {
    pub(crate) fn new(languages: &[Language]) -> Self {
        let mut words: HashMap<&str, Option<usize>> = HashMap::new();
        for (l, language) in languages.iter().enumerate() {
            for word in lexicon(*language).iter().flat_map(|x| &x.stop) {
                let owner = words.entry(word).or_insert(Some(l));
                owner.take_if(|o| *o != l);
            }
        }
        let letters = languages
            .iter()
            .enumerate()
            .flat_map(|(l, language)| letters(*language).chars().map(move |c| (c, l)));
        Self {
            languages: languages.to_vec(),
            words: words
                .into_iter()
                .filter_map(|(w, owner)| Some((w, owner?)))
                .collect(),
            letters: letters.collect(),
        }
    }

    /// Which of the languages a text is in, or may be; `None` where nothing tells.
    pub(crate) fn tell(&self, text: &str) -> Option<Told> {
        let at = |language: Language| {
            let language = self.languages.iter().position(|l| *l == language)?;
            Some(Told {
                language,
                surely: true,
            })
        };
        let (mut of_script, mut all) = ([0usize; 9], 0usize);
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            of_script[Script::of(c) as usize] += 1;
            all += 1;
        }
        let mostly = |n: usize| n > 0 && n as f64 >= MOST * all as f64;
        let (kana, han) = (
            of_script[Script::Kana as usize],
            of_script[Script::Han as usize],
        );
        if mostly(kana + han) {
            return if 10 * kana >= all {
                at(Language::JA)
            } else if kana == 0 && han >= HAN {
                at(Language::ZH)
            } else {
                None
            };
        }
        for (script, language) in [
            (Script::Devanagari, Language::HI),
            (Script::Georgian, Language::KA),
            (Script::Hangul, Language::KO),
        ] {
            if mostly(of_script[script as usize]) {
                return at(language);
            }
        }
        let (words, letters) = self.signs(text);
        let signs: Vec<usize> = words
            .iter()
            .zip(letters)
            .map(|(w, l)| w + usize::from(l))
            .collect();
        let best = (0..signs.len()).max_by_key(|&l| (signs[l], std::cmp::Reverse(l)))?;
        let others = signs.iter().sum::<usize>() - signs[best];
        let script = Script::written(self.languages[best]);
        let surely = words[best] > 0 && signs[best] >= LEAST && signs[best] >= AGAINST * others;
        let may = surely || signs[best] > 0 && others == 0;
        (may && mostly(of_script[script as usize])).then_some(Told {
            language: best,
            surely,
        })
    }

    /// For each language how many different words of its own there are, and whether a letter of its own: a name may
    /// have several. Words of one letter are left out, and what an apostrophe joins.
    fn signs(&self, text: &str) -> (Vec<usize>, Vec<bool>) {
        let lower = text.to_lowercase();
        let apostrophe = |c| matches!(c, '\'' | '’' | 'ʼ');
        let mut words: Vec<&str> = lower
            .split(|c: char| !c.is_alphabetic() && !apostrophe(c))
            .filter(|w| w.chars().nth(1).is_some())
            .collect();
        words.sort_unstable();
        words.dedup();
        let mut of_words = vec![0; self.languages.len()];
        for &l in words.iter().filter_map(|w| self.words.get(w)) {
            of_words[l] += 1;
        }
        let mut of_letters = vec![false; self.languages.len()];
        for &l in lower.chars().filter_map(|c| self.letters.get(&c)) {
            of_letters[l] = true;
        }
        (of_words, of_letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(text: &str) -> Option<Language> {
        let told = Telltales::new(Language::CALIBRATED).tell(text);
        told.filter(|t| t.surely)
            .map(|t| Language::CALIBRATED[t.language])
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
    fn one_sign_alone_is_a_hint() {
        let hint = |text| {
            let told = Telltales::new(Language::CALIBRATED).tell(text)?;
            (!told.surely).then_some(Language::CALIBRATED[told.language])
        };
        assert_eq!(
            hint("Договор молчит, и потому каждая недостача превращается в политику."),
            Some(Language::RU)
        );
        assert_eq!(hint("Łódź"), Some(Language::PL));
        assert_eq!(hint("Łódź, España"), None);
        assert_eq!(hint("NATO"), None);
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
        let only = |languages: &[Language], text| {
            let told = Telltales::new(languages).tell(text);
            told.filter(|t| t.surely).map(|t| t.language)
        };
        let text = "que para";
        assert_eq!(only(&[Language::EN, Language::ES], text), Some(1));
        assert_eq!(
            only(&[Language::EN, Language::ES, Language::PT], text),
            None
        );
    }
}
