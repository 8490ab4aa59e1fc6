//! The command line: the parts that the program `wgpu-wasi` and other programs around it, such as
//! `cargo wgpu-wasi`, are made of (feature `cli`).

mod access;
mod adapters;
mod imports;
mod kept;
mod listening;
mod options;
mod quotas;
mod run;
mod serve;
mod stdin;
mod stream;
mod windows;

use std::{
    env,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process::ExitCode,
};

use tracing_subscriber::EnvFilter;

pub use adapters::Adapters;
pub use options::Options;
pub use run::{Program, Run};
pub use serve::Serve;
pub use stream::Stream;

pub use crate::launch::{TRAPPED, trap_report, trap_status};

/// Exit status when the program can't be run at all, as `docker` and `env` have it.
pub const HOST_FAILED: u8 = 125;

/// Exit status of a program whose time was up, as `timeout` has it.
pub const TIMED_OUT: u8 = 124;

/// Exit status of a program that panicked, as Rust's own have it.
pub const PANICKED: u8 = crate::runtime::PANICKED;

/// Exit status of a program that did not close its window when it was asked to, as a shell reports one that was killed.
pub const CLOSED: u8 = 137;

/// The variable that says where a session's sockets are.
pub const RUNTIME_DIR: &str = "XDG_RUNTIME_DIR";

/// What [`RUNTIME_DIR`] is to be set to before the GPU's drivers are loaded; `None` where it can stay as it is.
///
/// Mesa looks for a Wayland display whenever adapters are asked for, windows or none, and where there is no such folder,
/// as in containers, libwayland prints an error each time. In any folder without a display it finds none and is silent.
#[must_use]
pub fn runtime_dir() -> Option<PathBuf> {
    let is_set = env::var_os(RUNTIME_DIR).is_some_and(|folder| Path::new(&folder).is_absolute());
    (cfg!(target_os = "linux") && !is_set).then(env::temp_dir)
}

/// Writes the log to stderr: warnings, or what `RUST_LOG` asks for. Once for each process.
pub fn start_log() {
    // Warnings tell what a guest can't: that no adapter was found, an error that nobody caught.
    let filter = EnvFilter::try_from_default_env()
        // The chatter of drivers and desktops is of no use to the person who runs a program.
        .unwrap_or_else(|_| EnvFilter::new("warn,wgpu_hal=off,wgpu_core=error,naga=error,winit=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .init();
}

/// The exit status of a command; an error is told and is [`HOST_FAILED`].
pub fn exit_code(result: wasmtime::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(HOST_FAILED)
    })
}
