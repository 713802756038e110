//! Languages that a sentence alone may be taken for one another in, and the letters that tell them apart.

use visavis_records::Language;

/// Most that a sentence without such a letter says for one of them against another, in nats: less than any switch of
/// language costs, so that it never makes one alone. A name or two can make Russian look Bulgarian.
const MOST: f64 = 2.5;

/// Languages close enough to be taken for each other.
const GROUPS: &[&[Language]] = &[
    &[Language::RU, Language::UK, Language::BG],
    &[Language::ES, Language::PT, Language::IT],
    &[Language::CS, Language::PL],
    &[Language::AR, Language::FA],
    &[Language::DE, Language::NL],
];

/// Brings the evidence of a sentence for close languages together, unless a letter of the sentence speaks for the one
/// that has most of it.
pub(crate) fn soften(sentence: &str, languages: &[Language], evidence: &mut [f64]) {
    let marked = marked(sentence, languages);
    for group in GROUPS {
        let members = || (0..languages.len()).filter(|&l| group.contains(&languages[l]));
        let best = members().max_by(|&a, &b| evidence[a].total_cmp(&evidence[b]));
        let Some(best) = best.filter(|&l| !marked[l]).map(|l| evidence[l]) else {
            continue;
        };
        members().for_each(|l| evidence[l] = evidence[l].max(best - MOST));
    }
}

/// For each language whether a text has a letter that its neighbours do not write.
fn marked(text: &str, languages: &[Language]) -> Vec<bool> {
    let text = text.to_lowercase();
    let letters = |of: Language| match of {
        Language::RU => "ыэё",
        Language::UK => "іїєґ",
        Language::ES => "ñ¿¡",
        Language::PT => "ãõçê",
        Language::IT => "èòù",
        Language::CS => "řěů",
        Language::PL => "łąęśżź",
        Language::AR => "ةيك",
        Language::FA => "پچژگکی",
        Language::DE => "äöüß",
        _ => "",
    };
    languages
        .iter()
        .map(|&language| match language {
            Language::BG => has_bulgarian_vowel(&text),
            other => text.contains(|c| letters(other).contains(c)),
        })
        .collect()
}

/// Whether `ъ` stands as a vowel; in Russian it stands before a soft vowel only.
fn has_bulgarian_vowel(text: &str) -> bool {
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        if c == 'ъ' && !letters.peek().is_some_and(|n| "еёюя".contains(*n)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_speak_for_their_language() {
        let all = [Language::RU, Language::UK, Language::BG];
        assert_eq!(marked("Объём и подъезд, мы.", &all), [true, false, false]);
        assert_eq!(marked("Път към София", &all), [false, false, true]);
        assert_eq!(marked("Її слова", &all), [false, true, false]);
        assert_eq!(marked("В такой обстановке", &all), [false; 3]);
    }

    #[test]
    fn without_them_close_languages_come_together() {
        let all = [Language::RU, Language::BG, Language::EN];
        let mut evidence = [-14.0, 0.0, -14.0];
        soften("В такой обстановке", &all, &mut evidence);
        assert_eq!(evidence, [-MOST, 0.0, -14.0]);
        let mut told = [-14.0, 0.0, -14.0];
        soften("Път към София", &all, &mut told);
        assert_eq!(told, [-14.0, 0.0, -14.0]);
        soften("И ещё: Бродния", &all, &mut told);
        assert_eq!(told, [-MOST, 0.0, -14.0]);
    }
}
