//! `cargo xtask ml`: burn programs, which learn and infer on the GPU, natively and as components, compared.

mod chars;
mod digits;
mod embed;
mod findings;
mod llm;
mod programs;
mod serve;
mod side;
mod speed;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::{
    artifacts::{self, DIST, ML, RELEASE},
    pairs,
    repo::Repo,
    setup,
};
use findings::Findings;
use programs::{Program, Programs};
use side::Side;

/// How much of it.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Learn little, from small data sets: a few minutes on a machine without a GPU
    #[arg(long)]
    small: bool,

    /// Build burn without what it has on by default, kernels of several operations and the choice of the fastest: the
    /// numbers of both sides are the same then
    #[arg(long)]
    plain: bool,

    /// How often each side is measured after its first run [default: 3, small 0]; with 0, the results are compared alone
    #[arg(long, value_name = "N")]
    turns: Option<usize>,

    /// Only this program; may be given several times
    #[arg(long, value_name = "PROGRAM")]
    only: Vec<Program>,

    /// Compare the programs in `--bin-dir` instead of building them; needs no checkout and no cargo
    #[arg(long, requires = "bin_dir")]
    no_build: bool,

    /// Where the programs are that `--collect` copied
    #[arg(long, value_name = "DIR", requires = "no_build")]
    bin_dir: Option<PathBuf>,

    /// Build, copy all that a comparison needs (this program too) to a folder, and stop
    #[arg(long, value_name = "DIR", conflicts_with = "no_build")]
    collect: Option<PathBuf>,
}

/// Makes the machine ready, builds cargo's subcommand and the programs, and does [`compare_all`]; with `--no-build` it needs
/// no checkout.
pub(crate) fn run_all(repo: Result<Repo>, options: &Options) -> Result<()> {
    // A small comparison is there to see that it works, and shares most of what the tests have built; a full one is
    // about time as well.
    let (size, profile) = if options.small { (Size::Small, RELEASE) } else { (Size::Full, DIST) };
    let tuning = if options.plain { Tuning::None } else { Tuning::Default };
    let wanted = Program::wanted(size, &options.only)?;
    let programs = match &options.bin_dir {
        Some(folder) => Programs::find(folder, &wanted, tuning)?,
        None => {
            let repo = repo?;
            setup::before(&repo)?;
            let tool = artifacts::build_subcommand(&repo, profile)?;
            let programs = Programs::of(&repo, &tool, size, &wanted)?;
            programs.build(&repo, &wanted, tuning)?;
            check_rewritten(&repo)?;
            programs
        }
    };
    if let Some(folder) = &options.collect {
        programs.copy_to(&std::path::absolute(folder)?, size, &wanted, tuning)?;
        println!("copied to {}; compare there with the same options and", folder.display());
        println!("  DIR/xtask ml --no-build --bin-dir DIR");
        return Ok(());
    }
    let turns = options.turns.unwrap_or(if options.small { 0 } else { 3 });
    compare_all(&programs, size, tuning, &wanted, turns)
}

/// Builds the programs by `cargo wgpu-wasi`, which is `tool`, and has them learn a little in the sandbox. For
/// the tests: burn is a large build, and to make it natively as well takes twice the time.
pub(crate) fn learn_in_the_sandbox(repo: &Repo, tool: &Path) -> Result<()> {
    let programs = Programs::of(repo, tool, Size::Small, &Program::wanted(Size::Small, &[])?)?;
    artifacts::build_by_subcommand(repo, tool, ML, &[])?;
    check_rewritten(repo)?;
    let [_, results] = pairs::empty_folders(&repo.sh, &programs.data.join("test"))?;
    let component = Side::component(&programs, &results);
    digits::learn(&component)?;
    chars::learn(&component)?;
    llm::learn(&component)
}

/// How much the programs have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    /// Enough to see that it works.
    Small,
    /// As much as it takes to learn well.
    Full,
}

/// What `cargo wgpu-wasi` writes other words into, for what burn tunes, and for the memory that it takes: a file of a
/// package, and what it has then. Another version of the package may say it in another way.
const REWRITTEN: [(&str, &str, &str); 10] = [
    ("cubecl-environment-0.11.", "Cargo.toml", "wasi"),
    ("cubecl-environment-0.11.", "build.rs", "wasi"),
    ("cubecl-environment-0.11.", "src/persistence/storage.rs", "wasi::open(namespace)"),
    ("cubecl-runtime-0.11.", "build.rs", "wasi"),
    ("cubecl-runtime-0.11.", "src/tune/tuner.rs", "wasi"),
    ("cubecl-std-0.11.", "src/throughput/base.rs", "wasi"),
    ("cubecl-wgpu-0.11.", "src/lib.rs", "mod wasi;"),
    ("cubecl-wgpu-0.11.", "src/runtime.rs", "wasi::memory_config("),
    ("cubecl-wgpu-0.11.", "src/backend/wgsl.rs", "wasi::exclusive_memory_only()"),
    ("cubecl-wgpu-0.11.", "src/compiler/wgsl/shader.rs", "wasi::exclusive_memory_only()"),
];

/// Fails where a package was not written as it should be.
fn check_rewritten(repo: &Repo) -> Result<()> {
    let folder = repo.target("wgpu-wasi");
    let packages = repo.sh.read_dir(&folder)?;
    for (package, file, has) in REWRITTEN {
        let name =
            |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(package));
        let found = packages.iter().find(|path| name(path));
        let found = found.with_context(|| format!("{} has no {package}", folder.display()))?;
        let text = repo.sh.read_file(found.join(file))?;
        ensure!(text.contains(has), "{} is as it was: {has:?} is not in it", found.join(file).display());
    }
    Ok(())
}

/// What burn does to be fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tuning {
    /// Nothing: both sides run the same kernels on the same numbers.
    None,
    /// What is on by default. Each side chooses by what it measures, so they may round in two ways.
    Default,
}

impl Tuning {
    fn features(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Default => &["--features", "ml-kit/defaults"],
        }
    }
}

/// Runs the programs of both sides, and compares what they have learnt, and how fast.
fn compare_all(
    programs: &Programs,
    size: Size,
    tuning: Tuning,
    wanted: &[Program],
    turns: usize,
) -> Result<()> {
    let sh = &programs.sh;
    let [of_native, of_component] = pairs::empty_folders(sh, &programs.results)?;
    let sides = [Side::native(programs, &of_native), Side::component(programs, &of_component)];
    for side in &sides {
        side.forget_tuned()?;
    }
    let mut findings = Findings::default();
    for program in wanted {
        match program {
            Program::Digits => digits::compare(&sides, size, &mut findings)?,
            Program::Chars => chars::compare(&sides, size, tuning, &mut findings)?,
            Program::Llm => llm::compare(&sides, tuning, &mut findings)?,
            Program::Embed => {
                embed::compare(&sides, &mut findings)?;
                let [native, _] = &sides;
                serve::compare(programs, (native, &of_native), &mut findings)?;
            }
        }
    }
    findings.report(sh, &programs.results)?;
    if turns > 0 {
        let [native, component] = &sides;
        // Gives the component what native has tuned.
        let bring = || programs.bring(native.tuned(), &component.tuned().join("native.bundle"));
        let bring: Option<&dyn Fn() -> Result<()>> = (tuning == Tuning::Default).then_some(&bring);
        let table = speed::measure(&sides, size, wanted, turns, bring)?.table();
        let keeps = component.has_tuned()?;
        ensure!(keeps == (tuning == Tuning::Default), "what the component has tuned is kept: {keeps}");
        println!("\n{table}\n");
        sh.write_file(programs.results.join("speed.md"), format!("{table}\n"))?;
    }
    Ok(())
}
