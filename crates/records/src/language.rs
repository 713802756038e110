//! A language, by its ISO 639 code.

use std::{fmt, str::FromStr};

/// A language: two or three lower-case letters of ISO 639 (`ru`, `und`).
///
/// Any code is accepted, since documents declare what they like; [`Language::CALIBRATED`] lists those that detection,
/// stop words, calibration text and the default encoder know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 3]);

macro_rules! languages {
    ($($name:ident $code:literal $english:literal,)*) => {
        impl Language {
            $(#[doc = $english] pub const $name: Language = Language::literal($code);)*
            /// The languages that every stage knows, in alphabetical order of their codes.
            pub const CALIBRATED: &'static [Language] = &[$(Language::$name),*];
            /// The language's name in English, or its code where it is not one of [`Self::CALIBRATED`].
            pub fn name(&self) -> &str {
                match *self { $(Language::$name => $english,)* Language::UNKNOWN => "undetermined", _ => self.code() }
            }
        }
    };
}

languages! {
    AR "ar" "Arabic", BG "bg" "Bulgarian", CS "cs" "Czech", DE "de" "German", EN "en" "English", ES "es" "Spanish",
    FA "fa" "Persian", FR "fr" "French", HI "hi" "Hindi", ID "id" "Indonesian", IT "it" "Italian", JA "ja" "Japanese",
    KA "ka" "Georgian", KO "ko" "Korean", NL "nl" "Dutch", PL "pl" "Polish", PT "pt" "Portuguese", RO "ro" "Romanian",
    RU "ru" "Russian", TR "tr" "Turkish", UK "uk" "Ukrainian", VI "vi" "Vietnamese", ZH "zh" "Chinese",
}

impl Language {
    /// Text whose language could not be told (`und`).
    pub const UNKNOWN: Language = Language::literal("und");

    const fn literal(code: &str) -> Language {
        let b = code.as_bytes();
        Language([b[0], b[1], if b.len() > 2 { b[2] } else { 0 }])
    }

    /// The ISO 639 code.
    pub fn code(&self) -> &str {
        let n = if self.0[2] == 0 { 2 } else { 3 };
        std::str::from_utf8(&self.0[..n]).unwrap_or("und")
    }

    /// Whether stop words, calibration text and the default encoder cover it.
    pub fn is_calibrated(&self) -> bool {
        Self::CALIBRATED.contains(self)
    }
}

/// Not an ISO 639 code or BCP 47 tag that begins with one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language code (two or three letters, as in `ru`)")]
pub struct NotALanguage(pub String);

impl FromStr for Language {
    type Err = NotALanguage;

    /// Reads `ru`, `RU`, `ru-RU`, `ru_RU` and `und`; the region is dropped.
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let primary = s
            .trim()
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase()) {
            Ok(Language::literal(&primary))
        } else {
            Err(NotALanguage(s.to_owned()))
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl serde::Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Language {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_lose_their_region_and_nonsense_is_refused() {
        assert_eq!("ru-RU".parse(), Ok(Language::RU));
        assert_eq!("ZH_Hans".parse(), Ok(Language::ZH));
        assert_eq!("ceb".parse::<Language>().unwrap().code(), "ceb");
        for bad in ["", "x", "русский", "english", "1a"] {
            assert!(bad.parse::<Language>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_calibrated_are_sorted_and_complete() {
        assert_eq!(Language::CALIBRATED.len(), 23);
        assert!(Language::CALIBRATED.is_sorted());
        assert!(Language::KA.is_calibrated() && !Language::UNKNOWN.is_calibrated());
    }
}
