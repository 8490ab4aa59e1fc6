//! The keys and values of the characters that were read.

use burn::tensor::{Device, Tensor};

use super::Size;

/// What each layer remembers of the characters so far.
#[derive(Debug)]
pub(crate) struct Cache {
    memories: Vec<Memory>,
    length: usize,
    context: usize,
}

impl Cache {
    /// With room for a model's whole context.
    pub(crate) fn new(size: &Size, device: &Device) -> Self {
        let memories = (0..size.layers).map(|_| Memory::new(size, device)).collect();
        Self { memories, length: 0, context: size.context }
    }

    /// How many characters it has.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// How many characters there is room for.
    pub(crate) fn context(&self) -> usize {
        self.context
    }

    /// Forgets everything: what is there is written over.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    /// Takes in `length` characters: `step` gets each layer and its memory, and gives the memory back.
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

/// One layer's keys and values: `[1, context, heads, width / heads]`, of which the first ones are there.
#[derive(Debug)]
pub(super) struct Memory {
    keys: Tensor<4>,
    values: Tensor<4>,
}

impl Memory {
    fn new(size: &Size, device: &Device) -> Self {
        let shape = [1, size.context, size.heads, size.width / size.heads];
        Self { keys: Tensor::zeros(shape, device), values: Tensor::zeros(shape, device) }
    }

    /// Writes keys and values after `past` others. All that there is room for are given back, not only those
    /// that are there: so the shapes are the same for each character, and so are the kernels.
    pub(super) fn extend(
        self,
        past: usize,
        keys: Tensor<4>,
        values: Tensor<4>,
    ) -> (Self, Tensor<4>, Tensor<4>) {
        let [_, length, ..] = keys.dims();
        let new = [0..1, past..past + length];
        let keys = self.keys.slice_assign(new.clone(), keys);
        let values = self.values.slice_assign(new, values);
        (Self { keys: keys.clone(), values: values.clone() }, keys, values)
    }
}
