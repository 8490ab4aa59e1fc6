//! What the commands build, and where cargo puts it.

use std::{
    env::consts::EXE_SUFFIX,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::repo::{GUEST_TARGET, Repo, run, show};

/// The workspaces of the checkout, by their manifests; the main one first.
pub(crate) const WORKSPACES: [&str; 7] =
    ["Cargo.toml", GUESTS, EXAMPLES, DROP_IN, ML, FUZZ_TARGETS, "xtask/Cargo.toml"];

/// The manifest of the programs that are both tests and benchmarks.
pub(crate) const GUESTS: &str = "tests/guests/Cargo.toml";

/// The manifest of the example programs.
pub(crate) const EXAMPLES: &str = "examples/Cargo.toml";

/// The manifest of the programs that are built by `cargo wgpu-wasi`.
pub(crate) const DROP_IN: &str = "examples/drop-in/Cargo.toml";

/// The manifest of the burn programs.
pub(crate) const ML: &str = "examples/ml/Cargo.toml";

/// The manifest of the programs that `cargo fuzz` builds.
pub(crate) const FUZZ_TARGETS: &str = "tests/fuzz/Cargo.toml";

/// How cargo builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// For tests and the demo, which share every build; every workspace has it.
    Release,
    /// Of the main workspace: how people install the host, and how it is measured. LLVM takes minutes longer for it.
    Dist,
}

impl Profile {
    /// Its name, and that of the folder which cargo makes for it.
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dist => "dist",
        }
    }
}

/// Builds the command line program `wgpu-wasi`.
pub(crate) fn build_host(repo: &Repo, profile: Profile) -> Result<PathBuf> {
    let host = ["-p", "wgpu-wasi-host", "--bin", "wgpu-wasi"];
    run(repo.cargo(["build", "--profile", profile.name()]).args(host))?;
    Ok(native(&repo.target(profile.name()), "wgpu-wasi"))
}

/// Builds cargo's subcommand `cargo wgpu-wasi`.
pub(crate) fn build_subcommand(repo: &Repo, profile: Profile) -> Result<PathBuf> {
    run(&mut repo.cargo(["build", "--profile", profile.name(), "-p", "cargo-wgpu-wasi"]))?;
    Ok(subcommand(repo, profile))
}

/// Where cargo puts its subcommand.
pub(crate) fn subcommand(repo: &Repo, profile: Profile) -> PathBuf {
    native(&repo.target(profile.name()), "cargo-wgpu-wasi")
}

/// Builds programs of a workspace natively.
pub(crate) fn build_native(repo: &Repo, manifest: &str, packages: &[&str]) -> Result<()> {
    run(repo.cargo(["build", "--release", "--manifest-path", manifest]).args(select(packages)))
}

/// Builds programs of a workspace as components; no names means all its default members.
pub(crate) fn build_components(repo: &Repo, manifest: &str, packages: &[&str]) -> Result<()> {
    let mut cargo = repo.cargo(["build", "--release", "--manifest-path", manifest, "--target", GUEST_TARGET]);
    run(cargo.args(select(packages)))
}

/// Builds all the programs of a workspace as components by `cargo wgpu-wasi`, which is `tool`; the lock file has
/// to be afterwards what it was before.
pub(crate) fn build_by_subcommand(repo: &Repo, tool: &Path, manifest: &str) -> Result<()> {
    let lock = repo.path(manifest).with_file_name("Cargo.lock");
    let read = || fs::read(&lock).with_context(|| lock.display().to_string());
    let before = read()?;
    let mut build = repo.command(tool);
    run(build.args(["wgpu-wasi", "build", "--release", "--manifest-path", manifest]))?;
    if read()? != before {
        bail!("`{}` has changed {}", show(&build), lock.display());
    }
    Ok(())
}

fn select<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages.iter().flat_map(|package| ["-p", *package]).collect()
}

/// The path of a native program in a folder.
pub(crate) fn native(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{EXE_SUFFIX}"))
}

/// The path of a component in a folder.
pub(crate) fn component(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.wasm"))
}

/// Where cargo puts native programs.
pub(crate) fn native_folder(repo: &Repo) -> PathBuf {
    repo.target("release")
}

/// Where cargo puts components.
pub(crate) fn component_folder(repo: &Repo) -> PathBuf {
    repo.target(GUEST_TARGET).join("release")
}
