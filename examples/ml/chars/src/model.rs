//! The model: a decoder-only transformer.

mod attention;
mod block;
mod cache;
mod layers;

use anyhow::ensure;
use burn::module::{Module, Param};
use burn::nn::{Embedding, LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Device, Int, Tensor};
use serde::{Deserialize, Serialize};

use crate::random::Random;
use block::Block;

pub(crate) use attention::Causal;
pub(crate) use cache::Cache;

/// Weights begin with this standard deviation.
const DEVIATION: f32 = 0.02;

/// How large a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Size {
    /// Characters it knows.
    pub(crate) vocabulary: usize,
    /// Characters it sees at once.
    pub(crate) context: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    /// Numbers that stand for a character between the layers.
    pub(crate) width: usize,
}

impl Size {
    /// Whether a model can be that large.
    ///
    /// # Errors
    ///
    /// When a number is 0, or the heads can't share the width evenly.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let Self { vocabulary, context, layers, heads, width } = *self;
        ensure!(![vocabulary, context, layers, heads, width].contains(&0), "a model without any {self:?}");
        ensure!(width % heads == 0, "{heads} heads can't share a width of {width}");
        Ok(())
    }
}

/// The transformer, with layer normalization before attention and perceptron, and learned positions.
#[derive(Module, Debug)]
pub(crate) struct Model {
    characters: Embedding,
    positions: Param<Tensor<2>>,
    blocks: Vec<Block>,
    norm: LayerNorm,
    output: Linear,
}

impl Model {
    /// With weights from `random`.
    pub(crate) fn new(size: &Size, random: &mut Random, device: &Device) -> Self {
        let Size { vocabulary, context, layers, width, .. } = *size;
        // What the blocks add up to shall not grow with their number.
        let residual = DEVIATION / (2.0 * layers as f32).sqrt();
        Self {
            characters: Embedding {
                weight: Param::from_data(random.weights([vocabulary, width], DEVIATION), device),
            },
            positions: Param::from_data(random.weights([context, width], DEVIATION), device),
            blocks: (0..layers).map(|_| Block::new(size, residual, random, device)).collect(),
            norm: LayerNormConfig::new(width).init(device),
            output: layers::linear(width, vocabulary, DEVIATION, random, device),
        }
    }

    /// For each character of `[batch, length]`, the logits of what follows it: `[batch, length, vocabulary]`.
    pub(crate) fn forward(&self, tokens: Tensor<2, Int>, causal: &Causal) -> Tensor<3> {
        let [_, length] = tokens.dims();
        let causal = causal.rows(0, length, length);
        let mut x = self.embed(tokens, 0);
        for block in &self.blocks {
            x = block.forward(x, causal.clone());
        }
        self.output.forward(self.norm.forward(x))
    }

    /// The same for the characters that follow those in the cache, which has to have room for them.
    pub(crate) fn extend(&self, tokens: Tensor<2, Int>, cache: &mut Cache, causal: &Causal) -> Tensor<3> {
        let past = cache.length();
        let [_, length] = tokens.dims();
        let causal = causal.rows(past, length, cache.context());
        let mut x = self.embed(tokens, past);
        cache.extend(length, self.blocks.iter(), |block, memory| {
            let (next, memory) = block.extend(x.clone(), memory, past, causal.clone());
            x = next;
            memory
        });
        self.output.forward(self.norm.forward(x))
    }

    fn embed(&self, tokens: Tensor<2, Int>, past: usize) -> Tensor<3> {
        let [_, length] = tokens.dims();
        let positions = self.positions.val().slice_dim(0, past..past + length);
        self.characters.forward(tokens) + positions.unsqueeze()
    }
}

#[cfg(test)]
mod tests;
