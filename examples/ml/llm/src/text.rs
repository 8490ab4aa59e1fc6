//! From text to tokens and back: `tokenizer.json`.

use std::io::{Write as _, stdout};
use std::path::Path;

use anyhow::{Context as _, anyhow, ensure};
use tokenizers::{
    DecodeStream, DecoderWrapper, ModelWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    Tokenizer,
};

/// The name of the file in a model's folder.
pub(crate) const NAME: &str = "tokenizer.json";

/// Splits text as the model was trained with it.
#[derive(Debug)]
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
}

impl Tokens {
    /// Reads that of a model's folder.
    ///
    /// # Errors
    ///
    /// When there is none, or it is none.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(NAME);
        let tokenizer = Tokenizer::from_bytes(ml_kit::read(&path)?).map_err(|error| anyhow!(error));
        let tokenizer = tokenizer.with_context(|| format!("{} is no tokenizer", path.display()))?;
        Ok(Self { tokenizer })
    }

    /// The tokens of a text, with those that the model wants before it.
    ///
    /// # Errors
    ///
    /// When there are none, or the model has no such tokens.
    pub(crate) fn encode(&self, text: &str, vocabulary: usize) -> anyhow::Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, true).map_err(|error| anyhow!(error))?;
        let ids = encoding.get_ids();
        ensure!(!ids.is_empty(), "the tokenizer made nothing of {text:?}");
        let known = |id: &u32| usize::try_from(*id).is_ok_and(|id| id < vocabulary);
        ensure!(
            ids.iter().all(known),
            "the tokenizer knows tokens that the model does not: {NAME} is another model's"
        );
        Ok(ids.to_vec())
    }
}

/// Writes tokens to stdout as they come, as far as they are whole characters.
pub(crate) struct Stream<'t>(
    DecodeStream<
        't,
        ModelWrapper,
        NormalizerWrapper,
        PreTokenizerWrapper,
        PostProcessorWrapper,
        DecoderWrapper,
    >,
);

impl<'t> Stream<'t> {
    /// After a prompt, which is not written: how the next token is written may depend on it.
    ///
    /// # Errors
    ///
    /// When the tokenizer fails.
    pub(crate) fn after(prompt: &[u32], tokens: &'t Tokens) -> anyhow::Result<Self> {
        let mut stream = tokens.tokenizer.decode_stream(true);
        for token in prompt {
            stream.step(*token).map_err(|error| anyhow!(error))?;
        }
        Ok(Self(stream))
    }

    /// Writes the next token, unless it is a part of a character that is not whole yet.
    ///
    /// # Errors
    ///
    /// When stdout is closed, or the tokenizer fails.
    pub(crate) fn push(&mut self, token: u32) -> anyhow::Result<()> {
        let Some(text) = self.0.step(token).map_err(|error| anyhow!(error))? else { return Ok(()) };
        let mut out = stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }
}
