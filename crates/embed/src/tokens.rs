//! Text to token ids, by the checkpoint's own tokenizer.

mod trie;
mod unigram;
mod words;

use std::path::Path;

use serde::de::DeserializeOwned;
use tokenizers::{
    DecoderWrapper, Encoding, Model, ModelWrapper, NormalizerWrapper, PostProcessor,
    PostProcessorWrapper, PreTokenizerWrapper, TokenizerImpl, TruncationDirection,
};

use crate::{ModelError, settings::read_bytes};
use unigram::Unigram;
use words::Words;

/// The library's tokenizer around a model, which may be one of ours: normalisation, words, special tokens are the
/// library's in any case.
type Around<M> =
    TokenizerImpl<M, NormalizerWrapper, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// A tokenizer around any model.
trait Tokenizer: Send + Sync {
    /// Special tokens that [`Self::with_specials`] adds.
    fn specials(&self) -> usize;
    fn vocabulary(&self) -> usize;
    fn encode(&self, text: &str) -> tokenizers::Result<Encoding>;
    fn with_specials(&self, encoding: Encoding) -> tokenizers::Result<Encoding>;
    /// Room for words that were seen, where words can be told by themselves.
    fn words(&self) -> Option<Words>;
}

impl<M: Model + Send + Sync> Tokenizer for Around<M> {
    fn specials(&self) -> usize {
        self.get_post_processor()
            .map_or(0, |p| p.added_tokens(false))
    }

    fn vocabulary(&self) -> usize {
        self.get_vocab_size(true)
    }

    fn encode(&self, text: &str) -> tokenizers::Result<Encoding> {
        self.encode_fast(text, false)
    }

    fn with_specials(&self, encoding: Encoding) -> tokenizers::Result<Encoding> {
        self.post_process(encoding, None, true)
    }

    fn words(&self) -> Option<Words> {
        let added = self.get_added_tokens_decoder().into_values();
        Words::of(
            &serde_json::to_value(self.get_normalizer()).ok()?,
            &serde_json::to_value(self.get_pre_tokenizer()).ok()?,
            added.map(|token| token.content).collect(),
        )
    }
}

/// A tokenizer from its file, without what that says about truncation and padding.
fn from_json<M>(json: &[u8]) -> tokenizers::Result<Box<dyn Tokenizer>>
where
    M: Model + DeserializeOwned + Send + Sync + 'static,
{
    let mut tokenizer: Around<M> = serde_json::from_slice(json)?;
    tokenizer.with_truncation(None)?;
    tokenizer.with_padding(None);
    Ok(Box::new(tokenizer))
}

/// A tokenizer, with the encoder's limit and prompt.
pub(crate) struct Tokens {
    tokenizer: Box<dyn Tokenizer>,
    /// Special tokens around a text.
    specials: usize,
    /// Words that were seen, and the special tokens before and behind a text, where words can be told by themselves.
    words: Option<(Words, [Vec<u32>; 2])>,
    limit: usize,
    lower_case: bool,
    prompt: String,
}

/// The ids of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenIds {
    /// Ids, special tokens included, at most the limit.
    pub ids: Vec<u32>,
    /// Tokens before truncation.
    pub whole: usize,
}

impl Tokens {
    /// Reads `tokenizer.json`. What it says about truncation and padding is set aside: the encoder's own
    /// `max_seq_length` counts, and nothing is padded.
    pub fn read(
        path: &Path,
        limit: usize,
        lower_case: bool,
        prompt: String,
    ) -> Result<Self, ModelError> {
        let unusable = |e: tokenizers::Error| ModelError::Tokenizer {
            path: path.to_owned(),
            message: e.to_string(),
        };
        let bytes = read_bytes(
            path,
            "the tokenizer; models that have only a vocabulary or sentencepiece file must be saved again with a fast tokenizer",
        )?;
        // Models of other types, and files that are no good, soon stop the first; the second says why.
        let tokenizer = from_json::<Unigram>(&bytes)
            .or_else(|_| from_json::<ModelWrapper>(&bytes))
            .map_err(unusable)?;
        let specials = tokenizer.specials();
        if specials >= limit {
            let message =
                format!("it adds {specials} special tokens, and the model takes only {limit}");
            return Err(ModelError::Tokenizer {
                path: path.to_owned(),
                message,
            });
        }
        let words = tokenizer
            .words()
            .and_then(|w| Some((w, around(&*tokenizer)?)));
        Ok(Self {
            tokenizer,
            specials,
            words,
            limit,
            lower_case,
            prompt,
        })
    }

    /// The most tokens a text may have, special tokens included.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Largest id of the vocabulary plus one, or more.
    pub fn vocabulary(&self) -> usize {
        self.tokenizer.vocabulary()
    }

    /// Tokens of the prompt alone with the special token in front: what mean pooling leaves out in models that say so.
    pub fn prompt_tokens(&self) -> usize {
        if self.prompt.is_empty() {
            return 0;
        }
        // As sentence-transformers does: all but the closing special token.
        let encoding = self.tokenizer.encode(&self.prompt);
        encoding
            .and_then(|e| self.tokenizer.with_specials(e))
            .map_or(0, |e| e.len().saturating_sub(1))
    }

    /// Ids of a text. As in sentence-transformers the prompt goes in front, and of a text over the limit the beginning
    /// is kept.
    pub fn encode(&self, text: &str) -> Result<TokenIds, String> {
        let mut prompted = String::new();
        let mut text = text;
        if !self.prompt.is_empty() {
            prompted.push_str(&self.prompt);
            prompted.push_str(text);
            text = &prompted;
        }
        let lower;
        if self.lower_case {
            lower = text.to_lowercase();
            text = &lower;
        }
        if let Some((words, [before, behind])) = &self.words {
            let encode = |piece: &str| -> tokenizers::Result<Vec<u32>> {
                Ok(self.tokenizer.encode(piece)?.get_ids().to_vec())
            };
            let mut ids = words.ids(text, encode).map_err(|e| e.to_string())?;
            let whole = ids.len() + self.specials;
            ids.truncate(self.limit - self.specials);
            ids.splice(..0, before.iter().copied());
            ids.extend(behind);
            return Ok(TokenIds { ids, whole });
        }
        let mut encoding = self.tokenizer.encode(text).map_err(|e| e.to_string())?;
        let whole = encoding.len() + self.specials;
        encoding.truncate(self.limit - self.specials, 0, TruncationDirection::Right);
        let encoding = self
            .tokenizer
            .with_specials(encoding)
            .map_err(|e| e.to_string())?;
        Ok(TokenIds {
            ids: encoding.get_ids().to_vec(),
            whole,
        })
    }

    /// Tokens of a text before truncation; where the tokenizer fails, one a byte, so that the text is cut small.
    pub fn count(&self, text: &str) -> usize {
        self.encode(text).map_or(text.len(), |t| t.whole)
    }
}

/// The special tokens before and behind a text; `None` where they are not the same around every text.
fn around(tokenizer: &dyn Tokenizer) -> Option<[Vec<u32>; 2]> {
    let ids = |text: &str| {
        let plain = tokenizer.encode(text).ok()?;
        let own = plain.get_ids().to_vec();
        let all = tokenizer.with_specials(plain).ok()?.get_ids().to_vec();
        Some((own, all))
    };
    let (own, all) = ids("a").filter(|(own, _)| !own.is_empty())?;
    let at = all.windows(own.len()).position(|w| w == own)?;
    let (before, behind) = (all[..at].to_vec(), all[at + own.len()..].to_vec());
    let (own, all) = ids("two words")?;
    ([&before[..], &own, &behind].concat() == all).then_some([before, behind])
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use visavis_kernels::Random;

    use super::*;

    /// Words of several scripts, unknown characters, emoji, long runs, special tokens, odd spaces: in any order.
    fn text(random: &mut Random) -> String {
        const PARTS: [&str; 40] = [
            "The committee",
            "Der Ausschuss",
            "la commission européenne",
            "комиссия проверила",
            "委員会は承認した",
            "政策讨论",
            "정책 토론",
            "اللجنة",
            "समिति ने",
            "ภาษาไทย",
            "ეროვნული",
            "Ελλάδα",
            "የኢትዮጵያ",
            "<s>",
            "</s>",
            "<unk>",
            "<mask>",
            "<pad>",
            "[CLS]",
            "▁",
            "▁▁x",
            "🙂",
            "👩‍👩‍👧",
            "🇺🇳",
            "𒀀𒀁",
            "\u{10ffff}",
            "\u{e000}\u{e001}",
            "\0",
            "\u{200b}",
            "\u{ad}",
            "e\u{301}",
            "ﬁ½",
            "\u{3000}",
            "\t\n",
            "   ",
            "1,234.5%",
            "(§ 3)",
            "“…”",
            "aaaa",
            "https://a.b/c?d=e",
        ];
        let mut text = String::new();
        for _ in 0..random.below(25) {
            match random.below(8) {
                0 => text.push(char::from_u32(random.below(0x3_0000) as u32).unwrap_or('\u{fffd}')),
                1 => text.push_str(&PARTS[random.below(PARTS.len())].repeat(random.below(30))),
                n => {
                    text.push_str(PARTS[random.below(PARTS.len())]);
                    text.push_str(if n < 6 { " " } else { "" });
                }
            }
        }
        text
    }

    /// Ours against the library's model in tokenizers of the type Unigram.
    #[test]
    fn ids_are_those_of_the_library() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = vec![root.join("models/default/tokenizer.json")];
        let mut roots = vec![root.join("data/golden")];
        roots.extend(std::env::var_os("VISAVIS_GOLDEN_DIR").map(PathBuf::from));
        for folder in roots.iter().flat_map(|r| fs::read_dir(r).unwrap()) {
            files.push(folder.unwrap().path().join("tokenizer.json"));
        }
        let mut random = Random::new(1, 0);
        let mut seen = 0;
        for file in files.iter().filter(|f| f.exists()) {
            let json = fs::read(file).unwrap();
            let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
            let unigram = value["model"]["type"] == "Unigram";
            assert_eq!(
                from_json::<Unigram>(&json).is_ok(),
                unigram,
                "{}",
                file.display()
            );
            if !unigram {
                continue;
            }
            let ours = Tokens::read(file, 100, false, "query: ".to_owned()).unwrap();
            let library = Tokens {
                tokenizer: from_json::<ModelWrapper>(&json).unwrap(),
                specials: ours.specials,
                words: None,
                limit: 100,
                lower_case: false,
                prompt: "query: ".to_owned(),
            };
            assert!(ours.words.is_some());
            assert_eq!(ours.vocabulary(), library.vocabulary());
            assert_eq!(ours.prompt_tokens(), library.prompt_tokens());
            assert_eq!(ours.specials, library.tokenizer.specials());
            let long = ["a".repeat(3000), "\u{e000}".repeat(3000), "ы ".repeat(3000)];
            // And what normalisation makes spaces of, beside single spaces.
            let odd = "a ´b a ゛b ͺ x \u{fc5e} y \u{200b} z\u{200b} a\u{a0} b \u{3000} c ▁ d ▁e f▁ g <mask> h <s> i ½ ﷺ j";
            let texts = (0..2000).map(|_| text(&mut random)).chain(long);
            for text in texts.chain([odd.to_owned()]) {
                assert_eq!(
                    ours.encode(&text),
                    library.encode(&text),
                    "{} {text:?}",
                    file.display()
                );
            }
            seen += 1;
        }
        assert!(seen >= 2);
    }
}
