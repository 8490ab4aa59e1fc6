//! The crates as crates.io would have them: packaged, unpacked, and used by programs from there.

use std::fs;

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use crate::{
    artifacts::{self, MAIN},
    repo::{GUEST_TARGET, Repo},
};

/// What is published, and the folder of each. A crate depends on those before it alone.
pub(crate) const CRATES: [(&str, &str); 4] = [
    ("wgpu-wasi-window", "wgpu-wasi-window"),
    ("wgpu-wasi-backend", "wgpu-wasi-backend"),
    ("wgpu-wasi-host", "host"),
    ("cargo-wgpu-wasi", "cargo-wgpu-wasi"),
];

/// A project that knows nothing of WASI; its program is the one in README.md.
const PLAIN: &str = r#"[package]
name = "plain"
edition = "2024"

[dependencies]
pollster = "0.4"
wgpu = "30"

[workspace]
"#;

/// What is added to the manifest of the copy.
const IN_THE_COPY: &str = r#"
[patch.crates-io]
wgpu-wasi-host = { path = "host" }
wgpu-wasi-window = { path = "wgpu-wasi-window" }
"#;

/// What is not optimized there.
const QUICK: [&str; 4] = ["cargo-wgpu-wasi", "wgpu-wasi-harness", "wgpu-wasi-host", "wgpu-wasi-programs"];

/// What the program prints at the end.
const PRINTED: &str = ": [119, 103, 112, 117]";

/// Has cargo package the crates, with these options.
pub(crate) fn package(repo: &Repo, options: &[&str]) -> Result<()> {
    let selected = CRATES.iter().flat_map(|(name, _)| ["-p", name]);
    Ok(cmd!(repo.sh, "cargo package {selected...} {options...}").run()?)
}

/// Builds programs on what [`package`] has made of the crates of this version, and runs them.
///
/// A copy of the checkout has the packages in place of the crates. What they depend on is as in the checkout, and is
/// not built again. The rest is not optimized, which would take minutes.
pub(crate) fn run(repo: &Repo, version: &str) -> Result<()> {
    let sh = repo.sh.clone();
    let copy = repo.target("packages");
    sh.remove_path(&copy)?;
    let files = cmd!(sh, "git ls-files .cargo Cargo.lock Cargo.toml examples python tests").quiet().read()?;
    for file in files.lines() {
        let to = copy.join(file);
        sh.create_dir(to.parent().context("a file is in a folder")?)?;
        sh.copy_file(file, to)?;
    }
    for (name, folder) in CRATES {
        let archive = repo.target(format!("package/{name}-{version}.crate"));
        // `-m`: the files would be of the year 2006, and whatever cargo has built would be newer.
        cmd!(sh, "tar -xzmf {archive} -C {copy}").run()?;
        fs::rename(copy.join(format!("{name}-{version}")), copy.join(folder))?;
    }
    let plain = copy.join("plain");
    sh.write_file(plain.join("src/main.rs"), program(&sh.read_file("README.md")?)?)?;
    sh.write_file(plain.join("Cargo.toml"), PLAIN)?;
    // It has all of them, so that nothing is looked up.
    sh.copy_file(copy.join("examples/drop-in/Cargo.lock"), plain.join("Cargo.lock"))?;

    sh.change_dir(&copy);
    sh.write_file(MAIN, format!("{}\n{IN_THE_COPY}", sh.read_file(MAIN)?))?;
    // With the example, the dependencies have the features that they have in tests.
    let quick = QUICK.map(|name| format!("profile.release.package.{name}.opt-level=0"));
    let quick = quick.iter().flat_map(|option| ["--config", option]);
    cmd!(sh, "cargo build --release --locked {quick...} --bins --example embedder").run()?;
    let doubling = ["--manifest-path", "examples/Cargo.toml", "-p", "doubling", "--target", GUEST_TARGET];
    let quick = "profile.release.package.wgpu-wasi-backend.opt-level=0";
    cmd!(sh, "cargo build --release --locked --config {quick} {doubling...}").run()?;
    let embedder = artifacts::native(&artifacts::native_folder(repo).join("examples"), "embedder");
    let component = artifacts::component(&artifacts::component_folder(repo), "doubling");
    let printed = cmd!(sh, "{embedder} {component} 1 2.5 3").read()?;
    ensure!(printed == "2 5 6", "the host of the package has doubled 1, 2.5 and 3 to {printed}");

    let tool = artifacts::subcommand(repo, artifacts::RELEASE);
    sh.change_dir(&plain);
    let printed = cmd!(sh, "{tool} wgpu-wasi run --release").read()?;
    ensure!(printed.ends_with(PRINTED), "the program of README.md has printed {printed}");
    println!("packages: a host, a guest and a project of their users work");
    Ok(())
}

/// The first program in a document.
fn program(document: &str) -> Result<&str> {
    let rest = document.split_once("```rust").and_then(|(_, rest)| rest.split_once('\n'));
    let program = rest.and_then(|(_, rest)| rest.split_once("```"));
    Ok(program.context("no program in the document")?.0)
}
