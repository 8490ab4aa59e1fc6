//! The instance that guests have where the embedder brings none.

use std::sync::OnceLock;

use futures_util::FutureExt;

// Without one, wgpu panics when a guest first asks for a GPU.
const _: () = assert!(
    !wgpu::Instance::enabled_backend_features().is_empty(),
    "wgpu-wasi-host needs a backend of wgpu: turn on its feature vulkan, metal, dx12 or gles, as this system has it, or noop"
);

/// The instance of an embedder who brings none; one for the whole process.
///
/// wgpu's environment variables (`WGPU_BACKEND` and friends) are obeyed. Without `WGPU_BACKEND` it has the
/// first-class backends. OpenGL is not among them, not even where those have no adapter: while one thread waits for work
/// on its one context, wgpu-hal panics on any other that has waited for the context for 6 seconds, and a guest decides
/// how long its work takes. Timestamps are in nanoseconds, as WebGPU has them.
#[must_use]
pub fn default_instance() -> wgpu::Instance {
    // With an instance for each guest, one that looks for adapters while another opens a device crashes
    // the process now and then: Vulkan's loader (1.4.309) walks a list of all instances without its lock.
    static SHARED: OnceLock<wgpu::Instance> = OnceLock::new();
    SHARED.get_or_init(new_instance).clone()
}

/// Gives a handle of the display.
type Display = Box<dyn Fn() -> Box<dyn wgpu::wgt::WgpuHasDisplayHandle> + Send + Sync>;

static DISPLAY: OnceLock<Display> = OnceLock::new();

/// Has [`default_instance`] show windows on this display, which OpenGL, where it is asked for, has to know from the
/// beginning: to be called before that.
#[cfg(feature = "cli")]
pub(crate) fn show_on(
    display: impl Fn() -> Box<dyn wgpu::wgt::WgpuHasDisplayHandle> + Send + Sync + 'static,
) {
    // A process has one display.
    let _ = DISPLAY.set(Box::new(display));
}

fn new_instance() -> wgpu::Instance {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
    descriptor.display = DISPLAY.get().map(|display| display());
    descriptor.backends = wgpu::Backends::from_env().unwrap_or(wgpu::Backends::PRIMARY);
    descriptor.flags |= wgpu::InstanceFlags::AUTOMATIC_TIMESTAMP_NORMALIZATION;
    wgpu::Instance::new(descriptor)
}

/// Whether the instance has any adapter.
pub(crate) fn has_adapter(instance: &wgpu::Instance) -> bool {
    // On native backends the list is there at once.
    let adapters = instance.enumerate_adapters(wgpu::Backends::all()).now_or_never();
    adapters.is_some_and(|adapters| !adapters.is_empty())
}
