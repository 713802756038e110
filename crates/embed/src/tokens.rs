//! Text to token ids, by the checkpoint's own tokenizer.

use std::path::Path;

use tokenizers::{PostProcessor, Tokenizer, TruncationDirection};

use crate::{ModelError, settings::read_bytes};

/// A tokenizer, with the encoder's limit and prompt.
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    /// Special tokens around a text.
    specials: usize,
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
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(unusable)?;
        tokenizer.with_truncation(None).map_err(unusable)?;
        tokenizer.with_padding(None);
        let specials = tokenizer
            .get_post_processor()
            .map_or(0, |p| p.added_tokens(false));
        if specials >= limit {
            let message =
                format!("it adds {specials} special tokens, and the model takes only {limit}");
            return Err(ModelError::Tokenizer {
                path: path.to_owned(),
                message,
            });
        }
        Ok(Self {
            tokenizer,
            specials,
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
        self.tokenizer.get_vocab_size(true)
    }

    /// Tokens of the prompt alone with the special token in front: what mean pooling leaves out in models that say so.
    pub fn prompt_tokens(&self) -> usize {
        if self.prompt.is_empty() {
            return 0;
        }
        // As sentence-transformers does: all but the closing special token.
        self.tokenizer
            .encode_fast(self.prompt.as_str(), true)
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
        let mut encoding = self
            .tokenizer
            .encode_fast(text, false)
            .map_err(|e| e.to_string())?;
        let whole = encoding.len() + self.specials;
        encoding.truncate(self.limit - self.specials, 0, TruncationDirection::Right);
        let encoding = self
            .tokenizer
            .post_process(encoding, None, true)
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
