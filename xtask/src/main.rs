//! The project's own commands: `cargo xtask help`.
//!
//! Each does the whole of what its name says from a fresh clone, and calls nothing that a laptop
//! can't call: what CI runs is what people run.

mod artifacts;
mod bench;
mod darkroom;
mod demo;
mod docs;
mod drop_in;
mod fuzz;
mod gallery;
mod lint;
mod ml;
mod packages;
mod pages;
mod pairs;
mod python;
mod release;
mod repo;
mod screen;
mod server;
mod setup;
mod site;
mod test;
mod upstream;
mod video;
mod web;
mod windowed;
mod wit;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use repo::Repo;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "The commands of the wgpu-wasi project")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make this machine ready: the wasm32-wasip2 target, and software Vulkan where there is no GPU
    Setup(setup::Options),
    /// Build everything, filter a picture on the GPU inside the sandbox, and compare with native
    Demo,
    /// Draw every scene of the gallery natively and as a component, compare, and make a contact sheet
    Gallery,
    /// Send streams of pictures through the GPU between two pipes, natively and as a component, and compare
    Video,
    /// Build programs over vello, egui and others, unmodified, with `cargo wgpu-wasi`, and compare with native
    DropIn(drop_in::Options),
    /// Run programs in windows on an X server without a screen, natively and as components, and compare the pictures
    Windowed,
    /// Click, type, paste and scroll in an eframe program, natively and as a component, and compare its pictures
    Darkroom,
    /// Train and run burn's nets, natively and as components by `cargo wgpu-wasi`, and compare what they learn
    Ml(ml::Options),
    /// Call every function of the WIT in random order, and watch the host
    Fuzz(fuzz::Options),
    /// Run wgpu's own examples from a checkout, natively and as components, and compare what they show
    Upstream(upstream::Options),
    /// Run everything that must pass
    Test(test::Options),
    /// What CI runs: `setup`, `lint`, `test`, and programs on the crates as they would be published
    Ci(test::Options),
    /// Check the host in a browser, and run programs in Chromium and Firefox
    Web(web::Options),
    /// Build the Python package, and test it, with Ray on two nodes of this machine
    Python(python::Options),
    /// Make a site of the examples, which run when they are opened
    Site(site::Options),
    /// Measure components against the same programs natively
    Bench(bench::Options),
    /// Formatting, clippy and documentation, each without a warning
    Lint(lint::Options),
    /// Write the parts of the documents that are made from the code
    Docs {
        /// Fail where they are not up to date instead
        #[arg(long)]
        check: bool,
    },
    /// Package what would be published, try it, and see whether its versions agree
    Release(release::Options),
    /// Print what `wit/` defines, and copy it into the packages that are published
    Wit {
        /// Compare it with the copies and with the published definition, and fail on any difference
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // The chain of causes in one line; a backtrace of this program would tell nobody anything.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let repo = Repo::find();
    match arguments.command {
        Command::Setup(options) => setup::run(&repo?, &options),
        Command::Demo => demo::run_all(&repo?),
        Command::Gallery => gallery::run_all(&repo?),
        Command::Video => video::run_all(&repo?),
        Command::DropIn(options) => drop_in::run_all(&repo?, options),
        Command::Windowed => windowed::run_all(&repo?),
        Command::Darkroom => darkroom::run_all(&repo?),
        Command::Ml(options) => ml::run_all(repo, &options),
        Command::Fuzz(options) => fuzz::run(&repo?, &options),
        Command::Upstream(options) => upstream::run_all(&repo?, &options),
        Command::Test(options) => test::run_all(&repo?, options),
        Command::Web(options) => web::run_all(&repo?, options),
        Command::Python(options) => python::run_all(&repo?, options),
        Command::Site(options) => site::run_all(&repo?, &options),
        Command::Bench(options) => bench::run(repo, &options),
        Command::Ci(options) => {
            let repo = repo?;
            setup::run(&repo, &setup::Options::default())?;
            lint::run_all(&repo, lint::Options { long: options.long })?;
            // The summary of the tests comes last.
            release::try_packages(&repo)?;
            test::run_all(&repo, options)
        }
        Command::Lint(options) => lint::run_all(&repo?, options),
        Command::Docs { check } => docs::run(&repo?, check),
        Command::Release(options) => release::run(&repo?, &options),
        Command::Wit { check } => wit::run(&repo?, check),
    }
}
