//! Reading characters one after the other.

use anyhow::{Context as _, ensure};
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::model::{Cache, Causal, Model, Size};

/// A model and what it has read.
///
/// When the context is full, it is read anew from its second half on: the positions are learned ones, so
/// what was computed for one position is of no use at another.
#[derive(Debug)]
pub(crate) struct Decoder<'m> {
    model: &'m Model,
    size: Size,
    device: Device,
    cache: Cache,
    causal: Causal,
    /// The characters in the cache.
    window: Vec<i32>,
}

impl<'m> Decoder<'m> {
    /// Has read nothing.
    pub(crate) fn new(model: &'m Model, size: Size, device: &Device) -> Self {
        let cache = Cache::new(&size, device);
        let causal = Causal::new(size.context, device);
        Self { model, size, device: device.clone(), cache, causal, window: Vec::new() }
    }

    /// Forgets what was read.
    pub(crate) fn clear(&mut self) {
        self.cache.clear();
        self.window.clear();
    }

    /// Reads on; the logits of what follows.
    ///
    /// # Errors
    ///
    /// When there is nothing to read, or the GPU fails.
    pub(crate) fn read(&mut self, tokens: &[i32]) -> anyhow::Result<Vec<f32>> {
        ensure!(!tokens.is_empty(), "nothing to read");
        let mut new = tokens.len();
        self.window.extend(tokens);
        if self.window.len() > self.size.context {
            let kept = self.size.context.div_ceil(2);
            self.window.drain(..self.window.len() - kept);
            self.cache.clear();
            new = kept;
        }
        let tokens = self.window.get(self.window.len() - new..).context("more new characters than all")?;
        let logits = self.model.extend(input(tokens, &self.device), &mut self.cache, &self.causal);
        last(logits)
    }

    /// The same logits again, computed for the whole window without the cache.
    ///
    /// # Errors
    ///
    /// When nothing was read, or the GPU fails.
    pub(crate) fn reread(&self) -> anyhow::Result<Vec<f32>> {
        ensure!(!self.window.is_empty(), "nothing was read");
        last(self.model.forward(input(&self.window, &self.device), &self.causal))
    }
}

fn input(tokens: &[i32], device: &Device) -> Tensor<2, Int> {
    Tensor::from_data(TensorData::new(tokens.to_vec(), [1, tokens.len()]), device)
}

fn last(logits: Tensor<3>) -> anyhow::Result<Vec<f32>> {
    let [_, length, vocabulary] = logits.dims();
    let last = logits.slice([0..1, length - 1..length, 0..vocabulary]);
    Ok(last.try_into_data()?.try_into_vec::<f32>()?)
}
