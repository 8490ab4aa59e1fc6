//! `wgpu-wasi serve`: components that answer HTTP requests.

mod apps;
mod config;
mod connection;
mod listen;
mod log;
mod options;
mod outgoing;
mod output;
mod server;

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use config::{Apps, Source};
use options::AppOptions;

// What other servers have as well.
pub(super) use self::{
    config::stem,
    connection::Watched,
    log::start as start_log,
    options::ServerOptions,
    output::Output,
    server::{LOOK, Signals},
};

/// Answers HTTP requests with a component.
///
/// The component exports `wasi:http/handler@0.3` or `wasi:http/incoming-handler@0.2`. Several instances of it answer
/// side by side, each in a sandbox of its own that sees nothing of this machine but the GPU, the folders given with
/// `--dir` and the variables given with `--env`.
///
/// SIGTERM ends the server when the requests that it has are answered; SIGHUP reads the component, or the file with
/// several, anew.
#[derive(Args, Debug)]
pub struct Serve {
    /// Serves the components of this file, and takes all other options from there
    #[arg(long, value_name = "SERVE.TOML", exclusive = true)]
    config: Option<PathBuf>,

    /// The component, a `.wasm` file
    #[arg(value_name = "APP.WASM", required_unless_present = "config")]
    component: Option<PathBuf>,

    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    app: AppOptions,
}

impl Serve {
    /// Serves until the process is told to end. Starts the log.
    ///
    /// # Errors
    ///
    /// When the options or the file are wrong, an address can't be listened on, or a component can't be served.
    pub fn execute(self) -> wasmtime::Result<ExitCode> {
        let Self { config, component, server, app } = self;
        let (server, source) = match (config, component) {
            (Some(file), _) => {
                let Apps { server, .. } = config::read(&file)?;
                (server, Source::File(file))
            }
            (None, Some(component)) => (server, Source::One(Box::new(app), component)),
            (None, None) => return Err(wasmtime::Error::msg("no component is named")),
        };
        log::start(server.log);
        server::run(server, source)
    }
}
