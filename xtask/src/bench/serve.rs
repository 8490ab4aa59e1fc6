//! `cargo xtask bench serve`: `wgpu-wasi serve` against the same programs natively, and against the worker pool that it is
//! made of. The variants take turns; what is reported is the median over them. Server and load generator share the machine,
//! so each row has its ceiling: a server that has the same answer ready, asked in the same way. Where a row comes within
//! half of that, it says more of the generator, and is void.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde::Deserialize;
use xshell::{Shell, TempDir, cmd};

use super::{name_of, report::digits};
use crate::{
    artifacts::{self, DIST, EXAMPLES, MAIN},
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
    /// Build, copy all that a measurement needs (this program too) to a folder, and stop
    #[arg(long, value_name = "DIR", conflicts_with = "bin_dir")]
    collect: Option<PathBuf>,
    /// Measure what `--collect` copied to this folder; needs no checkout and no cargo
    #[arg(long, value_name = "DIR")]
    bin_dir: Option<PathBuf>,
}

const TOOL: &str = "wgpu-wasi-serve-bench";

/// Clients where it is about how many are answered: no more than are let in.
const CLIENTS: u32 = 8;

/// Those that offer more than can be answered.
const MANY: u32 = 64;

/// How many times more they offer.
const OVERLOAD: f64 = 4.0;

/// The numbers that are doubled: 4 KB.
const NUMBERS: u32 = 1024;

/// What a 503 may take: `--queue-timeout` and a tenth of a second.
const LATEST: f64 = 5100.0;

/// Measures, prints the table and writes it.
pub(crate) fn run(repo: Result<Repo>, options: &Options) -> Result<()> {
    let programs = match (&options.bin_dir, &repo) {
        (Some(folder), _) => Programs::find(folder)?,
        (None, Ok(repo)) => Programs::build(repo)?,
        (None, Err(error)) => bail!("{error:#}"),
    };
    if let Some(folder) = &options.collect {
        let sh = shell()?;
        let folder = std::path::absolute(folder)?;
        sh.create_dir(&folder)?;
        let this = std::env::current_exe().context("this program's own path")?;
        for file in programs.all().into_iter().chain([this.as_path()]) {
            sh.copy_file(file, folder.join(name_of(file)))?;
        }
        println!("copied; measure there with DIR/xtask bench serve --bin-dir DIR");
        return Ok(());
    }
    let table = Bench::start(&programs, options)?.measure(options)?.table()?;
    println!("\n{table}");
    let file = repo.map_or_else(|_| PathBuf::from("serve.md"), |repo| repo.path("target/bench/serve.md"));
    let sh = shell()?;
    sh.write_file(&file, format!("{table}\n"))?;
    println!("written to {}", file.display());
    Ok(())
}

/// Paths of what is run.
struct Programs {
    host: PathBuf,
    tool: PathBuf,
    /// Answers with "hello", and doubles numbers.
    guest: PathBuf,
    filter: PathBuf,
    sample: PathBuf,
}

impl Programs {
    fn build(repo: &Repo) -> Result<Self> {
        setup::before(repo)?;
        // Together, so that both have one wasmtime.
        let selected = ["-p", "wgpu-wasi-host", "--features", "wgpu-wasi-host/cli", "-p", TOOL, "--bins"];
        cmd!(repo.sh, "cargo build --profile {DIST} {selected...}").run()?;
        artifacts::build_components(repo, MAIN, &["wgpu-wasi-http"])?;
        artifacts::build_components(repo, EXAMPLES, &["serve-filter"])?;
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
        Self {
            host: artifacts::native(native, "wgpu-wasi"),
            tool: artifacts::native(native, TOOL),
            guest: artifacts::component(components, "http_guest"),
            filter: artifacts::component(components, "serve_filter"),
            sample,
        }
    }

    fn all(&self) -> [&Path; 5] {
        [&self.host, &self.tool, &self.guest, &self.filter, &self.sample]
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
    refused_max: f64,
}

/// What is asked: a path, what is sent there, and the right answer.
struct Question {
    path: &'static str,
    body: PathBuf,
    answer: PathBuf,
}

/// The servers, and what they have shown.
struct Bench<'a> {
    sh: Shell,
    tool: &'a Path,
    folder: TempDir,
    servers: BTreeMap<&'static str, Server>,
    seen: BTreeMap<String, Vec<f64>>,
}

impl<'a> Bench<'a> {
    fn start(programs: &'a Programs, options: &Options) -> Result<Self> {
        let sh = shell()?;
        let folder = sh.create_temp_dir()?;
        let mut bench =
            Self { sh, tool: &programs.tool, folder, servers: BTreeMap::new(), seen: BTreeMap::new() };
        bench.write_questions(&programs.sample)?;
        let tool = |name: &str, file: Option<&Path>| {
            let mut command = repo::program(&programs.tool);
            command.args(["serve", name]).args(file);
            command
        };
        bench.serve("filter/native", tool("filter", None))?;
        // The right answer is native's; the component has to have the same bytes.
        let photo = bench.question("filter");
        bench.load("filter/native", &photo, &["--out", &photo.answer.display().to_string()])?;
        bench.serve("double/native", tool("double", None))?;
        bench.serve("double/afresh", tool("afresh", None))?;
        bench.serve("hello/bare", tool("bare", Some(&programs.guest)))?;
        for (name, question) in
            [("hello/ceiling", "hello"), ("double/ceiling", "double"), ("filter/ceiling", "filter")]
        {
            let answer = bench.question(question).answer;
            bench.serve(name, tool("constant", Some(&answer)))?;
        }
        for (name, component, reuse) in [
            ("hello/serve", &programs.guest, "1000"),
            ("double/serve", &programs.guest, "1000"),
            ("double/fresh", &programs.guest, "1"),
            ("filter/serve", &programs.filter, "1000"),
            ("filter/fresh", &programs.filter, "1"),
        ] {
            let mut command = repo::program(&programs.host);
            command.args(Server::SERVE).args(["--reuse", reuse]).arg(component);
            bench.serve(name, command)?;
        }
        println!("bench: {} rounds of {} s for each measurement", options.rounds, options.seconds);
        Ok(bench)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_questions(&self, sample: &Path) -> Result<()> {
        let (sh, tool, photo) = (&self.sh, self.tool, self.file("filter.body"));
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

    fn serve(&mut self, name: &'static str, command: Command) -> Result<()> {
        let log = self.file(&format!("{}.log", name.replace('/', "-")));
        self.servers.insert(name, Server::start(command, &log)?);
        Ok(())
    }

    /// Has the load generator ask a server.
    fn load(&self, server: &str, question: &Question, options: &[&str]) -> Result<Load> {
        let (sh, tool, Question { path, body, answer }) = (&self.sh, self.tool, question);
        let address = &self.servers.get(server).context("the server is started")?.address;
        let expect = answer.is_file().then(|| ["--expect".as_ref(), answer.as_os_str()]);
        let load = cmd!(sh, "{tool} load {address} --path {path} --body {body} {options...}");
        let text = load.args(expect.into_iter().flatten()).quiet().read()?;
        let load: Load = serde_json::from_str(&text).with_context(|| text.clone())?;
        let Load { wrong, failed, .. } = load;
        ensure!(wrong + failed == 0, "{server}: {wrong} wrong answers, and {failed} that were none");
        Ok(load)
    }

    fn add(&mut self, name: String, value: f64) {
        self.seen.entry(name).or_default().push(value);
    }

    fn measure(mut self, options: &Options) -> Result<Self> {
        let (seconds, clients) = (options.seconds.to_string(), CLIENTS.to_string());
        let seconds = ["--seconds", &seconds];
        for round in 1..=options.rounds {
            let mut best = 0.0;
            for server in self.servers.keys().copied().collect::<Vec<_>>() {
                println!("bench: round {round} of {}: {server}", options.rounds);
                let question = self.question(server.split('/').next().unwrap_or_default());
                if !server.starts_with("filter/") && !server.ends_with("fresh") {
                    let many =
                        self.load(server, &question, &[&seconds[..], &["--clients", &clients]].concat())?;
                    ensure!(many.refused == 0, "{server}: {} were refused", many.refused);
                    self.add(format!("{server}/rate"), many.rate);
                    best = if server == "double/serve" { many.rate } else { best };
                }
                if !server.starts_with("hello/") {
                    let one = self.load(server, &question, &seconds)?;
                    self.add(format!("{server}/p50"), one.p50);
                }
            }
            println!("bench: round {round} of {}: {OVERLOAD} times as much as is answered", options.rounds);
            let (rate, many) = ((best * OVERLOAD).to_string(), MANY.to_string());
            let more = [&seconds[..], &["--clients", &many, "--rate", &rate]].concat();
            let load = self.load("double/serve", &self.question("double"), &more)?;
            self.add("double/overload/rate".to_owned(), load.rate);
            let refused = load.refused as f64 / f64::from(options.seconds);
            self.add("overload/refused".to_owned(), refused);
            self.add("overload/refused_max".to_owned(), load.refused_max);
        }
        Ok(self)
    }

    fn median(&self, name: &str) -> Result<f64> {
        let mut values = self.seen.get(name).with_context(|| format!("{name} was not measured"))?.clone();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().context("there is no value")
    }

    /// The rows for people, as Markdown.
    fn table(&self) -> Result<Table> {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN);
        table.set_header(["measured", "unit", "against", "serve", "ratio", "wanted", "ceiling", ""]);
        for (what, kind, [against, serve, metric], wanted) in ROWS {
            let [base, ours, ceiling] =
                [against, serve, "ceiling"].map(|variant| format!("{kind}/{variant}/{metric}"));
            let [base, ours, ceiling] = [self.median(&base)?, self.median(&ours)?, self.median(&ceiling)?];
            let row = Row { base, ours, ceiling, wanted, is_rate: metric == "rate" };
            let unit = if row.is_rate { "/s" } else { "ms" };
            let shown = digits(ceiling);
            let [base, ours, ratio] = [digits(base), digits(ours), format!("{:.2}", row.ratio())];
            table.add_row([what, unit, &base, &ours, &ratio, &wanted.to_string(), &shown, row.verdict()]);
        }
        let latest = self.median("overload/refused_max")?;
        let verdict = if latest <= LATEST { "good" } else { "missed" };
        let refused = digits(self.median("overload/refused")?);
        table.add_row(["the same: refused with 503", "/s", "", &refused, "", "", "", ""]);
        let (latest, wanted) = (digits(latest), format!("≤ {LATEST}"));
        table.add_row(["the same: the slowest 503", "ms", "", &latest, "", &wanted, "", verdict]);
        for column in table.column_iter_mut().skip(2).take(5) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Ok(table)
    }
}

/// What is compared: its name, who is asked for what, the variant that is the measure, the one that is measured, what of
/// both, and how the second is to be against the first.
const ROWS: [(&str, &str, [&str; 3], f64); 7] = [
    ("hello without a GPU, 8 clients; against the bare worker pool", "hello", ["bare", "serve", "rate"], 0.9),
    ("4 KB doubled, one client: median; against native", "double", ["native", "serve", "p50"], 1.5),
    ("4 KB doubled, 8 clients; against native", "double", ["native", "serve", "rate"], 0.65),
    (
        "the same with a device for each request, one client: median; against native",
        "double",
        ["afresh", "fresh", "p50"],
        1.5,
    ),
    (
        "a photograph of 1 megapixel, one client: median; against native",
        "filter",
        ["native", "serve", "p50"],
        1.3,
    ),
    ("the same, warm; against a fresh instance for each", "filter", ["fresh", "serve", "p50"], 0.3),
    (
        "4 KB doubled, offered 4 times what 8 clients got; against them",
        "double",
        ["serve", "overload", "rate"],
        0.9,
    ),
];

/// A comparison.
struct Row {
    base: f64,
    ours: f64,
    ceiling: f64,
    wanted: f64,
    is_rate: bool,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.ours / self.base
    }

    fn verdict(&self) -> &'static str {
        let Self { base, ours, ceiling, wanted, is_rate } = *self;
        let is_near = if is_rate { base.max(ours) > ceiling / 2.0 } else { base.min(ours) < ceiling * 2.0 };
        let is_good = if is_rate { self.ratio() >= wanted } else { self.ratio() <= wanted };
        match (is_near, is_good) {
            (true, _) => "void: the generator",
            (false, true) => "good",
            (false, false) => "missed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_about_the_generator_are_void() {
        let row =
            |base, ours, ceiling, wanted, is_rate| Row { base, ours, ceiling, wanted, is_rate }.verdict();
        assert_eq!(row(100.0, 91.0, 300.0, 0.9, true), "good");
        assert_eq!(row(100.0, 89.0, 300.0, 0.9, true), "missed");
        assert_eq!(row(160.0, 91.0, 300.0, 0.9, true), "void: the generator");
        assert_eq!(row(2.0, 2.9, 0.9, 1.5, false), "good");
        assert_eq!(row(2.0, 3.1, 0.9, 1.5, false), "missed");
        assert_eq!(row(2.0, 2.9, 1.1, 1.5, false), "void: the generator");
    }
}
