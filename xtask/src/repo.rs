//! The checkout, its one target directory, and the shell that commands are run in.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

/// The target that guests are built for.
pub(crate) const GUEST_TARGET: &str = "wasm32-wasip2";

/// A checkout of the project.
#[derive(Clone, Debug)]
pub(crate) struct Repo {
    /// At the root of the checkout. What it runs is echoed, and an exit status other than 0 is an error.
    pub(crate) sh: Shell,
    root: PathBuf,
    target: PathBuf,
}

impl Repo {
    /// The checkout that the current directory lies in, or the one that this program was built in.
    pub(crate) fn find() -> Result<Self> {
        let sh = shell()?;
        let here = sh.current_dir();
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = here
            .ancestors()
            .chain(manifest.iter().flat_map(|path| path.ancestors()))
            .find(|path| path.join("wit/VERSION").is_file() && path.join("xtask/Cargo.toml").is_file())
            .context("this is not a checkout of wgpu-wasi: run the command inside one")?
            .to_owned();
        // One directory for all the workspaces, so that they share what they have in common.
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(path) => here.join(path),
            None => root.join("target"),
        };
        sh.change_dir(&root);
        sh.set_var("CARGO_TARGET_DIR", &target);
        Ok(Self { sh, root, target })
    }

    /// A path inside the checkout.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// A path inside the target directory.
    pub(crate) fn target(&self, path: impl AsRef<Path>) -> PathBuf {
        self.target.join(path)
    }
}

/// A shell whose programs may use the GPU.
pub(crate) fn shell() -> Result<Shell> {
    let sh = Shell::new()?;
    // Mesa looks for a Wayland display and, where there is no such folder, prints an error about it
    // each time it is loaded.
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        sh.set_var("XDG_RUNTIME_DIR", env::temp_dir());
    }
    Ok(sh)
}

/// A program that may use the GPU, for `fuzz`.
pub(crate) fn program(path: impl AsRef<Path>) -> Command {
    shell().map_or_else(|_| Command::new(path.as_ref()), |sh| sh.cmd(path.as_ref()).into())
}

/// Runs a command of `fuzz`.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("can't run {command:?}"))?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}

/// What the rustc that cargo uses prints.
pub(crate) fn rustc(sh: &Shell, arguments: &[&str]) -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Ok(cmd!(sh, "{rustc} {arguments...}").quiet().read()?)
}

/// Whether a program of this name can be started.
pub(crate) fn in_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .any(|folder| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)).is_file())
}
