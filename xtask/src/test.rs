//! `cargo xtask test`: everything that must pass.

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::{
    artifacts::{self, DROP_IN, EXAMPLES, GUESTS, HTTP_GUESTS, MAIN, RELEASE, WINDOWED},
    darkroom, drop_in, ml, python,
    repo::Repo,
    setup, video, web, windowed, wit,
};

/// How much is tested.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Also programs over vello, egui, burn and others, and the Python package: half an hour more on two processors, most of it compilation
    #[arg(long)]
    pub(crate) long: bool,
    #[command(flatten)]
    web: web::Options,
}

/// Runs the tests; the last lines are those of the main workspace's own summary.
///
/// With `CI` set in the environment, a machine without a GPU adapter fails instead of being passed
/// over: the tests themselves see to that.
pub(crate) fn run_all(repo: &Repo, options: Options) -> Result<()> {
    setup::before_windows(repo)?;
    wit::run(repo, true)?;
    let sh = &repo.sh;
    cmd!(sh, "cargo test --release --manifest-path xtask/Cargo.toml").run()?;
    artifacts::build_components(repo, MAIN, &GUESTS)?;
    artifacts::build_components(repo, MAIN, &HTTP_GUESTS)?;
    artifacts::build_components(repo, EXAMPLES, &[])?;
    // Each of these tests opens the GPU for itself. Vulkan's loader (1.4.309 did) may crash when one thread
    // opens a device while another looks for adapters, so they take turns.
    // `plugin` has the host in it, with features of its own: wasmtime would be built once more.
    let but: &[&str] = if options.long { &[] } else { &["--exclude", "plugin"] };
    let examples = cmd!(sh, "cargo test --release --manifest-path {EXAMPLES} --workspace {but...}");
    examples.env("RUST_TEST_THREADS", "1").run()?;
    // The guest's side apart from the rest: together with it, wgpu would have the features of both, and be
    // built once more for that.
    cmd!(sh, "cargo test --release -p wgpu-wasi-backend --features window").run()?;
    cmd!(sh, "cargo test --release --doc").run()?;
    let targets = ["--lib", "--bins", "--tests"];
    // The tests of cargo's subcommand have the program built; by itself, it would be built once more, and
    // wasmtime with it.
    cmd!(sh, "cargo test --release {targets...} --no-run").run()?;
    let subcommand = artifacts::subcommand(repo, RELEASE);
    video::compare(repo, &artifacts::native(&artifacts::native_folder(repo), "wgpu-wasi"))?;
    cmd!(sh, "cargo test --release --manifest-path {WINDOWED}").run()?;
    windowed::build(repo, &subcommand)?;
    if options.long {
        cmd!(sh, "cargo test --release --manifest-path {DROP_IN} --workspace").run()?;
        drop_in::compare_all(repo, &subcommand)?;
        ml::learn_in_the_sandbox(repo, &subcommand)?;
        darkroom::compare(repo, &subcommand)?;
        // The host with features of its own: wasmtime is built once more.
        python::test(repo, python::Options::default())?;
    }
    web::test(repo, options.web)?;
    let (variable, folder) = windowed::FOLDER;
    let tests = cmd!(sh, "cargo test --release {targets...} --no-fail-fast");
    Ok(tests.env(variable, repo.target(folder)).run()?)
}
