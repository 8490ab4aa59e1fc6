//! Finds the sentences of a corpus that mean most nearly the same as a query.
//!
//! MiniLM-L6 makes a vector of 384 numbers of each sentence; the nearer two sentences are in meaning, the
//! smaller is the angle between their vectors. The model is fetched by `cargo xtask setup --ml`.

mod bench;
mod check;
mod corpus;
mod nearest;

use std::{path::PathBuf, process::ExitCode, time::Instant};

use anyhow::ensure;
use clap::Parser;
use ml_embed::{Embedder, Files};
use ml_kit::{Bench, Gpu};

use bench::Clock;
use corpus::Corpus;

/// Finds the sentences of a corpus that mean most nearly the same as a query.
#[derive(Debug, Parser)]
struct Options {
    /// The folder with model.safetensors and tokenizer.json
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Sentences to search, one a line, instead of those of the program
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// How many sentences to print for each query
    #[arg(long, value_name = "N", default_value_t = 5)]
    top: usize,
    /// Writes the sentences with their embeddings as JSON
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Embeds the sentences of a file that --out wrote, and compares
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    /// How far numbers, and cosines from 1, may be off for --check
    #[arg(long, value_name = "DIFFERENCE", default_value_t = 1e-3)]
    tolerance: f32,
    /// Prints measurements as JSON
    #[arg(long)]
    bench: bool,
    /// What to look for
    #[arg(value_name = "QUERY")]
    queries: Vec<String>,
}

fn main() -> ExitCode {
    let start = Instant::now();
    ml_kit::main(|| run(&Options::parse(), start))
}

fn run(options: &Options, start: Instant) -> anyhow::Result<()> {
    ensure!(
        !options.queries.is_empty() || options.bench || options.out.is_some() || options.check.is_some(),
        "nothing to do: say what to look for, or give --out, --check or --bench"
    );
    let corpus = match &options.corpus {
        Some(path) => Corpus::read(path)?,
        None => Corpus::own(),
    };
    let files = Files::find(&options.model)?;
    let mut clock = Clock::new(start);
    let gpu = Gpu::open()?;
    let bench = Bench::new(options.bench, &gpu)?;
    clock.lap(&bench, "embed/start_gpu")?;
    let embedder = Embedder::open(&files, gpu.device)?;
    clock.lap(&bench, "embed/start_model")?;

    if options.bench {
        return bench::run(&bench, &clock, &embedder, &corpus);
    }
    if let Some(path) = &options.check {
        return check::run(path, &embedder, options.tolerance);
    }
    // Queries and corpus go together: what fits into one batch costs no more than its longest sentence.
    let (queries, sentences) = (options.queries.iter().map(String::as_str), corpus.sentences());
    let embedded = embedder.embed_all(&queries.chain(sentences).collect::<Vec<_>>())?;
    let (queries, sentences) = embedded.split_at(options.queries.len());
    for query in queries {
        nearest::print(query, sentences, options.top);
    }
    match &options.out {
        Some(path) => check::write(path, sentences),
        None => Ok(()),
    }
}
