//! `wgpu-wasi`: runs WebAssembly components that use the GPU through `wasi:webgpu`.

mod adapters;
mod run;

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// Runs WebAssembly components on the GPU of this machine, sandboxed.
#[derive(Debug, Parser)]
#[command(name = "wgpu-wasi", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Adapters(adapters::Adapters),
}

/// Exit status when the program can't be run at all, as `docker` and `env` have it.
const HOST_FAILED: u8 = 125;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Warnings tell what a guest can't: that no adapter was found, an error that nobody caught.
    let filter = EnvFilter::try_from_default_env()
        // The drivers' own chatter is of no use to the person who runs a program.
        .unwrap_or_else(|_| EnvFilter::new("warn,wgpu_hal=off,wgpu_core=error,naga=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .init();
    let result = match cli.command {
        Command::Run(run) => run.execute(),
        Command::Adapters(adapters) => adapters.execute(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(HOST_FAILED)
    })
}
