//! From text to the numbers of its tokens.

use std::path::Path;

use anyhow::{Context as _, anyhow, ensure};
use tokenizers::{Tokenizer, TruncationParams};

/// The longest sequence that the model was trained with, in tokens; what is beyond is cut off.
const MAX_TOKENS: usize = 256;
/// Sequences are padded to a multiple of this: fewer shapes are fewer kernels to compile.
const ROUND: usize = 8;
/// The token `[PAD]`.
const PAD: i32 = 0;

/// The tokenizer of the model without weights of its own.
const SMALL: &str = r#"{
    "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "post_processor": null, "decoder": null,
    "normalizer": { "type": "Lowercase" },
    "pre_tokenizer": { "type": "Whitespace" },
    "model": { "type": "WordLevel", "unk_token": "[UNK]", "vocab": {
        "[PAD]": 0, "[UNK]": 1, "a": 2, "and": 3, "do": 4, "does": 5, "food": 6, "from": 7, "how": 8, "in": 9, "into": 10,
        "is": 11, "it": 12, "leaves": 13, "make": 14, "of": 15, "plants": 16, "roots": 17, "sugar": 18, "sunlight": 19,
        "take": 20, "the": 21, "to": 22, "turn": 23, "up": 24, "water": 25, "what": 26, "who": 27, "?": 28, ".": 29,
        ",": 30, "!": 31
    } }
}"#;

/// Splits text as the model was trained with it.
#[derive(Debug)]
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
}

/// Sentences as rows of the same length.
#[derive(Debug, PartialEq)]
pub(crate) struct Batch {
    /// How many sentences.
    pub(crate) rows: usize,
    /// Tokens in each row, padding included.
    pub(crate) columns: usize,
    /// All rows' tokens.
    pub(crate) ids: Vec<i32>,
    /// Where a row is padding.
    pub(crate) padding: Vec<bool>,
    /// What each token counts in the mean over its row: 1 / length, and 0 for padding.
    pub(crate) weights: Vec<f32>,
}

impl Tokens {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// When there is none, or it is none.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        Self::read(&ml_kit::read(path)?)
    }

    /// A few words, which [`SMALL`] has.
    pub(crate) fn seeded() -> anyhow::Result<Self> {
        Self::read(SMALL.as_bytes())
    }

    fn read(json: &[u8]) -> anyhow::Result<Self> {
        let mut tokenizer = Tokenizer::from_bytes(json).map_err(|error| anyhow!(error))?;
        let truncation = TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(|error| anyhow!(error))?;
        tokenizer.with_padding(None);
        Ok(Self { tokenizer })
    }

    /// # Errors
    ///
    /// When the tokenizer refuses a text.
    pub(crate) fn batch(&self, texts: &[&str]) -> anyhow::Result<Batch> {
        let ids = |text: &&str| {
            let encoding = self.tokenizer.encode_fast(*text, true).map_err(|error| anyhow!(error))?;
            ensure!(!encoding.is_empty(), "the tokenizer made nothing of {text:?}");
            encoding.get_ids().iter().map(|&id| Ok(i32::try_from(id)?)).collect::<anyhow::Result<Vec<_>>>()
        };
        Batch::new(&texts.iter().map(ids).collect::<anyhow::Result<Vec<_>>>()?).context("no text at all")
    }
}

impl Batch {
    fn new(sentences: &[Vec<i32>]) -> Option<Self> {
        let columns = sentences.iter().map(Vec::len).max()?.next_multiple_of(ROUND);
        let cells = columns * sentences.len();
        let mut batch = Self {
            rows: sentences.len(),
            columns,
            ids: Vec::with_capacity(cells),
            padding: Vec::with_capacity(cells),
            weights: Vec::with_capacity(cells),
        };
        for sentence in sentences {
            let rest = columns - sentence.len();
            let weight = 1.0 / sentence.len() as f32;
            batch.ids.extend(sentence.iter().copied().chain(std::iter::repeat_n(PAD, rest)));
            batch.padding.extend(sentence.iter().map(|_| false).chain(std::iter::repeat_n(true, rest)));
            batch.weights.extend(sentence.iter().map(|_| weight).chain(std::iter::repeat_n(0.0, rest)));
        }
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;

    #[test]
    fn rows_are_padded_to_the_longest() {
        let batch = Batch::new(&[vec![101, 102], vec![101, 7, 8, 102]]);
        let weights = [[0.5, 0.5, 0., 0., 0., 0., 0., 0.], [0.25, 0.25, 0.25, 0.25, 0., 0., 0., 0.]];
        let padding = weights.map(|row| row.map(|weight| weight == 0.0));
        let expected = Batch {
            rows: 2,
            columns: 8,
            ids: vec![101, 102, 0, 0, 0, 0, 0, 0, 101, 7, 8, 102, 0, 0, 0, 0],
            padding: padding.concat(),
            weights: weights.concat(),
        };
        assert_eq!(batch, Some(expected));
        assert_eq!(Batch::new(&[]), None);
    }
}
