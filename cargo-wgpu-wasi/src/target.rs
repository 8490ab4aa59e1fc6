//! The standard library for wasm32-wasip2.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    arguments::TARGET,
    cargo::{output, rustc},
};

/// Sees to it that the rustc in use can build for the target; rustup adds what is missing.
pub(crate) fn ensure() -> Result<()> {
    let library = library()?;
    if is_complete(&library) {
        return Ok(());
    }
    eprintln!("cargo wgpu-wasi: {TARGET} is not installed; asking rustup to add it");
    let added = Command::new("rustup").args(["target", "add", TARGET]).stdin(Stdio::null()).status();
    if added.is_ok_and(|status| status.success()) && is_complete(&library) {
        return Ok(());
    }
    bail!(
        "this toolchain has no standard library for {TARGET} (looked in {}), and rustup could not add it. \
         `rustup target add {TARGET}` does, where its server can be reached; on Debian, `cargo xtask setup` in \
         a checkout of wgpu-wasi does without",
        library.display()
    )
}

fn library() -> Result<PathBuf> {
    let mut command = Command::new(rustc());
    let path = output(command.args(["--print", "target-libdir", "--target", TARGET]))?;
    let path = path.with_context(|| format!("this rustc does not know {TARGET}; it takes Rust 1.82"))?;
    Ok(path.trim().into())
}

fn is_complete(library: &Path) -> bool {
    let Ok(files) = fs::read_dir(library) else { return false };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}
