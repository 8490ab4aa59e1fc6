//! What the program measures of itself.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use ml_embed::{BATCH, Embedder};
use ml_kit::Bench;

use crate::corpus::Corpus;

/// How long the warm batches are repeated, at least.
const LONG_ENOUGH: Duration = Duration::from_secs(5);

/// Times the steps of a start.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Instant,
    lap: Instant,
}

impl Clock {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start, lap: start }
    }

    /// Prints the milliseconds since the lap before.
    pub(crate) fn lap(&mut self, bench: &Bench, name: &str) -> anyhow::Result<()> {
        let before = std::mem::replace(&mut self.lap, Instant::now());
        bench.line(name, "ms", milliseconds(self.lap - before))
    }
}

/// Measures the first batch, and then as many as it takes.
///
/// # Errors
///
/// When the corpus is too small, or embedding fails.
pub(crate) fn run(bench: &Bench, clock: &Clock, embedder: &Embedder, corpus: &Corpus) -> anyhow::Result<()> {
    let sentences: Vec<_> = corpus.sentences().collect();
    let batches = sentences.chunks_exact(BATCH);
    let first = batches.clone().next().with_context(|| format!("less than {BATCH} sentences"))?;
    let embeddings = embedder.embed(first)?;
    bench.line("embed/first_batch", "ms", milliseconds(clock.start.elapsed()))?;
    ensure!(embeddings.len() == BATCH, "an embedding is missing");

    // Each shape once: later ones may need kernels of their own.
    for batch in batches.clone() {
        embedder.embed(batch)?;
    }
    let start = Instant::now();
    let mut sentences = 0;
    while start.elapsed() < LONG_ENOUGH {
        for batch in batches.clone() {
            sentences += embedder.embed(batch)?.len();
        }
    }
    bench.line("embed/throughput", "sentences/s", sentences as f64 / start.elapsed().as_secs_f64())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
