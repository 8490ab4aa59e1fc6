//! Attention of several heads to the characters before.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::cache::Memory;
use super::{DEVIATION, Size, layers::linear};
use crate::random::Random;

/// What is added to scores so that no character sees those after it: `[1, 1, context, context]`.
#[derive(Debug, Clone)]
pub(crate) struct Causal(Tensor<4>);

impl Causal {
    /// For up to `context` characters.
    pub(crate) fn new(context: usize, device: &Device) -> Self {
        let score = |row, column| if column > row { -1e9_f32 } else { 0.0 };
        let rows = (0..context).flat_map(|row| (0..context).map(move |column| score(row, column)));
        Self(Tensor::from_data(TensorData::new::<f32, _>(rows.collect(), [1, 1, context, context]), device))
    }

    /// For `length` characters after `past` others, and scores of `all` of which the last may not be there yet.
    pub(super) fn rows(&self, past: usize, length: usize, all: usize) -> Tensor<4> {
        self.0.clone().slice([0..1, 0..1, past..past + length, 0..all])
    }
}

/// Queries, keys, values, or what the heads made of them: `[batch, length, heads, width / heads]`.
type Heads = Tensor<4>;

/// Causal attention.
#[derive(Module, Debug)]
pub(super) struct Attention {
    /// Queries, keys and values in one product.
    project: Linear,
    output: Linear,
    heads: usize,
}

impl Attention {
    pub(super) fn new(size: &Size, residual: f32, random: &mut Random, device: &Device) -> Self {
        let Size { heads, width, .. } = *size;
        Self {
            project: linear(width, 3 * width, DEVIATION, random, device),
            output: linear(width, width, residual, random, device),
            heads,
        }
    }

    /// All characters at once.
    pub(super) fn forward(&self, x: Tensor<3>, causal: Tensor<4>) -> Tensor<3> {
        let (queries, keys, values) = self.project(x);
        self.attend(queries, keys, values, causal)
    }

    /// The characters after `past` others, whose keys and values the memory has.
    pub(super) fn extend(
        &self,
        x: Tensor<3>,
        memory: Memory,
        past: usize,
        causal: Tensor<4>,
    ) -> (Tensor<3>, Memory) {
        let (queries, keys, values) = self.project(x);
        let (memory, keys, values) = memory.extend(past, keys, values);
        (self.attend(queries, keys, values, causal), memory)
    }

    fn project(&self, x: Tensor<3>) -> (Heads, Heads, Heads) {
        let [batch, length, width] = x.dims();
        let all = self.project.forward(x);
        let part = |index: usize| {
            let part = all.clone().slice([0..batch, 0..length, index * width..(index + 1) * width]);
            part.reshape([batch, length, self.heads, width / self.heads])
        };
        (part(0), part(1), part(2))
    }

    fn attend(&self, queries: Heads, keys: Heads, values: Heads, causal: Tensor<4>) -> Tensor<3> {
        let [batch, length, heads, share] = queries.dims();
        let queries = queries.swap_dims(1, 2) * (share as f32).sqrt().recip();
        let scores = queries.matmul(keys.permute([0, 2, 3, 1])) + causal;
        let attended = activation::softmax(scores, 3).matmul(values.swap_dims(1, 2));
        self.output.forward(attended.swap_dims(1, 2).reshape([batch, length, heads * share]))
    }
}
