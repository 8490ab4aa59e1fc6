//! From sentences to their embeddings.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, ensure};
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::model::MiniLm;
use crate::tokens::Tokens;

/// Sentences that go through the model together.
pub const BATCH: usize = 32;

/// The model on the GPU, with its tokenizer.
#[derive(Debug)]
pub struct Embedder {
    tokens: Tokens,
    model: MiniLm,
    device: Device,
}

/// Where the model is.
#[derive(Debug)]
pub struct Files {
    weights: PathBuf,
    tokenizer: PathBuf,
}

/// A sentence and its vector, of length 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Embedded {
    /// The sentence.
    pub text: String,
    /// Its vector.
    pub embedding: Vec<f32>,
}

impl Files {
    /// Those of a folder.
    ///
    /// # Errors
    ///
    /// When they aren't there.
    pub fn find(folder: &Path) -> anyhow::Result<Self> {
        let files =
            Self { weights: folder.join("model.safetensors"), tokenizer: folder.join("tokenizer.json") };
        ensure!(
            files.weights.is_file() && files.tokenizer.is_file(),
            "no model in {}: `cargo xtask setup --ml`, at the checkout's root, fetches it into target/ml/minilm",
            folder.display()
        );
        Ok(files)
    }
}

impl Embedder {
    /// Loads the model.
    ///
    /// # Errors
    ///
    /// When a file can't be read, or is of another model.
    pub fn open(files: &Files, device: Device) -> anyhow::Result<Self> {
        let model = MiniLm::open(&files.weights, &device)?;
        Ok(Self { tokens: Tokens::open(&files.tokenizer)?, model, device })
    }

    /// A small model with random weights, the same each time, and a few words: to try what is around it without the weights.
    ///
    /// # Errors
    ///
    /// When the tokenizer is refused: never.
    pub fn seeded(device: Device) -> anyhow::Result<Self> {
        Ok(Self { tokens: Tokens::seeded()?, model: MiniLm::seeded(&device), device })
    }

    /// Embeds any number of sentences, with a progress bar.
    ///
    /// # Errors
    ///
    /// When the tokenizer refuses a text, or the GPU fails.
    pub fn embed_all(&self, texts: &[&str]) -> anyhow::Result<Vec<Embedded>> {
        let bar = ml_kit::progress(texts.len() as u64, "embedding")?;
        let mut all = Vec::with_capacity(texts.len());
        for texts in texts.chunks(BATCH) {
            let embeddings = self.embed(texts)?;
            all.extend(
                texts
                    .iter()
                    .zip(embeddings)
                    .map(|(&text, embedding)| Embedded { text: text.to_owned(), embedding }),
            );
            bar.inc(texts.len() as u64);
        }
        bar.finish_and_clear();
        Ok(all)
    }

    /// Embeds sentences as one batch.
    ///
    /// # Errors
    ///
    /// When the tokenizer refuses a text, or the GPU fails.
    pub fn embed(&self, texts: &[&str]) -> anyhow::Result<Vec<Vec<f32>>> {
        let batch = self.tokens.batch(texts)?;
        let (shape, device) = ([batch.rows, batch.columns], &self.device);
        let ids = Tensor::<2, Int>::from_data(TensorData::new(batch.ids, shape), device);
        let padding = Tensor::<2, Bool>::from_data(TensorData::new(batch.padding, shape), device);
        let weights = Tensor::<2>::from_data(TensorData::new(batch.weights, shape), device);

        let states = self.model.forward(ids, padding);
        let [_, _, width] = states.dims();
        // The mean over each sentence's own tokens.
        let means: Tensor<2> = (states * weights.unsqueeze_dim(2)).sum_dim(1).squeeze_dim(1);
        let means = means.into_data().try_into_vec::<f32>().map_err(|error| anyhow!("{error:?}"))?;
        Ok(means.chunks_exact(width).map(to_unit_length).collect())
    }
}

fn to_unit_length(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter().map(|value| value / length).collect()
}

#[cfg(test)]
mod tests {
    use std::env;

    use ml_kit::Gpu;

    use super::{Embedder, to_unit_length};

    #[test]
    fn vectors_get_the_length_1_unless_they_have_none() {
        assert_eq!(to_unit_length(&[3.0, 0.0, -4.0]), [0.6, 0.0, -0.8]);
        assert_eq!(to_unit_length(&[0.0, 0.0]), [0.0, 0.0]);
    }

    /// Longer neighbours are padding, and padding is no matter.
    #[test]
    fn a_batch_has_what_each_sentence_has_alone() -> anyhow::Result<()> {
        let gpu = match Gpu::open() {
            Err(error) if env::var_os("CI").is_none() => {
                eprintln!("passed over: {error}");
                return Ok(());
            }
            opened => opened?,
        };
        let embedder = Embedder::seeded(gpu.device)?;
        let texts =
            ["water", "how do plants make food", "leaves turn sunlight into sugar and roots take up water"];
        let together = embedder.embed(&texts)?;
        assert_eq!(together.len(), texts.len());
        for (text, together) in texts.iter().zip(&together) {
            let alone = embedder.embed(&[*text])?.concat();
            assert_eq!((alone.len(), together.len()), (32, 32));
            assert!(
                alone.iter().zip(together).all(|(a, b)| (a - b).abs() < 1e-4),
                "{text}: {alone:?} {together:?}"
            );
        }
        let [first, others @ ..] = together.as_slice() else { unreachable!("there are three") };
        let score = |other: &Vec<f32>| other.iter().zip(first).map(|(a, b)| a * b).sum::<f32>();
        assert!(others.iter().all(|other| score(other) < 0.999), "all sentences have one vector");
        Ok(())
    }
}
