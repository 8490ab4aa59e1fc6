//! `wgpu-wasi serve` against the same programs natively, and against the worker pool that it is made of. The variants take
//! turns; what is reported is the median over them. Each row has its ceiling: a server that has the same answer ready,
//! asked in the same way. Where a row comes within half of that, it says more of the generator, and is void.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};

use super::{
    Bench, CLIENTS, Load, Options, look_at,
    rows::{Row, Wanted, median},
};
use crate::{repo, server::Server};

/// Those that offer more than can be answered.
const MANY: &str = "64";

/// How many times more they offer.
const OVERLOAD: f64 = 4.0;

/// What a 503 may take: `--queue-timeout` and a tenth of a second.
const LATEST: f64 = 5100.0;

/// By default.
const INSTANCES: f64 = 2.0;

/// Of each instance.
const GPU_MEMORY: (&str, f64) = ("64MB", 64e6);

/// Between two looks at a server under load.
const LOOK: Duration = Duration::from_millis(100);

/// The servers, and what they have shown.
struct Compare<'a> {
    bench: &'a Bench,
    servers: BTreeMap<&'static str, Server>,
    seen: BTreeMap<String, Vec<f64>>,
    /// Answers of each server, with 200 and with 503, as the generator has counted them.
    answers: BTreeMap<&'static str, [u64; 2]>,
}

/// Starts the servers, and compares them.
pub(super) fn measure(bench: &Bench, options: &Options) -> Result<Vec<Row>> {
    let mut compare =
        Compare { bench, servers: BTreeMap::new(), seen: BTreeMap::new(), answers: BTreeMap::new() };
    compare.start()?;
    for round in 1..=options.rounds {
        compare.round(round, options)?;
    }
    compare.rows()
}

impl Compare<'_> {
    fn start(&mut self) -> Result<()> {
        let (bench, programs) = (self.bench, &self.bench.programs);
        let tool = |name: &str, file: Option<&Path>| {
            let mut command = repo::program(&programs.tool);
            command.args(["serve", name]).args(file);
            command
        };
        let mut serve = |name, command| {
            self.servers.insert(name, bench.serve(name, command)?);
            Ok::<_, anyhow::Error>(())
        };
        serve("filter/native", tool("filter", None))?;
        serve("double/native", tool("double", None))?;
        serve("double/afresh", tool("afresh", None))?;
        serve("hello/bare", tool("bare", Some(&programs.guest)))?;
        for (name, component, reuse) in [
            ("hello/serve", &programs.guest, "1000"),
            ("double/serve", &programs.guest, "1000"),
            ("double/fresh", &programs.guest, "1"),
            ("filter/serve", &programs.filter, "1000"),
            ("filter/fresh", &programs.filter, "1"),
        ] {
            let memory = if name == "double/serve" { &["--max-gpu-memory", GPU_MEMORY.0][..] } else { &[] };
            serve(name, bench.host(&[&["--reuse", reuse], memory].concat(), component))?;
        }
        // The right answer is native's; the component has to have the same bytes.
        let photo = bench.question("filter");
        self.load("filter/native", &["--out", &photo.answer.display().to_string()])?;
        for (name, question) in
            [("hello/ceiling", "hello"), ("double/ceiling", "double"), ("filter/ceiling", "filter")]
        {
            let command = tool("constant", Some(&bench.question(question).answer));
            self.servers.insert(name, bench.serve(name, command)?);
        }
        Ok(())
    }

    /// Has the load generator ask a server for what it is there for.
    fn load(&mut self, name: &'static str, options: &[&str]) -> Result<Load> {
        let server = self.servers.get(name).context("the server is started")?;
        let question = self.bench.question(name.split('/').next().unwrap_or_default());
        let load = self.bench.load(server, &question, options).context(name)?;
        self.count(name, &load);
        Ok(load)
    }

    fn count(&mut self, name: &'static str, load: &Load) {
        let [right, busy] = self.answers.entry(name).or_default();
        *right += load.answered;
        *busy += load.answered_busy;
    }

    fn add(&mut self, name: String, value: f64) {
        self.seen.entry(name).or_default().push(value);
    }

    fn round(&mut self, round: u32, options: &Options) -> Result<()> {
        let seconds = options.seconds.to_string();
        let seconds = ["--seconds", &seconds];
        let mut best = 0.0;
        for server in self.servers.keys().copied().collect::<Vec<_>>() {
            println!("bench: round {round} of {}: {server}", options.rounds);
            if !server.starts_with("filter/") && !server.ends_with("fresh") {
                let many = self.load(server, &[&seconds[..], &["--clients", CLIENTS]].concat())?;
                ensure!(many.refused == 0, "{server}: {} were refused", many.refused);
                self.add(format!("{server}/rate"), many.rate);
                best = if server == "double/serve" { many.rate } else { best };
            }
            if !server.starts_with("hello/") {
                let one = self.load(server, &seconds)?;
                self.add(format!("{server}/p50"), one.p50);
            }
        }
        println!("bench: round {round} of {}: {OVERLOAD} times as much as is answered", options.rounds);
        let rate = (best * OVERLOAD).to_string();
        let more = [&seconds[..], &["--clients", MANY, "--rate", &rate]].concat();
        let server = self.servers.get("double/serve").context("the server is started")?;
        let look = || {
            let memory = server.metric("wgpu_wasi_gpu_memory_bytes{")? / 1e6;
            Ok([server.metric("wgpu_wasi_instances{")?, memory])
        };
        let question = self.bench.question("double");
        let (looks, load) = look_at(LOOK, look, || self.bench.load(server, &question, &more))?;
        let most = |at: fn(&[f64; 2]) -> f64| looks.iter().map(at).fold(0.0, f64::max);
        let (instances, memory) = (most(|[instances, _]| *instances), most(|[_, memory]| *memory));
        self.count("double/serve", &load);
        self.add("double/overload/rate".to_owned(), load.rate);
        let refused = load.refused as f64 / f64::from(options.seconds);
        for (name, value) in [
            ("refused", refused),
            ("refused_max", load.refused_max),
            ("instances", instances),
            ("memory", memory),
        ] {
            self.add(format!("overload/{name}"), value);
        }
        Ok(())
    }

    fn median(&self, name: &str) -> Result<f64> {
        let values = self.seen.get(name).with_context(|| format!("{name} was not measured"))?;
        median(values).context("there is no value")
    }

    fn most(&self, name: &str) -> f64 {
        self.seen.get(name).into_iter().flatten().copied().fold(0.0, f64::max)
    }

    fn rows(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (what, kind, [against, serve, metric], wanted) in ROWS {
            let [base, ours, ceiling] =
                [against, serve, "ceiling"].map(|variant| format!("{kind}/{variant}/{metric}"));
            let is_rate = metric == "rate";
            let wanted = if is_rate { Wanted::RatioAtLeast(wanted) } else { Wanted::RatioAtMost(wanted) };
            let row = Row::new(what, if is_rate { "/s" } else { "ms" }, self.median(&ours)?, wanted);
            rows.push(row.against(self.median(&base)?).ceiling(self.median(&ceiling)?));
        }
        let refused = self.median("overload/refused")?;
        rows.push(Row::new("the same: refused with 503", "/s", refused, Wanted::Nothing));
        for (what, unit, name, most) in [
            ("the same: the slowest 503", "ms", "refused_max", LATEST),
            ("the same: the most instances", "", "instances", INSTANCES),
            ("the same: the most GPU memory", "MB", "memory", INSTANCES * GPU_MEMORY.1 / 1e6),
        ] {
            rows.push(Row::new(what, unit, self.most(&format!("overload/{name}")), Wanted::AtMost(most)));
        }
        let (counted, differs) = self.counts()?;
        let what = format!("answers that `/metrics` and the generator count differently, of {counted}");
        rows.push(Row::new(&what, "", differs, Wanted::AtMost(0.0)));
        Ok(rows)
    }

    /// How many answers the generator has got from `wgpu-wasi serve`, and how many that counts otherwise.
    fn counts(&self) -> Result<(u64, f64)> {
        let (mut all, mut differs) = (0, 0.0);
        for (name, [right, busy]) in &self.answers {
            if !(name.ends_with("/serve") || name.ends_with("/fresh")) {
                continue;
            }
            let server = self.servers.get(name).context("the server is started")?;
            let app = if name.starts_with("filter") { "serve_filter" } else { "http_guest" };
            let family = "http_server_request_duration_seconds_count";
            for (code, counted) in [("200", *right), ("503", *busy)] {
                let start = format!("{family}{{app=\"{app}\",code=\"{code}\"}}");
                all += counted;
                differs += (server.metric(&start)? - counted as f64).abs();
            }
            // Nor are there any with another status.
            differs += (server.metric(&format!("{family}{{"))? - (right + busy) as f64).abs();
        }
        Ok((all, differs))
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
