//! `train`: makes a model from a text.

mod batch;
mod journal;
mod schedule;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use burn::module::Module as _;
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use clap::Args;
use ml_kit::{Bench, Gpu};

use self::{
    batch::{Batch, Batches},
    journal::Journal,
    schedule::Schedule,
};
use crate::{
    model::{Causal, Model, Size},
    random::Random,
    text::Corpus,
    weights::{self, Description},
};

/// Losses are read back every so many steps: the GPU need not wait for the processor at every one.
const INTERVAL: usize = 10;
/// The measuring begins at this step.
const WARM: usize = 10;
/// Batches that the loss on held-out text is the mean of, at most.
const HELD_OUT: usize = 8;

/// Trains a model on a text.
#[derive(Debug, Args)]
pub(crate) struct Train {
    /// The text, in UTF-8. Its last tenth is held out.
    #[arg(long)]
    text: PathBuf,
    /// The folder for the weights, the losses and their plot.
    #[arg(long)]
    out: PathBuf,
    /// Steps to train for [default: 2000, small 300].
    #[arg(long)]
    steps: Option<usize>,
    /// Windows of text in a step [default: 32, small 16].
    #[arg(long)]
    batch: Option<usize>,
    /// Seed of the first weights and of the windows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A tiny model, for trying things out: about 110 thousand parameters instead of 820 thousand.
    #[arg(long)]
    small: bool,
    /// Prints measurements, one JSON object a line.
    #[arg(long)]
    bench: bool,
}

impl Train {
    /// Trains, and writes the weights, the losses and their plot.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let (steps, batch) = if self.small { (300, 16) } else { (2000, 32) };
        let (steps, batch) = (self.steps.unwrap_or(steps), self.batch.unwrap_or(batch));
        ensure!(steps > 0 && batch > 0, "nothing to train: --steps or --batch is 0");
        let mut size = if self.small {
            Size { vocabulary: 0, context: 64, layers: 2, heads: 2, width: 64 }
        } else {
            Size { vocabulary: 0, context: 128, layers: 4, heads: 4, width: 128 }
        };
        let corpus = Corpus::read(&self.text, size.context)?;
        size.vocabulary = corpus.vocabulary.len();
        size.check()?;
        ml_kit::output_folder(&self.out)?;

        let gpu = Gpu::open()?;
        let bench = Bench::new(self.bench, &gpu)?;
        let device = gpu.device.clone().autodiff();
        let mut random = Random::new(self.seed);
        let model = Model::new(&size, &mut random, &device);
        println!("{} parameters, {} characters to train on", model.num_params(), corpus.train.len());
        let mut batches = Batches::new(&corpus.train, batch, size.context, random, &device);
        let loss_of = Loss::new(size.context, &device);
        let (model, journal) = train(model, &loss_of, &mut batches, steps, &bench)?;

        let model = model.valid();
        let held_out = batch::even(&corpus.held_out, batch, size.context, HELD_OUT, &gpu.device)?;
        let held_out = evaluate(&model, &Loss::new(size.context, &gpu.device), held_out)?;
        println!(
            "{steps} steps: loss {:.4} in training, {held_out:.4} held out, nats a character",
            journal.last()
        );
        journal.save(&self.out, held_out)?;
        let path = weights::save(&self.out, model, &Description { size, vocabulary: corpus.vocabulary })?;
        println!("weights: {}", path.display());
        Ok(())
    }
}

/// The loop; the trained model and its losses.
fn train(
    mut model: Model,
    loss_of: &Loss,
    batches: &mut Batches<'_>,
    steps: usize,
    bench: &Bench,
) -> anyhow::Result<(Model, Journal)> {
    let mut optimizer: ModuleOptimizer = AdamWConfig::new().with_beta_2(0.99).with_weight_decay(0.1).init();
    let schedule = Schedule::new(steps);
    let mut journal = Journal::default();
    let mut pending = Vec::new();
    let bar = ml_kit::progress(steps as u64, "training")?;
    let start = Instant::now();
    let mut warm = None;
    for step in 0..steps {
        let loss = loss_of.of(&model, batches.draw()?);
        pending.push(loss.clone().inner());
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(schedule.rate(step), model, gradients);
        let done = step + 1;
        if step == 0 || done % INTERVAL == 0 || done == steps {
            let losses =
                Tensor::cat(std::mem::take(&mut pending), 0).try_into_data().context("a training step")?;
            journal.add(&losses.try_into_vec::<f32>()?)?;
            bar.set_position(done as u64);
            bar.set_message(format!("loss {:.3}", journal.last()));
        }
        if step == 0 {
            bench.line("chars/first_batch", "ms", 1e3 * start.elapsed().as_secs_f64())?;
        }
        if done == WARM {
            warm = Some(Instant::now());
        }
    }
    bar.finish_and_clear();
    if let Some(warm) = warm.filter(|_| steps > WARM) {
        let rate = (batches.characters() * (steps - WARM)) as f64 / warm.elapsed().as_secs_f64();
        eprintln!("{rate:.0} characters/s after {WARM} steps");
        bench.line("chars/train", "characters/s", rate)?;
    }
    Ok((model, journal))
}

/// The mean loss over batches.
fn evaluate(model: &Model, loss_of: &Loss, batches: Vec<Batch>) -> anyhow::Result<f64> {
    let losses: Vec<_> = batches.into_iter().map(|batch| loss_of.of(model, batch)).collect();
    ensure!(!losses.is_empty(), "no held-out text");
    Ok(f64::from(Tensor::cat(losses, 0).mean().try_into_scalar::<f32>()?))
}

/// How far a model is off.
struct Loss {
    cross_entropy: CrossEntropyLoss,
    causal: Causal,
}

impl Loss {
    fn new(context: usize, device: &Device) -> Self {
        let cross_entropy = CrossEntropyLossConfig::new().init(device);
        Self { cross_entropy, causal: Causal::new(context, device) }
    }

    /// In nats a character: the mean over the whole batch.
    fn of(&self, model: &Model, batch: Batch) -> Tensor<1> {
        let logits = model.forward(batch.inputs, &self.causal);
        let [windows, context, vocabulary] = logits.dims();
        let logits = logits.reshape([windows * context, vocabulary]);
        self.cross_entropy.forward(logits, batch.targets.reshape([windows * context]))
    }
}
