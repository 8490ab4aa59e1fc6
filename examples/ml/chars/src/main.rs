//! A small language model that reads and writes single characters.
//!
//! `train` makes it from a text, `sample` writes on from a prompt: one character a pass, with what the
//! passes before have computed kept in a cache. That is how large language models are run, too: many
//! small kernels a token, and one small read back.

mod decode;
mod model;
mod random;
mod sample;
mod sampler;
mod text;
mod train;
mod weights;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A small language model of characters.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Trains a model on a text.
    Train(train::Train),
    /// Writes on from a prompt.
    Sample(sample::Sample),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ml_kit::main(|| match arguments.command {
        Command::Train(train) => train.run(),
        Command::Sample(sample) => sample.run(),
    })
}
