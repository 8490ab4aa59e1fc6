//! What `wgpu-wasi serve` and `stream` bear: bad neighbours, many requests, slow readers, and pictures that move.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::{
    Bench, CLIENTS, Options, look_at,
    rows::{Row, Wanted, median},
    said,
};
use crate::{
    repo,
    server::{Server, Usage},
};

/// What bad neighbours do in each request.
const BAD: [(&str, &str); 4] = [
    ("/trap", "traps"),
    ("/hoard", "fills its quota of GPU memory"),
    ("/sleep?3600000", "waits for ever"),
    ("/loop", "computes for ever"),
];

fn median_of(seen: &BTreeMap<&str, Vec<f64>>, name: &str) -> Result<f64> {
    let values = seen.get(name).with_context(|| format!("{name} was not measured"))?;
    median(values).context("there is no value")
}

/// A component that doubles numbers, and beside it the same one, asked for what is bad.
pub(super) fn neighbours(bench: &Bench, options: &Options) -> Result<Vec<Row>> {
    /// With few processors, one that computes for ever has half of them.
    const FEW: usize = 2;
    let toml = bench.file("neighbours.toml");
    let component = &bench.programs.guest;
    let text = format!(
        "addr = '127.0.0.1:0'\nadmin-addr = '127.0.0.1:0'\n\
         [[app]]\nname = 'good'\ncomponent = {component:?}\npath = '/double'\n\
         [[app]]\nname = 'bad'\ncomponent = {component:?}\ninstances = 1\ntimeout = 0.5\nqueue-timeout = 0.5\n\
         max-gpu-memory = '64MB'\n"
    );
    bench.sh.write_file(&toml, text)?;
    let mut command = repo::program(&bench.programs.host);
    command.args(["serve", "--config"]).arg(&toml);
    let server = bench.serve("neighbours", command)?;
    let (question, seconds) = (bench.question("double"), options.seconds.to_string());
    let ask = || {
        let load = bench.load(&server, &question, &["--seconds", &seconds])?;
        ensure!(load.refused == 0, "{} were refused", load.refused);
        Ok(load.p99)
    };
    let mut seen = BTreeMap::<_, Vec<f64>>::new();
    for round in 1..=options.rounds {
        println!("bench: round {round} of {}: neighbours", options.rounds);
        seen.entry("alone").or_default().push(ask()?);
        for (path, what) in BAD {
            let bad = "http_server_request_duration_seconds_count{app=\"bad\"";
            let before = server.metric(bad)?;
            let body = bench.file("hello.body").display().to_string();
            let load = ["load", &server.address, "--path", path, "--body", &body, "--seconds", "100000"];
            let beside = bench.beside(&load)?;
            let beside_it = ask().with_context(|| format!("beside one that {what}"));
            drop(beside);
            seen.entry(what).or_default().push(beside_it?);
            ensure!(server.metric(bad)? > before, "the one that {what} was not asked");
        }
    }
    let alone = median_of(&seen, "alone")?;
    let most = if thread::available_parallelism()?.get() <= FEW { 3.0 } else { 1.5 };
    let row = |(_, what): (&str, &str)| {
        let name = format!("4 KB doubled beside one that {what}: the slowest hundredth; against alone");
        let seen = median_of(&seen, what)?;
        Ok(Row::new(&name, "ms", seen, Wanted::RatioAtMost(most)).against(alone))
    };
    BAD.into_iter().map(row).collect()
}

/// Waits until a metric of a server is 0; how long that took, in milliseconds.
fn until_none(server: &Server, metric: &str) -> Result<f64> {
    const PATIENCE: Duration = Duration::from_secs(60);
    let start = Instant::now();
    loop {
        let value = server.metric(metric)?;
        if value == 0.0 {
            return Ok(start.elapsed().as_secs_f64() * 1e3);
        }
        ensure!(start.elapsed() < PATIENCE, "{metric} is {value}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Many requests to the GPU, and what is left of them.
pub(super) fn many(bench: &Bench, options: &Options) -> Result<Vec<Row>> {
    /// Threads for what may block come and go.
    const FEW: f64 = 2.0;
    let server = bench.serve("many", bench.host(&["--keep", "0", "--idle", "1"], &bench.programs.guest))?;
    let question = bench.question("double");
    let first = options.requests / 5;
    let ask = |requests: u32| {
        let requests = requests.to_string();
        bench.load(&server, &question, &["--clients", CLIENTS, "--requests", &requests])
    };
    let (before, early) = (ask(first)?, server.usage()?);
    println!("bench: {first} of {} requests: {early:?}", options.requests);
    let (after, late) = (ask(options.requests - first)?, server.usage()?);
    let right =
        server.metric("http_server_request_duration_seconds_count{app=\"http_guest\",code=\"200\"}")?;
    let differ = (right - (before.answered + after.answered) as f64).abs();
    until_none(&server, "wgpu_wasi_instances{")?;
    let [memory, kept] =
        ["wgpu_wasi_gpu_memory_bytes{", "wgpu_wasi_kept_bytes{"].map(|name| server.metric(name));
    let held = memory? + kept?;
    server.end()?;
    let Usage { megabytes, threads } = late;
    let all = format!("{} requests, 4 KB doubled, 8 clients", options.requests);
    Ok(vec![
        Row::new(&all, "/s", after.rate, Wanted::Nothing),
        Row::new(
            "memory of the process at their end; against a fifth of them",
            "MB",
            megabytes,
            Wanted::RatioAtMost(1.05),
        )
        .against(early.megabytes),
        Row::new("threads, likewise: how many more", "", threads - early.threads, Wanted::AtMost(FEW)),
        Row::new(
            "GPU memory and bodies that are held when the instances have gone",
            "bytes",
            held,
            Wanted::AtMost(0.0),
        ),
        Row::new(
            "answers that `/metrics` and the generator count differently",
            "",
            differ,
            Wanted::AtMost(0.0),
        ),
    ])
}

/// What the slow readers have seen.
#[derive(Debug, Deserialize)]
struct Read {
    there: usize,
    bytes: usize,
}

/// Others are answered while fifty clients read slowly.
pub(super) fn readers(bench: &Bench, options: &Options) -> Result<Vec<Row>> {
    const READERS: usize = 50;
    let server = bench.serve("readers", bench.host(&[], &bench.programs.guest))?;
    let (question, seconds) = (bench.question("double"), options.seconds.to_string());
    let ask = || bench.load(&server, &question, &["--seconds", &seconds, "--clients", CLIENTS]);
    let (mut without, mut with, mut cut) = (Vec::new(), Vec::new(), 0);
    let (mut kept, mut bytes) = (0.0_f64, 0);
    for round in 1..=options.rounds {
        println!("bench: round {round} of {}: slow readers", options.rounds);
        without.push(ask()?.rate);
        // As long as the load with its beginning, and a moment more.
        let (long, many) = ((options.seconds * 6 / 5 + 2).to_string(), READERS.to_string());
        let slow =
            ["readers", &server.address, "--path", "/bytes?500000", "--readers", &many, "--seconds", &long];
        let mut beside = bench.beside(&slow)?;
        let rest = beside.begun()?;
        with.push(ask()?.rate);
        kept = kept.max(server.metric("wgpu_wasi_kept_bytes{")? / 1e6);
        let read: Read = said(&rest()?)?;
        cut += READERS - read.there;
        bytes = bytes.max(read.bytes / READERS);
    }
    let middle = |values: &[f64]| median(values).context("it was not measured");
    let what = "4 KB doubled, 8 clients, beside 50 that read 500 KB at 1 KB a second; against without";
    Ok(vec![
        Row::new(what, "/s", middle(&with)?, Wanted::RatioAtLeast(0.9)).against(middle(&without)?),
        Row::new("of these 50, cut off", "", cut as f64, Wanted::AtMost(0.0)),
        Row::new("kept of their answers", "MB", kept, Wanted::Nothing),
        Row::new("read by each of them", "KB", bytes as f64 / 1e3, Wanted::Nothing),
    ])
}

/// What a client of moving pictures has seen.
#[derive(Debug, Deserialize)]
struct Moved {
    pictures: u32,
    wrong: u32,
    width: u32,
    height: u32,
    rate: f64,
    p99: f64,
    then: f64,
}

/// The rows of both kinds of motion.
fn moved(what: &str, moved: &Moved) -> Result<Vec<Row>> {
    let &Moved { pictures, wrong, width, height, .. } = moved;
    ensure!((width, height) == (640, 480), "{what}: the pictures have {width} times {height} pixels");
    let name = format!("{what}: pictures that can't be decoded, of {pictures}");
    Ok(vec![Row::new(&name, "", f64::from(wrong), Wanted::AtMost(0.0))])
}

/// Motion JPEG by a component, for a minute, and what is left of it.
pub(super) fn motion(bench: &Bench, options: &Options) -> Result<Vec<Row>> {
    /// Pictures a second that are wanted, and how late some may come.
    const RATE: f64 = 15.0;
    const UNEVEN: f64 = 1.5;
    /// Until a client's leave has ended what was for it, in milliseconds.
    const SOON: f64 = 1000.0;
    /// Of a processor, when nobody asks for anything.
    const NEARLY_NOTHING: f64 = 0.05;
    let server = bench.serve("motion", bench.host(&["--instances", "1"], &bench.programs.render))?;
    let seconds = options.motion.to_string();
    let ask = [
        "motion",
        &server.address,
        "--path",
        // A scene that lavapipe can draw as often.
        "/motion?balls=4&rays=1&reflections=0",
        "--seconds",
        &seconds,
        "--then",
        "/?width=16&height=16",
    ];
    println!("bench: motion JPEG for {seconds} s");
    let look = || Ok([server.usage()?.megabytes]);
    let (looks, seen) = look_at(Duration::from_millis(500), look, || bench.tool::<Moved>(&ask))?;
    // The one instance has answered another request since.
    let used = server.processor()?;
    thread::sleep(Duration::from_secs(2));
    let used = (server.processor()? - used) / 2.0;
    let most = |looks: &[[f64; 1]]| looks.iter().map(|[megabytes]| *megabytes).fold(0.0, f64::max);
    // The first ones are those of its beginning.
    let quarter = looks.len() / 4;
    let early = most(looks.get(quarter..quarter * 2).unwrap_or_default());
    let late = most(looks.get(quarter * 3..).unwrap_or_default());
    let what = "motion JPEG, 640×480";
    let mut rows = vec![Row::new(what, "/s", seen.rate, Wanted::AtLeast(RATE))];
    let latest = 1e3 / RATE * UNEVEN;
    rows.push(Row::new(
        "from one picture to the next: the slowest hundredth",
        "ms",
        seen.p99,
        Wanted::AtMost(latest),
    ));
    rows.extend(moved(what, &seen)?);
    rows.extend([
        Row::new(
            "memory of the process in the last quarter; against the second",
            "MB",
            late,
            Wanted::RatioAtMost(1.05),
        )
        .against(early),
        Row::new("from the client's leave to another answer", "ms", seen.then, Wanted::AtMost(SOON)),
        Row::new("processors in use after that", "", used, Wanted::AtMost(NEARLY_NOTHING)),
    ]);
    Ok(rows)
}

/// What a native program can draw.
#[derive(Debug, Deserialize)]
struct Drawn {
    rate: f64,
}

/// The windows of a program, for a minute, against what it can draw natively.
pub(super) fn stream(bench: &Bench, options: &Options) -> Result<Vec<Row>> {
    /// Pictures a second that are asked for.
    const RATE: f64 = 30.0;
    let native: Drawn = bench.tool(&["nbody", "--seconds", &options.seconds.to_string()])?;
    let mut command = repo::program(&bench.programs.host);
    command.arg("stream").args(Server::PORTS).args(["--rate", "30", "--max-size", "640x480"]);
    command.arg(&bench.programs.nbody);
    let server = bench.serve("stream", command)?;
    let seconds = options.motion.to_string();
    println!("bench: a window for {seconds} s");
    let path = "/stream.mjpeg?width=640&height=480&scale=1";
    let seen: Moved = bench.tool(&["motion", &server.address, "--path", path, "--seconds", &seconds])?;
    let gone = until_none(&server, "wgpu_wasi_instances{")?;
    let held = server.metric("wgpu_wasi_gpu_memory_bytes{")?;
    server.end()?;
    let what = "windowed-nbody by `stream`, 640×480";
    let against = "; against what it draws natively without a window, 30 at most";
    let mut rows = vec![
        Row::new(&format!("{what}{against}"), "/s", seen.rate, Wanted::RatioAtLeast(0.9))
            .against(native.rate.min(RATE)),
        Row::new("from one picture to the next: the slowest hundredth", "ms", seen.p99, Wanted::Nothing),
    ];
    rows.extend(moved(what, &seen)?);
    rows.extend([
        Row::new("from the visitor's leave to his program's end", "ms", gone, Wanted::Nothing),
        Row::new("GPU memory that is held then", "bytes", held, Wanted::AtMost(0.0)),
    ]);
    Ok(rows)
}
