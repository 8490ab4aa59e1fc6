//! The definition to compare with: the one that a published host carries, read from cargo's registry.
//!
//! Only that one package is fetched. As a dependency, even one that is never built, it would bring
//! its whole graph (another wasmtime, another wgpu) into this crate's lock file and download.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::repo;

const NAME: &str = "wasi-webgpu-wasmtime";
const VERSION: &str = "0.5.0";
/// The package, as cargo writes it.
pub(crate) const PACKAGE: &str = "wasi-webgpu-wasmtime@0.5.0";
/// The definition inside the package.
const FILE: &str = "wit/deps/wasi-webgpu-0.3.0-rc.2/package.wit";

/// The definition's path; fetches the package where cargo does not have it yet.
pub(crate) fn find() -> Result<PathBuf> {
    if let Some(path) = unpacked()? {
        return Ok(path);
    }
    println!("fetching {PACKAGE}");
    // `cargo info` downloads and unpacks exactly one package. Outside of any workspace, so that no
    // lock file of ours is consulted or written.
    let output = Command::new(repo::cargo())
        .args(["info", "--quiet", PACKAGE])
        .current_dir(env::temp_dir())
        .stdin(Stdio::null())
        .output()
        .context("cargo info")?;
    if !output.status.success() {
        bail!("cargo can't fetch {PACKAGE}:\n{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    unpacked()?.with_context(|| {
        format!("cargo fetched {PACKAGE}, but {FILE} of it is not where cargo unpacks packages")
    })
}

/// Looks for the package among the sources that cargo has unpacked.
fn unpacked() -> Result<Option<PathBuf>> {
    let sources = cargo_home()?.join("registry").join("src");
    let Ok(registries) = fs::read_dir(&sources) else { return Ok(None) };
    for registry in registries {
        let path = registry?.path().join(format!("{NAME}-{VERSION}")).join(FILE);
        if path.is_file() {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    Ok(env::home_dir().context("neither CARGO_HOME nor a home directory is known")?.join(".cargo"))
}
