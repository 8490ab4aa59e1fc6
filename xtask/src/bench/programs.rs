//! The programs that are measured, and one turn of each.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use xshell::{Cmd, Shell, TempDir};

use crate::{
    artifacts::{self, DIST, EXAMPLES, MAIN},
    repo::{Repo, shell},
    setup,
};

const BENCH: &str = "wgpu-wasi-bench";
const SMALL: &str = "doubling";
/// A program with windows, and the package that it is of.
const WINDOWS: &str = "raw_windows";
const PACKAGE_OF_WINDOWS: &str = "wgpu-wasi-raw";

/// Paths of everything that is run.
pub(super) struct Programs {
    sh: Shell,
    host: PathBuf,
    bench_native: PathBuf,
    bench_component: PathBuf,
    small_native: PathBuf,
    small_component: PathBuf,
    windows: PathBuf,
}

impl Programs {
    /// Builds them in a checkout.
    pub(super) fn build(repo: &Repo) -> Result<Self> {
        setup::before(repo)?;
        let host = artifacts::build_host(repo, DIST)?;
        let [bench_native, bench_component] = artifacts::build_both(repo, MAIN, BENCH)?;
        let [small_native, small_component] = artifacts::build_both(repo, EXAMPLES, SMALL)?;
        artifacts::build_components(repo, MAIN, &[PACKAGE_OF_WINDOWS])?;
        let windows = artifacts::component(&artifacts::component_folder(repo), WINDOWS);
        let sh = repo.sh.clone();
        Ok(Self { sh, host, bench_native, bench_component, small_native, small_component, windows })
    }

    /// Finds them in a folder that [`Self::copy_to`] filled.
    pub(super) fn find(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| folder.display().to_string())?;
        let programs = Self {
            sh: shell()?,
            host: artifacts::native(&folder, "wgpu-wasi"),
            bench_native: artifacts::native(&folder, BENCH),
            bench_component: artifacts::component(&folder, BENCH),
            small_native: artifacts::native(&folder, SMALL),
            small_component: artifacts::component(&folder, SMALL),
            windows: artifacts::component(&folder, WINDOWS),
        };
        for path in programs.all() {
            if !path.is_file() {
                bail!(
                    "{} is not there: `cargo xtask bench --collect DIR` makes such a folder",
                    path.display()
                );
            }
        }
        Ok(programs)
    }

    fn all(&self) -> [&Path; 6] {
        [
            &self.host,
            &self.bench_native,
            &self.bench_component,
            &self.small_native,
            &self.small_component,
            &self.windows,
        ]
    }

    /// Copies them and this program to a folder, for a machine that has neither cargo nor a checkout.
    pub(super) fn copy_to(&self, folder: &Path) -> Result<()> {
        artifacts::collect(&self.sh, self.all(), folder)
    }

    /// One turn of the benchmark program; what it printed.
    pub(super) fn bench_native(&self, adapter: Option<&str>, arguments: &[&str]) -> Result<String> {
        Ok(self.native(&self.bench_native, adapter).args(arguments).read()?)
    }

    /// The same as a component.
    pub(super) fn bench_component(&self, adapter: Option<&str>, arguments: &[&str]) -> Result<String> {
        Ok(self.run(adapter).arg(&self.bench_component).args(arguments).read()?)
    }

    /// The rows about recording, by a component each of whose commands is a call of the host.
    pub(super) fn bench_calls(&self, adapter: Option<&str>, arguments: &[&str]) -> Result<String> {
        let run = self.run(adapter).arg("--no-command-memory");
        Ok(run.arg(&self.bench_component).args(arguments).read()?)
    }

    /// What pictures cost in a component, on a texture and in a window without a display.
    pub(super) fn pictures(&self, adapter: Option<&str>) -> Result<String> {
        let run = self.run(adapter).arg("--windows=headless");
        Ok(run.arg(&self.windows).arg("what_pictures_cost").read()?)
    }

    /// The files of the benchmark program's two sides: itself, and what runs it with its component.
    pub(super) fn bench_commands(&self) -> [Vec<&Path>; 2] {
        [vec![&self.bench_native], vec![&self.host, Path::new("run"), &self.bench_component]]
    }

    /// How many milliseconds the small program takes, from start to end.
    pub(super) fn start_native(&self, adapter: Option<&str>) -> Result<f64> {
        timed(&self.native(&self.small_native, adapter))
    }

    /// The same as a component, with compiled code kept in `cache`.
    pub(super) fn start_component(&self, adapter: Option<&str>, cache: &Path) -> Result<f64> {
        timed(&self.run(adapter).arg(&self.small_component).env("WGPU_WASI_CACHE_DIR", cache))
    }

    /// An empty folder for compiled code, removed when dropped.
    pub(super) fn scratch(&self) -> Result<TempDir> {
        Ok(self.sh.create_temp_dir()?)
    }

    fn run(&self, adapter: Option<&str>) -> Cmd<'_> {
        let adapter = adapter.map(|adapter| ["--adapter", adapter]);
        self.sh.cmd(&self.host).arg("run").args(adapter.into_iter().flatten()).quiet()
    }

    /// A native program; wgpu itself takes the adapter's name from the environment.
    fn native(&self, path: &Path, adapter: Option<&str>) -> Cmd<'_> {
        let adapter = adapter.map(|adapter| ("WGPU_ADAPTER_NAME", adapter));
        self.sh.cmd(path).envs(adapter).quiet()
    }
}

fn timed(command: &Cmd<'_>) -> Result<f64> {
    let start = Instant::now();
    let text = command.read()?;
    let took = start.elapsed().as_secs_f64() * 1e3;
    // A program that fails early would be a fast one.
    if text != "2 4 6 8" {
        bail!("`{command}` printed `{text}` instead of doubled numbers");
    }
    Ok(took)
}
