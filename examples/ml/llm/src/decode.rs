//! Reading tokens one after the other.

use anyhow::{Context as _, ensure};
use burn::tensor::{DType, Device, Tensor};

use crate::config::Config;
use crate::model::{Cache, Model, Positions};

/// So many tokens of a prompt are read at once: their scores have to fit into one buffer.
const AT_ONCE: usize = 256;

/// A model and what it has read.
#[derive(Debug)]
pub(crate) struct Decoder<'m> {
    model: &'m Model,
    positions: Positions,
    cache: Cache,
    /// All that was read, for those who look at it without the cache.
    tokens: Vec<u32>,
}

impl<'m> Decoder<'m> {
    /// Has read nothing, and has room for so many tokens.
    ///
    /// # Errors
    ///
    /// When the model does not know as many positions.
    pub(crate) fn new(
        model: &'m Model,
        config: &Config,
        room: usize,
        device: &Device,
        dtype: DType,
    ) -> anyhow::Result<Self> {
        let most = config.max_position_embeddings;
        ensure!(
            room <= most,
            "{room} tokens with the prompt, and the model knows {most}: take fewer --tokens"
        );
        // Texts of nearly the same length use the same kernels.
        let room = room.next_multiple_of(64);
        let positions = Positions::new(config, room, device, dtype)?;
        Ok(Self { model, positions, cache: Cache::new(config, room, device, dtype), tokens: Vec::new() })
    }

    /// Forgets what was read.
    pub(crate) fn clear(&mut self) {
        self.cache.clear();
        self.tokens.clear();
    }

    /// Reads on; the logits of what follows.
    ///
    /// # Errors
    ///
    /// When there is nothing to read, or the GPU fails.
    pub(crate) fn read(&mut self, tokens: &[u32]) -> anyhow::Result<Vec<f32>> {
        self.tokens.extend(tokens);
        let mut states = None;
        for part in tokens.chunks(AT_ONCE) {
            states = Some(self.model.extend(part, &mut self.cache, &self.positions));
        }
        self.last(states.context("nothing to read")?)
    }

    /// The same, computed for all tokens from the first on, without the cache.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn read_anew(&mut self, tokens: &[u32]) -> anyhow::Result<Vec<f32>> {
        self.tokens.extend(tokens);
        ensure!(!self.tokens.is_empty(), "nothing to read");
        self.last(self.model.forward(&self.tokens, &self.positions))
    }

    /// Reads on, and gives the logits of what follows each token.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn read_each(&mut self, tokens: &[u32]) -> anyhow::Result<Vec<Vec<f32>>> {
        self.tokens.extend(tokens);
        let mut rows = Vec::new();
        for part in tokens.chunks(AT_ONCE) {
            let logits = self.model.logits(self.model.extend(part, &mut self.cache, &self.positions));
            let [_, vocabulary] = logits.dims();
            rows.extend(numbers(logits)?.chunks(vocabulary).map(<[f32]>::to_vec));
        }
        Ok(rows)
    }

    fn last(&self, states: Tensor<2>) -> anyhow::Result<Vec<f32>> {
        let [length, _] = states.dims();
        numbers(self.model.logits(states.slice_dim(0, length - 1..length)))
    }
}

/// Reads logits from the GPU.
fn numbers(logits: Tensor<2>) -> anyhow::Result<Vec<f32>> {
    let logits = logits.try_into_data().context("the GPU gave no logits")?.try_into_vec::<f32>()?;
    ensure!(
        logits.iter().all(|logit| logit.is_finite()),
        "the model computes what is no number: it may need --dtype f32"
    );
    Ok(logits)
}
