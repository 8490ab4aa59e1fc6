//! A program natively, or as a component.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Result;
use xshell::{Cmd, Shell};

use super::programs::Programs;
use crate::artifacts;

/// Where the programs of one side are, and what they may use.
#[derive(Clone, Debug)]
pub(super) struct Side {
    sh: Shell,
    programs: PathBuf,
    data: PathBuf,
    source: PathBuf,
    results: PathBuf,
    /// Where burn keeps what it has tuned.
    tuned: PathBuf,
    /// cargo's subcommand, which runs components; natively none.
    tool: Option<PathBuf>,
}

/// What a program is told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Argument<'a> {
    /// As it is.
    Word(&'a str),
    /// A path in the folder with the data that is fetched.
    Data(&'a str),
    /// A path in the programs' workspace.
    Source(&'a str),
    /// A path in this side's folder for results.
    Result(&'a str),
}

/// What a program printed, and how long it took.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) time: Duration,
}

impl Side {
    /// The native programs.
    pub(super) fn native(programs: &Programs, results: &Path) -> Self {
        // Programs look for cubecl's settings in the folder that they are started in, and above it.
        let sh = programs.sh.clone();
        sh.change_dir(results);
        Self {
            sh,
            programs: programs.native.clone(),
            data: programs.data.clone(),
            source: programs.source.clone(),
            results: results.into(),
            tuned: results.join("tuned"),
            tool: None,
        }
    }

    /// The components.
    pub(super) fn component(programs: &Programs, results: &Path) -> Self {
        Self {
            programs: programs.components.clone(),
            tool: Some(programs.tool.clone()),
            ..Self::native(programs, results)
        }
    }

    /// The same programs, whose results are put into the folder of `other`.
    pub(super) fn with_results_of(&self, other: &Self) -> Self {
        Self { results: other.results.clone(), ..self.clone() }
    }

    /// Takes away what was tuned, and has the next run keep what it tunes in a place of this side's own.
    pub(super) fn forget_tuned(&self) -> Result<()> {
        self.sh.remove_path(&self.tuned)?;
        self.sh.create_dir(&self.tuned)?;
        // In TOML a text in single quotes is taken as it is, with the strokes of Windows.
        let settings = format!("[environment]\npath = {{ directory = '{}' }}\n", self.tuned.display());
        Ok(self.sh.write_file(self.results.join("cubecl.toml"), settings)?)
    }

    /// Where burn keeps what it has tuned.
    pub(super) fn tuned(&self) -> &Path {
        &self.tuned
    }

    /// Whether a run has kept what it has tuned.
    pub(super) fn has_tuned(&self) -> Result<bool> {
        let files = self.sh.read_dir(&self.tuned)?;
        Ok(files.iter().any(|file| file.extension().is_some_and(|extension| extension == "cubecl")))
    }

    /// Runs a program; what it writes to stderr, such as progress bars, is seen.
    pub(super) fn run(&self, name: &str, arguments: &[Argument<'_>]) -> Result<Answer> {
        let mut command = self.command(name);
        for argument in arguments {
            let (host, guest, path) = match *argument {
                Argument::Word(word) => {
                    command = command.arg(word);
                    continue;
                }
                Argument::Data(path) => (&self.data, "/data", path),
                Argument::Source(path) => (&self.source, "/source", path),
                Argument::Result(path) => (&self.results, "/results", path),
            };
            command = match self.tool {
                None => command.arg(host.join(path)),
                Some(_) => command.arg(format!("{guest}/{path}")),
            };
        }
        let started = Instant::now();
        let text = command.read()?;
        let time = started.elapsed();
        println!("{text}");
        Ok(Answer { text, time })
    }

    /// A result as text.
    pub(super) fn read(&self, path: &str) -> Result<String> {
        Ok(self.sh.read_file(self.results.join(path))?)
    }

    /// A result as it is.
    pub(super) fn read_bytes(&self, path: &str) -> Result<Vec<u8>> {
        Ok(self.sh.read_binary_file(self.results.join(path))?)
    }

    fn command(&self, name: &str) -> Cmd<'_> {
        let Some(tool) = &self.tool else { return self.sh.cmd(artifacts::native(&self.programs, name)) };
        // What `cargo wgpu-wasi run` has cargo run.
        let mut command = self.sh.cmd(tool).arg("runner").arg("--cache").arg(&self.tuned);
        for (host, guest) in
            [(&self.data, "/data::ro"), (&self.source, "/source::ro"), (&self.results, "/results")]
        {
            command = command.arg("--dir").arg(format!("{}::{guest}", host.display()));
        }
        command.arg(artifacts::component(&self.programs, name))
    }
}
