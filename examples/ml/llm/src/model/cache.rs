//! The keys and values of the tokens that were read.

use burn::tensor::{DType, Device, Tensor};

use crate::config::Config;

/// What each layer remembers of the tokens so far.
#[derive(Debug)]
pub(crate) struct Cache {
    memories: Vec<Memory>,
    length: usize,
    room: usize,
}

impl Cache {
    /// With room for so many tokens.
    pub(crate) fn new(config: &Config, room: usize, device: &Device, dtype: DType) -> Self {
        let shape = [config.key_value_heads(), room, config.head_dim()];
        let tensor = || Tensor::zeros(shape, (device, dtype));
        let memory = |_| Memory { keys: tensor(), values: tensor() };
        Self { memories: (0..config.num_hidden_layers).map(memory).collect(), length: 0, room }
    }

    /// How many tokens it has.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// How many tokens there is room for.
    pub(crate) fn room(&self) -> usize {
        self.room
    }

    /// Forgets everything: what is there is written over.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    /// Takes in `length` tokens: `step` gets each layer and its memory, and gives the memory back.
    pub(super) fn extend<L>(
        &mut self,
        length: usize,
        layers: impl Iterator<Item = L>,
        mut step: impl FnMut(L, Memory) -> Memory,
    ) {
        // The memories are moved through: a tensor that is held twice would be copied to be written to.
        let memories = std::mem::take(&mut self.memories);
        self.memories = layers.zip(memories).map(|(layer, memory)| step(layer, memory)).collect();
        self.length += length;
    }
}

/// One layer's keys and values: `[heads, room, numbers]`, of which the first ones are there.
#[derive(Debug)]
pub(super) struct Memory {
    keys: Tensor<3>,
    values: Tensor<3>,
}

impl Memory {
    /// Writes keys and values after `past` others. All that there is room for are given back, not only those
    /// that are there: so the shapes are the same for each token, and so are the kernels.
    pub(super) fn extend(
        self,
        past: usize,
        keys: Tensor<3>,
        values: Tensor<3>,
    ) -> (Self, Tensor<3>, Tensor<3>) {
        let [heads, length, numbers] = keys.dims();
        let new = [0..heads, past..past + length, 0..numbers];
        let keys = self.keys.slice_assign(new.clone(), keys);
        let values = self.values.slice_assign(new, values);
        (Self { keys: keys.clone(), values: values.clone() }, keys, values)
    }
}
