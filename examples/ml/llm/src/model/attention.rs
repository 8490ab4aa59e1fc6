//! Attention in which several heads of queries share one of keys and values.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{DType, Tensor, activation};

use super::cache::Memory;
use super::positions::Place;
use crate::config::Config;
use crate::load::Loader;

/// Queries, keys or values: `[heads, tokens, numbers]`.
type Heads = Tensor<3>;

/// Attention to the tokens before, with positions by rotation.
#[derive(Module, Debug)]
pub(super) struct Attention {
    queries: Linear,
    keys: Linear,
    values: Linear,
    output: Linear,
    heads: usize,
    /// Heads of keys and values.
    shared: usize,
}

impl Attention {
    pub(super) fn load(config: &Config, name: &str, loader: &mut Loader<'_>) -> anyhow::Result<Self> {
        let (width, heads, shared) =
            (config.hidden_size, config.num_attention_heads, config.key_value_heads());
        let numbers = config.head_dim();
        Ok(Self {
            queries: loader.linear(&format!("{name}.q_proj"), width, heads * numbers)?,
            keys: loader.linear(&format!("{name}.k_proj"), width, shared * numbers)?,
            values: loader.linear(&format!("{name}.v_proj"), width, shared * numbers)?,
            output: loader.linear(&format!("{name}.o_proj"), heads * numbers, width)?,
            heads,
            shared,
        })
    }

    /// Tokens that nothing comes before.
    pub(super) fn forward(&self, x: Tensor<2>, place: &Place) -> Tensor<2> {
        let (queries, keys, values) = self.project(x, place);
        self.attend(queries, keys, values, place)
    }

    /// Tokens that follow those in the memory.
    pub(super) fn extend(&self, x: Tensor<2>, memory: Memory, place: &Place) -> (Tensor<2>, Memory) {
        let (queries, keys, values) = self.project(x, place);
        let (memory, keys, values) = memory.extend(place.past(), keys, values);
        (self.attend(queries, keys, values, place), memory)
    }

    fn project(&self, x: Tensor<2>, place: &Place) -> (Heads, Heads, Heads) {
        let queries = split(self.queries.forward(x.clone()), self.heads);
        let keys = split(self.keys.forward(x.clone()), self.shared);
        let values = split(self.values.forward(x), self.shared);
        (place.rotate(queries), place.rotate(keys), values)
    }

    fn attend(&self, queries: Heads, keys: Heads, values: Heads, place: &Place) -> Tensor<2> {
        let [heads, tokens, numbers] = queries.dims();
        let [shared, all, _] = keys.dims();
        let (group, dtype) = (heads / shared, queries.dtype());
        // Heads that share keys are rows of one product, so the keys need not be repeated.
        let queries = (queries * (numbers as f32).sqrt().recip()).reshape([shared, group * tokens, numbers]);
        let scores = queries.matmul(keys.transpose()).cast(DType::F32);
        let scores = scores.reshape([shared, group, tokens, all]) + place.unseen();
        let weights = activation::softmax(scores, 3).cast(dtype).reshape([shared, group * tokens, all]);
        let attended = weights.matmul(values).reshape([heads, tokens, numbers]);
        self.output.forward(attended.swap_dims(0, 1).reshape([tokens, heads * numbers]))
    }
}

/// `[tokens, heads * numbers]` as heads.
fn split(x: Tensor<2>, heads: usize) -> Heads {
    let [tokens, width] = x.dims();
    x.reshape([tokens, heads, width / heads]).swap_dims(0, 1)
}
