//! How large models are that are made.

use clap::ValueEnum;

use crate::config::Config;

/// What can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Size {
    /// 100 thousand weights: for tests
    Tiny,
    /// 28 million weights, 56 MB: for a machine without a GPU
    Small,
    /// 4.5 billion weights, 8.4 GiB: more than a memory of 32 bits has
    #[value(name = "8GiB", alias = "8gib")]
    EightGiB,
}

impl Size {
    /// The numbers of such a model.
    pub(super) fn config(self, tied: bool) -> Config {
        // No tensor of the largest has more than 128 MiB: each GPU has buffers of that size.
        let (vocabulary, width, inner, layers, heads, shared, context) = match self {
            Self::Tiny => (384, 64, 192, 2, 4, 2, 256),
            Self::Small => (4096, 512, 1536, 8, 8, 2, 2048),
            Self::EightGiB => (16384, 4096, 14336, 20, 32, 8, 4096),
        };
        Config {
            model_type: "llama".to_owned(),
            vocab_size: vocabulary,
            hidden_size: width,
            intermediate_size: inner,
            num_hidden_layers: layers,
            num_attention_heads: heads,
            num_key_value_heads: Some(shared),
            head_dim: None,
            max_position_embeddings: context,
            rms_norm_eps: 1e-5,
            rope_theta: Some(500_000.0),
            rope_scaling: None,
            rope_parameters: None,
            tie_word_embeddings: tied,
            hidden_act: "silu".to_owned(),
            // No text ends before it has as many tokens as it shall have.
            eos_token_id: None,
        }
    }
}

/// A tensor of a model, and what its weights are like.
#[derive(Debug, Clone)]
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) shape: Vec<u64>,
    pub(super) draw: Draw,
}

/// How weights are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    pub(super) mean: f32,
    pub(super) deviation: f32,
}

impl Tensor {
    /// A matrix that makes `to` numbers, about as large as they are, of `from`.
    fn linear(name: String, from: usize, to: usize, gain: f32) -> Self {
        let draw = Draw { mean: 0.0, deviation: gain / (from as f32).sqrt() };
        Self { name: name + ".weight", shape: vec![to as u64, from as u64], draw }
    }

    fn norm(name: String, width: usize) -> Self {
        // Not all 1, so that it is seen whether they are used.
        Self { name: name + ".weight", shape: vec![width as u64], draw: Draw { mean: 1.0, deviation: 0.1 } }
    }

    /// Of 16 bits each.
    pub(super) fn bytes(&self) -> u64 {
        2 * self.shape.iter().product::<u64>()
    }
}

/// All tensors of a model, in the order in which they are used.
pub(super) fn tensors(config: &Config) -> Vec<Tensor> {
    let (vocabulary, width, inner) = (config.vocab_size, config.hidden_size, config.intermediate_size);
    let (queries, keys) =
        (config.num_attention_heads * config.head_dim(), config.key_value_heads() * config.head_dim());
    // What the layers add up to shall not grow with their number.
    let residual = (2.0 * config.num_hidden_layers as f32).sqrt().recip();
    let mut tensors = vec![Tensor::linear("model.embed_tokens".to_owned(), width, vocabulary, 1.0)];
    for layer in 0..config.num_hidden_layers {
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        tensors.extend([
            Tensor::norm(name("input_layernorm"), width),
            Tensor::linear(name("self_attn.q_proj"), width, queries, 1.0),
            Tensor::linear(name("self_attn.k_proj"), width, keys, 1.0),
            Tensor::linear(name("self_attn.v_proj"), width, keys, 1.0),
            Tensor::linear(name("self_attn.o_proj"), queries, width, residual),
            Tensor::norm(name("post_attention_layernorm"), width),
            Tensor::linear(name("mlp.gate_proj"), width, inner, 1.0),
            Tensor::linear(name("mlp.up_proj"), width, inner, 1.0),
            Tensor::linear(name("mlp.down_proj"), inner, width, residual),
        ]);
    }
    tensors.push(Tensor::norm("model.norm".to_owned(), width));
    if !config.tie_word_embeddings {
        tensors.push(Tensor::linear("lm_head".to_owned(), width, vocabulary, 1.0));
    }
    tensors
}

#[cfg(test)]
mod tests {
    use super::{Size, Tensor, tensors};

    #[test]
    fn the_largest_has_eight_gibibytes_in_tensors_that_every_gpu_takes() {
        let tensors = tensors(&Size::EightGiB.config(false));
        let total: u64 = tensors.iter().map(Tensor::bytes).sum();
        assert!((8 << 30..9 << 30).contains(&total), "{total}");
        let largest = tensors.iter().map(Tensor::bytes).max();
        assert!(largest.is_some_and(|largest| largest <= 128 << 20), "{largest:?}");
    }
}
