//! Ids word by word, kept for the next time: most words of a text have been seen before.
//!
//! This holds for tokenizers that cut words at spaces before they look into them (Metaspace). A text is cut only at a
//! single space between characters that normalisation leaves where they are.

use std::{collections::HashMap, hash::BuildHasher, sync::RwLock};

use serde_json::Value;

/// Words that are kept, at most.
const MOST: usize = 1 << 18;
/// The longest of them, in bytes: longer ones hardly return.
const LONGEST: usize = 48;
/// Parts of what is kept, so that threads seldom wait.
const SHARDS: usize = 32;

type Kept = HashMap<Box<str>, Box<[u32]>>;

/// The ids of words that were seen.
#[derive(Debug)]
pub(super) struct Words {
    shards: [RwLock<Kept>; SHARDS],
    hasher: std::hash::RandomState,
    /// What the tokenizer looks for before anything else, `[MASK]` and the like.
    added: Vec<String>,
}

impl Words {
    /// `None` where words cannot be told by themselves, as far as is known here; from a tokenizer's steps as its file
    /// has them.
    pub(super) fn of(
        normalizer: &Value,
        pre_tokenizer: &Value,
        added: Vec<String>,
    ) -> Option<Self> {
        let spaces =
            steps(pre_tokenizer, "pretokenizers")
                .iter()
                .all(|step| match step["type"].as_str() {
                    Some("Metaspace") => {
                        step["replacement"] == "▁"
                            && step["prepend_scheme"] == "always"
                            && step["split"] != Value::Bool(false)
                    }
                    step => step == Some("WhitespaceSplit"),
                });
        let stays =
            steps(normalizer, "normalizers")
                .iter()
                .all(|step| match step["type"].as_str() {
                    Some("Replace") => leaves_words(step),
                    Some(name) => {
                        ["NFC", "NFKC", "NFKD", "Lowercase", "Precompiled"].contains(&name)
                    }
                    None => false,
                });
        let any = steps(pre_tokenizer, "pretokenizers")
            .iter()
            .any(|step| step["type"] == "Metaspace");
        let spaced = added.iter().any(|token| token.contains(' '));
        (spaces && stays && any && !spaced).then(|| Self {
            shards: [(); SHARDS].map(|()| RwLock::default()),
            hasher: std::hash::RandomState::new(),
            added,
        })
    }

    /// The ids of a text; `encode` gives those of a piece of it.
    pub(super) fn ids<E>(
        &self,
        text: &str,
        mut encode: impl FnMut(&str) -> Result<Vec<u32>, E>,
    ) -> Result<Vec<u32>, E> {
        if self.added.iter().any(|added| text.contains(added)) {
            return encode(text);
        }
        let mut ids = Vec::with_capacity(text.len() / 3);
        for word in pieces(text) {
            if word.len() > LONGEST {
                ids.extend(encode(word)?);
                continue;
            }
            let shard = &self.shards[self.hasher.hash_one(word) as usize % SHARDS];
            let known = shard.read().ok().is_some_and(|kept| {
                let found = kept.get(word);
                found
                    .inspect(|found| ids.extend_from_slice(found))
                    .is_some()
            });
            if !known {
                let new = encode(word)?;
                ids.extend_from_slice(&new);
                if let Ok(mut kept) = shard.write()
                    && kept.len() < MOST / SHARDS
                {
                    kept.insert(word.into(), new.into());
                }
            }
        }
        Ok(ids)
    }
}

/// Whether a replacement leaves a text divided where it is: it puts one space for white space and what divides words
/// besides, one plain character for another, or nothing for characters beside which a text is not cut.
fn leaves_words(step: &Value) -> bool {
    let content = step["content"].as_str().unwrap_or_default();
    if let Some(replaced) = step["pattern"]["String"].as_str() {
        let plain = |s: &str| s.chars().count() == 1 && s.chars().all(is_plain);
        return plain(replaced) && plain(content);
    }
    let pattern = step["pattern"]["Regex"].as_str().unwrap_or_default();
    match content {
        " " | "▁" => ["\\s+", "\\s{2,}", " {2,}", "[\\s\\u200c]+"].contains(&pattern),
        "" => class(pattern).is_some_and(|mut class| !class.any(|c| c == ' ' || is_plain(c))),
        _ => false,
    }
}

/// The characters of a regular expression that is one class of single ones and ranges, written as themselves.
fn class(pattern: &str) -> Option<impl Iterator<Item = char>> {
    let inner = pattern.strip_prefix('[')?.strip_suffix(']')?;
    if inner.contains(['\\', '^', '[', ']', '&', '~']) {
        return None;
    }
    let characters: Vec<char> = inner.chars().collect();
    let (mut ranges, mut at) = (Vec::new(), 0);
    while let Some(&first) = characters.get(at) {
        let (last, length) = match characters.get(at + 1..at + 3) {
            Some(&['-', last]) => (last, 3),
            _ => (first, 1),
        };
        at += length;
        ranges.push(first..=last);
    }
    Some(ranges.into_iter().flatten())
}

/// The steps of a sequence, or the one step there is.
fn steps<'a>(step: &'a Value, of: &str) -> &'a [Value] {
    match step {
        Value::Null => &[],
        _ if step["type"] == "Sequence" => step[of].as_array().map_or(&[], Vec::as_slice),
        _ => std::slice::from_ref(step),
    }
}

/// A text cut at single spaces between plain characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let cut = text.match_indices(' ').map(|(at, _)| at).find(|&at| {
            let before = text[..at].chars().next_back();
            before.is_some_and(is_plain) && text[at + 1..].chars().next().is_some_and(is_plain)
        });
        let (piece, after) = match cut {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        rest = after;
        Some(piece)
    })
}

/// Whether a character is one that no normalisation takes out, makes a space of, or puts one before or behind.
fn is_plain(c: char) -> bool {
    matches!(c,
        '!'..='~' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ȳ' | 'Α'..='Ω' | 'α'..='ω' | 'Ѐ'..='ԯ' | '\u{5d0}'..='\u{5ea}'
        | '\u{620}'..='\u{63f}' | '\u{641}'..='\u{64a}' | '\u{660}'..='\u{669}' | '\u{671}'..='\u{6d3}' | '\u{904}'..='\u{939}'
        | '\u{93e}'..='\u{94d}' | '\u{10d0}'..='\u{10fa}' | 'ẞ'..='ỹ' | '«' | '»' | '‐'..='—' | '‘'..='„'
        | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿿' | '가'..='힣' | '、' | '。')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cuts_are_at_single_spaces_between_plain_characters() {
        let cut = |text| pieces(text).collect::<Vec<_>>();
        assert_eq!(cut("да, the 委員会 end."), ["да,", "the", "委員会", "end."]);
        assert_eq!(cut("a  b c"), ["a  b", "c"]);
        assert_eq!(cut(" a b "), [" a", "b "]);
        assert_eq!(cut("a ´b c\u{200b} d\n e"), ["a ´b", "c\u{200b} d\n e"]);
        assert_eq!(cut(""), [""]);
    }

    #[test]
    fn words_are_kept_and_long_ones_are_not() {
        let metaspace =
            json!({"type": "Metaspace", "prepend_scheme": "always", "replacement": "▁"});
        let words = Words::of(&Value::Null, &metaspace, Vec::new()).unwrap();
        let mut asked = Vec::new();
        let long = "x".repeat(LONGEST + 1);
        for text in ["to be or", "to be", &long, &long] {
            let ids = words.ids(text, |piece| {
                asked.push(piece.to_owned());
                Ok::<_, ()>(vec![piece.len() as u32])
            });
            let expected: Vec<u32> = text.split(' ').map(|w| w.len() as u32).collect();
            assert_eq!(ids, Ok(expected));
        }
        assert_eq!(asked, ["to", "be", "or", &long, &long]);
    }

    #[test]
    fn tokenizers_that_look_over_words_are_left_alone() {
        let metaspace = |scheme: &str, with: &str, split: bool| json!({"type": "Metaspace", "prepend_scheme": scheme, "replacement": with, "split": split});
        let always = metaspace("always", "▁", true);
        let replace = |pattern: &str| json!({"type": "Replace", "pattern": {"Regex": pattern}, "content": " "});
        let of = |normalizer: &Value, pre_tokenizer: &Value, added: &[&str]| {
            let added = added.iter().map(|&token| token.to_owned()).collect();
            Words::of(normalizer, pre_tokenizer, added).is_some()
        };
        let none = Value::Null;
        assert!(of(&replace(" {2,}"), &always, &["<s>"]));
        assert!(!of(&none, &metaspace("first", "▁", true), &[]));
        assert!(!of(&none, &metaspace("always", "_", true), &[]));
        assert!(!of(&none, &metaspace("always", "▁", false), &[]));
        assert!(!of(&none, &json!({"type": "ByteLevel"}), &[]));
        assert!(!of(&none, &none, &[]));
        assert!(!of(&json!({"type": "Strip"}), &always, &[]));
        assert!(!of(&replace(" 's"), &always, &[]));
        assert!(of(&replace("[\\s\\u200c]+"), &always, &[]));
        let put = |kind: &str, pattern: &str, content: &str| json!({"type": "Replace", "pattern": {kind: pattern}, "content": content});
        assert!(of(&put("String", "ё", "е"), &always, &[]));
        assert!(!of(&put("String", "ё", " е"), &always, &[]));
        assert!(of(
            &put("Regex", "[\u{640}\u{64b}-\u{652}]", ""),
            &always,
            &[]
        ));
        assert!(!of(&put("Regex", "[\u{64b}-\u{652}x]", ""), &always, &[]));
        assert!(!of(&put("Regex", "[a-c]", ""), &always, &[]));
        assert!(!of(&put("Regex", "[ \u{200b}]", ""), &always, &[]));
        assert!(!of(&put("Regex", "[\\d]", ""), &always, &[]));
        assert!(!of(&none, &always, &["new york"]));
    }
}
