//! The programs of both sides, and what they read: in a checkout, or in a folder for a machine that has none.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;
use xshell::{Shell, cmd};

use super::{Size, Tuning};
use crate::{
    artifacts::{self, ML, RELEASE, SERVE_EMBED},
    repo::{Repo, shell},
    setup::ml::{self as data, MINILM, MNIST, Package, SMALL_DIGITS},
};

/// A program that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Program {
    /// The net that reads digits
    Digits,
    /// The language model of characters
    Chars,
    /// The language model of the Llama family
    Llm,
    /// The encoder of sentences, and the same behind HTTP; not with --small
    Embed,
}

impl Program {
    /// The package, natively and as a component.
    pub(super) fn package(self) -> &'static str {
        match self {
            Self::Digits => "ml-digits",
            Self::Chars => "ml-chars",
            Self::Llm => "ml-llm",
            Self::Embed => "ml-embed",
        }
    }

    /// All of a size, or those that were asked for.
    pub(super) fn wanted(size: Size, only: &[Self]) -> Result<Vec<Self>> {
        let all = Self::value_variants().iter().copied();
        let wanted: Vec<_> = all
            .filter(|program| only.is_empty() || only.contains(program))
            .filter(|program| size == Size::Full || *program != Self::Embed)
            .collect();
        ensure!(!wanted.is_empty(), "`embed` has weights of 90 MB and is not compared with --small");
        Ok(wanted)
    }

    /// What it reads.
    fn data(self, size: Size) -> Option<&'static Package> {
        match (self, size) {
            (Self::Digits, Size::Small) => Some(&SMALL_DIGITS),
            (Self::Digits, Size::Full) => Some(&MNIST),
            (Self::Embed, _) => Some(&MINILM),
            (Self::Chars | Self::Llm, _) => None,
        }
    }
}

/// What `chars` reads, below the folder with the programs' source.
pub(super) const TEXT: &str = "chars/text/moby-dick.txt";

/// The component that answers requests.
const SERVED: &str = "serve_embed";
/// The native program that writes what was tuned into a file for others.
const TUNED: &str = "tuned";

/// Where everything is.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub(super) sh: Shell,
    /// The native programs.
    pub(super) native: PathBuf,
    pub(super) components: PathBuf,
    /// cargo's subcommand, which runs components.
    pub(super) tool: PathBuf,
    /// The command line program, which serves them.
    host: PathBuf,
    tuned: PathBuf,
    /// What is fetched.
    pub(super) data: PathBuf,
    /// The programs' workspace, of which a collection has what they read.
    pub(super) source: PathBuf,
    pub(super) results: PathBuf,
}

impl Programs {
    /// Those of a checkout, which are where cargo puts them; the data is fetched.
    pub(super) fn of(repo: &Repo, tool: &Path, size: Size, wanted: &[Program]) -> Result<Self> {
        let packages: Vec<_> = wanted.iter().filter_map(|program| program.data(size)).collect();
        let data = data::ensure(repo, &packages)?;
        let native = artifacts::native_folder(repo);
        Ok(Self {
            sh: repo.sh.clone(),
            components: artifacts::component_folder(repo),
            tool: tool.into(),
            host: artifacts::native(&native, "wgpu-wasi"),
            tuned: artifacts::native(&native.join("examples"), TUNED),
            native,
            source: repo.path(ML).with_file_name(""),
            results: data.join("runs"),
            data,
        })
    }

    /// Builds them natively and by `cargo wgpu-wasi`.
    pub(super) fn build(&self, repo: &Repo, wanted: &[Program], tuning: Tuning) -> Result<()> {
        let packages: Vec<_> = wanted.iter().map(|program| program.package()).collect();
        let more = tuning.features();
        artifacts::build_native_with(repo, ML, &packages, more)?;
        let arguments = [&artifacts::select(&packages), more].concat();
        artifacts::build_by_subcommand(repo, &self.tool, ML, &arguments)?;
        if wanted.contains(&Program::Embed) {
            artifacts::build_host(repo, RELEASE)?;
            artifacts::build_by_subcommand(repo, &self.tool, SERVE_EMBED, more)?;
        }
        if tuning == Tuning::Default {
            let example = ["--features", "defaults", "--example", TUNED];
            artifacts::build_native_with(repo, ML, &["ml-kit"], &example)?;
        }
        Ok(())
    }

    /// Finds them in a folder that [`Self::copy_to`] filled; results go below the current one.
    pub(super) fn find(folder: &Path, wanted: &[Program], tuning: Tuning) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| folder.display().to_string())?;
        let results = env::current_dir().context("the current directory")?.join("target/ml/runs");
        let programs = Self {
            sh: shell()?,
            native: folder.clone(),
            components: folder.clone(),
            tool: artifacts::native(&folder, "cargo-wgpu-wasi"),
            host: artifacts::native(&folder, "wgpu-wasi"),
            tuned: artifacts::native(&folder, TUNED),
            data: folder.join("data"),
            source: folder.join("source"),
            results,
        };
        for file in programs.files(wanted, tuning) {
            ensure!(
                file.is_file(),
                "{} is not there: `cargo xtask ml --collect DIR` makes such a folder, with the same --plain and --only",
                file.display()
            );
        }
        Ok(programs)
    }

    /// Copies them, what they read and this program to a folder, for a machine that has neither cargo nor a checkout.
    pub(super) fn copy_to(
        &self,
        folder: &Path,
        size: Size,
        wanted: &[Program],
        tuning: Tuning,
    ) -> Result<()> {
        artifacts::collect(&self.sh, self.files(wanted, tuning), folder)?;
        for package in wanted.iter().filter_map(|program| program.data(size)) {
            for file in package.files() {
                self.copy_below(&self.data, &folder.join("data"), &file)?;
            }
        }
        self.copy_below(&self.source, &folder.join("source"), Path::new(TEXT))
    }

    fn copy_below(&self, from: &Path, to: &Path, file: &Path) -> Result<()> {
        let copy = to.join(file);
        self.sh.create_dir(copy.parent().context("a file without a folder")?)?;
        Ok(self.sh.copy_file(from.join(file), copy)?)
    }

    fn files(&self, wanted: &[Program], tuning: Tuning) -> Vec<PathBuf> {
        let packages = wanted.iter().map(|program| program.package());
        let programs = packages.flat_map(|package| {
            [artifacts::native(&self.native, package), artifacts::component(&self.components, package)]
        });
        let served = wanted.contains(&Program::Embed).then(|| [self.host.clone(), self.served()]);
        let tuned = (tuning == Tuning::Default).then(|| self.tuned.clone());
        let served = served.into_iter().flatten();
        programs.chain([self.tool.clone()]).chain(served).chain(tuned).collect()
    }

    /// The component that answers requests.
    pub(super) fn served(&self) -> PathBuf {
        artifacts::component(&self.components, SERVED)
    }

    /// The program that serves it.
    pub(super) fn host(&self) -> &Path {
        &self.host
    }

    /// Writes what native has tuned, in `from`, as a file for the component.
    pub(super) fn bring(&self, from: &Path, to: &Path) -> Result<()> {
        let tuned = &self.tuned;
        Ok(cmd!(self.sh, "{tuned} {from} {to}").run()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_what_is_compared() {
        use Program::{Chars, Digits, Embed, Llm};
        assert_eq!(Program::wanted(Size::Full, &[]).unwrap(), [Digits, Chars, Llm, Embed]);
        assert_eq!(Program::wanted(Size::Small, &[]).unwrap(), [Digits, Chars, Llm]);
        assert_eq!(Program::wanted(Size::Full, &[Embed, Chars]).unwrap(), [Chars, Embed]);
        assert!(Program::wanted(Size::Small, &[Embed]).is_err());
    }
}
