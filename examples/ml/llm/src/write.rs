//! Writing on from a prompt.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use burn::tensor::{DType, Device};
use clap::{Args, ValueEnum};
use ml_kit::{Bench, Gpu};

use crate::config::Config;
use crate::decode::Decoder;
use crate::files::Weights;
use crate::load::Loader;
use crate::model::Model;
use crate::report;
use crate::sampler::Sampler;
use crate::text::{Stream, Tokens};

/// Writes on from a prompt.
#[derive(Debug, Args)]
pub(crate) struct Write {
    /// The folder with config.json, tokenizer.json and the weights as safetensors
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,
    /// How many tokens to write, unless the text ends before
    #[arg(long, value_name = "N", default_value_t = 128)]
    tokens: usize,
    /// 0 writes the likeliest token each time; the higher, the more daring
    #[arg(long, value_name = "T", default_value_t = 0.8)]
    temperature: f32,
    /// Draws from that many of the likeliest tokens only
    #[arg(long, value_name = "N", default_value_t = 40)]
    top_k: usize,
    /// Seed of the draws
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// What weights are on the GPU [default: f16 where the GPU computes with it, or else f32]
    #[arg(long)]
    dtype: Option<Type>,
    /// Computes everything from the first token on for each token, to compare
    #[arg(long)]
    no_cache: bool,
    /// Writes the logits after each token of the prompt as JSON, and no text
    #[arg(long, value_name = "FILE")]
    logits: Option<PathBuf>,
    /// Prints measurements as JSON
    #[arg(long)]
    bench: bool,
    /// What the text begins with
    prompt: String,
}

/// A type of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Type {
    F16,
    F32,
}

impl Write {
    /// Loads, writes, and says how fast that was.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        ensure!(self.tokens > 0, "no tokens to write: --tokens is 0");
        let config = Config::read(&self.model)?;
        let tokens = Tokens::open(&self.model)?;
        let prompt = tokens.encode(&self.prompt, config.vocab_size)?;
        let gpu = Gpu::open()?;
        let bench = Bench::new(self.bench, &gpu)?;
        let dtype = self.dtype(&gpu.device)?;
        let model = load(&self.model, &config, &gpu.device, dtype, &bench)?;
        let mut decoder = Decoder::new(&model, &config, prompt.len() + self.tokens, &gpu.device, dtype)?;
        if let Some(path) = &self.logits {
            return report::write(path, &self.prompt, &prompt, &decoder.read_each(&prompt)?);
        }
        let ends = config.ends(&self.model)?;
        if self.bench {
            // Every kernel has run before the rate is measured.
            let times = self.write(&mut decoder, &prompt, &ends, |_| Ok(()))?;
            bench.line("llm/first_token", "ms", 1e3 * times.first.as_secs_f64())?;
            decoder.clear();
        }
        print!("{}", self.prompt);
        let mut stream = Stream::after(&prompt, &tokens)?;
        let times = self.write(&mut decoder, &prompt, &ends, |token| stream.push(token))?;
        println!();
        let rate = times.others as f64 / times.after.as_secs_f64();
        if times.others > 0 {
            eprintln!(
                "first token after {:.2} s, then {rate:.1} tokens/s ({} of them)",
                times.first.as_secs_f64(),
                times.others
            );
            bench.line("llm/decode", "tokens/s", rate)?;
        }
        Ok(())
    }

    /// What the weights are to be on the GPU; it is told.
    fn dtype(&self, device: &Device) -> anyhow::Result<DType> {
        let able = device.supports_dtype(DType::F16);
        let (dtype, why) = match self.dtype {
            Some(Type::F32) => (DType::F32, ""),
            None if !able => (DType::F32, ": the GPU does not compute with f16"),
            Some(Type::F16) | None => {
                ensure!(able, "the GPU does not compute with f16: take --dtype f32");
                (DType::F16, "")
            }
        };
        eprintln!("weights as {}{why}", if dtype == DType::F16 { "f16" } else { "f32" });
        Ok(dtype)
    }

    /// Writes tokens after the prompt; `each` gets them as they come.
    fn write(
        &self,
        decoder: &mut Decoder<'_>,
        prompt: &[u32],
        ends: &[u32],
        mut each: impl FnMut(u32) -> anyhow::Result<()>,
    ) -> anyhow::Result<Times> {
        let mut sampler = Sampler::new(self.temperature, self.top_k, self.seed);
        let mut read = |tokens: &[u32]| {
            if self.no_cache { decoder.read_anew(tokens) } else { decoder.read(tokens) }
        };
        let start = Instant::now();
        let mut logits = read(prompt).context("the prompt")?;
        let mut times = Times { first: start.elapsed(), others: 0, after: Duration::ZERO };
        for left in (0..self.tokens).rev() {
            let token = sampler.choose(&logits).context("the model knows no token")?;
            if ends.contains(&token) {
                break;
            }
            each(token)?;
            if left > 0 {
                logits = read(&[token])?;
                times.others += 1;
            }
        }
        times.after = start.elapsed().saturating_sub(times.first);
        Ok(times)
    }
}

/// How long tokens took.
struct Times {
    first: Duration,
    /// How many came after the first, and how long they took together.
    others: usize,
    after: Duration,
}

/// Puts the weights on the GPU, and says how fast that was.
fn load(
    folder: &Path,
    config: &Config,
    device: &Device,
    dtype: DType,
    bench: &Bench,
) -> anyhow::Result<Model> {
    let mut weights = Weights::open(folder)?;
    let megabytes = weights.bytes() as f64 / 1e6;
    let bar = ml_kit::progress(config.num_hidden_layers as u64, "loading")?;
    let start = Instant::now();
    let mut loader = Loader::new(&mut weights, device, dtype);
    let model = Model::load(config, &mut loader, |done| bar.set_position(done as u64));
    let model = model.with_context(|| format!("the model in {}", folder.display()))?;
    loader.finish()?;
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();
    eprintln!("{megabytes:.0} MB of weights in {seconds:.1} s: {:.0} MB/s", megabytes / seconds);
    bench.line("llm/load", "MB/s", megabytes / seconds)?;
    Ok(model)
}
