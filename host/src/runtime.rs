//! Runs command components: programs with a `main`, with WASI beside WebGPU.

#[cfg(feature = "cli")]
pub(crate) mod kept;
mod size;
#[cfg(test)]
mod tests;
mod time;

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use thiserror::Error;
use wasmtime::{
    Cache, CacheConfig, Config, Engine, ProfilingStrategy, Store, UpdateDeadline,
    component::{Component, Linker, ResourceTable},
};
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

pub use size::{
    ComponentLimits, ComponentTooLarge, DEFAULT_MAX_CODE_BYTES, DEFAULT_MAX_COMPONENT_BYTES,
    DEFAULT_MAX_FUNCTION_BYTES, DEFAULT_MAX_PARTS,
};
#[cfg(feature = "launch")]
pub use time::{Ended, Ender};
pub use time::{GRACE, NotInterruptible, TimedOut};

use crate::{
    GuestMemory, WebGpuCtx, WebGpuCtxView, WebGpuView, attach_command_memory, objects::GpuError,
    quotas::QuotaExceeded,
};
use size::Kind;
use time::Alarm;
#[cfg(feature = "http")]
pub(crate) use time::Ticker;

/// Stack that a guest's own calls may use, in bytes: as much as a native program's main thread has.
/// wasmtime allows 512 KiB, too little for a parser that recurses.
pub const GUEST_STACK: usize = 8 << 20;

/// Stack for the host's functions below the guest's calls, in bytes.
const HOST_STACK: usize = 2 << 20;

/// Bytes that a guest gets of its input, or gives a file, at a time: as much as a pipe holds on Linux.
#[cfg(feature = "cli")]
pub(crate) const PIECE: usize = 64 << 10;

/// The packages of WASI that the linker has, in their versions 0.2 and 0.3.
pub(crate) const WASI_PACKAGES: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];

/// The version of `wasi:webgpu`; a pre-release, which wasmtime matches exactly.
const WEBGPU_VERSION: &str = "0.3.0-rc.2";

/// The interfaces for windows.
const WINDOWS: [&str; 8] = [
    "wasi-gfx:frame-buffer/frame-buffer@0.2.0",
    "wasi-gfx:surface/surface@0.2.0",
    "wasi-gfx:surface/surface-frame-buffer@0.2.0",
    "wasi-gfx:surface/surface-webgpu@0.2.0",
    "wgpu-wasi:window/canvas@0.1.0",
    "wgpu-wasi:window/clipboard@0.1.0",
    "wgpu-wasi:window/keys@0.1.0",
    "wgpu-wasi:window/windows@0.1.0",
];

/// What wasmtime says of a call with more bytes than the quota `max_call_bytes`; it has no type for that.
const CALL_BYTES: &str = "fuel allocated for hostcalls has been exhausted";

/// Whether an interface is one of WASI's, of these packages in the versions that linkers have, or `wasi:webgpu`.
pub(crate) fn has_wasi(name: &str, packages: &[&str]) -> bool {
    let Some((interface, version)) = name.split_once('@') else { return false };
    let Some(("wasi", rest)) = interface.split_once(':') else { return false };
    match rest.split_once('/') {
        Some(("webgpu", _)) => version == WEBGPU_VERSION,
        Some((package, _)) => {
            packages.contains(&package) && (version.starts_with("0.2.") || version.starts_with("0.3."))
        }
        None => false,
    }
}

/// How a [`Runtime`] compiles and runs.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RuntimeOptions {
    /// Keeps compiled components in this folder, so that the next start need not compile.
    pub cache: Option<PathBuf>,
    /// Makes guests interruptible, which [`Runtime::run_for`] needs, and [`Runtime::run_async`] to end a guest
    /// that computes. Costs a check at every function entry and loop of the guest, so it is off by default.
    pub interruptible: bool,
    /// What a component may be made of; one that has more is not compiled.
    pub limits: ComponentLimits,
    /// Writes the names of the guest's functions for `perf`, to the file `/tmp/perf-PID.map` that it reads. Only
    /// on Unix.
    pub perf_map: bool,
}

impl RuntimeOptions {
    /// Sets [`Self::cache`].
    #[must_use]
    pub fn cache(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = Some(folder.into());
        self
    }

    /// Sets [`Self::interruptible`].
    #[must_use]
    pub fn interruptible(mut self, interruptible: bool) -> Self {
        self.interruptible = interruptible;
        self
    }

    /// Sets [`Self::limits`].
    #[must_use]
    pub fn limits(mut self, limits: ComponentLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`Self::perf_map`].
    #[must_use]
    pub fn perf_map(mut self, perf_map: bool) -> Self {
        self.perf_map = perf_map;
        self
    }
}

/// An engine and a linker with WASI (0.2 and 0.3) and WebGPU; any number of guests may share one.
///
/// A clone is the same runtime.
#[derive(Clone)]
pub struct Runtime {
    engine: Engine,
    linker: Arc<Linker<State>>,
    interruptible: bool,
    limits: ComponentLimits,
    #[cfg(feature = "http")]
    ticker: Arc<time::SharedTicker>,
    #[cfg(feature = "cli")]
    kept: Option<Arc<kept::KeptFolder>>,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("interruptible", &self.interruptible).finish_non_exhaustive()
    }
}

/// For how long the end of a guest is put off for work that it has submitted and not waited for: what that holds counts
/// as the guest's, and would look like something left behind.
const FINISH: Duration = Duration::from_secs(1);

/// How a guest ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Whether its exit status was zero.
    pub success: bool,
    /// Its exit status. WASI 0.2 carries success or failure and no number: 0 or 1.
    pub exit_code: i32,
    /// WebGPU objects that it still held when it ended.
    pub live_objects: usize,
    /// Bytes of buffers and textures that it still held when it ended.
    pub gpu_memory_in_use: u64,
    /// Errors of WebGPU that it has not asked for: [`WebGpuCtx::take_unheard_errors`]. They are logged, and a
    /// guest that says it was successful was not: its status is then that of a Rust program that panics, as it
    /// does natively in the call that failed.
    pub unheard_errors: Vec<GpuError>,
}

/// The exit status of a Rust program that panics.
pub(crate) const PANICKED: u8 = 101;

/// What a file that is no component is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotAComponent {
    /// A core WebAssembly module.
    #[error(
        "this is a core WebAssembly module, not a component: build the program with \
         `cargo build --release --target wasm32-wasip2`"
    )]
    CoreModule,
    /// Not WebAssembly at all.
    #[error(
        "this is not a WebAssembly component: build the program with \
         `cargo build --release --target wasm32-wasip2` and run the `.wasm` file that makes"
    )]
    NotWasm,
}

/// The store's data of a guest.
struct State {
    wasi: WasiCtx,
    gpu: WebGpuCtx,
    table: ResourceTable,
    memory: GuestMemory,
    /// Where it keeps files from run to run.
    #[cfg(feature = "cli")]
    kept: Option<Arc<kept::KeptFolder>>,
}

/// `error` of a guest with the quota that has led to it, which wasmtime does not say.
pub(crate) fn explained(gpu: &WebGpuCtx, memory: &GuestMemory, error: wasmtime::Error) -> wasmtime::Error {
    if let Some(quota) = memory.refused() {
        error.context(quota)
    } else if error.chain().any(|cause| cause.to_string().contains(CALL_BYTES)) {
        error.context(QuotaExceeded::CallBytes(gpu.quotas().max_call_bytes))
    } else {
        error
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WebGpuView for State {
    fn webgpu(&mut self) -> WebGpuCtxView<'_> {
        WebGpuCtxView { ctx: &mut self.gpu, table: &mut self.table }
    }
}

impl Runtime {
    /// Makes the engine and the linker.
    ///
    /// # Errors
    ///
    /// When this machine can't run WebAssembly, the cache's folder can't be made, or there is no
    /// [`perf_map`](RuntimeOptions::perf_map) here.
    pub fn new(options: &RuntimeOptions) -> wasmtime::Result<Self> {
        let RuntimeOptions { cache, interruptible, limits, perf_map } = options;
        let mut config = Config::new();
        config
            .wasm_component_model_async(true)
            .epoch_interruption(*interruptible)
            .max_wasm_stack(GUEST_STACK)
            .async_stack_size(GUEST_STACK + HOST_STACK);
        if let Some(folder) = cache {
            let mut cache = CacheConfig::new();
            cache.with_directory(folder);
            config.cache(Some(Cache::new(cache)?));
        }
        if *perf_map {
            config.profiler(ProfilingStrategy::PerfMap);
        }
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        #[cfg(feature = "cli")]
        {
            linker.allow_shadowing(true);
            kept::calls::add_to_linker(&mut linker)?;
            linker.allow_shadowing(false);
        }
        crate::add_to_linker(&mut linker)?;
        crate::add_windows_to_linker(&mut linker)?;
        let limits = limits.clone();
        Ok(Self {
            engine,
            linker: Arc::new(linker),
            interruptible: *interruptible,
            limits,
            #[cfg(feature = "http")]
            ticker: Arc::default(),
            #[cfg(feature = "cli")]
            kept: None,
        })
    }

    /// The same runtime, whose guest counts what it writes into this folder, which is [lent to
    /// it](kept::KeptFolder::lend_to).
    #[cfg(feature = "cli")]
    pub(crate) fn keeping(self, kept: Option<Arc<kept::KeptFolder>>) -> Self {
        Self { kept, ..self }
    }

    /// Has the guests that compute look at their time every few milliseconds, for as long as the result is held.
    #[cfg(feature = "http")]
    pub(crate) fn ticker(&self) -> wasmtime::Result<Arc<Ticker>> {
        if self.interruptible { Ok(self.ticker.get(&self.engine)?) } else { Err(NotInterruptible.into()) }
    }

    /// The engine, to compile components elsewhere.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Compiles a component, or takes it from the cache.
    ///
    /// # Errors
    ///
    /// [`NotAComponent`], [`ComponentTooLarge`], or what is wrong with the component.
    pub fn compile(&self, wasm: &[u8]) -> wasmtime::Result<Component> {
        match Kind::of(wasm) {
            Kind::Component => {}
            Kind::Module => return Err(NotAComponent::CoreModule.into()),
            Kind::Other => return Err(NotAComponent::NotWasm.into()),
        }
        self.limits.check(wasm)?;
        Component::from_binary(&self.engine, wasm)
    }

    /// What `component` imports and the linker does not have, by interface.
    #[must_use]
    pub fn missing_imports(&self, component: &Component) -> Vec<String> {
        self.imports_beyond(component, |name| has_wasi(name, &WASI_PACKAGES) || WINDOWS.contains(&name))
    }

    /// What `component` imports beyond what is `offered`, by interface.
    pub(crate) fn imports_beyond(
        &self,
        component: &Component,
        offered: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        component
            .component_type()
            .imports(&self.engine)
            .map(|(name, _)| name)
            .filter(|name| !offered(name))
            .map(str::to_owned)
            .collect()
    }

    /// [`Self::compile`], waited for no longer than `timeout`. What has begun can't be stopped: its thread goes on until
    /// it is done, and an embedder that can't afford that ends the process.
    ///
    /// # Errors
    ///
    /// As [`Self::compile`], and [`TimedOut`].
    pub fn compile_for(&self, wasm: Vec<u8>, timeout: Duration) -> wasmtime::Result<Component> {
        let runtime = self.clone();
        let compile = move || runtime.compile(&wasm);
        time::on_its_own_thread("wgpu-wasi component", (timeout, timeout), compile)
    }

    /// Runs a command component to its end, on this thread.
    ///
    /// # Errors
    ///
    /// As [`Self::run_async`].
    pub fn run(&self, component: &Component, wasi: WasiCtx, gpu: WebGpuCtx) -> wasmtime::Result<Outcome> {
        block_on(self.run_async(component, wasi, gpu))
    }

    /// Like [`Self::run`], for no longer than `timeout`, and on a thread of its own. Returns [`GRACE`] after that at
    /// the latest.
    ///
    /// When the time is up, a guest is ended that computes, sleeps, reads or waits for the GPU. What can't be ended
    /// then is left behind in its thread, with the store of the guest, until it ends by itself: a call of the system
    /// that blocks, such as opening a pipe in a folder that the guest was given, or giving back a device with work that
    /// the GPU never finishes. A program that has to be rid of that runs such guests in a process of their own.
    ///
    /// # Errors
    ///
    /// As [`Self::run_async`]; [`TimedOut`]; [`NotInterruptible`] without [`RuntimeOptions::interruptible`].
    pub fn run_for(
        &self,
        component: &Component,
        wasi: WasiCtx,
        mut gpu: WebGpuCtx,
        timeout: Duration,
    ) -> wasmtime::Result<Outcome> {
        if !self.interruptible {
            return Err(NotInterruptible.into());
        }
        gpu.shorten_deadline(Instant::now().checked_add(timeout));
        let (runtime, component) = (self.clone(), component.clone());
        let run = move || block_on(runtime.run_until(&component, wasi, gpu, Some(timeout)));
        time::on_its_own_thread("wgpu-wasi guest", (timeout, timeout.saturating_add(GRACE)), run)
    }

    /// Like [`Self::run`], inside an async runtime: one of tokio's, with time enabled where the guest has a
    /// [deadline](crate::WebGpuCtxBuilder::deadline).
    ///
    /// At its deadline a guest is ended that sleeps, reads or waits, and with [`RuntimeOptions::interruptible`] one that
    /// computes. What blocks the thread of the runtime goes on: waits for the GPU in
    /// [`WaitMode::Eager`](crate::WaitMode::Eager), which end at the deadline as well, and calls of the system that
    /// the embedder's `WasiCtx` allows to block. Dropping the future ends the guest, too.
    ///
    /// # Errors
    ///
    /// When the component imports what the linker does not have, exports no `wasi:cli/run`, or traps; [`TimedOut`].
    pub async fn run_async(
        &self,
        component: &Component,
        wasi: WasiCtx,
        gpu: WebGpuCtx,
    ) -> wasmtime::Result<Outcome> {
        self.run_until(component, wasi, gpu, None).await
    }

    /// Runs until the guest's deadline, which is `timeout` from the beginning where one is given.
    async fn run_until(
        &self,
        component: &Component,
        wasi: WasiCtx,
        gpu: WebGpuCtx,
        timeout: Option<Duration>,
    ) -> wasmtime::Result<Outcome> {
        let never = || false;
        let Some(deadline) = gpu.deadline() else {
            return self.run_store(component, (wasi, gpu), never).await;
        };
        let timeout = timeout.unwrap_or_else(|| deadline.saturating_duration_since(Instant::now()));
        let _alarm = self.interruptible.then(|| Alarm::set(&self.engine, deadline)).transpose()?;
        time::until(deadline, timeout, self.run_store(component, (wasi, gpu), never)).await
    }

    /// Like [`Self::run`], until `ender` is told: then the guest is ended, whether it computes or waits. Returns when its
    /// store is gone.
    ///
    /// # Errors
    ///
    /// As [`Self::run_async`]; [`Ended`]; [`NotInterruptible`].
    #[cfg(feature = "launch")]
    pub fn run_until_told(
        &self,
        component: &Component,
        wasi: WasiCtx,
        gpu: WebGpuCtx,
        ender: &Ender,
    ) -> wasmtime::Result<Outcome> {
        let _ticker = self.ticker()?;
        let is_told = {
            let ender = ender.clone();
            move || ender.is_told()
        };
        block_on(async {
            let result = ender.unless_told(self.run_store(component, (wasi, gpu), is_told)).await;
            if ender.is_told() { result.map_err(|error| error.context(Ended)) } else { result }
        })
    }

    /// Whether the component has an entry point that may wait for a host that has not finished yet.
    pub(crate) fn is_asynchronous(&self, component: &Component) -> bool {
        let component = component.component_type();
        component.exports(&self.engine).any(|(name, _)| name.starts_with("wasi:cli/run@0.3"))
    }

    /// Runs the guest in a store of its own. `is_told`: whether somebody wants it ended, where it is interruptible.
    async fn run_store(
        &self,
        component: &Component,
        (wasi, gpu): (WasiCtx, WebGpuCtx),
        is_told: impl Fn() -> bool + Send + Sync + 'static,
    ) -> wasmtime::Result<Outcome> {
        let (memory, mut table) = (GuestMemory::new(gpu.quotas()), ResourceTable::new());
        table.set_max_capacity(gpu.quotas().max_handles());
        let state = State {
            wasi,
            gpu,
            table,
            memory,
            #[cfg(feature = "cli")]
            kept: self.kept.clone(),
        };
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.memory);
        store.set_max_component_handles(store.data().gpu.quotas().max_handles());
        store.set_hostcall_fuel(store.data().gpu.quotas().max_call_bytes);
        if self.interruptible {
            let is_over =
                |state: &State| state.gpu.deadline().is_some_and(|deadline| deadline <= Instant::now());
            // The epoch is the engine's: it ends when the time of any guest is up. Each looks at its own.
            store.set_epoch_deadline(1);
            store.epoch_deadline_callback(move |store| {
                let over = is_over(store.data()) || is_told();
                Ok(if over { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) })
            });
        }
        let result = self.call_run(&mut store, component).await;
        let unheard_errors = store.data_mut().gpu.take_unheard_errors();
        for GpuError { kind, message } in &unheard_errors {
            tracing::error!(?kind, "uncaptured WebGPU error: {message}");
        }
        let status = match result {
            Ok(status) => status,
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(I32Exit(status)) => *status,
                None => return Err(explained(&store.data().gpu, &store.data().memory, error)),
            },
        };
        let status = if status == 0 && !unheard_errors.is_empty() { i32::from(PANICKED) } else { status };
        let gpu = &store.data().gpu;
        gpu.finish(FINISH);
        Ok(Outcome {
            success: status == 0,
            exit_code: status,
            live_objects: gpu.live_objects(),
            gpu_memory_in_use: gpu.gpu_memory_in_use(),
            unheard_errors,
        })
    }

    /// Calls the component's `wasi:cli/run`, the asynchronous one where it has both: only there may the
    /// guest wait for a host that has not finished yet.
    async fn call_run(&self, store: &mut Store<State>, component: &Component) -> wasmtime::Result<i32> {
        let instance = self.linker.instantiate_async(&mut *store, component).await?;
        attach_command_memory(&mut *store, &instance).await?;
        let result = if self.is_asynchronous(component) {
            let command = wasmtime_wasi::p3::bindings::Command::new(&mut *store, &instance)?;
            store.run_concurrent(async move |store| command.wasi_cli_run().call_run(store).await).await??
        } else {
            let command = wasmtime_wasi::p2::bindings::Command::new(&mut *store, &instance)?;
            command.wasi_cli_run().call_run(store).await?
        };
        Ok(match result {
            Ok(()) => 0,
            Err(()) => 1,
        })
    }
}

/// Runs a guest on this thread.
fn block_on<T>(run: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(run);
    // What the guest has written is on its way, perhaps; a read that it has begun may never end.
    runtime.shutdown_timeout(GRACE);
    result
}
