//! `cargo xtask ml`: burn programs, which learn and infer on the GPU, natively and as components, compared.

mod chars;
mod digits;
mod embed;
mod findings;
mod side;

use std::path::Path;

use anyhow::Result;
use clap::Args;

use crate::{
    artifacts::{self, DIST, ML, RELEASE},
    pairs,
    repo::Repo,
    setup::{
        self,
        ml::{MINILM, MNIST, Package, SMALL_DIGITS},
    },
};
use findings::Findings;
use side::Side;

/// How much of it.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Learn little, from small data sets: a few minutes on a machine without a GPU
    #[arg(long)]
    small: bool,
}

/// Makes the machine ready, builds cargo's subcommand, and does [`compare_all`].
pub(crate) fn run_all(repo: &Repo, options: &Options) -> Result<()> {
    setup::before(repo)?;
    // A small comparison is there to see that it works, and shares most of what the tests have built; a full one is
    // about time as well.
    let (size, profile) = if options.small { (Size::Small, RELEASE) } else { (Size::Full, DIST) };
    compare_all(repo, &artifacts::build_subcommand(repo, profile)?, size)
}

/// Builds the programs by `cargo wgpu-wasi`, which is `tool`, and has them learn a little in the sandbox. For
/// the tests: burn is a large build, and to make it natively as well takes twice the time.
pub(crate) fn learn_in_the_sandbox(repo: &Repo, tool: &Path) -> Result<()> {
    let data = setup::ml::ensure(repo, packages(Size::Small))?;
    artifacts::build_by_subcommand(repo, tool, ML)?;
    let [_, results] = pairs::empty_folders(&repo.sh, &data.join("test"))?;
    let component = Side::component(repo, tool, &data, &results);
    digits::learn(&component)?;
    chars::learn(&component)
}

/// How much the programs have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    /// Enough to see that it works.
    Small,
    /// As much as it takes to learn well.
    Full,
}

/// What the programs need at this size.
fn packages(size: Size) -> &'static [&'static Package] {
    match size {
        Size::Small => &[&SMALL_DIGITS],
        Size::Full => &[&MNIST, &MINILM],
    }
}

/// Fetches the data, builds the programs natively and by `cargo wgpu-wasi`, which is `tool`, runs both, and
/// compares what they have learnt.
fn compare_all(repo: &Repo, tool: &Path, size: Size) -> Result<()> {
    let data = setup::ml::ensure(repo, packages(size))?;
    artifacts::build_native(repo, ML, &[])?;
    artifacts::build_by_subcommand(repo, tool, ML)?;
    let results = data.join("runs");
    let [native, component] = pairs::empty_folders(&repo.sh, &results)?;
    let sides = [Side::native(repo, &data, &native), Side::component(repo, tool, &data, &component)];
    let mut findings = Findings::default();
    digits::compare(&sides, size, &mut findings)?;
    chars::compare(&sides, size, &mut findings)?;
    if size == Size::Full {
        embed::compare(&sides, &mut findings)?;
    }
    findings.report(&repo.sh, &results)
}
