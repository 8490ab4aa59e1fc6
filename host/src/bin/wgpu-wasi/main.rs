//! `wgpu-wasi`: runs WebAssembly components that use the GPU through `wasi:webgpu`.

#![deny(unsafe_code)]

use std::{env, path::Path, process::ExitCode};

use clap::{Parser, Subcommand};
use wgpu_wasi_host::cli::{self, Adapters, Run, Serve, Stream};

/// Runs WebAssembly components on the GPU of this machine, sandboxed.
#[derive(Debug, Parser)]
#[command(name = "wgpu-wasi", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    // Their options are many, and the other has none.
    Run(Box<Run>),
    Serve(Box<Serve>),
    Stream(Box<Stream>),
    Adapters(Adapters),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(folder) = cli::runtime_dir() {
        set_runtime_dir(&folder);
    }
    cli::exit_code(match cli.command {
        // What it logs, and how, is among its options.
        Command::Serve(serve) => serve.execute(),
        Command::Stream(stream) => stream.execute(),
        Command::Run(run) => {
            cli::start_log();
            run.execute()
        }
        Command::Adapters(adapters) => {
            cli::start_log();
            adapters.execute()
        }
    })
}

#[expect(unsafe_code, reason = "the drivers take this from the environment alone")]
fn set_runtime_dir(folder: &Path) {
    // SAFETY: `main` calls this before anything that starts a thread, so that nobody else reads the environment.
    unsafe { env::set_var(cli::RUNTIME_DIR, folder) };
}
