//! `cargo xtask lint`: formatting, clippy and documentation, each without a warning.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::{
    artifacts::{DROP_IN, EXAMPLES, FUZZ_TARGETS, GUESTS, ML, WORKSPACES},
    docs,
    repo::{GUEST_TARGET, Repo, in_path, output, run},
};

/// What is linted, as arguments for cargo. The guest's side is only ever compiled for its target.
const LINTED: [&[&str]; 8] = [
    &["--workspace", "--exclude", "wgpu-wasi-backend", "--all-targets"],
    &["-p", "wgpu-wasi-backend", "--all-features", "--target", GUEST_TARGET],
    &["--manifest-path", GUESTS, "--workspace", "--target", GUEST_TARGET],
    &["--manifest-path", EXAMPLES, "--workspace", "--target", GUEST_TARGET],
    &["--manifest-path", EXAMPLES, "--workspace", "--all-targets"],
    &["--manifest-path", DROP_IN, "--workspace", "--all-targets"],
    &["--manifest-path", ML, "--workspace", "--all-targets"],
    &["--manifest-path", "xtask/Cargo.toml", "--all-targets"],
];

/// What is documented.
const DOCUMENTED: [&[&str]; 2] = [
    &["--workspace", "--exclude", "wgpu-wasi-backend"],
    &["-p", "wgpu-wasi-backend", "--target", GUEST_TARGET],
];

/// What cargo-deny checks; its fourth, advisories, needs a database from elsewhere.
const DENIED: [&str; 3] = ["bans", "licenses", "sources"];

/// One configuration serves four workspaces: each lacks something that another has.
const NO_MATTER: [&str; 5] = [
    "license-exception-not-encountered",
    "license-not-encountered",
    "unmatched-skip",
    "unmatched-skip-root",
    "unnecessary-skip",
];

/// Runs every lint; the first that fails ends it.
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    for manifest in WORKSPACES {
        // A lock file that does not fit its manifests would be mended on the way, unseen.
        output(&mut repo.cargo(["tree", "--locked", "--depth", "0", "--manifest-path", manifest]))?;
        run(&mut repo.cargo(["fmt", "--all", "--check", "--manifest-path", manifest]))?;
    }
    // `cargo fmt` does not see the modules that a macro declares, as those of the test programs are, and the
    // drop-in packages are built by `cargo wgpu-wasi` alone.
    let unseen = ["ls-files", "tests/guests", "wgpu", "shims"];
    let listed = output(Command::new("git").current_dir(repo.path("")).args(unseen))?;
    let sources = listed.lines().filter(|file| file.ends_with(".rs"));
    let formatted = Command::new("rustfmt")
        .current_dir(repo.path(""))
        .args(["--check", "--edition", "2024"])
        .args(sources)
        .status()?;
    ensure!(formatted.success(), "`rustfmt --edition 2024 FILE` formats the files above");
    docs::run(repo, true)?;
    for arguments in LINTED {
        // The release profile throughout: build scripts and macros are then built once for all.
        run(repo.cargo(["clippy", "--release"]).args(arguments).args(["--", "-D", "warnings"]))?;
    }
    for arguments in DOCUMENTED {
        let mut cargo = repo.cargo(["doc", "--release", "--no-deps"]);
        run(cargo.args(arguments).env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    if !in_path("cargo-deny") {
        println!("cargo-deny is not installed: licences and duplicates are left to the hosted CI");
        return Ok(());
    }
    let configuration = repo.path("deny.toml");
    // What these programs bring is what it is: they try other people's crates, or are built by a tool of other people's,
    // and are part of nothing.
    let denied = |manifest: &&str| ![DROP_IN, ML, FUZZ_TARGETS].contains(manifest);
    for manifest in WORKSPACES.into_iter().filter(denied) {
        let mut cargo = repo.cargo(["deny", "--manifest-path", manifest, "--config"]);
        cargo.arg(&configuration).args(["check", "--hide-inclusion-graph"]);
        run(cargo.args(NO_MATTER.iter().flat_map(|lint| ["--allow", *lint])).args(DENIED))?;
    }
    Ok(())
}
