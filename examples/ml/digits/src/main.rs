//! A convolutional net learns to read handwritten digits.

mod sheet;
mod test;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A convolutional net that reads handwritten digits
#[derive(Parser)]
#[command(name = "ml-digits")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a net and write its weights and the curve of its loss
    Train(train::Options),
    /// Read digits that the training has not seen, with the weights of a net trained before
    Test(test::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ml_kit::main(|| match arguments.command {
        Command::Train(options) => train::run(&options),
        Command::Test(options) => test::run(&options),
    })
}
