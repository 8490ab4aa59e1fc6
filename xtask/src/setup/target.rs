//! The standard library for wasm32-wasip2.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::debian;
use crate::repo::{GUEST_TARGET, Repo, in_path, rustc};

/// What rustc lacks to build for the target.
pub(super) struct Lack {
    /// Where rustc looks for the target's libraries.
    library: PathBuf,
    /// Whether rustup is to be asked first.
    by_rustup: bool,
}

/// Looks whether `--target wasm32-wasip2` works for the rustc in use; with `from_distribution`, what is there is to
/// be replaced.
pub(super) fn look(sh: &Shell, from_distribution: bool) -> Result<Option<Lack>> {
    let library = PathBuf::from(rustc(sh, &["--print", "target-libdir", "--target", GUEST_TARGET])?);
    let complete = !from_distribution && is_complete(sh, &library);
    if complete {
        println!("setup: {GUEST_TARGET}: installed");
    }
    Ok((!complete).then(|| Lack { library, by_rustup: !from_distribution && in_path("rustup") }))
}

impl Lack {
    /// What would be done about it.
    pub(super) fn remedy(&self) -> String {
        let rustup = self.by_rustup.then(|| format!("`rustup target add {GUEST_TARGET}`"));
        let debian = in_path("apt-get").then(|| "std built from the sources in Debian's packages".to_owned());
        let ways: Vec<_> = rustup.into_iter().chain(debian).collect();
        let (ways, library) = (ways.join(", or if that fails "), self.library.display());
        format!("the target {GUEST_TARGET}: {ways}; it goes to {library}")
    }

    /// Does it.
    pub(super) fn mend(&self, repo: &Repo) -> Result<()> {
        let (sh, library) = (&repo.sh, &self.library);
        if self.by_rustup {
            // Where there is another way, a machine that reaches no download server should get to it in tolerable time.
            let rustup = if in_path("apt-get") { cmd!(sh, "timeout 120 rustup") } else { cmd!(sh, "rustup") };
            // The libraries are looked at again: the rustc in use may not be one of rustup's.
            if rustup.args(["target", "add", GUEST_TARGET]).run().is_ok() && is_complete(sh, library) {
                println!("setup: {GUEST_TARGET}: added by rustup");
                return Ok(());
            }
        }
        debian::install(repo, library).with_context(|| {
            format!(
                "{GUEST_TARGET} can't be made here; `rustup target add {GUEST_TARGET}` on a machine that \
                 reaches rustup's server is all it takes"
            )
        })?;
        ensure!(is_complete(sh, library), "what was installed to {} is not complete", library.display());
        println!("setup: {GUEST_TARGET}: std built from the distribution's sources");
        Ok(())
    }
}

/// Whether std is there, and the C startup code that programs are linked with.
fn is_complete(sh: &Shell, library: &Path) -> bool {
    let std = debian::rlibs(sh, library).unwrap_or_default().into_iter().any(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libstd-")
    });
    std && library.join("self-contained/crt1-command.o").is_file()
}
