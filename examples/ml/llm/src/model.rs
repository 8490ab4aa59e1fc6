//! The model: a decoder of the Llama family.

mod attention;
mod cache;
mod layer;
mod positions;

#[cfg(test)]
mod tests;

use burn::module::{Module, Param};
use burn::nn::{Embedding, Linear, RmsNorm};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::config::Config;
use crate::load::Loader;
use layer::Layer;

pub(crate) use cache::Cache;
pub(crate) use positions::Positions;

/// The weights on the GPU.
#[derive(Module, Debug)]
pub(crate) struct Model {
    embedding: Embedding,
    layers: Vec<Layer>,
    norm: RmsNorm,
    /// From what stands for a token to the logits of the one that follows.
    head: Linear,
}

impl Model {
    /// Takes the weights by the names that the family's files have, in the order in which they are there.
    ///
    /// # Errors
    ///
    /// When one is missing, has another size, or the GPU fails; `each` gets the count of layers that are there.
    pub(crate) fn load(
        config: &Config,
        loader: &mut Loader<'_>,
        mut each: impl FnMut(usize),
    ) -> anyhow::Result<Self> {
        let (vocabulary, width) = (config.vocab_size, config.hidden_size);
        let embedding = loader.embedding("model.embed_tokens", vocabulary, width)?;
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for index in 0..config.num_hidden_layers {
            layers.push(Layer::load(config, &format!("model.layers.{index}"), loader)?);
            each(index + 1);
        }
        let norm = loader.norm("model.norm", width, config.rms_norm_eps)?;
        let head = if config.tie_word_embeddings {
            let weight = embedding.weight.val().transpose();
            Linear { weight: Param::from_tensor(weight), bias: None }
        } else {
            loader.linear("lm_head", width, vocabulary)?
        };
        Ok(Self { embedding, layers, norm, head })
    }

    /// What stands for each of some tokens, `[tokens, width]`, after all layers. The tokens follow those in the cache,
    /// which has to have room for them, and takes them in.
    pub(crate) fn extend(&self, tokens: &[u32], cache: &mut Cache, positions: &Positions) -> Tensor<2> {
        let place = positions.place(cache.length(), tokens.len(), cache.room());
        let mut x = self.embed(tokens, positions.device());
        cache.extend(tokens.len(), self.layers.iter(), |layer, memory| {
            let (next, memory) = layer.extend(x.clone(), memory, &place);
            x = next;
            memory
        });
        x
    }

    /// The same for tokens that nothing comes before, without a cache.
    pub(crate) fn forward(&self, tokens: &[u32], positions: &Positions) -> Tensor<2> {
        let place = positions.place(0, tokens.len(), tokens.len());
        let x = self.embed(tokens, positions.device());
        self.layers.iter().fold(x, |x, layer| layer.forward(x, &place))
    }

    /// The logits of what follows each token: `[tokens, vocabulary]`.
    pub(crate) fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        self.head.forward(self.norm.forward(x)).cast(DType::F32)
    }

    fn embed(&self, tokens: &[u32], device: &Device) -> Tensor<2> {
        let ids: Vec<i64> = tokens.iter().copied().map(i64::from).collect();
        let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [1, tokens.len()]), device);
        self.embedding.forward(ids).squeeze_dim(0)
    }
}
