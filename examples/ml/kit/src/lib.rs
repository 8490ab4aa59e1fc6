//! What the burn programs have in common: the device, measurements, progress bars, plots.
//!
//! All of it is burn as its documentation has it; nothing here knows where the program runs.

mod bench;
mod canvas;
mod files;
mod gpu;
mod plot;
mod progress;
mod terminal;

pub use bench::Bench;
pub use canvas::Canvas;
pub use files::{output_folder, read, write};
pub use gpu::Gpu;
pub use plot::{Curve, Plot};
pub use progress::progress;

use std::process::ExitCode;

/// Runs a program; an error is told in one line, with its causes.
pub fn main(run: impl FnOnce() -> anyhow::Result<()>) -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
