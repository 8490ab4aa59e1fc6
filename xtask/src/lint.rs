//! `cargo xtask lint`: formatting, clippy and documentation, each without a warning.

use anyhow::{Result, ensure};
use clap::Args;
use xshell::cmd;

use crate::{
    artifacts::{
        DROP_IN, DROP_IN_MORE, EXAMPLES, GUESTS, HTTP_GUESTS, ML, SERVE_EMBED, WINDOWED, WORKSPACES,
    },
    docs, python,
    repo::{GUEST_TARGET, Repo, in_path},
    wit,
};

/// What is linted, as arguments for cargo. The guest's side is only ever compiled for its target.
const LINTED: [&[&str]; 6] = [
    &["--all-targets"],
    &["-p", "wgpu-wasi-backend", "--all-features", "--target", GUEST_TARGET],
    &["--manifest-path", EXAMPLES, "--workspace", "--target", GUEST_TARGET],
    &["--manifest-path", EXAMPLES, "--workspace", "--exclude", "plugin", "--all-targets"],
    // Its default members: `darkroom` brings 300 crates.
    &["--manifest-path", WINDOWED, "--all-targets"],
    &["--manifest-path", "xtask/Cargo.toml", "--all-targets"],
];

/// What is linted when asked for: the crates below it take many minutes to check. [`DROP_IN_MORE`] is not even here.
const LINTED_LONG: [&[&str]; 7] = [
    &["-p", "wgpu-wasi-serve-bench", "--all-targets"],
    // The host with features of its own.
    &["-p", python::PACKAGE, "--all-targets"],
    &["--manifest-path", EXAMPLES, "-p", "plugin", "--all-targets"],
    &["--manifest-path", DROP_IN, "--workspace", "--all-targets"],
    &["--manifest-path", WINDOWED, "--workspace", "--all-targets"],
    &["--manifest-path", ML, "--workspace", "--all-targets"],
    &["--manifest-path", SERVE_EMBED, "--all-targets"],
];

/// What is documented, as docs.rs does.
const DOCUMENTED: [&[&str]; 2] =
    [&[], &["-p", "wgpu-wasi-backend", "--all-features", "--target", GUEST_TARGET]];

/// What cargo-deny checks; its fourth, advisories, needs a database from elsewhere.
const DENIED: [&str; 3] = ["bans", "licenses", "sources"];

/// One configuration serves all workspaces: each lacks something that another has.
const NO_MATTER: [&str; 5] = [
    "license-exception-not-encountered",
    "license-not-encountered",
    "unmatched-skip",
    "unmatched-skip-root",
    "unnecessary-skip",
];

/// How much is linted.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Also the programs over vello, egui, burn and others, and the Python package
    #[arg(long)]
    pub(crate) long: bool,
}

/// Runs every lint; the first that fails ends it.
pub(crate) fn run_all(repo: &Repo, options: Options) -> Result<()> {
    let sh = &repo.sh;
    for manifest in WORKSPACES {
        // A lock file that does not fit its manifests would be mended on the way, unseen.
        cmd!(sh, "cargo tree --locked --depth 0 --manifest-path {manifest}").ignore_stdout().run()?;
        cmd!(sh, "cargo fmt --all --check --manifest-path {manifest}").run()?;
    }
    // `cargo fmt` does not see the modules that a macro declares, as those of the test programs are, and the
    // stand-ins are built by `cargo wgpu-wasi` alone.
    let listed = cmd!(sh, "git ls-files tests/guests cargo-wgpu-wasi/stand-ins").read()?;
    let sources = listed.lines().filter(|file| file.ends_with(".rs"));
    let formatted = cmd!(sh, "rustfmt --check --edition 2024 {sources...}").quiet().run().is_ok();
    ensure!(formatted, "`rustfmt --edition 2024 FILE` formats the files above");
    docs::run(repo, true)?;
    wit::copies(repo, true)?;
    let [guests, http_guests] = [GUESTS.as_slice(), HTTP_GUESTS.as_slice()].map(|names| {
        let names = names.iter().flat_map(|name| ["-p", name]);
        names.chain(["--target", GUEST_TARGET]).collect::<Vec<_>>()
    });
    let long = LINTED_LONG.into_iter().filter(|_| options.long);
    for arguments in LINTED.into_iter().chain([&*guests, &*http_guests]).chain(long) {
        // The release profile throughout: build scripts and macros are then built once for all.
        cmd!(sh, "cargo clippy --release {arguments...} -- -D warnings").run()?;
    }
    for arguments in DOCUMENTED {
        let doc = cmd!(sh, "cargo doc --release --no-deps {arguments...}");
        doc.env("RUSTDOCFLAGS", "-D warnings").run()?;
    }
    kubernetes(repo)?;
    if !in_path("cargo-deny") {
        println!("cargo-deny is not installed: licences and duplicates are left to the hosted CI");
        return Ok(());
    }
    // What these programs bring is what it is: they try other people's crates, and are part of nothing.
    let denied = |manifest: &&str| ![DROP_IN, DROP_IN_MORE, ML, SERVE_EMBED, WINDOWED].contains(manifest);
    for manifest in WORKSPACES.into_iter().filter(denied) {
        let deny = cmd!(
            sh,
            "cargo deny --manifest-path {manifest} --config .deny.toml check --hide-inclusion-graph"
        );
        deny.args(NO_MATTER.iter().flat_map(|lint| ["--allow", *lint])).args(DENIED).run()?;
    }
    Ok(())
}

/// The manifest for Kubernetes against its schemas, which kubernetes-validate has inside.
fn kubernetes(repo: &Repo) -> Result<()> {
    const MANIFEST: &str = "deploy/kubernetes.yaml";
    if !in_path("kubernetes-validate") {
        println!("kubernetes-validate is not installed: {MANIFEST} is left to the hosted CI");
        return Ok(());
    }
    let sh = &repo.sh;
    cmd!(sh, "kubernetes-validate --strict {MANIFEST}").run()?;
    let folder = sh.create_temp_dir()?;
    let wrong = folder.path().join("wrong.yaml");
    let misspelt = sh.read_file(MANIFEST)?.replace("readOnlyRootFilesystem", "readOnlyRootFileSystem");
    sh.write_file(&wrong, misspelt)?;
    let check = cmd!(sh, "kubernetes-validate --strict {wrong}").quiet().ignore_stdout().ignore_stderr();
    ensure!(check.run().is_err(), "kubernetes-validate finds nothing wrong with a field of a wrong name");
    Ok(())
}
