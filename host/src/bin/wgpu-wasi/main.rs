//! `wgpu-wasi`: runs WebAssembly components that use the GPU through `wasi:webgpu`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use wgpu_wasi_host::cli::{self, Adapters, Run};

/// Runs WebAssembly components on the GPU of this machine, sandboxed.
#[derive(Debug, Parser)]
#[command(name = "wgpu-wasi", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Run),
    Adapters(Adapters),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::start_log();
    cli::exit_code(match cli.command {
        Command::Run(run) => run.execute(),
        Command::Adapters(adapters) => adapters.execute(),
    })
}
