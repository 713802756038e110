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
    let marked = marked(sentence);
    for group in GROUPS {
        let members = || (0..languages.len()).filter(|&l| group.contains(&languages[l]));
        let best = members().max_by(|&a, &b| evidence[a].total_cmp(&evidence[b]));
        let best = best.filter(|&l| !marked.contains(&languages[l]));
        let Some(best) = best.map(|l| evidence[l]) else {
            continue;
        };
        members().for_each(|l| evidence[l] = evidence[l].max(best - MOST));
    }
}

/// The languages of which a text has a letter that their neighbours do not write.
fn marked(text: &str) -> Vec<Language> {
    let mut found = Vec::new();
    if text.is_ascii() {
        return found;
    }
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let language = match c {
            // In Russian it stands before a soft vowel only.
            'ъ' | 'Ъ' if letters.peek().is_some_and(|n| "еёюяЕЁЮЯ".contains(*n)) => {
                continue;
            }
            'ъ' | 'Ъ' => Language::BG,
            'ы' | 'э' | 'ё' | 'Ы' | 'Э' | 'Ё' => Language::RU,
            'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' | 'Ґ' => Language::UK,
            'ñ' | 'Ñ' | '¿' | '¡' => Language::ES,
            'ã' | 'õ' | 'ç' | 'ê' | 'Ã' | 'Õ' | 'Ç' | 'Ê' => Language::PT,
            'è' | 'ò' | 'ù' | 'È' | 'Ò' | 'Ù' => Language::IT,
            'ř' | 'ě' | 'ů' | 'Ř' | 'Ě' | 'Ů' => Language::CS,
            'ł' | 'ą' | 'ę' | 'ś' | 'ż' | 'ź' | 'Ł' | 'Ą' | 'Ę' | 'Ś' | 'Ż' | 'Ź' => {
                Language::PL
            }
            'ة' | 'ي' | 'ك' => Language::AR,
            'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی' => Language::FA,
            'ä' | 'ö' | 'ü' | 'ß' | 'Ä' | 'Ö' | 'Ü' | 'ẞ' => Language::DE,
            _ => continue,
        };
        if !found.contains(&language) {
            found.push(language);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_speak_for_their_language() {
        assert_eq!(marked("Объём и подъезд, мы."), [Language::RU]);
        assert_eq!(marked("Път към София"), [Language::BG]);
        assert_eq!(marked("ЇЇ слова"), [Language::UK]);
        assert_eq!(marked("В такой обстановке, no."), []);
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
