//! The Unigram model of tokenizers, small: the same ids as the library's, for 250,000 pieces in 22 MB and not 450.
//!
//! The library's trie is a hash map a node, and reading its vocabulary makes several copies of it. Here pieces go from
//! the file into one buffer, from there into a [`Trie`], and are gone: ids are all that is asked for.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use tokenizers::{Model, Token, models::unigram::UnigramTrainer};

use super::trie::Trie;

/// How much less likely than the least likely piece an unknown character is.
const UNKNOWN_PENALTY: f64 = 10.0;

/// A vocabulary with the logarithm of each piece's probability. The pieces of a text are those whose sum is highest.
pub(super) struct Unigram {
    trie: Trie,
    scores: Vec<f64>,
    /// The piece that stands for characters in no piece.
    unknown: Option<u32>,
    unknown_score: f64,
    /// Pieces that stand for the bytes of unknown characters, where there are such.
    bytes: Vec<Option<u32>>,
}

/// Pieces as they are read: one after the other, with the end of each.
#[derive(Default)]
struct Pieces {
    text: String,
    ends: Vec<usize>,
    scores: Vec<f64>,
}

/// The best way to a place of a text.
#[derive(Clone, Copy)]
struct Reached {
    score: f64,
    /// Where its last piece begins.
    start: usize,
    /// Its last piece.
    piece: u32,
}

/// No way yet: of this start there is none.
const NOT_REACHED: Reached = Reached {
    score: 0.0,
    start: usize::MAX,
    piece: 0,
};

impl Unigram {
    fn new(
        pieces: Pieces,
        unknown: Option<usize>,
        byte_fallback: bool,
    ) -> Result<Self, &'static str> {
        let n = pieces.scores.len();
        if unknown.is_some_and(|u| u >= n) {
            return Err("`unk_id` is not in the vocabulary");
        }
        let trie = Trie::new(n, |p| pieces.get(p)).ok_or("the vocabulary is too large")?;
        let byte = |b: u8| trie.find(format!("<0x{b:02X}>").as_bytes());
        let bytes = if byte_fallback {
            (0..=u8::MAX).map(byte).collect()
        } else {
            Vec::new()
        };
        let mut scores = pieces.scores;
        scores.shrink_to_fit();
        let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
        Ok(Self {
            trie,
            scores,
            unknown: unknown.map(|u| u as u32),
            unknown_score: least - UNKNOWN_PENALTY,
            bytes,
        })
    }

    /// The best way to every place of a text, the end among them.
    ///
    /// Of ways that are equally good the one whose last piece begins first is taken, as in the library: it goes from
    /// the front to the back as this does, and sums in the same order, so that not even the last digit differs.
    fn ways(&self, text: &str) -> tokenizers::Result<Vec<Reached>> {
        let mut ways = vec![NOT_REACHED; text.len() + 1];
        for (start, character) in text.char_indices() {
            let before = ways[start].score;
            // Says whether the way is a better one.
            let mut reach = |end: usize, piece: u32, score: f64| {
                let (way, score) = (&mut ways[end], before + score);
                let better = way.start == NOT_REACHED.start || score > way.score;
                if better {
                    *way = Reached {
                        score,
                        start,
                        piece,
                    };
                }
                better
            };
            let mut alone = false;
            for (length, piece) in self.trie.prefixes(&text.as_bytes()[start..]) {
                alone |= length == character.len_utf8();
                reach(start + length, piece, self.scores[piece as usize]);
            }
            if !alone {
                let piece = self.unknown.unwrap_or_default();
                let better = reach(start + character.len_utf8(), piece, self.unknown_score);
                if better && self.unknown.is_none() {
                    return Err("an unknown character, and no `unk_id`".into());
                }
            }
        }
        Ok(ways)
    }

    /// Writes what stands for a run of unknown characters, from the back to the front: a piece, where the run happens
    /// to be one, or bytes, or what stands for anything.
    fn push_unknown(&self, unknown: u32, run: &str, start: usize, tokens: &mut Vec<Token>) {
        let offsets = (start, start + run.len());
        if let Some(piece) = self.trie.find(run.as_bytes()) {
            tokens.push(token(piece, offsets));
            return;
        }
        let bytes = run
            .bytes()
            .map(|b| self.bytes.get(usize::from(b)).copied().flatten());
        match bytes.collect::<Option<Vec<u32>>>() {
            Some(bytes) => tokens.extend(bytes.into_iter().rev().map(|b| token(b, offsets))),
            None => tokens.push(token(unknown, offsets)),
        }
    }
}

/// Without its text: the library takes only the id of a token where no offsets are asked for.
fn token(id: u32, offsets: (usize, usize)) -> Token {
    Token::new(id, String::new(), offsets)
}

/// What decoding, saving and training would ask for is not there.
impl Model for Unigram {
    type Trainer = UnigramTrainer;

    fn tokenize(&self, text: &str) -> tokenizers::Result<Vec<Token>> {
        let ways = self.ways(text)?;
        let mut tokens = Vec::new();
        let mut end = text.len();
        while end > 0 {
            let way = ways[end];
            let mut start = way.start;
            if self.unknown == Some(way.piece) {
                // Neighbouring unknown characters are one token.
                while start > 0 && ways[start].piece == way.piece {
                    start = ways[start].start;
                }
                self.push_unknown(way.piece, &text[start..end], start, &mut tokens);
            } else {
                tokens.push(token(way.piece, (start, end)));
            }
            end = start;
        }
        tokens.reverse();
        Ok(tokens)
    }

    fn token_to_id(&self, token: &str) -> Option<u32> {
        self.trie.find(token.as_bytes())
    }

    fn id_to_token(&self, _: u32) -> Option<String> {
        None
    }

    fn get_vocab(&self) -> HashMap<String, u32> {
        HashMap::new()
    }

    fn get_vocab_size(&self) -> usize {
        self.scores.len()
    }

    fn save(&self, _: &Path, _: Option<&str>) -> tokenizers::Result<Vec<PathBuf>> {
        Err("not to be saved".into())
    }

    fn get_trainer(&self) -> UnigramTrainer {
        UnigramTrainer::default()
    }
}

impl Pieces {
    fn get(&self, piece: usize) -> &[u8] {
        let start = piece.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text.as_bytes()[start..self.ends[piece]]
    }

    fn push(&mut self, piece: &str, score: f64) {
        self.text.push_str(piece);
        self.ends.push(self.text.len());
        self.scores.push(score);
    }
}

impl<'de> Deserialize<'de> for Unigram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UnigramVisitor)
    }
}

struct UnigramVisitor;

impl<'de> Visitor<'de> for UnigramVisitor {
    type Value = Unigram;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a model of the type Unigram")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unigram, A::Error> {
        let (mut typed, mut pieces, mut unknown, mut byte_fallback) = (false, None, None, false);
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "type" => {
                    let name = map.next_value::<Cow<'de, str>>()?;
                    if name != "Unigram" {
                        return Err(Error::custom("another type of model"));
                    }
                    typed = true;
                }
                "vocab" => pieces = Some(map.next_value::<Pieces>()?),
                "unk_id" => unknown = map.next_value()?,
                "byte_fallback" => byte_fallback = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let pieces = pieces
            .filter(|_| typed)
            .ok_or_else(|| Error::missing_field("vocab"))?;
        Unigram::new(pieces, unknown, byte_fallback).map_err(Error::custom)
    }
}

impl<'de> Deserialize<'de> for Pieces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(PiecesVisitor)
    }
}

struct PiecesVisitor;

impl<'de> Visitor<'de> for PiecesVisitor {
    type Value = Pieces;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pieces with their scores")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Pieces, A::Error> {
        #[derive(Deserialize)]
        struct Piece<'a>(#[serde(borrow)] Cow<'a, str>, f64);
        let mut pieces = Pieces::default();
        while let Some(Piece(piece, score)) = list.next_element()? {
            pieces.push(&piece, score);
        }
        Ok(pieces)
    }
}

#[cfg(test)]
mod tests {
    use visavis_kernels::Random;

    use super::*;

    /// Small vocabularies of few characters, with scores of which many sums are equal, against the library's model.
    #[test]
    fn tokens_are_those_of_the_library() {
        let mut random = Random::new(1, 0);
        let characters = ["a", "b", "<", "é", "中", "🙂", "\0"];
        let mut word = |longest: usize| -> String {
            let n = random.below(longest + 1);
            let characters = (0..n).map(|_| characters[random.below(characters.len())]);
            characters.collect()
        };
        let mut choice = Random::new(1, 1);
        let (mut some_fail, mut some_bytes) = (0, 0);
        for _ in 0..3000 {
            // Positive scores too: with them a run of unknown characters may be a piece.
            let shift = [0.0, -9.5, 12.0][choice.below(3)];
            // Sums of halves are exact; those of tenths differ in the last digit.
            let step = [0.5, 0.1][choice.below(2)];
            let score = |choice: &mut Random| shift - choice.below(8) as f64 * step;
            let mut vocabulary: Vec<(String, f64)> = (0..choice.below(25))
                .map(|_| (word(3), score(&mut choice)))
                .collect();
            vocabulary.push(("<unk>".to_owned(), 0.0));
            let byte_fallback = choice.below(2) == 0;
            if byte_fallback {
                let bytes = 0..=if choice.below(2) == 0 { 255 } else { 0xc3 };
                vocabulary.extend(bytes.map(|b| (format!("<0x{b:02X}>"), score(&mut choice))));
            }
            let unknown = [
                None,
                Some(0),
                Some(vocabulary.len() - 1),
                Some(vocabulary.len()),
            ];
            let unknown = unknown[[0, 1, 2, 2, 2, 2, 2, 2, 2, 3][choice.below(10)]];
            let json = serde_json::json!({
                "type": "Unigram", "unk_id": unknown, "byte_fallback": byte_fallback, "vocab": vocabulary,
            });
            let ours = serde_json::from_str::<Unigram>(&json.to_string());
            let library = serde_json::from_value::<tokenizers::ModelWrapper>(json);
            assert_eq!(ours.is_ok(), library.is_ok());
            let (Ok(ours), Ok(library)) = (ours, library) else {
                continue;
            };
            assert_eq!(ours.get_vocab_size(), library.get_vocab_size());
            for (piece, _) in vocabulary.iter().filter(|(piece, _)| !piece.is_empty()) {
                assert_eq!(ours.token_to_id(piece), library.token_to_id(piece));
            }
            for _ in 0..10 {
                let text = format!("{}{}{}", word(9), ["", "<unk>"][choice.below(2)], word(3));
                let tokens = |model: &dyn Fn(&str) -> tokenizers::Result<Vec<Token>>| {
                    let tokens = model(&text).ok()?.into_iter().map(|t| (t.id, t.offsets));
                    Some(tokens.collect::<Vec<_>>())
                };
                let found = tokens(&|t| ours.tokenize(t));
                assert_eq!(
                    found,
                    tokens(&|t| library.tokenize(t)),
                    "{text:?} {vocabulary:?} {unknown:?}"
                );
                some_fail += usize::from(found.is_none());
                let offsets = |n: usize| found.as_ref().and_then(|f| f.get(n)).map(|f| f.1);
                some_bytes += usize::from(offsets(0).is_some() && offsets(0) == offsets(1));
            }
        }
        assert!(
            some_fail > 100 && some_bytes > 100,
            "{some_fail} {some_bytes}"
        );
    }

    #[test]
    fn what_is_no_unigram_model_is_refused() {
        for json in [
            r#"{"type": "BPE", "vocab": {"a": 0}, "merges": []}"#,
            r#"{"type": "Unigram"}"#,
            r#"{"vocab": [["a", 0.0]]}"#,
            r#"{"type": "Unigram", "vocab": [["a"]]}"#,
            r#"{"type": "Unigram", "vocab": [["a", 0.0]], "unk_id": 1}"#,
        ] {
            assert!(serde_json::from_str::<Unigram>(json).is_err(), "{json}");
        }
        let json = r#"{"vocab": [["\u0061", 0]], "more": {}, "type": "Unigram"}"#;
        let model: Unigram = serde_json::from_str(json).unwrap();
        assert_eq!(model.token_to_id("a"), Some(0));
    }
}
