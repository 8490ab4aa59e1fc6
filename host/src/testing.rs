//! For the unit tests: a guest without a component, on wgpu's backend that needs no GPU, or on the one
//! that the environment variable `WGPU_BACKEND` names.

use std::sync::Arc;

use futures_util::FutureExt;
use wasmtime::component::{Resource, ResourceTable};

use crate::{
    bindings::wit::{self, HostGpuDevice as _},
    ctx::WebGpuCtx,
    device::{
        budget::Budget,
        compiler::Compiler,
        core::{DeviceCore, DevicePolicy},
        errors::{ErrorKind, GpuError},
        in_flight::InFlight,
        waiting::WaitMode,
    },
    objects::{device::Device, shader_module::ShaderModule},
    quotas::{DEFAULT_MAX_HOST_MEMORY, DEFAULT_MAX_SHADER_BYTES, DEFAULT_MAX_WAIT, MAX_STAGED_BYTES},
    view::{self, WebGpuCtxView, WebGpuView},
};

/// Bytes of GPU memory that a [`Guest`] may hold.
pub(crate) const MAX_GPU_MEMORY: u64 = 1 << 20;

/// The store's data of a guest.
pub(crate) struct State {
    pub(crate) ctx: WebGpuCtx,
    table: ResourceTable,
}

impl WebGpuView for State {
    fn webgpu(&mut self) -> WebGpuCtxView<'_> {
        WebGpuCtxView { ctx: &mut self.ctx, table: &mut self.table }
    }
}

impl State {
    pub(crate) fn new(ctx: WebGpuCtx) -> Self {
        Self { ctx, table: ResourceTable::new() }
    }

    /// A call of the guest, as the linker makes it.
    pub(crate) fn call<T>(&mut self, call: impl FnOnce(&mut WebGpuCtxView<'_>) -> wasmtime::Result<T>) -> T {
        call(&mut view::enter(self)).unwrap()
    }
}

/// What `call` gives, with the first error of the device in it.
pub(crate) fn first_error<T>(core: &DeviceCore, call: impl FnOnce() -> T) -> (T, Option<GpuError>) {
    for kind in [ErrorKind::Internal, ErrorKind::OutOfMemory, ErrorKind::Validation] {
        core.errors.push_scope(kind).unwrap();
    }
    let value = call();
    // All of them are ended.
    let errors: Vec<_> = (0..3).filter_map(|_| core.errors.pop_scope().unwrap()).collect();
    (value, errors.into_iter().next())
}

/// The state of a guest, and a device of its.
pub(crate) struct Guest {
    state: State,
    pub(crate) core: Arc<DeviceCore>,
    device: u32,
}

impl Guest {
    /// With the features and limits of the device at their defaults but for `change`.
    pub(crate) fn new(change: impl FnOnce(&mut wgpu::DeviceDescriptor<'_>)) -> Self {
        Self::with(change, None, MAX_GPU_MEMORY)
    }

    /// With so many bytes of GPU memory.
    pub(crate) fn with_memory(max_gpu_memory: u64) -> Self {
        Self::with(|_| {}, None, max_gpu_memory)
    }

    /// With a bound on the loops of its shaders.
    pub(crate) fn with_bounded_loops(max_loop_iterations: u32) -> Self {
        Self::with(|_| {}, Some(max_loop_iterations), MAX_GPU_MEMORY)
    }

    fn with(
        change: impl FnOnce(&mut wgpu::DeviceDescriptor<'_>),
        max_loop_iterations: Option<u32>,
        max_gpu_memory: u64,
    ) -> Self {
        let adapter = adapter(&instance());
        let mut descriptor = wgpu::DeviceDescriptor::default();
        change(&mut descriptor);
        let (device, queue) = ready(adapter.request_device(&descriptor)).unwrap();
        let timeline = Arc::default();
        let in_flight = InFlight::new(&timeline, WaitMode::Eager, DEFAULT_MAX_WAIT);
        let policy = DevicePolicy {
            memory: Budget::new(max_gpu_memory, &in_flight),
            host_memory: Budget::new(DEFAULT_MAX_HOST_MEMORY, &in_flight),
            staging: Budget::new(MAX_STAGED_BYTES, &in_flight),
            in_flight,
            weight: None,
            compiler: Arc::new(Compiler::new(DEFAULT_MAX_SHADER_BYTES, DEFAULT_MAX_WAIT, WaitMode::Eager)),
            timeline,
            unheard: Arc::default(),
            log: Arc::default(),
            max_shader_bytes: DEFAULT_MAX_SHADER_BYTES,
            max_loop_iterations,
            is_core: true,
        };
        let info = Arc::new(adapter.get_info());
        let core = DeviceCore::create(device, queue, (adapter, info), String::new(), policy);
        let mut state = State::new(WebGpuCtx::new());
        let device =
            state.table.push(Device { core: Arc::clone(&core), label: String::new() }).unwrap().rep();
        Self { state, core, device }
    }

    /// Bytes of GPU memory in use, when what the GPU has finished is given back.
    pub(crate) fn gpu_memory_in_use(&self) -> u64 {
        self.core.in_flight.finish(DEFAULT_MAX_WAIT);
        self.core.memory.used()
    }

    pub(crate) fn view(&mut self) -> WebGpuCtxView<'_> {
        self.state.webgpu()
    }

    pub(crate) fn device(&self) -> Resource<Device> {
        Resource::new_borrow(self.device)
    }

    /// What `call` gives, with the kind of the first error in it.
    pub(crate) fn errors<T>(&mut self, call: impl FnOnce(&mut Self) -> T) -> (T, Option<ErrorKind>) {
        let core = Arc::clone(&self.core);
        let (value, error) = first_error(&core, || call(self));
        (value, error.map(|GpuError { kind, message: _ }| kind))
    }

    pub(crate) fn shader_module(&mut self, code: &str) -> Resource<ShaderModule> {
        let module = ready(ShaderModule::create(&self.core, wgsl(code))).unwrap();
        self.view().push(module).unwrap()
    }

    pub(crate) fn buffer(
        &mut self,
        size: u64,
        usage: wit::GpuBufferUsage,
    ) -> Resource<crate::objects::buffer::Buffer> {
        let device = self.device();
        let descriptor = wit::GpuBufferDescriptor { size, usage, mapped_at_creation: None, label: None };
        self.view().create_buffer(device, descriptor).unwrap()
    }
}

/// Runs `test` of the test that is called `name` in processes of their own, for what it measures is the process: one on
/// wgpu's noop backend, and one on Vulkan where there is a driver.
#[cfg(target_os = "linux")]
pub(crate) fn alone(name: &str, test: impl FnOnce()) {
    /// Set in such a process.
    const ALONE: &str = "WGPU_WASI_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let vulkan = wgpu::Backends::VULKAN;
    let mut instance = wgpu::InstanceDescriptor::new_without_display_handle();
    instance.backends = vulkan;
    let adapters = ready(wgpu::Instance::new(instance).enumerate_adapters(vulkan));
    for backend in ["noop"].into_iter().chain((!adapters.is_empty()).then_some("vulkan")) {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture"])
            .env(ALONE, "1")
            .env("WGPU_BACKEND", backend)
            // Or each thread keeps what it has freed, which is no leak and looks like one.
            .env("MALLOC_ARENA_MAX", "1")
            .output()
            .unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(
            output.status.success() && stdout.contains("1 passed"),
            "{name} on {backend}, {}:\n{stdout}\n{stderr}",
            output.status
        );
        print!("{backend}: {stdout}");
    }
}

/// Bytes that this process has.
#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) resident: u64,
    /// The most that it ever had.
    pub(crate) peak: u64,
}

#[cfg(target_os = "linux")]
impl Memory {
    pub(crate) fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let kibibytes = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
        };
        Self { resident: kibibytes("VmRSS:") << 10, peak: kibibytes("VmHWM:") << 10 }
    }
}

/// The descriptor of a shader module.
pub(crate) fn wgsl(code: &str) -> wit::GpuShaderModuleDescriptor {
    wit::GpuShaderModuleDescriptor { code: code.to_owned(), compilation_hints: None, label: None }
}

/// An instance with the tests' backend.
pub(crate) fn instance() -> wgpu::Instance {
    let mut instance = wgpu::InstanceDescriptor::new_without_display_handle();
    instance.backends = wgpu::Backends::from_env().unwrap_or(wgpu::Backends::NOOP);
    instance.backend_options.noop.enable = true;
    wgpu::Instance::new(instance)
}

/// An adapter of that instance.
pub(crate) fn adapter(instance: &wgpu::Instance) -> wgpu::Adapter {
    ready(instance.request_adapter(&wgpu::RequestAdapterOptions::default())).unwrap()
}

/// A device as an embedder opens it.
pub(crate) fn native_device(adapter: &wgpu::Adapter) -> (wgpu::Device, wgpu::Queue) {
    ready(adapter.request_device(&wgpu::DeviceDescriptor::default())).unwrap()
}

/// Another handle to the same object, as each call of a guest has its own.
pub(crate) fn again<T: 'static>(resource: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(resource.rep())
}

/// The result of a future that native wgpu finishes at once.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("wgpu makes one wait for this natively")
}
