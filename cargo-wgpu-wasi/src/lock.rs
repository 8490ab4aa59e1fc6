//! `Cargo.lock`, left as it was.
//!
//! With packages of ours in the graph, cargo writes another lock file and, up to 1.96, can't be told to
//! write it elsewhere. It reads the file when it starts and writes it once, before it compiles; from then
//! on it needs neither. So a second process, the guard (`lock/guard.rs`), stands by, and puts the old file
//! back as soon as the new one has been written: a window of some ten milliseconds.
//!
//! - The guard outlives this process and cargo, whichever way those end: it is in a process group of its
//!   own, which Ctrl-C does not reach, and it goes on until the pipe that both of them hold is closed.
//! - The journal (`lock/journal.rs`) is for the end of the guard itself, such as a loss of power: the next
//!   command begins with what it says.
//! - What cargo has written is kept in the target folder, and laid before it the next time, so that the
//!   packages it added keep their versions and the network is not asked about them again.
//! - What somebody else writes meanwhile (`cargo add` in another terminal) stays.

mod guard;
mod journal;

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail};

pub(crate) use guard::Guard;

/// With which packages cargo resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    /// Those of crates.io, as without us.
    Plain,
    /// Ours in the place of those that are there without the others: what these have is known from then on.
    Begun,
    /// Ours in the place of some.
    Injected,
}

impl Flavor {
    const ALL: [Self; 3] = [Self::Plain, Self::Begun, Self::Injected];

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Begun => "begun",
            Self::Injected => "injected",
        }
    }

    /// Where what cargo has written last is kept.
    pub(crate) fn memory(self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.lock", self.name()))
    }
}

/// A guard that stands by.
#[derive(Debug)]
pub(crate) struct Lock {
    guard: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Lock {
    /// Starts the guard of `file`, whose journal and memory are in `folder`.
    pub(crate) fn start(file: &Path, folder: &Path) -> Result<Self> {
        let program = env::current_exe().context("the path of this program")?;
        let mut command = Command::new(program);
        command.arg("guard").arg(file).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut guard = command.spawn().context("can't start the guard of Cargo.lock")?;
        let commands = guard.stdin.take().context("the guard's input")?;
        // cargo holds it too: the guard goes on until the last of us is gone.
        #[cfg(unix)]
        rustix::io::fcntl_setfd(&commands, rustix::io::FdFlags::empty()).context("the guard's input")?;
        let answers = BufReader::new(guard.stdout.take().context("the guard's output")?);
        Ok(Self { guard, commands: Some(commands), answers })
    }

    /// Does `work`, which runs cargo, and returns when the file is as it was.
    pub(crate) fn during<T>(&mut self, flavor: Flavor, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.ask(flavor.name())?;
        let result = work();
        self.ask("settle")?;
        result
    }

    fn ask(&mut self, what: &str) -> Result<()> {
        let mut answer = String::new();
        let asked = self.commands.as_mut().is_some_and(|pipe| writeln!(pipe, "{what}").is_ok());
        if asked {
            self.answers.read_line(&mut answer).context("the guard of Cargo.lock")?;
        }
        match answer.trim_end() {
            "done" => Ok(()),
            "" => bail!("the guard of Cargo.lock has ended; the next command puts back what it left"),
            error => bail!("{error}"),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.commands.take());
        // It ends by itself when its input does; a failure has been reported already.
        let _ = self.guard.wait();
    }
}
