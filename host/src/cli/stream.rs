//! `wgpu-wasi stream`: the windows of a component in the tabs of browsers.

mod gate;
mod guests;
mod keys;
mod listen;
mod messages;
mod metrics;
mod options;
mod parts;
mod screen;
mod server;
mod socket;
mod system;
mod words;

use std::process::ExitCode;

use clap::Args;

use super::{
    Program,
    serve::{ServerOptions, start_log},
};
use options::StreamArguments;

/// Shows the windows of a component in browsers.
///
/// The component is one that opens windows, as it is for the desktop. It runs here, on this machine's GPU, and each visitor
/// of the address that is printed gets a program of his own: pictures go to his browser, and what he does with the mouse,
/// the keyboard and his fingers comes back. When he goes, his program ends.
///
/// The program sees nothing of this machine but the GPU, the folders given with `--dir` and the variables given with
/// `--env`. SIGTERM ends the server; the visitors that are there may go on for as long as `--drain` says.
#[derive(Args, Debug)]
pub struct Stream {
    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    windows: StreamArguments,

    #[command(flatten)]
    program: Program,
}

impl Stream {
    /// Streams until the process is told to end. Starts the log.
    ///
    /// # Errors
    ///
    /// When an address can't be listened on, or the component can't be run or has no windows.
    pub fn execute(self) -> wasmtime::Result<ExitCode> {
        let Self { server, windows, program } = self;
        start_log(server.log);
        let (app, args) = program.without_dashes().split()?;
        let options = windows.options(app.clone(), args)?;
        server::run(&server, options, &app)
    }
}
