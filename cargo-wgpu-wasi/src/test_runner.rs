//! As cargo's runner of tests: one instance for each test.
//!
//! A panic ends a component as a trap, and all the tests of the program with it. So the program is asked
//! for its tests, and each runs in an instance of its own; the lines are those of libtest. What is not
//! libtest, or asked to do something else than to run tests, runs as it is, once.

mod harness;
mod instance;
mod report;

use std::{
    env,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use clap::{Args, Parser};
use wgpu_wasi_host::cli::{self, Options, Run};

use harness::Harness;
use instance::Program;
use report::Report;

/// Runs one program of tests.
#[derive(Args, Debug)]
pub(crate) struct TestRun {
    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    program: cli::Program,
}

/// The arguments of libtest that are about running tests.
#[derive(Clone, Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
pub(crate) struct Libtest {
    filters: Vec<String>,
    #[arg(long)]
    exact: bool,
    #[arg(long)]
    skip: Vec<String>,
    #[arg(long)]
    ignored: bool,
    #[arg(long)]
    include_ignored: bool,
    #[arg(long, alias = "no-capture")]
    nocapture: bool,
    #[arg(long)]
    show_output: bool,
    #[arg(long, short)]
    quiet: bool,
    /// One at a time unless it says otherwise: they share a GPU.
    #[arg(long)]
    test_threads: Option<usize>,
}

impl Libtest {
    /// Which of the ignored tests are meant, for every instance.
    fn mode(&self) -> Vec<String> {
        [("--ignored", self.ignored), ("--include-ignored", self.include_ignored)]
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(flag, _)| flag.to_owned())
            .collect()
    }

    /// Which tests are meant.
    fn selection(&self) -> Vec<String> {
        let mut selection = self.mode();
        selection.extend(self.exact.then(|| "--exact".to_owned()));
        selection.extend(self.skip.iter().map(|name| format!("--skip={name}")));
        selection.push("--".to_owned());
        selection.extend(self.filters.iter().cloned());
        selection
    }

    fn threads(&self) -> usize {
        let environment = || env::var("RUST_TEST_THREADS").ok()?.parse().ok();
        self.test_threads.or_else(environment).unwrap_or(1).max(1)
    }
}

impl TestRun {
    pub(crate) fn execute(self) -> wasmtime::Result<ExitCode> {
        let Self { options, program } = self;
        let (app, args) = program.split()?;
        let libtest = match (Harness::of(&app), Libtest::try_parse_from(&args)) {
            (Harness::Libtest, Ok(libtest)) => libtest,
            _ => return Run::new(options, program).execute_for_cargo(),
        };
        let program = Program::new(options, app)?;
        let names = program.list(&libtest.selection())?;
        let total = program.list(&["--".to_owned()])?.len();
        let filtered = total.saturating_sub(names.len());
        Ok(run_all(&program, &libtest, &names, filtered))
    }
}

fn run_all(program: &Program, libtest: &Libtest, names: &[String], filtered: usize) -> ExitCode {
    let start = Instant::now();
    let mode = libtest.mode();
    let report = Mutex::new(Report::begin(libtest, names.len()));
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = program.run(name, &mode);
            report.lock().unwrap_or_else(PoisonError::into_inner).add(name, result);
        }
    };
    thread::scope(|scope| {
        for _ in 1..libtest.threads().min(names.len()) {
            scope.spawn(work);
        }
        work();
    });
    let report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.end(filtered, start.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_libtest() {
        let parsed = |line: &str| Libtest::try_parse_from(line.split_whitespace());
        let libtest = parsed("a --skip b c --exact --nocapture --ignored").unwrap();
        assert_eq!(libtest.selection(), ["--ignored", "--exact", "--skip=b", "--", "a", "c"]);
        assert_eq!(parsed("--test-threads=3").unwrap().threads(), 3);
        // Not about running tests: the program has to answer itself.
        for other in ["--list", "--help", "--bench", "--format json"] {
            assert!(parsed(other).is_err(), "{other}");
        }
    }
}
