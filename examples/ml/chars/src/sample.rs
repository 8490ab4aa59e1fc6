//! `sample`: writes on from a prompt.

use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use ml_kit::{Bench, Gpu};

use crate::{decode::Decoder, sampler::Sampler, text::Vocabulary, weights};

/// How far the logits of the cache may be from those of a whole pass.
const TOLERANCE: f32 = 1e-3;

/// Writes on from a prompt.
#[derive(Debug, Args)]
pub(crate) struct Sample {
    /// The weights that `train` has written; its `.json` has to lie beside them.
    #[arg(long)]
    weights: PathBuf,
    /// What the text begins with.
    #[arg(long, default_value = "Call me Ishmael.")]
    prompt: String,
    /// How many characters to write.
    #[arg(long, default_value_t = 400)]
    tokens: usize,
    /// Seed of the draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 0 writes the likeliest character each time; the higher, the more daring.
    #[arg(long, default_value_t = 0.8)]
    temperature: f32,
    /// Draws from that many of the likeliest characters only.
    #[arg(long, default_value_t = 20)]
    top_k: usize,
    /// Computes each character's logits without the cache, too, and compares.
    #[arg(long)]
    check: bool,
    /// Prints measurements, one JSON object a line.
    #[arg(long)]
    bench: bool,
}

impl Sample {
    /// Loads, writes, and says how fast that was.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        ensure!(self.tokens > 0, "no characters to write: --tokens is 0");
        let gpu = Gpu::open()?;
        let (model, description) = weights::load(&self.weights, &gpu.device)?;
        let prompt = description.vocabulary.encode(&self.prompt)?;
        let bench = Bench::new(self.bench, &gpu)?;
        let mut decoder = Decoder::new(&model, description.size, &gpu.device);
        if self.bench {
            // Until the context has been full, so that every kernel has run.
            let times = self.write(&mut decoder, &prompt, description.size.context, |_, _, _| Ok(()))?;
            bench.line("chars/first_token", "ms", 1e3 * times.first.as_secs_f64())?;
            decoder.clear();
        }
        print!("{}", self.prompt);
        let mut farthest = 0_f32;
        let times = self.write(&mut decoder, &prompt, self.tokens, |decoder, token, logits| {
            if self.check {
                farthest = farthest.max(distance(logits, &decoder.reread()?)?);
            }
            show(&description.vocabulary, token)
        })?;
        println!();
        if self.check {
            ensure!(farthest <= TOLERANCE, "the cache changes a logit by {farthest}: more than {TOLERANCE}");
            println!("with the cache and without: no logit differs by more than {TOLERANCE}");
            eprintln!("largest difference: {farthest:e}");
        }
        if self.tokens > 1 {
            let rate = (self.tokens - 1) as f64 / times.others.as_secs_f64();
            eprintln!("{rate:.1} characters/s after the first one");
            bench.line("chars/decode", "tokens/s", rate)?;
        }
        Ok(())
    }

    /// Writes `count` characters after the prompt; `each` gets them as they come.
    fn write(
        &self,
        decoder: &mut Decoder<'_>,
        prompt: &[i32],
        count: usize,
        mut each: impl FnMut(&Decoder<'_>, i32, &[f32]) -> anyhow::Result<()>,
    ) -> anyhow::Result<Times> {
        let mut sampler = Sampler::new(self.temperature, self.top_k, self.seed);
        let start = Instant::now();
        let mut logits = decoder.read(prompt).context("the prompt")?;
        let first = start.elapsed();
        for left in (0..count).rev() {
            let token = sampler.choose(&logits).context("the model knows no character")?;
            each(decoder, token, &logits)?;
            if left > 0 {
                logits = decoder.read(&[token])?;
            }
        }
        Ok(Times { first, others: start.elapsed() - first })
    }
}

/// How long characters took.
struct Times {
    first: Duration,
    others: Duration,
}

/// Writes a character to stdout, at once.
fn show(vocabulary: &Vocabulary, token: i32) -> anyhow::Result<()> {
    let character = vocabulary.decode(token).context("a character that the model does not know")?;
    let mut out = stdout().lock();
    write!(out, "{character}")?;
    out.flush()?;
    Ok(())
}

/// By how much the two differ where they differ most.
fn distance(left: &[f32], right: &[f32]) -> anyhow::Result<f32> {
    ensure!(left.len() == right.len(), "{} logits and {}", left.len(), right.len());
    let differences = left.iter().zip(right).map(|(left, right)| (left - right).abs());
    // What is no number is not near anything; `max` alone would pass over it.
    Ok(differences
        .map(|difference| if difference.is_nan() { f32::INFINITY } else { difference })
        .fold(0.0, f32::max))
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_are_the_largest_ones() -> anyhow::Result<()> {
        assert_eq!(distance(&[1.0, -2.0], &[1.5, -4.0])?, 2.0);
        assert_eq!(distance(&[1.0, f32::NAN, 0.0], &[1.5, 0.0, 0.0])?, f32::INFINITY);
        assert!(distance(&[1.0], &[]).is_err());
        Ok(())
    }
}
