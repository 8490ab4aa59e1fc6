//! The standard library for wasm32-wasip2.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use super::debian;
use crate::repo::{GUEST_TARGET, Repo, in_path, rustc};

/// Makes `--target wasm32-wasip2` work for the rustc in use.
pub(crate) fn ensure(repo: &Repo, from_distribution: bool) -> Result<()> {
    let library = library_folder(&repo.sh)?;
    if from_distribution {
        debian::install(repo, &library)?;
    } else if is_complete(&library) {
        println!("setup: {GUEST_TARGET}: installed");
        return Ok(());
    } else if by_rustup(&repo.sh, &library) {
        println!("setup: {GUEST_TARGET}: added by rustup");
        return Ok(());
    } else {
        debian::install(repo, &library).with_context(|| {
            format!(
                "rustup can't add {GUEST_TARGET} here, and neither can the distribution; \
                 `rustup target add {GUEST_TARGET}` on a machine that reaches rustup's server is all it takes"
            )
        })?;
    }
    if !is_complete(&library) {
        bail!("{GUEST_TARGET} was installed to {}, but it is not complete", library.display());
    }
    println!("setup: {GUEST_TARGET}: std built from the distribution's sources");
    Ok(())
}

/// Where rustc looks for the target's libraries.
fn library_folder(sh: &Shell) -> Result<PathBuf> {
    let rustc = rustc();
    Ok(cmd!(sh, "{rustc} --print target-libdir --target {GUEST_TARGET}").quiet().read()?.into())
}

/// Whether std is there, and the C startup code that programs are linked with.
fn is_complete(library: &Path) -> bool {
    let Ok(files) = fs::read_dir(library) else { return false };
    let std = files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    });
    std && library.join("self-contained/crt1-command.o").is_file()
}

fn by_rustup(sh: &Shell, library: &Path) -> bool {
    if !in_path("rustup") {
        return false;
    }
    // Where there is another way, one that reaches no download server at all should get to it in tolerable time.
    let rustup = if in_path("apt-get") { cmd!(sh, "timeout 120 rustup") } else { cmd!(sh, "rustup") };
    // The libraries are looked at again: the rustc in use may not be one of rustup's.
    rustup.args(["target", "add", GUEST_TARGET]).run().is_ok() && is_complete(library)
}
