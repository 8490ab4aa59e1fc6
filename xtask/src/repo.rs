//! The checkout, its one target directory, and the commands run in it.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// The target that guests are built for.
pub(crate) const GUEST_TARGET: &str = "wasm32-wasip2";

/// A checkout of the project.
#[derive(Clone, Debug)]
pub(crate) struct Repo {
    root: PathBuf,
    target: PathBuf,
}

impl Repo {
    /// The checkout that the current directory lies in, or the one that this program was built in.
    pub(crate) fn find() -> Result<Self> {
        let here = env::current_dir().context("the current directory")?;
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
        Ok(Self { root, target })
    }

    /// A path inside the checkout.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// A path inside the target directory.
    pub(crate) fn target(&self, path: impl AsRef<Path>) -> PathBuf {
        self.target.join(path)
    }

    /// cargo, run at the root of the checkout with the shared target directory.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command(cargo());
        command.args(arguments);
        command
    }

    /// A program that calls cargo, run as [`Repo::cargo`] is.
    pub(crate) fn command(&self, path: impl AsRef<OsStr>) -> Command {
        let mut command = program(path);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

/// A program that may use the GPU.
pub(crate) fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    // Mesa looks for a Wayland display and, where there is no such folder, prints an error about it
    // each time it is loaded.
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        command.env("XDG_RUNTIME_DIR", env::temp_dir());
    }
    command
}

/// The cargo that runs us, or the one in the path.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The rustc that cargo uses.
pub(crate) fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// Prints a command and runs it; an exit status other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", show(command));
    let status = command.status().with_context(|| format!("can't run `{}`", show(command)))?;
    if !status.success() {
        bail!("`{}` failed: {status}", show(command));
    }
    Ok(())
}

/// Runs a command without a word and returns what it wrote to stdout.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("can't run `{}`", show(command)))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}\n{}", show(command), output.status, stderr.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` wrote no text", show(command)))
}

/// Runs a command without a word; whether it ended well within `limit`.
pub(crate) fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = quiet.spawn() else { return false };
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(50)),
            Ok(None) | Err(_) => {
                // It may have ended by itself meanwhile; either way it is gone after this.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// Whether a program of this name can be started.
pub(crate) fn in_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .any(|folder| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)).is_file())
}

/// A command as one would type it.
pub(crate) fn show(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}
