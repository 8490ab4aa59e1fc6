//! Runs command components: programs with a `main`, with WASI beside WebGPU.
//!
//! ```no_run
//! use wasmtime_wasi::WasiCtx;
//! use wgpu_wasi_host::{WebGpuCtx, command::{Runtime, RuntimeOptions}};
//!
//! # fn main() -> wasmtime::Result<()> {
//! let runtime = Runtime::new(&RuntimeOptions::default())?;
//! let component = runtime.compile(&std::fs::read("app.wasm")?)?;
//! let wasi = WasiCtx::builder().inherit_stdio().build();
//! let outcome = runtime.run(&component, wasi, WebGpuCtx::new())?;
//! assert!(outcome.success);
//! # Ok(())
//! # }
//! ```

use std::{
    error::Error,
    fmt,
    path::PathBuf,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use wasmtime::{
    Cache, CacheConfig, Config, Engine, ProfilingStrategy, Store, UpdateDeadline,
    component::{Component, Linker, ResourceTable},
};
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

use crate::{WebGpuCtx, WebGpuCtxView, WebGpuView, attach_command_memory, objects::GpuError};

/// Stack that a guest's own calls may use, in bytes: as much as a native program's main thread has.
/// wasmtime allows 512 KiB, too little for a parser that recurses.
pub const GUEST_STACK: usize = 8 << 20;

/// Stack for the host's functions below the guest's calls, in bytes.
const HOST_STACK: usize = 2 << 20;

/// The packages of WASI that the linker has, in their versions 0.2 and 0.3.
const WASI_PACKAGES: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];

/// The version of `wasi:webgpu`; a pre-release, which wasmtime matches exactly.
const WEBGPU_VERSION: &str = "0.3.0-rc.2";

/// How a [`Runtime`] compiles and runs.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RuntimeOptions {
    /// Keeps compiled components in this folder, so that the next start need not compile.
    pub cache: Option<PathBuf>,
    /// Makes guests interruptible, which [`Runtime::run_for`] needs. Costs a check at every function
    /// entry and loop of the guest, so it is off by default.
    pub interruptible: bool,
    /// Tells `perf` the names of the guest's functions, in the file `/tmp/perf-PID.map` that it reads. Only
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

    /// Sets [`Self::perf_map`].
    #[must_use]
    pub fn perf_map(mut self, perf_map: bool) -> Self {
        self.perf_map = perf_map;
        self
    }
}

/// An engine and a linker with WASI (0.2 and 0.3) and WebGPU; any number of guests may share one.
pub struct Runtime {
    engine: Engine,
    linker: Linker<State>,
    interruptible: bool,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("interruptible", &self.interruptible).finish_non_exhaustive()
    }
}

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
const PANICKED: i32 = 101;

/// What a file that is no component is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAComponent {
    /// A core WebAssembly module.
    CoreModule,
    /// Not WebAssembly at all.
    NotWasm,
}

impl fmt::Display for NotAComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CoreModule => f.write_str(
                "this is a core WebAssembly module, not a component: build the program with \
                 `cargo build --release --target wasm32-wasip2`",
            ),
            Self::NotWasm => f.write_str(
                "this is not a WebAssembly component: build the program with \
                 `cargo build --release --target wasm32-wasip2` and run the `.wasm` file that makes",
            ),
        }
    }
}

impl Error for NotAComponent {}

/// The guest was ended because its time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut(pub Duration);

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the program did not end within {:?}", self.0)
    }
}

impl Error for TimedOut {}

/// The store's data of a guest.
struct State {
    wasi: WasiCtx,
    gpu: WebGpuCtx,
    table: ResourceTable,
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
        let RuntimeOptions { cache, interruptible, perf_map } = options;
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
        crate::add_to_linker(&mut linker)?;
        Ok(Self { engine, linker, interruptible: *interruptible })
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
    /// [`NotAComponent`], or what is wrong with the component.
    pub fn compile(&self, wasm: &[u8]) -> wasmtime::Result<Component> {
        // The preamble of a module and of a component: the same magic number, then version and layer.
        // https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions
        match wasm.get(..8) {
            Some([0, b'a', b's', b'm', _, _, 1, 0]) => {}
            Some([0, b'a', b's', b'm', ..]) => return Err(NotAComponent::CoreModule.into()),
            _ => return Err(NotAComponent::NotWasm.into()),
        }
        Component::from_binary(&self.engine, wasm)
    }

    /// What `component` imports and the linker does not have, by interface.
    #[must_use]
    pub fn missing_imports(&self, component: &Component) -> Vec<String> {
        let offered = |name: &str| {
            let Some((interface, version)) = name.split_once('@') else { return false };
            match interface.split_once(':') {
                Some(("wasi", rest)) => match rest.split_once('/') {
                    Some(("webgpu", _)) => version == WEBGPU_VERSION,
                    Some((package, _)) => {
                        WASI_PACKAGES.contains(&package)
                            && (version.starts_with("0.2.") || version.starts_with("0.3."))
                    }
                    None => false,
                },
                _ => false,
            }
        };
        component
            .component_type()
            .imports(&self.engine)
            .map(|(name, _)| name)
            .filter(|name| !offered(name))
            .map(str::to_owned)
            .collect()
    }

    /// Runs a command component to its end, on this thread.
    ///
    /// # Errors
    ///
    /// When the component imports what the linker does not have, exports no `wasi:cli/run`, or traps.
    pub fn run(&self, component: &Component, wasi: WasiCtx, gpu: WebGpuCtx) -> wasmtime::Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.run_async(component, wasi, gpu))
    }

    /// Like [`Self::run`], for no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// As [`Self::run`], and [`TimedOut`]. Without [`RuntimeOptions::interruptible`] only waits for the GPU
    /// end when the time is up. Work that the GPU never finishes may hold the return up, for giving a device
    /// back waits for it: a program that has to go on then runs such guests in a process of their own.
    pub fn run_for(
        &self,
        component: &Component,
        wasi: WasiCtx,
        mut gpu: WebGpuCtx,
        timeout: Duration,
    ) -> wasmtime::Result<Outcome> {
        let start = Instant::now();
        gpu.set_deadline(start.checked_add(timeout));
        let (finished, over) = mpsc::channel::<()>();
        let engine = self.engine.weak();
        let timer = thread::Builder::new().name("wgpu-wasi timeout".to_owned()).spawn(move || {
            if over.recv_timeout(timeout) == Err(mpsc::RecvTimeoutError::Timeout)
                && let Some(engine) = engine.upgrade()
            {
                engine.increment_epoch();
            }
        })?;
        let result = self.run(component, wasi, gpu);
        drop(finished);
        // A thread that only waits and increments does not panic.
        let _ = timer.join();
        result.map_err(
            |error| {
                if start.elapsed() >= timeout { error.context(TimedOut(timeout)) } else { error }
            },
        )
    }

    /// Like [`Self::run`], inside an async runtime.
    ///
    /// # Errors
    ///
    /// As [`Self::run`].
    pub async fn run_async(
        &self,
        component: &Component,
        wasi: WasiCtx,
        gpu: WebGpuCtx,
    ) -> wasmtime::Result<Outcome> {
        let mut store = Store::new(&self.engine, State { wasi, gpu, table: ResourceTable::new() });
        store.set_hostcall_fuel(store.data().gpu.quotas().max_call_bytes);
        if self.interruptible {
            // The epoch is the engine's: it ends when the time of any guest is up. Each looks at its own.
            store.set_epoch_deadline(1);
            store.epoch_deadline_callback(|store| {
                let over = store.data().gpu.deadline().is_some_and(|deadline| deadline <= Instant::now());
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
                None => return Err(error),
            },
        };
        let status = if status == 0 && !unheard_errors.is_empty() { PANICKED } else { status };
        let gpu = &store.data().gpu;
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
        let asynchronous = component
            .component_type()
            .exports(&self.engine)
            .any(|(name, _)| name.starts_with("wasi:cli/run@0.3"));
        let instance = self.linker.instantiate_async(&mut *store, component).await?;
        attach_command_memory(&mut *store, &instance).await?;
        let result = if asynchronous {
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
