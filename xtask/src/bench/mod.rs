//! `cargo xtask bench`: the same programs natively and as components, on the same adapter, in one run.
//!
//! The two take turns, so that a machine that slows down slows both; what is reported is the median
//! over the turns, and what it is where nothing else has the processor: the first decile of a turn's repetitions,
//! in the best of the turns.

mod instructions;
mod programs;
mod report;
mod serve;

use std::{env, path::PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use self::{
    programs::Programs,
    report::{Report, Samples, Side},
};
use crate::repo::Repo;

/// How to measure.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: Option<What>,
    /// Turns that each program takes
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Turns of the start-up measurement, which are short
    #[arg(long, default_value_t = 11, value_parser = clap::value_parser!(u32).range(1..))]
    start_rounds: u32,
    /// Only rows whose name starts with this; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Few repetitions: shows that it works, not how fast
    #[arg(long)]
    quick: bool,
    /// The adapter to use on both sides, by a part of its name
    #[arg(long)]
    adapter: Option<String>,
    /// Measure the programs in `--bin-dir` instead of building them; needs no checkout and no cargo
    #[arg(long, requires = "bin_dir")]
    no_build: bool,
    /// Where the programs are that `--collect` copied
    #[arg(long, value_name = "DIR", requires = "no_build")]
    bin_dir: Option<PathBuf>,
    /// Build, copy all that a measurement needs (this program too) to a folder, and stop
    #[arg(long, value_name = "DIR", conflicts_with = "no_build")]
    collect: Option<PathBuf>,
    /// Where to write the report [default: target/bench/report.json of the checkout]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What else can be measured.
#[derive(Debug, Subcommand)]
enum What {
    /// How many instructions the processor executes for each command, by valgrind: the same on a busy machine
    Instructions(instructions::Options),
    /// `wgpu-wasi serve` against the same programs natively, under load
    Serve(serve::Options),
}

/// Measures, prints a table and writes the report; with `--no-build` it needs no checkout.
pub(crate) fn run(repo: Result<Repo>, options: &Options) -> Result<()> {
    match &options.what {
        Some(What::Instructions(options)) => return instructions::run(&repo?, options),
        Some(What::Serve(options)) => return serve::run(repo, options),
        None => {}
    }
    let report_path = match (&options.report, &repo) {
        (Some(path), _) => path.clone(),
        (None, Ok(repo)) => repo.path("target/bench/report.json"),
        (None, Err(_)) => {
            env::current_dir().context("the current directory")?.join("target/bench/report.json")
        }
    };
    let programs = match (&options.bin_dir, options.no_build) {
        (Some(folder), true) => Programs::find(folder)?,
        _ => Programs::build(&repo?)?,
    };
    if let Some(folder) = &options.collect {
        programs.copy_to(&std::path::absolute(folder)?)?;
        println!("copied to {}; measure there with", folder.display());
        println!("  DIR/xtask bench --no-build --bin-dir DIR");
        return Ok(());
    }
    let report = measure(options, &programs)?;
    println!("\n{}\n{}", report.adapter, report.table());
    println!("ratio: how the component does against native; 1 is as good, above 1 is better");
    println!(
        "when quiet: the difference between the fastest repetitions of both, without what others do here"
    );
    report.write(&report_path)?;
    println!("written to {}", report_path.display());
    Ok(())
}

/// The rows about recording commands, which the host fetches from the component's memory; and the names of the same
/// rows on a host that does not, as that of anybody else: each command is a call.
const RECORDING: &str = "record/";
const BY_CALLS: &str = "record_by_calls/";

/// A picture on the canvas of a window, against the same one on a texture, which stands for native: both in a component.
const PRESENT: &str = "present/720p";

fn measure(options: &Options, programs: &Programs) -> Result<Report> {
    use Side::{Component, Native};
    let mut samples = Samples::default();
    let as_it_is = |name: &str| Some(name.to_owned());
    let by_calls = |name: &str| name.strip_prefix(RECORDING).map(|rest| format!("{BY_CALLS}{rest}"));
    let (adapter, arguments) = (options.adapter.as_deref(), options.for_the_program());
    let of_others = |only: &String| only.starts_with("start") || only.starts_with("present");
    let only_others = !options.only.is_empty() && options.only.iter().all(of_others);
    for round in 1..=if only_others { 0 } else { options.rounds } {
        println!("bench: round {round} of {}: native", options.rounds);
        let text = programs.bench_native(adapter, &arguments)?;
        samples.add(Native, &text, as_it_is)?;
        samples.add(Native, &text, by_calls)?;
        println!("bench: round {round} of {}: component", options.rounds);
        samples.add(Component, &programs.bench_component(adapter, &arguments)?, as_it_is)?;
        if options.wants("record") {
            println!("bench: round {round} of {}: component, a call for each command", options.rounds);
            let text = programs.bench_calls(adapter, &options.for_recording())?;
            samples.add(Component, &text, by_calls)?;
        }
    }
    if options.wants("present") {
        println!("bench: pictures in a window");
        for _ in 0..options.rounds {
            let text = programs.pictures(adapter)?;
            let only = |which: &'static str| move |name: &str| (name == which).then(|| PRESENT.to_owned());
            samples.add(Native, &text, only("present/texture"))?;
            samples.add(Component, &text, only("present/canvas"))?;
        }
    }
    if options.wants("start") {
        println!("bench: starting programs");
        start(options, programs, &mut samples)?;
    }
    Report::new(&samples)
}

impl Options {
    /// Whether there is a row of this kind among those that are asked for.
    fn wants(&self, kind: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only.starts_with(kind))
    }

    /// What the benchmark program is told for these rows alone.
    fn for_recording(&self) -> Vec<&str> {
        let wanted = self.only.iter().map(String::as_str).filter(|only| only.starts_with("record"));
        let wanted: Vec<_> = if self.only.is_empty() { vec![RECORDING] } else { wanted.collect() };
        let quick = self.quick.then_some("--quick");
        quick.into_iter().chain(wanted.into_iter().flat_map(|name| ["--only", name])).collect()
    }

    /// What the benchmark program is told.
    fn for_the_program(&self) -> Vec<&str> {
        let quick = self.quick.then_some("--quick");
        quick.into_iter().chain(self.only.iter().flat_map(|name| ["--only", name])).collect()
    }
}

/// Whole processes, from the shell's point of view: a program that doubles four numbers.
fn start(options: &Options, programs: &Programs, samples: &mut Samples) -> Result<()> {
    use Side::{Component, Native};
    let (adapter, cache) = (options.adapter.as_deref(), programs.scratch()?);
    // Once unmeasured: the first start also reads the programs from the disk.
    programs.start_native(adapter)?;
    programs.start_component(adapter, cache.path())?;
    for _ in 0..options.start_rounds {
        let native = programs.start_native(adapter)?;
        samples.push(Native, "start/cold", native);
        samples.push(Native, "start/cached", native);
        let empty = programs.scratch()?;
        samples.push(Component, "start/cold", programs.start_component(adapter, empty.path())?);
        samples.push(Component, "start/cached", programs.start_component(adapter, cache.path())?);
    }
    Ok(())
}
