//! Running: a case natively, a guest as a component, and each case once for all the tests about it.

use std::{
    any::Any,
    collections::HashMap,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use programs::{Case, Gpu, Report, TRANSLATED, cases};
use wasmtime_wasi::{WasiCtx, p2::pipe::MemoryOutputPipe};
use wgpu_wasi_host::{WaitMode, WebGpuCtx, command::Outcome};

use crate::{coverage, gpu::Adapter, guests};

/// Bytes that a guest may write to stdout or stderr.
const OUTPUT: usize = 64 << 20;

/// The longest that a guest may wait for the GPU in one call.
const MAX_WAIT: Duration = Duration::from_secs(120);

/// Cases that hold hundreds of megabytes: they run alone.
const HEAVY: [&str; 2] = ["buffer_read_back_300_mib", "buffer_upload_300_mib"];

/// A guest that has ended, one way or another.
#[derive(Clone, Debug)]
pub struct Ran {
    /// How it ended; `Err` is a trap.
    pub outcome: Result<Outcome, String>,
    /// What it wrote to stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr: the text of a panic, too.
    pub stderr: String,
}

impl Ran {
    /// Why the guest failed, if it did.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let how = match &self.outcome {
            Ok(outcome) if outcome.success => return None,
            Ok(outcome) => format!("it ended with status {}", outcome.exit_code),
            Err(trap) => format!("it trapped: {trap}"),
        };
        Some(format!("{how}\n--- its stderr ---\n{}", self.stderr))
    }
}

/// Runs a component to its end.
#[must_use]
pub fn component(guest: guests::Guest, arguments: &[&str], gpu: WebGpuCtx) -> Ran {
    coverage::listen();
    let (stdout, stderr) = (MemoryOutputPipe::new(OUTPUT), MemoryOutputPipe::new(OUTPUT));
    let wasi = WasiCtx::builder()
        .arg("guest")
        .args(arguments)
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .env("RUST_BACKTRACE", "0")
        .build();
    let outcome = guests::runtime().run(guest.component(), wasi, gpu);
    Ran {
        outcome: outcome.map_err(|error| format!("{error:?}")),
        stdout: stdout.contents().to_vec(),
        stderr: String::from_utf8_lossy(&stderr.contents()).into_owned(),
    }
}

/// What one case did on both sides.
#[derive(Debug)]
pub struct CaseRun {
    /// The native report, or the text of the panic.
    pub native: Result<Report, String>,
    /// The component's report, or why there is none.
    pub component: Result<Report, String>,
    /// How the component ended.
    pub ran: Ran,
}

/// How a component runs a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// As programs do.
    Default,
    /// With callbacks that run before the call returns that asks for them.
    AtOnce,
    /// On a host that suspends the guest while the GPU works, instead of blocking its thread.
    Background,
    /// On a host that fetches no commands from the guest's memory: each is a call.
    Calls,
}

impl CaseRun {
    /// The run of a case on an adapter, which has to be there; made at the first call, by whichever test
    /// comes first.
    ///
    /// # Panics
    ///
    /// When no case has this name.
    #[must_use]
    pub fn of(name: &str, adapter: Adapter, mode: Mode) -> Arc<Self> {
        type Cell = Arc<OnceLock<Arc<CaseRun>>>;
        type Runs = HashMap<(String, Adapter, Mode), Cell>;
        static RUNS: Mutex<Option<Runs>> = Mutex::new(None);
        let cell = {
            let mut runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (name.to_owned(), adapter, mode);
            Arc::clone(runs.get_or_insert_default().entry(key).or_default())
        };
        Arc::clone(cell.get_or_init(|| {
            let case = cases().find(|case| case.name == name);
            let case = case.unwrap_or_else(|| panic!("no case is called {name}"));
            Arc::new(Self::run(case, adapter, mode))
        }))
    }

    fn run(case: &Case, adapter: Adapter, mode: Mode) -> Self {
        static ALONE: RwLock<()> = RwLock::new(());
        let heavy = HEAVY.contains(&case.name);
        let _shared = (!heavy).then(|| ALONE.read().unwrap_or_else(PoisonError::into_inner));
        let _alone = heavy.then(|| ALONE.write().unwrap_or_else(PoisonError::into_inner));

        let native = match (mode, adapter.gpu()) {
            (_, None) => Err("there is no adapter".to_owned()),
            (Mode::Default, Some(gpu)) => native(case, gpu),
            // The native side has one mode only.
            (Mode::AtOnce | Mode::Background | Mode::Calls, Some(_)) => {
                drop(_shared);
                drop(_alone);
                let run = Self::of(case.name, adapter, Mode::Default);
                return Self::with_native(case, adapter, mode, run.native.clone());
            }
        };
        Self::with_native(case, adapter, mode, native)
    }

    fn with_native(case: &Case, adapter: Adapter, mode: Mode, native: Result<Report, String>) -> Self {
        let arguments: &[&str] = match mode {
            Mode::Default | Mode::Background | Mode::Calls => &[case.name],
            Mode::AtOnce => &[case.name, "--at-once"],
        };
        let wait_mode = match mode {
            Mode::Default | Mode::AtOnce | Mode::Calls => WaitMode::Eager,
            Mode::Background => WaitMode::Background,
        };
        let context = adapter.context().max_wait(MAX_WAIT).wait_mode(wait_mode);
        let gpu = context.command_memory(mode != Mode::Calls).build();
        let translated = TRANSLATED.iter().any(|other| other.name == case.name);
        let guest = if translated { guests::Guest::Translated } else { guests::Guest::Programs };
        let ran = component(guest, arguments, gpu);
        let component = match ran.failure() {
            Some(failure) => Err(failure),
            None => Report::decode(&ran.stdout).ok_or_else(|| "its stdout is no report".to_owned()),
        };
        Self { native, component, ran }
    }

    /// Each difference between the two sides as (entry, what differs); a side without a report is one
    /// difference of the entry "".
    ///
    /// The first entry of a report names the backend that answered: the component's has to be the one
    /// behind which wgpu puts backends of others, the native one must not be.
    #[must_use]
    pub fn differences(&self) -> Vec<(String, String)> {
        /// wgpu has no name for a custom backend; that of the browser is the nearest.
        const CUSTOM: &str = "\"BrowserWebGpu\"";
        let whole = |text: String| vec![(String::new(), text)];
        let (native, component) = match (&self.native, &self.component) {
            (Ok(native), Ok(component)) => (native, component),
            (Err(native), Ok(_)) => return whole(format!("natively, it failed: {native}")),
            (Ok(_), Err(component)) => return whole(format!("as a component, {component}")),
            (Err(native), Err(component)) => {
                return whole(format!(
                    "it failed on both sides\nnatively: {native}\nas a component, {component}"
                ));
            }
        };
        let backend = |report: &Report| report.entries().first().map(|(_, value)| format!("{value:?}"));
        let (on, by) = (backend(native), backend(component));
        if by.as_deref() != Some(CUSTOM) || on.as_deref() == Some(CUSTOM) {
            return whole(format!("the backends that answered are {on:?} and {by:?}"));
        }
        native.differences(component).into_iter().filter(|(entry, _)| entry != "backend").collect()
    }
}

fn native(case: &Case, gpu: &Gpu) -> Result<Report, String> {
    let run = AssertUnwindSafe(|| pollster::block_on(case.run(gpu)));
    panic::catch_unwind(run).map_err(|payload| panic_text(&*payload))
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a text".to_owned()
    }
}
