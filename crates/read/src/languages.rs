//! Languages as metadata name them.

use visavis_records::Language;

const NAMES: &[(&str, Language)] = &[
    ("arabic", Language::AR),
    ("bulgarian", Language::BG),
    ("czech", Language::CS),
    ("german", Language::DE),
    ("english", Language::EN),
    ("spanish", Language::ES),
    ("persian", Language::FA),
    ("farsi", Language::FA),
    ("french", Language::FR),
    ("hindi", Language::HI),
    ("indonesian", Language::ID),
    ("italian", Language::IT),
    ("japanese", Language::JA),
    ("georgian", Language::KA),
    ("korean", Language::KO),
    ("dutch", Language::NL),
    ("polish", Language::PL),
    ("portuguese", Language::PT),
    ("romanian", Language::RO),
    ("russian", Language::RU),
    ("turkish", Language::TR),
    ("ukrainian", Language::UK),
    ("vietnamese", Language::VI),
    ("chinese", Language::ZH),
    ("русский", Language::RU),
    ("английский", Language::EN),
    ("українська", Language::UK),
    ("deutsch", Language::DE),
    ("français", Language::FR),
    ("español", Language::ES),
    ("eng", Language::EN),
    ("rus", Language::RU),
    ("ukr", Language::UK),
    ("deu", Language::DE),
    ("ger", Language::DE),
    ("fra", Language::FR),
    ("fre", Language::FR),
    ("spa", Language::ES),
    ("ita", Language::IT),
    ("por", Language::PT),
    ("pol", Language::PL),
    ("ces", Language::CS),
    ("cze", Language::CS),
    ("bul", Language::BG),
    ("ron", Language::RO),
    ("rum", Language::RO),
    ("nld", Language::NL),
    ("dut", Language::NL),
    ("tur", Language::TR),
    ("ara", Language::AR),
    ("fas", Language::FA),
    ("per", Language::FA),
    ("hin", Language::HI),
    ("zho", Language::ZH),
    ("chi", Language::ZH),
    ("jpn", Language::JA),
    ("kor", Language::KO),
    ("ind", Language::ID),
    ("vie", Language::VI),
    ("kat", Language::KA),
    ("geo", Language::KA),
];

/// A language by its code (`ru`, `ru-RU`, `rus`) or name.
pub(crate) fn parse(value: &str) -> Option<Language> {
    let value = value.trim().to_lowercase();
    NAMES
        .iter()
        .find(|(name, _)| *name == value)
        .map(|&(_, l)| l)
        .or_else(|| value.parse().ok())
}
