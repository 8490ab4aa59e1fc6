//! Runs guests that call every function of the WIT in random order, and watches the host: what panics, what
//! is left in the tables, what wgpu holds afterwards, how the memory of the process grows.
//!
//! One process runs a batch of guests, for a stack that overflows takes the process along. What it finds
//! goes to stdout, a line each with tabs between the fields; `xtask/src/fuzz` reads that:
//!
//! | line | fields |
//! |---|---|
//! | `start` | seed of the guest that starts |
//! | `guest` | seed, `ended`, `exit` or `trap`, calls made, resident memory of the process in KiB |
//! | `answer` | a kind of error that a guest got, how often |
//! | `trap` | why the host ended a guest |
//! | `failure` | seed, what is wrong with the host |
//! | `function` | a function of the WIT that was called |
//! | `panic` | where wgpu panicked, how often, with which message; an error of the guest in the end |
//! | `uncaptured` | a kind of error that no scope of a guest caught, how often |

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use wasmtime::component::Component;
use wasmtime_wasi::{WasiCtx, p2::pipe::MemoryOutputPipe};
use wgpu_wasi_host::{
    AdapterChoice, WaitMode, WebGpuCtx,
    command::{Outcome, Runtime, RuntimeOptions},
};

use crate::{
    coverage,
    hub::{self, Objects, RENDER_BUNDLES},
};

/// Bytes of GPU memory that a guest may hold: enough for what it needs, and too little for what it asks.
const GPU_MEMORY: u64 = 256 << 20;

/// The longest that a guest may take. Each makes a few thousand calls; this is for one that hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// What is left of a trap's text.
const TRAP_LENGTH: usize = 160;

/// How a trap may read: the guest did it on purpose at its end, or used up a quota.
const TRAPS: [&str; 6] = [
    "wgpu-wasi:commands/memory@0.2.0: ",
    "unknown handle index",
    "handle index 3 used with the wrong type",
    "wasm `unreachable` instruction executed",
    "WebGPU objects, as many as it may",
    "error scopes open on a device, as many as it may",
];

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

/// Render bundles that wgpu refused. It panics before it hands them out, so that nobody can drop them: each
/// stays in its tables, by a few bytes.
static REFUSED_BUNDLES: AtomicUsize = AtomicUsize::new(0);

/// Runs a batch; whether the host did nothing wrong.
///
/// # Panics
///
/// When there is no such adapter or component: nothing was found out then.
#[must_use]
pub fn run(batch: &Batch) -> bool {
    coverage::listen();
    panic::set_hook(Box::new(|info| {
        PANICKED.fetch_add(1, Ordering::Relaxed);
        let location = info.location().map_or_else(String::new, ToString::to_string);
        let message = info.payload_as_str().unwrap_or("no message").to_owned();
        if message.starts_with("Error in RenderBundleEncoder::finish") {
            REFUSED_BUNDLES.fetch_add(1, Ordering::Relaxed);
        }
        let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
        panics.entry(crate_of(&location)).or_insert((0, message)).0 += 1;
    }));
    let fuzzer = Fuzzer::new(batch);
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
        Self { runtime, component, instance, adapter, bounded: batch.adapter != "noop" }
    }

    /// Runs one guest; whether the host did nothing wrong.
    fn guest(&self, batch: &Batch, seed: u64) -> bool {
        line(&["start", &seed.to_string()]);
        let mut problems = String::new();
        let stdout = MemoryOutputPipe::new(1 << 20);
        let run = AssertUnwindSafe(|| self.run(batch, seed, &stdout));
        let result = panic::catch_unwind(run);
        let stdout = String::from_utf8_lossy(&stdout.contents()).into_owned();
        let calls = stdout.lines().find_map(|text| text.strip_prefix("calls\t")).unwrap_or("0");
        let how = match &result {
            Err(_) => {
                problems.push_str("a panic came out of the runtime");
                "panic"
            }
            Ok(Err(trap)) => {
                let text = trap.root_cause().to_string();
                line(&["trap", text.get(..TRAP_LENGTH).unwrap_or(&text)]);
                if !TRAPS.iter().any(|known| text.contains(known)) {
                    let _ = write!(problems, "the guest was ended for no known reason: {trap:?}");
                }
                "trap"
            }
            Ok(Ok(outcome)) if outcome.live_objects == 0 && outcome.gpu_memory_in_use == 0 => "ended",
            // It may leave without a word, and then everything is the host's to clean up.
            Ok(Ok(outcome)) if !stdout.contains("ends\tclean") && outcome.success => "exit",
            Ok(Ok(outcome)) => {
                let _ = write!(problems, "the guest let go of everything, and this is left: {outcome:?}");
                "ended"
            }
        };
        if let Some(left) = self.left() {
            let _ = write!(problems, "wgpu holds after the guest's end: {left}");
        }
        for answer in stdout.lines().filter(|text| text.starts_with("answer\t")) {
            line(&answer.split('\t').collect::<Vec<_>>());
        }
        line(&["guest", &seed.to_string(), how, calls, &resident_kib().to_string()]);
        if !problems.is_empty() {
            line(&["failure", &seed.to_string(), &problems]);
        }
        problems.is_empty()
    }

    fn run(&self, batch: &Batch, seed: u64, stdout: &MemoryOutputPipe) -> wasmtime::Result<Outcome> {
        let mut wasi = WasiCtx::builder();
        wasi.args(&["fuzz", &seed.to_string(), &batch.calls.to_string()]).stdout(stdout.clone());
        if self.bounded {
            wasi.arg("--bounded");
        }
        if batch.log {
            wasi.arg("--log").inherit_stderr();
        }
        // Both ways of waiting, guest by guest.
        let wait_mode = if seed.is_multiple_of(2) { WaitMode::Eager } else { WaitMode::Background };
        let gpu = WebGpuCtx::builder()
            .instance(self.instance.clone())
            .adapter(AdapterChoice::Given(self.adapter.clone()))
            .max_gpu_memory(GPU_MEMORY)
            .max_wait(PATIENCE)
            .wait_mode(wait_mode)
            .build();
        self.runtime.run_for(&self.component, wasi.build(), gpu, PATIENCE)
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
            let count = kept.max(allocated);
            let refused = if kind == RENDER_BUNDLES { REFUSED_BUNDLES.load(Ordering::Relaxed) } else { 0 };
            if count > refused {
                let _ = write!(text, "{count} {kind} ");
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

/// Memory of this process that is in RAM now, in KiB; 0 where the system does not say so in `/proc`.
fn resident_kib() -> u64 {
    let status = fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let resident = status.lines().find_map(|text| text.strip_prefix("VmRSS:"));
    resident.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0)
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
