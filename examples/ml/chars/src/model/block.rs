//! One layer of the transformer.

use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Device, Tensor, activation};

use super::attention::Attention;
use super::cache::Memory;
use super::{DEVIATION, Size, layers::linear};
use crate::random::Random;

/// Attention to the characters before, then a perceptron; what each of them gives is added.
#[derive(Module, Debug)]
pub(super) struct Block {
    attention_norm: LayerNorm,
    attention: Attention,
    perceptron_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
}

impl Block {
    /// With weights from `random`; those before the sums have the deviation `residual`.
    pub(super) fn new(size: &Size, residual: f32, random: &mut Random, device: &Device) -> Self {
        let width = size.width;
        Self {
            attention_norm: LayerNormConfig::new(width).init(device),
            attention: Attention::new(size, residual, random, device),
            perceptron_norm: LayerNormConfig::new(width).init(device),
            widen: linear(width, 4 * width, DEVIATION, random, device),
            narrow: linear(4 * width, width, residual, random, device),
        }
    }

    /// All characters at once, of `[batch, length, width]`.
    pub(super) fn forward(&self, x: Tensor<3>, causal: Tensor<4>) -> Tensor<3> {
        let attended = self.attention.forward(self.attention_norm.forward(x.clone()), causal);
        self.perceive(x + attended)
    }

    /// The characters after `past` others, which the memory has.
    pub(super) fn extend(
        &self,
        x: Tensor<3>,
        memory: Memory,
        past: usize,
        causal: Tensor<4>,
    ) -> (Tensor<3>, Memory) {
        let normal = self.attention_norm.forward(x.clone());
        let (attended, memory) = self.attention.extend(normal, memory, past, causal);
        (self.perceive(x + attended), memory)
    }

    fn perceive(&self, x: Tensor<3>) -> Tensor<3> {
        let wide = activation::gelu(self.widen.forward(self.perceptron_norm.forward(x.clone())));
        x + self.narrow.forward(wide)
    }
}
