//! `cargo xtask python`: the Python package: its wheel, and its tests.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use xshell::cmd;

use crate::{
    artifacts::{self, DIST, EXAMPLES, HTTP_GUESTS, MAIN, RELEASE},
    repo::{GUEST_TARGET, Repo, in_path},
    setup,
};

/// What is built and tested.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Only build the wheel
    #[arg(long)]
    wheel: bool,
    /// Build it in the profile `dist`, in which people install the host
    #[arg(long)]
    dist: bool,
    /// Leave out Ray, which is a large download
    #[arg(long)]
    no_ray: bool,
    /// Measure requests against those of Rust as well, and two nodes of Ray against one
    #[arg(long)]
    bench: bool,
}

/// The package of the main workspace that is the native part.
pub(crate) const PACKAGE: &str = "wgpu-wasi-python";

/// What makes the wheel.
const MATURIN: &str = "maturin==1.16.0";

/// Makes the machine ready, builds what is needed, and runs all tests.
pub(crate) fn run_all(repo: &Repo, options: Options) -> Result<()> {
    setup::before(repo)?;
    if !options.wheel {
        artifacts::build_components(repo, MAIN, &HTTP_GUESTS)?;
        artifacts::build_components(repo, EXAMPLES, &["doubling", "image-filter"])?;
    }
    test(repo, options)
}

/// The same after these components have been built.
pub(crate) fn test(repo: &Repo, options: Options) -> Result<()> {
    let sh = &repo.sh;
    let python = environment(repo)?;
    let wheel = build(repo, &python, options)?;
    println!("python: the wheel is {}", wheel.display());
    if options.wheel {
        return Ok(());
    }
    let extras = if options.no_ray { "test" } else { "ray,test" };
    let with_extras = format!("{}[{extras}]", wheel.display());
    let pip = || cmd!(sh, "{python} -m pip install --quiet --disable-pip-version-check");
    pip().arg(&with_extras).run()?;
    // Of the same version as the one before, perhaps, which pip takes for the same wheel.
    pip().args(["--force-reinstall", "--no-deps"]).arg(&wheel).run()?;
    // Apart from the programs among the examples, as all that answer requests.
    artifacts::build_components(repo, EXAMPLES, &["serve-filter"])?;
    build_guest(repo)?;
    check(repo, &python, options)?;
    let components = artifacts::component_folder(repo);
    {
        let _folder = sh.push_dir(repo.path("python"));
        // Not as a module: that would have the package be found in this folder, without its native part.
        let pytest = python.with_file_name("pytest");
        cmd!(sh, "{pytest}").env("WGPU_WASI_COMPONENTS", &components).run()?;
    }
    if options.bench {
        let latency = build_example(repo, options)?;
        let guest = artifacts::component(&components, "http_guest");
        let script = repo.path("python/bench/latency.py");
        let latency = cmd!(sh, "{python} {script} {latency} {guest}").run();
        if !options.no_ray {
            let script = repo.path("python/bench/nodes.py");
            cmd!(sh, "{python} {script} {guest}").run()?;
        }
        latency?;
    }
    Ok(())
}

/// A virtual environment with maturin, below the target directory.
fn environment(repo: &Repo) -> Result<PathBuf> {
    let sh = &repo.sh;
    let folder = repo.target("python/venv");
    let python = if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python") };
    if !python.is_file() {
        let base = if in_path("python3") { "python3" } else { "python" };
        let made = cmd!(sh, "{base} -m venv {folder}").run();
        made.context("the Python package needs Python 3.11 or newer, with its module `venv`")?;
    }
    cmd!(sh, "{python} -m pip install --quiet --disable-pip-version-check {MATURIN}").run()?;
    Ok(python)
}

/// Builds the wheel, and returns where it is.
fn build(repo: &Repo, python: &Path, options: Options) -> Result<PathBuf> {
    let sh = &repo.sh;
    let wheels = repo.target("python/wheels");
    sh.remove_path(&wheels)?;
    let (profile, manifest) = (profile(options), "python/Cargo.toml");
    let build = cmd!(sh, "{python} -m maturin build --profile {profile} --locked");
    build.args(["--manifest-path", manifest, "--interpreter"]).arg(python).arg("--out").arg(&wheels).run()?;
    let mut built = sh.read_dir(&wheels)?.into_iter();
    let wheel = built.find(|file| file.extension().is_some_and(|end| end == "whl"));
    wheel.with_context(|| format!("maturin has left no wheel in {}", wheels.display()))
}

fn profile(options: Options) -> &'static str {
    if options.dist { DIST } else { RELEASE }
}

/// A program without a package, for `run`.
fn build_guest(repo: &Repo) -> Result<()> {
    let sh = &repo.sh;
    let guest = artifacts::component(&artifacts::component_folder(repo), "python_guest");
    let source = repo.path("python/tests/guest.rs");
    Ok(cmd!(
        sh,
        "rustc --edition 2024 --target {GUEST_TARGET} -O --crate-name python_guest {source} -o {guest}"
    )
    .run()?)
}

/// Builds the program that `bench/latency.py` compares with. It has all crates from the wheel.
fn build_example(repo: &Repo, options: Options) -> Result<PathBuf> {
    let profile = profile(options);
    cmd!(repo.sh, "cargo build --profile {profile} -p {PACKAGE} --example latency").run()?;
    Ok(artifacts::native(&repo.target(profile).join("examples"), "latency"))
}

/// Formatting, lints and types; that of the native part is compared with what it has.
fn check(repo: &Repo, python: &Path, options: Options) -> Result<()> {
    let sh = &repo.sh;
    let _folder = sh.push_dir(repo.path("python"));
    cmd!(sh, "{python} -m ruff check --no-cache").run()?;
    cmd!(sh, "{python} -m ruff format --no-cache --check").run()?;
    let cache = repo.target("python/mypy");
    if !options.no_ray {
        cmd!(sh, "{python} -m mypy --cache-dir {cache}").run()?;
    }
    // From elsewhere, for the same reason as pytest.
    let _elsewhere = sh.push_dir(repo.target("python"));
    Ok(cmd!(sh, "{python} -m mypy.stubtest wgpu_wasi._native").run()?)
}
