//! The programs that are measured, and one turn of each.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::name_of;
use crate::{
    artifacts::{self, EXAMPLES, GUESTS, Profile},
    repo::{Repo, in_path, output, program},
    setup,
};

const BENCH: &str = "wgpu-wasi-bench";
const SMALL: &str = "doubling";

/// Paths of everything that is run.
pub(super) struct Programs {
    host: PathBuf,
    bench_native: PathBuf,
    bench_component: PathBuf,
    small_native: PathBuf,
    small_component: PathBuf,
}

impl Programs {
    /// Builds them in a checkout.
    pub(super) fn build(repo: &Repo) -> Result<Self> {
        setup::before(repo)?;
        let host = artifacts::build_host(repo, Profile::Dist)?;
        artifacts::build_native(repo, GUESTS, &[BENCH])?;
        artifacts::build_native(repo, EXAMPLES, &[SMALL])?;
        artifacts::build_components(repo, GUESTS, &[BENCH])?;
        artifacts::build_components(repo, EXAMPLES, &[SMALL])?;
        let (native, components) = (artifacts::native_folder(repo), artifacts::component_folder(repo));
        Ok(Self {
            host,
            bench_native: artifacts::native(&native, BENCH),
            bench_component: artifacts::component(&components, BENCH),
            small_native: artifacts::native(&native, SMALL),
            small_component: artifacts::component(&components, SMALL),
        })
    }

    /// Finds them in a folder that [`Self::copy_to`] filled.
    pub(super) fn find(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| folder.display().to_string())?;
        let programs = Self {
            host: artifacts::native(&folder, "wgpu-wasi"),
            bench_native: artifacts::native(&folder, BENCH),
            bench_component: artifacts::component(&folder, BENCH),
            small_native: artifacts::native(&folder, SMALL),
            small_component: artifacts::component(&folder, SMALL),
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

    fn all(&self) -> [&Path; 5] {
        [&self.host, &self.bench_native, &self.bench_component, &self.small_native, &self.small_component]
    }

    /// Copies them and this program to a folder, for a machine that has neither cargo nor a checkout.
    pub(super) fn copy_to(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let this = env::current_exe().context("this program's own path")?;
        for file in self.all().into_iter().chain([this.as_path()]) {
            let copy = folder.join(name_of(file));
            fs::copy(file, &copy).with_context(|| file.display().to_string())?;
            // They are to travel: without symbols they are a quarter smaller. It is no matter if not.
            if copy.extension().is_none() && in_path("strip") {
                let _ = output(Command::new("strip").arg(&copy));
            }
        }
        Ok(())
    }

    /// One turn of the benchmark program; what it printed.
    pub(super) fn bench_native(&self, adapter: Option<&str>, arguments: &[&str]) -> Result<String> {
        output(native(&self.bench_native, adapter).args(arguments))
    }

    /// The same as a component.
    pub(super) fn bench_component(&self, adapter: Option<&str>, arguments: &[&str]) -> Result<String> {
        output(self.run(adapter).arg(&self.bench_component).args(arguments))
    }

    /// The rows about recording, by a component each of whose commands is a call of the host.
    pub(super) fn bench_calls(&self, adapter: Option<&str>, arguments: &[&str]) -> Result<String> {
        output(self.run(adapter).arg("--no-command-memory").arg(&self.bench_component).args(arguments))
    }

    /// How long the small program takes, from start to end.
    pub(super) fn start_native(&self, adapter: Option<&str>) -> Result<Duration> {
        timed(&mut native(&self.small_native, adapter))
    }

    /// The same as a component, with compiled code kept in `cache`.
    pub(super) fn start_component(&self, adapter: Option<&str>, cache: &Path) -> Result<Duration> {
        timed(self.run(adapter).arg(&self.small_component).env("WGPU_WASI_CACHE_DIR", cache))
    }

    fn run(&self, adapter: Option<&str>) -> Command {
        let mut command = program(&self.host);
        command.arg("run");
        if let Some(adapter) = adapter {
            command.args(["--adapter", adapter]);
        }
        command
    }
}

/// A native program; wgpu itself takes the adapter's name from the environment.
fn native(path: &Path, adapter: Option<&str>) -> Command {
    let mut command = program(path);
    if let Some(adapter) = adapter {
        command.env("WGPU_ADAPTER_NAME", adapter);
    }
    command
}

fn timed(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let text = output(command)?;
    let took = start.elapsed();
    // A program that fails early would be a fast one.
    if text.trim() != "2 4 6 8" {
        bail!(
            "`{}` printed `{}` instead of doubled numbers",
            name_of(Path::new(command.get_program())),
            text.trim()
        );
    }
    Ok(took)
}

/// An empty folder for compiled code, removed when dropped.
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(super) fn new() -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("wgpu-wasi-bench-{}-{number}", process::id()));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self { folder })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // In the system's folder for temporary files: what cannot be removed is removed there.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
