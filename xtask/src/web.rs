//! `cargo xtask web`: the host in a browser: its sources, its tests, and its pages in real browsers.

use std::{env, fs, path::Path};

use anyhow::{Result, bail, ensure};
use clap::{Args, ValueEnum};
use xshell::{Shell, cmd};

use crate::{
    artifacts::{self, EXAMPLES, GUESTS, MAIN, RELEASE, WINDOWED},
    pages,
    repo::{Repo, in_path},
    setup,
};

/// What is tested of the host in a browser.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Which tests in Chromium and Firefox are run, where these are installed
    #[arg(long, value_name = "WHICH", value_enum, default_value_t)]
    browsers: Browsers,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Browsers {
    /// Those that CI has the time for
    #[default]
    Short,
    /// Those of half an hour as well: the whole gallery, larger pictures, the slow test cases, and programs over vello, egui,
    /// burn and others, whose compilation takes longer
    All,
    /// None
    None,
}

/// The oldest Node that builds and tests it.
const NODE: u32 = 20;

/// The programs that run in the browsers.
const PROGRAMS: [&str; 4] = ["doubling", "gallery", "image-filter", "nbody"];

/// Makes the machine ready, builds what is needed, and runs all tests.
pub(crate) fn run_all(repo: &Repo, options: Options) -> Result<()> {
    if !has_node(&repo.sh)? {
        return Ok(());
    }
    setup::before(repo)?;
    check(repo)?;
    if options.browsers != Browsers::None {
        artifacts::build_components(repo, EXAMPLES, &PROGRAMS)?;
        artifacts::build_components(repo, MAIN, &GUESTS)?;
        let tool = artifacts::build_subcommand(repo, RELEASE)?;
        artifacts::build_by_subcommand(repo, &tool, WINDOWED, &[])?;
    }
    in_browsers(repo, options)
}

/// The part of `cargo xtask test`, after the programs and cargo's subcommand have been built.
pub(crate) fn test(repo: &Repo, options: Options) -> Result<()> {
    if !has_node(&repo.sh)? {
        return Ok(());
    }
    check(repo)?;
    in_browsers(repo, options)
}

/// Types, lints, the tests without a browser, and whether what `cargo wgpu-wasi` carries is built from these sources.
fn check(repo: &Repo) -> Result<()> {
    let sh = &repo.sh;
    let _folder = sh.push_dir(repo.path("web"));
    if !is_installed(&sh.current_dir()) {
        cmd!(sh, "npm ci --no-audit --no-fund --ignore-scripts").run()?;
    }
    cmd!(sh, "npm run --silent check").run()?;
    cmd!(sh, "npm run --silent unit").run()?;
    Ok(cmd!(sh, "node build.mjs --check").run()?)
}

/// Whether the packages of the lock file are there, by npm's own note of them.
fn is_installed(folder: &Path) -> bool {
    let time = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified());
    match (time("package-lock.json"), time("node_modules/.package-lock.json")) {
        (Ok(asked), Ok(installed)) => installed >= asked,
        _ => false,
    }
}

/// The pages in the browsers that are there.
fn in_browsers(repo: &Repo, options: Options) -> Result<()> {
    let sh = &repo.sh;
    if options.browsers == Browsers::All {
        pages::build(repo, &artifacts::subcommand(repo, RELEASE))?;
    }
    let _folder = sh.push_dir(repo.path("web"));
    let test = cmd!(sh, "npm run --silent browsers")
        .env("WGPU_WASI_TOOL", artifacts::subcommand(repo, RELEASE))
        .env("WGPU_WASI_COMPONENTS", artifacts::component_folder(repo));
    match options.browsers {
        Browsers::None => return Ok(()),
        Browsers::Short => test.run()?,
        Browsers::All => test.env("WGPU_WASI_ALL", "1").run()?,
    }
    let streamed = cmd!(sh, "npm run --silent stream")
        .env("WGPU_WASI_HOST", artifacts::native(&repo.target(RELEASE), "wgpu-wasi"))
        .env("WGPU_WASI_COMPONENTS", artifacts::component_folder(repo));
    Ok(streamed.run()?)
}

/// The variable that names browsers, which then have to be there.
const CHOSEN: &str = "WGPU_WASI_BROWSERS";

/// Whether Node is there. Where browsers are asked for it has to be; elsewhere the rest can be tested without.
fn has_node(sh: &Shell) -> Result<bool> {
    if !in_path("node") || !in_path("npm") {
        ensure!(
            env::var_os(CHOSEN).is_none(),
            "Node {NODE} or newer is needed to test the host in a browser"
        );
        println!(
            "web: Node is not installed: the host in a browser is not tested (`cargo xtask setup --web`)"
        );
        return Ok(false);
    }
    let version = cmd!(sh, "node --version").quiet().read()?;
    match major(&version) {
        Some(major) if major >= NODE => Ok(true),
        _ => bail!("Node {NODE} or newer is needed to test the host in a browser; this is {version}"),
    }
}

/// The first number of a version such as `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20"), None);
        assert_eq!(major("v"), None);
    }
}
