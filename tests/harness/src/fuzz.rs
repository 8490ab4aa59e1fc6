//! Runs guests that call every function of the WIT, and those for windows, in random order, and watches the host: what panics, what
//! is left in the tables, what wgpu holds afterwards, how much memory the process has meanwhile, whether each guest ends
//! in time, and whether it gets the same answers when its commands are all calls.
//!
//! One process runs a batch of guests, for a stack that overflows takes the process along. What it finds
//! goes to stdout, a line each with tabs between the fields; `xtask/src/fuzz` reads that:
//!
//! | line | fields |
//! |---|---|
//! | `start` | seed of the guest that starts |
//! | `guest` | seed, `ended`, `exit`, `trap`, `early` (a trap before it had made its calls) or `time`, calls made, memory of the process in KiB: at its end, and at most |
//! | `again` | seed, calls made when the guest was run once more, without command memory |
//! | `answer` | a kind of error that a guest got, how often |
//! | `trap` | why the host ended a guest |
//! | `failure` | seed, what is wrong with the host |
//! | `function` | a function of the WIT that was called |
//! | `panic` | where wgpu panicked, how often, with which message; an error of the guest in the end |
//! | `uncaptured` | a kind of error that no scope of a guest caught, how often |
//!
//! A guest is run once more, without command memory, unless time decides what it is answered (`Plan::is_compared`).

mod guest;
mod memory;
mod windows;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    pin::Pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};

use tokio::io::{AsyncRead, ReadBuf};
use wasmtime::component::Component;
use wasmtime_wasi::{
    WasiCtx,
    cli::{IsTerminal, StdinStream},
    p2::pipe::MemoryOutputPipe,
};
use wgpu_wasi_host::{
    AdapterChoice, WebGpuCtx,
    command::{Outcome, Runtime, RuntimeOptions},
    limits::MAX_STAGED_BYTES,
};

use guest::{End, LATE, Plan, Run, Said};
use memory::{Bound, SLACK, Watch};

use crate::{
    coverage,
    hub::{self, Objects, RENDER_BUNDLES},
};

/// The name of the host's thread on which shaders are compiled.
const COMPILER: &str = "wgpu-wasi compiler";

/// The kinds of objects that are made there.
const COMPILED: [&str; 3] = ["shader modules", "render pipelines", "compute pipelines"];

/// What is left of a trap's text.
const TRAP_LENGTH: usize = 160;

/// What a process is to run.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The component.
    pub component: PathBuf,
    /// `noop`, `machine`, or the name of an adapter.
    pub adapter: String,
    /// The seed of the first guest; the next has the next one.
    pub seed: u64,
    /// How many guests, one after the other.
    pub guests: u64,
    /// How many calls each of them makes.
    pub calls: u64,
    /// Whether each call goes to stderr before it is made.
    pub log: bool,
    /// Where compiled components are kept.
    pub cache: PathBuf,
}

/// Where panics came up, how often, and the first message.
static PANICS: Mutex<BTreeMap<String, (u64, String)>> = Mutex::new(BTreeMap::new());
static PANICKED: AtomicU64 = AtomicU64::new(0);

/// What wgpu panicked at before it handed it out, so that nobody can drop it: each stays in its tables, by a few bytes.
static REFUSED_BUNDLES: AtomicUsize = AtomicUsize::new(0);
/// As [`REFUSED_BUNDLES`]: modules and pipelines that naga panicked at.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// Runs a batch; whether the host did nothing wrong.
///
/// # Panics
///
/// When there is no such adapter or component: nothing was found out then.
#[must_use]
pub fn run(batch: &Batch) -> bool {
    // Before panics are counted: why nothing can be found out is to be read.
    let fuzzer = Fuzzer::new(batch);
    coverage::listen();
    panic::set_hook(Box::new(|info| {
        PANICKED.fetch_add(1, Ordering::Relaxed);
        let location = info.location().map_or_else(String::new, ToString::to_string);
        let message = info.payload_as_str().unwrap_or("no message").to_owned();
        if message.starts_with("Error in RenderBundleEncoder::finish") {
            REFUSED_BUNDLES.fetch_add(1, Ordering::Relaxed);
        } else if thread::current().name() == Some(COMPILER) {
            ABANDONED.fetch_add(1, Ordering::Relaxed);
        }
        let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
        panics.entry(crate_of(&location)).or_insert((0, message)).0 += 1;
    }));
    let mut good = true;
    for guest in 0..batch.guests {
        good &= fuzzer.guest(batch, batch.seed.wrapping_add(guest));
    }
    good & report()
}

/// A place in the source without the folders of this machine.
fn crate_of(location: &str) -> String {
    let location = location.replace('\\', "/");
    let from = location.find("/src/index.").and_then(|at| location.get(at..)?.splitn(4, '/').nth(3));
    from.map_or(location.clone(), str::to_owned)
}

/// A line of stdout. It has to be out before whatever may end this process.
fn line(fields: &[&str]) {
    let mut text =
        fields.iter().map(|field| field.replace(['\t', '\n', '\r'], " ")).collect::<Vec<_>>().join("\t");
    text.push('\n');
    // Without a reader there is nobody to tell.
    let _ = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
}

/// What the whole batch did.
fn report() -> bool {
    let mut good = true;
    for function in coverage::called() {
        line(&["function", &function]);
    }
    for (location, (count, message)) in &*PANICS.lock().unwrap_or_else(PoisonError::into_inner) {
        line(&["panic", location, &count.to_string(), message]);
        if location.starts_with("host/") {
            good = false;
            line(&["failure", "", &format!("the host panicked at {location}: {message}")]);
        }
    }
    let mut fenced = 0;
    for (warning, count) in coverage::warnings() {
        match warning.as_str() {
            "fenced" => fenced = count,
            kind => line(&["uncaptured", kind, &count.to_string()]),
        }
    }
    let panicked = PANICKED.load(Ordering::Relaxed);
    if panicked != fenced {
        good = false;
        line(&["failure", "", &format!("{panicked} panics, and {fenced} were turned into errors")]);
    }
    good
}

struct Fuzzer {
    runtime: Runtime,
    component: Component,
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    bounded: bool,
    /// Where the system tells how much memory a process has, and how much it may be: on a software adapter, the memory
    /// of the GPU is that of this process.
    memory: Option<(Watch, Bound)>,
}

impl Fuzzer {
    fn new(batch: &Batch) -> Self {
        let options = RuntimeOptions::default().cache(&batch.cache).interruptible(true);
        let runtime = Runtime::new(&options).expect("the runtime starts");
        let wasm = fs::read(&batch.component)
            .unwrap_or_else(|error| panic!("can't read {}: {error}", batch.component.display()));
        let component = runtime.compile(&wasm).expect("the component compiles");
        let instance = if batch.adapter == "noop" { noop() } else { wgpu_wasi_host::default_instance() };
        let adapter = match batch.adapter.as_str() {
            "noop" | "machine" => pollster::block_on(instance.request_adapter(&Default::default())).ok(),
            name => pollster::block_on(wgpu_wasi_host::adapter_named(&instance, name)),
        };
        let adapter = adapter.unwrap_or_else(|| panic!("there is no adapter {}", batch.adapter));
        let quotas = guest::GPU_MEMORY + guest::HOST_MEMORY + guest::GUEST_MEMORY + MAX_STAGED_BYTES;
        let bound = |watch: &Watch| Bound { baseline: watch.now(), quotas, slack: SLACK };
        let memory = Watch::start().map(|watch| {
            let bound = bound(&watch);
            (watch, bound)
        });
        Self { runtime, component, instance, adapter, bounded: batch.adapter != "noop", memory }
    }

    /// Runs one guest; whether the host did nothing wrong.
    fn guest(&self, batch: &Batch, seed: u64) -> bool {
        line(&["start", &seed.to_string()]);
        let plan = Plan::new(seed);
        let mut problems = Vec::new();
        if let Some((watch, _)) = &self.memory {
            watch.begin();
        }
        let run = self.run(batch, &plan, true, &mut problems);
        let again = plan.is_compared().then(|| self.run(batch, &plan, false, &mut problems));
        if let Some(difference) = again.as_ref().and_then(|again| run.difference(again)) {
            problems.push(difference);
        }
        let (mut now, mut peak) = (0, 0);
        if let Some((watch, bound)) = &self.memory {
            (now, peak) = (watch.now(), watch.peak());
            problems.extend(bound.broken_by(peak));
        }
        for answer in &run.said.answers {
            line(&answer.split('\t').collect::<Vec<_>>());
        }
        let seed = seed.to_string();
        let [now, peak] = [now, peak].map(|bytes| (bytes >> 10).to_string());
        line(&["guest", &seed, run.word(), &run.said.calls.to_string(), &now, &peak]);
        if let Some(again) = again {
            line(&["again", &seed, &again.said.calls.to_string()]);
        }
        if !problems.is_empty() {
            line(&["failure", &seed, &problems.join("; ")]);
        }
        problems.is_empty()
    }

    /// Runs a guest once, and looks at how it ended and what it left.
    fn run(&self, batch: &Batch, plan: &Plan, command_memory: bool, problems: &mut Vec<String>) -> Run {
        let stdout = MemoryOutputPipe::new(1 << 20);
        let (before, start) = (coverage::warnings(), Instant::now());
        let end = AssertUnwindSafe(|| self.start(batch, plan, command_memory, &stdout));
        let end = match panic::catch_unwind(end) {
            Err(_) => End::Panic,
            Ok(Err(error)) => End::of_error(&error),
            Ok(Ok(outcome)) => {
                // One whose scopes look like those of our backend, and that has left errors in them, has none.
                let success = outcome.success || !outcome.unheard_errors.is_empty();
                let nothing = outcome.live_objects == 0 && outcome.gpu_memory_in_use == 0;
                End::Ok { left: (!nothing).then(|| format!("{outcome:?}")), success }
            }
        };
        let took = start.elapsed();
        if let End::Trap { text, .. } = &end {
            line(&["trap", text.get(..TRAP_LENGTH).unwrap_or(text)]);
        }
        if took > plan.time() + LATE {
            problems.push(format!("its time was {:?}, and it took {took:?}", plan.time()));
        }
        let said = Said::new(&String::from_utf8_lossy(&stdout.contents()));
        problems.extend(plan.is_wrong(&said, &end));
        if let Some(left) = self.left() {
            problems.push(format!("wgpu holds after the guest's end: {left}"));
        }
        let mut uncaptured = coverage::warnings();
        for (kind, count) in before {
            if let Some(now) = uncaptured.get_mut(&kind) {
                *now -= count;
            }
        }
        uncaptured.retain(|kind, count| *count > 0 && kind != "fenced");
        Run { said, end, uncaptured }
    }

    fn start(
        &self,
        batch: &Batch,
        plan: &Plan,
        command_memory: bool,
        stdout: &MemoryOutputPipe,
    ) -> wasmtime::Result<Outcome> {
        let mut wasi = WasiCtx::builder();
        wasi.args(&["fuzz", &plan.seed.to_string(), &batch.calls.to_string()]).args(&plan.arguments());
        wasi.stdin(Silent).stdout(stdout.clone());
        if self.bounded {
            wasi.arg("--bounded");
        }
        if batch.log {
            wasi.arg("--log").inherit_stderr();
        }
        let gpu = WebGpuCtx::builder()
            .instance(self.instance.clone())
            .adapter(AdapterChoice::Given(self.adapter.clone()))
            .command_memory(command_memory);
        let gpu = windows::give(gpu, plan.seed);
        self.runtime.run_for(&self.component, wasi.build(), plan.limited(gpu).build(), plan.time())
    }

    /// What wgpu holds although the guest is gone; the thread that polls a device for it may take a moment
    /// to let go.
    fn left(&self) -> Option<String> {
        let mut left = None;
        for _ in 0..100 {
            left = self.holds();
            if left.is_none() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        left
    }

    fn holds(&self) -> Option<String> {
        let mut text = String::new();
        // The adapter is this fuzzer's own.
        for Objects { kind, kept, allocated } in
            hub::objects(&self.instance)?.into_iter().filter(|objects| objects.kind != "adapters")
        {
            let panicked = match kind {
                RENDER_BUNDLES => REFUSED_BUNDLES.load(Ordering::Relaxed),
                kind if COMPILED.contains(&kind) => ABANDONED.load(Ordering::Relaxed),
                _ => 0,
            };
            // A place that is taken is all that a panic leaves.
            if kept > 0 && kind != RENDER_BUNDLES || kept.max(allocated) > panicked {
                let _ = write!(text, "{kept} {kind} in {allocated} places ");
            }
        }
        if text.is_empty() { None } else { Some(text) }
    }
}

/// wgpu's noop adapter with everything that WebGPU has, at its default limits.
fn noop() -> wgpu::Instance {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::NOOP;
    descriptor.backend_options.noop.enable = true;
    descriptor.backend_options.noop.limits = Some(wgpu::Limits::default());
    descriptor.backend_options.noop.features = Some(wgpu::Features::all_webgpu_mask());
    wgpu::Instance::new(descriptor)
}

/// A standard input in which there is nothing, and no end.
struct Silent;

impl IsTerminal for Silent {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Silent {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(Self)
    }
}

impl AsyncRead for Silent {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_without_folders() {
        let registry = "/somewhere/registry/src/index.example/wgpu-1.0.0/src/lib.rs:1:2";
        assert_eq!(crate_of(registry), "wgpu-1.0.0/src/lib.rs:1:2");
        assert_eq!(crate_of("host/src/lib.rs:1:2"), "host/src/lib.rs:1:2");
    }
}
