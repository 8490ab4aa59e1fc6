//! What the commands build, and where cargo puts it.

use std::{
    env::{self, consts::EXE_SUFFIX},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use xshell::{Shell, cmd};

use crate::repo::{GUEST_TARGET, Repo, in_path};

/// The workspaces of the checkout, by their manifests; the main one first.
pub(crate) const WORKSPACES: [&str; 8] =
    [MAIN, EXAMPLES, DROP_IN, DROP_IN_MORE, ML, SERVE_EMBED, WINDOWED, "xtask/Cargo.toml"];

/// The manifest of the main workspace.
pub(crate) const MAIN: &str = "Cargo.toml";

/// The packages of it that are tests and benchmarks in the sandbox.
pub(crate) const GUESTS: [&str; 4] =
    ["wgpu-wasi-bench", "wgpu-wasi-fuzz", "wgpu-wasi-programs", "wgpu-wasi-raw"];

/// Those that answer HTTP requests. They are built apart: together with the others they would get the entry point of
/// programs, and they have no `main`.
pub(crate) const HTTP_GUESTS: [&str; 2] = ["wgpu-wasi-http", "wgpu-wasi-http-p2"];

/// The manifest of the example programs.
pub(crate) const EXAMPLES: &str = "examples/Cargo.toml";

/// The manifest of the programs that are built by `cargo wgpu-wasi`.
pub(crate) const DROP_IN: &str = "examples/drop-in/Cargo.toml";

/// The manifest of those that are built when asked for.
pub(crate) const DROP_IN_MORE: &str = "examples/drop-in/more/Cargo.toml";

/// The manifest of the burn programs.
pub(crate) const ML: &str = "examples/ml/Cargo.toml";

/// The manifest of the burn model that answers requests.
pub(crate) const SERVE_EMBED: &str = "examples/serve/embed/Cargo.toml";

/// The manifest of the programs with windows.
pub(crate) const WINDOWED: &str = "examples/windowed/Cargo.toml";

/// The profile for tests and the demo, which share every build; every workspace has it.
pub(crate) const RELEASE: &str = "release";

/// A profile of the main workspace: how people install the host, and how it is measured. LLVM takes minutes longer
/// for it.
pub(crate) const DIST: &str = "dist";

/// Builds the command line program `wgpu-wasi`.
pub(crate) fn build_host(repo: &Repo, profile: &str) -> Result<PathBuf> {
    build_main(repo, profile, &["-p", "wgpu-wasi-host", "--features", "cli", "--bin", "wgpu-wasi"])?;
    Ok(native(&repo.target(profile), "wgpu-wasi"))
}

/// Builds cargo's subcommand `cargo wgpu-wasi`.
pub(crate) fn build_subcommand(repo: &Repo, profile: &str) -> Result<PathBuf> {
    build_main(repo, profile, &["-p", "cargo-wgpu-wasi"])?;
    Ok(subcommand(repo, profile))
}

/// Builds a program of the main workspace: `selected` for people, and all of them for the tests. Alone, and without an
/// example, its dependencies would have other features than in tests, and wasmtime would be built once more.
pub(crate) fn build_main(repo: &Repo, profile: &str, selected: &[&str]) -> Result<()> {
    let all: &[&str] = &["--bins", "--example", "embedder"];
    let selected = if profile == RELEASE { all } else { selected };
    Ok(cmd!(repo.sh, "cargo build --profile {profile} {selected...}").run()?)
}

/// Where cargo puts its subcommand.
pub(crate) fn subcommand(repo: &Repo, profile: &str) -> PathBuf {
    native(&repo.target(profile), "cargo-wgpu-wasi")
}

/// Builds a program of a workspace natively and as a component, and returns where the two are.
pub(crate) fn build_both(repo: &Repo, manifest: &str, name: &str) -> Result<[PathBuf; 2]> {
    build_native(repo, manifest, &[name])?;
    build_components(repo, manifest, &[name])?;
    Ok([native(&native_folder(repo), name), component(&component_folder(repo), name)])
}

/// Builds programs of a workspace natively; no names means all its default members.
pub(crate) fn build_native(repo: &Repo, manifest: &str, packages: &[&str]) -> Result<()> {
    build_native_with(repo, manifest, packages, &[])
}

/// [`build_native`] with more arguments of cargo.
pub(crate) fn build_native_with(repo: &Repo, manifest: &str, packages: &[&str], more: &[&str]) -> Result<()> {
    let packages = select(packages);
    Ok(cmd!(repo.sh, "cargo build --release --manifest-path {manifest} {packages...} {more...}").run()?)
}

/// Builds programs of a workspace as components; no names means all its default members.
pub(crate) fn build_components(repo: &Repo, manifest: &str, packages: &[&str]) -> Result<()> {
    let packages = select(packages);
    let build = cmd!(
        repo.sh,
        "cargo build --release --manifest-path {manifest} --target {GUEST_TARGET} {packages...}"
    );
    Ok(build.run()?)
}

/// Builds all the programs of a workspace as components by `cargo wgpu-wasi`, which is `tool`, with `more` arguments of
/// cargo; the lock file has to be afterwards what it was before.
pub(crate) fn build_by_subcommand(repo: &Repo, tool: &Path, manifest: &str, more: &[&str]) -> Result<()> {
    let lock = repo.path(manifest).with_file_name("Cargo.lock");
    let before = repo.sh.read_binary_file(&lock)?;
    let build = cmd!(repo.sh, "{tool} wgpu-wasi build --release --manifest-path {manifest} {more...}");
    build.run()?;
    ensure!(repo.sh.read_binary_file(&lock)? == before, "`{build}` has changed {}", lock.display());
    Ok(())
}

/// Copies these files and this program to a folder, for a machine that has neither cargo nor a checkout.
pub(crate) fn collect(
    sh: &Shell,
    files: impl IntoIterator<Item = impl AsRef<Path>>,
    folder: &Path,
) -> Result<()> {
    sh.create_dir(folder)?;
    let mut files: Vec<_> = files.into_iter().map(|file| file.as_ref().to_owned()).collect();
    files.push(env::current_exe().context("this program's own path")?);
    for file in &files {
        let copy = folder.join(file.file_name().context("a program without a name")?);
        sh.copy_file(file, &copy)?;
        // They are to travel: without symbols they are a quarter smaller. It is no matter if not.
        if copy.extension().is_none() && in_path("strip") {
            let _ = cmd!(sh, "strip {copy}").run();
        }
    }
    Ok(())
}

/// cargo's arguments that select these packages.
pub(crate) fn select<'a>(packages: &[&'a str]) -> Vec<&'a str> {
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
    repo.target(RELEASE)
}

/// Where cargo puts components.
pub(crate) fn component_folder(repo: &Repo) -> PathBuf {
    repo.target(GUEST_TARGET).join(RELEASE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_collected_is_there_with_this_program() {
        let sh = Shell::new().unwrap();
        let folder = sh.create_temp_dir().unwrap();
        let component = folder.path().join("a.wasm");
        sh.write_file(&component, "a component").unwrap();
        let to = folder.path().join("collected");
        collect(&sh, [&component], &to).unwrap();
        assert_eq!(sh.read_file(to.join("a.wasm")).unwrap(), "a component");
        let this = env::current_exe().unwrap();
        assert!(to.join(this.file_name().unwrap()).is_file());
        assert!(collect(&sh, ["/none"], &to).is_err());
    }
}
