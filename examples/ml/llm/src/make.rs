//! `make`: a model with weights from a seed, in files as models are published.
//!
//! It writes no sense, but it is as large and as fast as a trained one. Weights go to the file as they are drawn, so
//! the model may be larger than the memory.

mod random;
mod size;
mod tokenizer;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;
use safetensors::Dtype;
use serde_json::json;

use crate::config;
use crate::files::{self, Entry, Header, Index};
use crate::text;
use size::{Size, Tensor};

/// Writes a model with weights from a seed.
#[derive(Debug, Args)]
pub(crate) struct Make {
    /// The folder that the files go to
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// The same seed gives the same weights
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How large the model is
    #[arg(long, value_enum, default_value_t = Size::Small)]
    size: Size,
    /// Uses the embeddings as the last layer, too
    #[arg(long)]
    tied: bool,
    /// The most bytes of weights in one file; what is more goes into several, with an index
    #[arg(long, value_name = "BYTES", default_value_t = 5_000_000_000)]
    file_size: u64,
}

impl Make {
    /// Writes the files.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        ml_kit::output_folder(&self.out)?;
        let config = self.size.config(self.tied);
        let json = |value: &_| Ok::<_, serde_json::Error>(serde_json::to_string_pretty(value)? + "\n");
        let mut described = serde_json::to_value(&config)?;
        if let Some(object) = described.as_object_mut() {
            object.insert("architectures".to_owned(), json!(["LlamaForCausalLM"]));
            object.insert("torch_dtype".to_owned(), json!("float16"));
        }
        ml_kit::write(&self.out.join(config::NAME), json(&described)?)?;
        let tokenizer = serde_json::to_string(&tokenizer::make(config.vocab_size))?;
        ml_kit::write(&self.out.join(text::NAME), tokenizer)?;

        let tensors = size::tensors(&config);
        let total: u64 = tensors.iter().map(Tensor::bytes).sum();
        let shards = self.shards(tensors);
        let bar = ml_kit::progress(total >> 20, "MiB written")?;
        let mut index = Index {
            metadata: BTreeMap::from([("total_size".to_owned(), json!(total))]),
            weight_map: BTreeMap::new(),
        };
        for (number, shard) in shards.iter().enumerate() {
            let name = match shards.len() {
                1 => files::ONE.to_owned(),
                count => format!("model-{:05}-of-{count:05}.safetensors", number + 1),
            };
            self.write(&self.out.join(&name), shard, &mut |bytes| bar.inc(bytes >> 20))?;
            index.weight_map.extend(shard.iter().map(|tensor| (tensor.name.clone(), name.clone())));
        }
        bar.finish_and_clear();
        let path = self.out.join(files::INDEX);
        if shards.len() > 1 {
            ml_kit::write(&path, json(&serde_json::to_value(&index)?)?)?;
        } else {
            // One of another model would be followed.
            ensure!(!path.exists(), "{} is there already, of another model: remove it", path.display());
        }
        println!("{} weights, {total} bytes, in {} files", total / 2, shards.len());
        Ok(())
    }

    /// As many tensors together as go into one file.
    fn shards(&self, tensors: Vec<Tensor>) -> Vec<Vec<Tensor>> {
        let mut shards: Vec<Vec<Tensor>> = Vec::new();
        let mut left = 0;
        for tensor in tensors {
            let bytes = tensor.bytes();
            match shards.last_mut().filter(|_| bytes <= left) {
                Some(shard) => {
                    left -= bytes;
                    shard.push(tensor);
                }
                None => {
                    left = self.file_size.saturating_sub(bytes);
                    shards.push(vec![tensor]);
                }
            }
        }
        shards
    }

    /// Writes one file.
    fn write(&self, path: &Path, tensors: &[Tensor], done: &mut impl FnMut(u64)) -> anyhow::Result<()> {
        let mut header = Header::default();
        // Programs of others want to know that these are weights as PyTorch names them.
        header.metadata.insert("format".to_owned(), "pt".to_owned());
        let mut end = 0;
        for tensor in tensors {
            let start = end;
            end += tensor.bytes();
            let entry = Entry { dtype: Dtype::F16, shape: tensor.shape.clone(), data_offsets: (start, end) };
            header.tensors.insert(tensor.name.clone(), entry);
        }
        let mut fill = || {
            let mut file = BufWriter::new(File::create(path)?);
            header.write(&mut file)?;
            for tensor in tensors {
                random::write(tensor, self.seed, &mut file, done)?;
            }
            Ok::<_, anyhow::Error>(file.flush()?)
        };
        fill().with_context(|| format!("can't write {}", path.display()))
    }
}
