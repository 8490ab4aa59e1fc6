//! `cargo xtask fuzz`: guests that call every function of the WIT in random order, against the real host.
//!
//! Batches run in processes of their own, so that one that crashes or hangs is found out, and its guest with
//! it. For a guest that brings the host down, the shortest number of its calls that does is searched, and
//! the last of them are printed.

mod batch;
mod report;

use std::{
    collections::VecDeque,
    fs,
    io::IsTerminal as _,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    artifacts::{self, MAIN, RELEASE},
    repo::{Repo, run as run_command},
    setup,
};
use batch::{Batch, Event, Program};
use report::Report;

/// Calls at the end of a guest that brought the host down, as they are printed.
const LAST_CALLS: usize = 25;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Calls to make, in all
    #[arg(long, default_value_t = 100_000)]
    calls: u64,
    /// The seed of the first guest; each next one has the next number
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// `noop`, `machine`, or the name of an adapter
    #[arg(long, default_value = "noop")]
    adapter: String,
    /// Make no new guests after this many seconds
    #[arg(long)]
    seconds: Option<u64>,
    /// Calls of each guest
    #[arg(long, default_value_t = 2_000)]
    calls_per_guest: u64,
    /// Guests of each process
    #[arg(long, default_value_t = 25)]
    guests_per_process: u64,
    /// Processes at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Build nothing: the programs `fuzz` and `fuzz.wasm` are in this folder
    #[arg(long, value_name = "DIR")]
    built: Option<PathBuf>,
    /// Run the one guest of `--seed` and print each of its calls
    #[arg(long)]
    replay: bool,
}

/// Builds what is needed, makes the calls, and writes the report.
pub(crate) fn run(repo: &Repo, options: &Options) -> Result<()> {
    let (native, components) = match &options.built {
        Some(folder) => {
            let folder = folder.canonicalize().with_context(|| folder.display().to_string())?;
            (folder.clone(), folder)
        }
        None => {
            setup::before(repo)?;
            artifacts::build_components(repo, MAIN, &["wgpu-wasi-fuzz"])?;
            artifacts::build_main(repo, RELEASE, &[])?;
            (artifacts::native_folder(repo), artifacts::component_folder(repo))
        }
    };
    let program = Program {
        path: artifacts::native(&native, "fuzz"),
        component: artifacts::component(&components, "fuzz"),
        cache: repo.target("tmp/components"),
        adapter: options.adapter.clone(),
    };
    if options.replay {
        let batch = Batch { seed: options.seed, guests: 1, calls: options.calls_per_guest };
        return run_command(&mut program.command(batch, true));
    }
    let start = Instant::now();
    let report = all(&program, options)?;
    let folder = repo.path("target/fuzz");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let path = folder.join("report.json");
    let json = serde_json::to_string_pretty(&report).context("the report")?;
    fs::write(&path, json).with_context(|| path.display().to_string())?;
    println!("{report}\ntime       {:.1} s\nreport     {}", start.elapsed().as_secs_f64(), path.display());
    if report.failures.is_empty() {
        return Ok(());
    }
    for failure in &report.failures {
        println!(
            "\nFAILURE of seed {}: {}",
            failure.seed.map_or_else(|| "?".to_owned(), |seed| seed.to_string()),
            failure.what
        );
    }
    if let Some(seed) = report.failures.iter().find_map(|failure| failure.seed) {
        shrink(&program, seed, options.calls_per_guest)?;
    }
    bail!("the host failed {} times", report.failures.len());
}

/// Runs all batches, some at a time.
fn all(program: &Program, options: &Options) -> Result<Report> {
    let guests = options.calls.div_ceil(options.calls_per_guest.max(1));
    let per_process = options.guests_per_process.max(1);
    let batches: VecDeque<Batch> = (0..guests.div_ceil(per_process))
        .map(|number| Batch {
            seed: options.seed.wrapping_add(number * per_process),
            guests: per_process.min(guests - number * per_process),
            calls: options.calls_per_guest,
        })
        .collect();
    let (batches, stop) = (Mutex::new(batches), AtomicBool::new(false));
    let end = options.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut progress = Progress::new(guests * options.calls_per_guest);
    let mut report = Report::new(&program.adapter, options.seed);
    thread::scope(|scope| {
        let (sender, events) = mpsc::channel();
        for _ in 0..options.jobs.max(1) {
            let (sender, batches, stop) = (sender.clone(), &batches, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) && end.is_none_or(|end| Instant::now() < end) {
                    let next = batches.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(batch) = next else { break };
                    program.run(batch, &sender);
                }
            });
        }
        drop(sender);
        for event in events {
            if let Event::Guest { calls, .. } = &event {
                progress.advance(*calls);
            }
            report.add(event);
            // One failure is enough to look at; others would most likely be the same.
            stop.store(!report.failures.is_empty(), Ordering::Relaxed);
        }
    });
    progress.finish();
    if report.guests == 0 && report.failures.is_empty() {
        bail!("no guest has run");
    }
    Ok(report)
}

/// Searches the smallest number of calls with which the guest of `seed` fails, and prints the last of them.
fn shrink(program: &Program, seed: u64, calls: u64) -> Result<()> {
    let fails = |calls| program.fails(Batch { seed, guests: 1, calls });
    if !fails(calls) {
        println!("\nThe guest of seed {seed} does not fail by itself: what came before it matters.");
        return Ok(());
    }
    let (mut good, mut bad) = (0, calls);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fails(middle) { bad = middle } else { good = middle }
    }
    println!("\nThe guest of seed {seed} fails with {bad} calls and not with {good}; the last of them:");
    let log = program.log(Batch { seed, guests: 1, calls: bad })?;
    let lines: Vec<&str> = log.lines().collect();
    for line in lines.iter().skip(lines.len().saturating_sub(LAST_CALLS)) {
        println!("{line}");
    }
    println!(
        "\nAgain, with all calls: cargo xtask fuzz --adapter {} --seed {seed} --calls-per-guest {bad} --replay",
        program.adapter
    );
    Ok(())
}

/// A bar on a terminal, and elsewhere a line at every tenth of the way.
struct Progress {
    bar: ProgressBar,
    total: u64,
    tenths: u64,
    terminal: bool,
}

impl Progress {
    fn new(total: u64) -> Self {
        let bar = ProgressBar::new(total);
        if let Ok(style) =
            ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} calls  {eta} left")
        {
            bar.set_style(style);
        }
        Self { bar, total: total.max(1), tenths: 0, terminal: std::io::stderr().is_terminal() }
    }

    fn advance(&mut self, calls: u64) {
        self.bar.inc(calls);
        let tenths = self.bar.position() * 10 / self.total;
        if !self.terminal && tenths > self.tenths {
            self.tenths = tenths;
            println!("{:3} %  {} calls", tenths * 10, self.bar.position());
        }
    }

    fn finish(self) {
        self.bar.finish_and_clear();
    }
}
