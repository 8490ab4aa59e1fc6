//! Measures what wgpu costs. The same source runs natively and as a component; `cargo xtask bench`
//! runs both and puts them side by side.
//!
//! Prints one line of JSON a row, `{"name":…,"unit":…,"value":…,"quiet":…,"per":…}`, after a first line that names the
//! adapter. A value is the median of several repetitions, for one of the `per` things that a repetition does.

mod draw;
mod frames;
mod gpu;
mod options;
mod record;
mod repeat;
mod transfer;
mod work;

use std::{error::Error, process::ExitCode};

use gpu::Gpu;
use options::Options;

/// What every measurement may end with.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let gpu = Gpu::open()?;
    println!("{{\"adapter\":{:?}}}", gpu.name);
    record::rows(&gpu, options)?;
    record::rows_of_kept(options)?;
    draw::rows(&gpu, options)?;
    frames::rows(&gpu, options)?;
    transfer::rows(&gpu, options)?;
    work::rows(&gpu, options)
}
