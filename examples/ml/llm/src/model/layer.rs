//! One layer of the decoder.

use burn::module::Module;
use burn::nn::{Linear, RmsNorm};
use burn::tensor::{Tensor, activation};

use super::attention::Attention;
use super::cache::Memory;
use super::positions::Place;
use crate::config::Config;
use crate::load::Loader;

/// Attention, then a perceptron with a gate (SwiGLU); what each of them gives is added.
#[derive(Module, Debug)]
pub(super) struct Layer {
    attention_norm: RmsNorm,
    attention: Attention,
    perceptron_norm: RmsNorm,
    gate: Linear,
    up: Linear,
    down: Linear,
}

impl Layer {
    pub(super) fn load(config: &Config, name: &str, loader: &mut Loader<'_>) -> anyhow::Result<Self> {
        let (width, inner, epsilon) = (config.hidden_size, config.intermediate_size, config.rms_norm_eps);
        Ok(Self {
            attention_norm: loader.norm(&format!("{name}.input_layernorm"), width, epsilon)?,
            attention: Attention::load(config, &format!("{name}.self_attn"), loader)?,
            perceptron_norm: loader.norm(&format!("{name}.post_attention_layernorm"), width, epsilon)?,
            gate: loader.linear(&format!("{name}.mlp.gate_proj"), width, inner)?,
            up: loader.linear(&format!("{name}.mlp.up_proj"), width, inner)?,
            down: loader.linear(&format!("{name}.mlp.down_proj"), inner, width)?,
        })
    }

    /// Tokens that nothing comes before, of `[tokens, width]`.
    pub(super) fn forward(&self, x: Tensor<2>, place: &Place) -> Tensor<2> {
        let attended = self.attention.forward(self.attention_norm.forward(x.clone()), place);
        self.perceive(x + attended)
    }

    /// Tokens that follow those in the memory.
    pub(super) fn extend(&self, x: Tensor<2>, memory: Memory, place: &Place) -> (Tensor<2>, Memory) {
        let normal = self.attention_norm.forward(x.clone());
        let (attended, memory) = self.attention.extend(normal, memory, place);
        (self.perceive(x + attended), memory)
    }

    fn perceive(&self, x: Tensor<2>) -> Tensor<2> {
        let normal = self.perceptron_norm.forward(x.clone());
        let inner = activation::silu(self.gate.forward(normal.clone())) * self.up.forward(normal);
        x + self.down.forward(inner)
    }
}
