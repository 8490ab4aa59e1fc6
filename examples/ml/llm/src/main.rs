//! Writes on from a prompt with a language model of the Llama family.
//!
//! The model is a folder as such models are published: `config.json`, `tokenizer.json`, and the weights as
//! safetensors, in one file or several. They go to the GPU one tensor after the other, so the program's own memory
//! need not be as large as the model. `make` writes such a folder with weights from a seed.

mod config;
mod decode;
mod files;
mod load;
mod make;
mod model;
mod report;
mod sampler;
mod text;
mod write;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Writes on from a prompt with a language model of the Llama family.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    write: Option<write::Write>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes a model with weights from a seed, as models are published
    Make(make::Make),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ml_kit::main(|| match (arguments.command, arguments.write) {
        (Some(Command::Make(make)), _) => make.run(),
        (None, Some(write)) => write.run(),
        (None, None) => {
            anyhow::bail!("nothing to do: `--model FOLDER PROMPT` writes on, `make` makes a model")
        }
    })
}
