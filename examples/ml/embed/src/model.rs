//! The model: BERT with 6 layers of 384 numbers a token, and how its weights are named.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use burn::{
    module::Module,
    nn::{
        Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig,
        transformer::{TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput},
    },
    store::{ModuleSnapshot as _, PyTorchToBurnAdapter, SafetensorsStore},
    tensor::{Bool, Device, Int, Tensor},
};

/// How large a model is.
struct Size {
    /// Numbers in an embedding.
    width: usize,
    layers: usize,
    heads: usize,
    vocabulary: usize,
}

const MINILM: Size = Size { width: 384, layers: 6, heads: 12, vocabulary: 30522 };

/// One that is loaded and runs at once, and knows nothing.
const SMALL: Size = Size { width: 32, layers: 2, heads: 4, vocabulary: 32 };

const POSITIONS: usize = 512;
const TYPES: usize = 2;
const EPSILON: f64 = 1e-12;

/// How PyTorch's BERT names its weights, and where they go here.
const NAMES: [(&str, &str); 10] = [
    (r"^embeddings\.word_embeddings\.", "embeddings.words."),
    (r"^embeddings\.position_embeddings\.", "embeddings.positions."),
    (r"^embeddings\.token_type_embeddings\.", "embeddings.types."),
    (r"^embeddings\.LayerNorm\.", "embeddings.norm."),
    (r"^encoder\.layer\.(\d+)\.attention\.self\.", "encoder.layers.${1}.mha."),
    (r"^encoder\.layer\.(\d+)\.attention\.output\.dense\.", "encoder.layers.${1}.mha.output."),
    (r"^encoder\.layer\.(\d+)\.attention\.output\.LayerNorm\.", "encoder.layers.${1}.norm_1."),
    (r"^encoder\.layer\.(\d+)\.intermediate\.dense\.", "encoder.layers.${1}.pwff.linear_inner."),
    (r"^encoder\.layer\.(\d+)\.output\.dense\.", "encoder.layers.${1}.pwff.linear_outer."),
    (r"^encoder\.layer\.(\d+)\.output\.LayerNorm\.", "encoder.layers.${1}.norm_2."),
];

/// MiniLM-L6, without the pooler that sentence embeddings don't use.
#[derive(Module, Debug)]
pub(crate) struct MiniLm {
    embeddings: Embeddings,
    encoder: TransformerEncoder,
}

#[derive(Module, Debug)]
struct Embeddings {
    words: Embedding,
    positions: Embedding,
    types: Embedding,
    norm: LayerNorm,
}

impl MiniLm {
    /// Reads the weights of a `model.safetensors`.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or has other weights.
    pub(crate) fn open(path: &Path, device: &Device) -> anyhow::Result<Self> {
        let mut store =
            SafetensorsStore::from_bytes(Some(ml_kit::read(path)?)).with_from_adapter(PyTorchToBurnAdapter);
        for (theirs, ours) in NAMES {
            store = store.with_key_remapping(theirs, ours);
        }
        let mut model = Self::new(&MINILM, device);
        let loaded = model.load_from(&mut store).map_err(|error| anyhow!("{error}"));
        loaded.with_context(|| format!("{} has no weights of MiniLM-L6", path.display()))?;
        Ok(model)
    }

    /// A small model with random weights, the same each time.
    pub(crate) fn seeded(device: &Device) -> Self {
        device.seed(1);
        Self::new(&SMALL, device)
    }

    fn new(size: &Size, device: &Device) -> Self {
        let Size { width, layers, heads, vocabulary } = *size;
        let embedding = |count| EmbeddingConfig::new(count, width).init(device);
        Self {
            embeddings: Embeddings {
                words: embedding(vocabulary),
                positions: embedding(POSITIONS),
                types: embedding(TYPES),
                norm: LayerNormConfig::new(width).with_epsilon(EPSILON).init(device),
            },
            encoder: TransformerEncoderConfig::new(width, 4 * width, heads, layers)
                .with_layer_norm_eps(EPSILON)
                .init(device),
        }
    }

    /// A vector for each token: `[sentences, tokens, width]`. `padding` is true where there is none.
    pub(crate) fn forward(&self, ids: Tensor<2, Int>, padding: Tensor<2, Bool>) -> Tensor<3> {
        let input = TransformerEncoderInput::new(self.embeddings.forward(ids)).mask_pad(padding);
        self.encoder.forward(input)
    }
}

impl Embeddings {
    fn forward(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        let [_, tokens] = ids.dims();
        let positions = self.positions.weight.val().narrow(0, 0, tokens);
        // All tokens are of the first type: the second is for the second of two sentences.
        let place = positions + self.types.weight.val().narrow(0, 0, 1);
        self.norm.forward(self.words.forward(ids) + place.unsqueeze())
    }
}
