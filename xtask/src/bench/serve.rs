//! `cargo xtask bench serve`: `wgpu-wasi serve` and `stream` under load. Against the same programs natively and the worker
//! pool that `serve` is made of (`compare.rs`), beside bad neighbours, for 100,000 requests, with clients that read slowly,
//! and with pictures that move (`trials.rs`).
//!
//! Server and load generator share the machine: no figure is one of the server alone.

mod compare;
mod rows;
mod trials;

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use serde::{Deserialize, de::DeserializeOwned};
use xshell::{Shell, TempDir, cmd};

use self::rows::Row;
use crate::{
    artifacts::{self, DIST, EXAMPLES, MAIN, RELEASE, WINDOWED},
    repo::{self, Repo, shell},
    server::Server,
    setup,
};

/// How to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Turns that each variant takes
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Seconds of each measurement, after a fifth of them that is not counted
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Requests of the part `many`, of which a fifth comes before it is looked at
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(10..))]
    requests: u32,
    /// Seconds of pictures that move, in the parts `motion` and `stream`
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    motion: u32,
    /// Only this part; may be given several times
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<Part>,
    /// Build, copy all that a measurement needs (this program too) to a folder, and stop
    #[arg(long, value_name = "DIR", conflicts_with = "bin_dir")]
    collect: Option<PathBuf>,
    /// Measure what `--collect` copied to this folder; needs no checkout and no cargo
    #[arg(long, value_name = "DIR")]
    bin_dir: Option<PathBuf>,
}

/// What is measured together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Against native servers and the bare worker pool, and four times the load
    Compare,
    /// Beside a component that traps, fills its quota, waits or computes for ever
    Neighbours,
    /// Memory, threads and what is held after many requests
    Many,
    /// Beside clients that read slowly
    Readers,
    /// Motion JPEG by `serve`
    Motion,
    /// Windows by `stream`
    Stream,
}

const TOOL: &str = "wgpu-wasi-serve-bench";

/// Clients where it is about how many are answered: no more than are let in.
const CLIENTS: &str = "8";

/// The numbers that are doubled: 4 KB.
const NUMBERS: u32 = 1024;

/// Measures, prints the table and writes it.
pub(crate) fn run(repo: Result<Repo>, options: &Options) -> Result<()> {
    let programs = match (&options.bin_dir, &repo) {
        (Some(folder), _) => Programs::find(folder)?,
        (None, Ok(repo)) => Programs::build(repo)?,
        (None, Err(error)) => bail!("{error:#}"),
    };
    let sh = shell()?;
    if let Some(folder) = &options.collect {
        let folder = std::path::absolute(folder)?;
        artifacts::collect(&sh, programs.all(), &folder)?;
        println!("copied; measure there with DIR/xtask bench serve --bin-dir DIR");
        return Ok(());
    }
    let file = repo.map_or_else(|_| PathBuf::from("serve.md"), |repo| repo.path("target/bench/serve.md"));
    let bench = Bench::new(programs)?;
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for part in Part::value_variants() {
        if !options.only.is_empty() && !options.only.contains(part) {
            continue;
        }
        // What one part can't say, the others still can.
        match bench.measure(*part, options) {
            Ok(seen) => {
                println!("\n{}\n", rows::table(&seen));
                rows.extend(seen);
                sh.write_file(&file, format!("{}\n", rows::table(&rows)))?;
            }
            Err(error) => {
                println!("bench: {part:?} has failed: {error:#}");
                failed.push(format!("{part:?}: {error:#}"));
            }
        }
    }
    println!("{}\nwritten to {}", rows::table(&rows), file.display());
    ensure!(failed.is_empty(), "not all was measured:\n{}", failed.join("\n"));
    Ok(())
}

/// Paths of what is run.
struct Programs {
    host: PathBuf,
    tool: PathBuf,
    /// Answers with "hello", doubles numbers, and does much that is bad.
    guest: PathBuf,
    filter: PathBuf,
    render: PathBuf,
    nbody: PathBuf,
    sample: PathBuf,
}

impl Programs {
    fn build(repo: &Repo) -> Result<Self> {
        setup::before(repo)?;
        // Together, so that both have one wasmtime.
        let selected = ["-p", "wgpu-wasi-host", "--features", "wgpu-wasi-host/cli", "-p", TOOL, "--bins"];
        cmd!(repo.sh, "cargo build --profile {DIST} {selected...}").run()?;
        artifacts::build_components(repo, MAIN, &["wgpu-wasi-http"])?;
        artifacts::build_components(repo, EXAMPLES, &["serve-filter", "serve-render"])?;
        // It is as good as another one for this.
        let subcommand = artifacts::build_subcommand(repo, RELEASE)?;
        artifacts::build_by_subcommand(repo, &subcommand, WINDOWED, &["-p", "windowed-nbody"])?;
        let (native, components) = (repo.target(DIST), artifacts::component_folder(repo));
        Ok(Self::of(&native, &components, repo.path("examples/image-filter/sample.jpg")))
    }

    fn find(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| folder.display().to_string())?;
        let programs = Self::of(&folder, &folder, folder.join("sample.jpg"));
        for file in programs.all() {
            ensure!(file.is_file(), "{} is not there: `--collect DIR` makes such a folder", file.display());
        }
        Ok(programs)
    }

    fn of(native: &Path, components: &Path, sample: PathBuf) -> Self {
        let component = |name| artifacts::component(components, name);
        Self {
            host: artifacts::native(native, "wgpu-wasi"),
            tool: artifacts::native(native, TOOL),
            guest: component("http_guest"),
            filter: component("serve_filter"),
            render: component("serve_render"),
            nbody: component("windowed-nbody"),
            sample,
        }
    }

    fn all(&self) -> [&Path; 7] {
        [&self.host, &self.tool, &self.guest, &self.filter, &self.render, &self.nbody, &self.sample]
    }
}

/// What the load generator prints.
#[derive(Debug, Deserialize)]
struct Load {
    rate: f64,
    wrong: u64,
    refused: u64,
    failed: u64,
    p50: f64,
    p99: f64,
    refused_max: f64,
    answered: u64,
    answered_busy: u64,
}

/// What is asked: a path, what is sent there, and the right answer.
struct Question {
    path: &'static str,
    body: PathBuf,
    answer: PathBuf,
}

/// What all parts have.
struct Bench {
    sh: Shell,
    programs: Programs,
    folder: TempDir,
}

impl Bench {
    fn new(programs: Programs) -> Result<Self> {
        let sh = shell()?;
        let bench = Self { folder: sh.create_temp_dir()?, sh, programs };
        bench.write_questions()?;
        Ok(bench)
    }

    fn measure(&self, part: Part, options: &Options) -> Result<Vec<Row>> {
        let begin = Instant::now();
        println!("bench: {part:?}");
        let rows = match part {
            Part::Compare => compare::measure(self, options),
            Part::Neighbours => trials::neighbours(self, options),
            Part::Many => trials::many(self, options),
            Part::Readers => trials::readers(self, options),
            Part::Motion => trials::motion(self, options),
            Part::Stream => trials::stream(self, options),
        };
        println!("bench: {part:?} has taken {:.0} s", begin.elapsed().as_secs_f64());
        rows
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_questions(&self) -> Result<()> {
        let (sh, Programs { tool, sample, .. }, photo) = (&self.sh, &self.programs, self.file("filter.body"));
        let bytes = |by: u32| (0..NUMBERS).flat_map(|number| (number * by).to_le_bytes()).collect::<Vec<_>>();
        sh.write_file(self.file("hello.body"), "")?;
        sh.write_file(self.file("hello.answer"), "hello\n")?;
        sh.write_file(self.file("double.body"), bytes(1))?;
        sh.write_file(self.file("double.answer"), bytes(2))?;
        Ok(cmd!(sh, "{tool} picture {sample} {photo}").quiet().run()?)
    }

    fn question(&self, kind: &str) -> Question {
        let path = if kind == "double" { "/double" } else { "/" };
        Question {
            path,
            body: self.file(&format!("{kind}.body")),
            answer: self.file(&format!("{kind}.answer")),
        }
    }

    /// Starts a server.
    fn serve(&self, name: &str, command: Command) -> Result<Server> {
        let log = self.file(&format!("{}.log", name.replace('/', "-")));
        Server::start(command, &log)
    }

    /// `wgpu-wasi serve` with these options.
    fn host(&self, options: &[&str], component: &Path) -> Command {
        let mut command = repo::program(&self.programs.host);
        command.arg("serve").args(Server::PORTS).args(options).arg(component);
        command
    }

    /// Has the load generator ask a server. Answers that are not right, and those that are none, are an error; 503 is none.
    fn load(&self, server: &Server, question: &Question, options: &[&str]) -> Result<Load> {
        let (sh, tool, Question { path, body, answer }) = (&self.sh, &self.programs.tool, question);
        let address = &server.address;
        let expect = answer.is_file().then(|| ["--expect".as_ref(), answer.as_os_str()]);
        let load = cmd!(sh, "{tool} load {address} --path {path} --body {body} {options...}");
        let load: Load = said(&load.args(expect.into_iter().flatten()).quiet().read()?)?;
        let Load { wrong, failed, .. } = load;
        ensure!(wrong + failed == 0, "{wrong} wrong answers of {path}, and {failed} that were none");
        Ok(load)
    }

    /// Has the tool do something, for what it prints at its end.
    fn tool<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T> {
        let tool = &self.programs.tool;
        said(&cmd!(self.sh, "{tool} {arguments...}").quiet().read()?)
    }

    /// Has the tool do something beside what comes next.
    fn beside(&self, arguments: &[&str]) -> Result<Beside> {
        let mut command = repo::program(&self.programs.tool);
        let child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        Ok(Beside(child))
    }
}

/// What the tool has printed at last.
fn said<T: DeserializeOwned>(text: &str) -> Result<T> {
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| text.to_owned())
}

/// The tool at work, until it is dropped.
struct Beside(Child);

impl Beside {
    /// Waits for its first line, and returns what comes of the others.
    fn begun(&mut self) -> Result<impl FnOnce() -> Result<String> + use<>> {
        let mut lines = BufReader::new(self.0.stdout.take().context("it prints")?).lines();
        lines.next().context("the tool has ended before it began")??;
        Ok(move || lines.last().context("the tool has printed nothing")?.context("what the tool prints"))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Looks at something from time to time while something is done. What was seen, and what came of that.
fn look_at<const N: usize, T>(
    every: Duration,
    look: impl Fn() -> Result<[f64; N]> + Sync,
    work: impl FnOnce() -> Result<T>,
) -> Result<(Vec<[f64; N]>, T)> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut seen = Vec::new();
            while !over.load(Ordering::Relaxed) {
                thread::sleep(every);
                seen.push(look()?);
            }
            Ok::<_, anyhow::Error>(seen)
        });
        let done = work();
        over.store(true, Ordering::Relaxed);
        let seen = looking.join().ok().context("what looks has failed")??;
        Ok((seen, done?))
    })
}
