//! The GPU, opened: one adapter, one device, one queue.

use anyhow::Context as _;

pub use crate::device::Gpu;

/// The way in to the GPU. The one place that knows whether this is a component.
fn instance() -> wgpu::Instance {
    #[cfg(target_os = "wasi")]
    return wgpu_wasi_backend::instance();
    #[cfg(not(target_os = "wasi"))]
    wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env())
}

impl Gpu {
    /// Opens the default adapter, or natively the one that `WGPU_ADAPTER_NAME` names, with WebGPU's
    /// default limits: what runs here runs on every conforming implementation.
    ///
    /// # Errors
    ///
    /// When there is no adapter, or it refuses a device.
    pub fn open() -> anyhow::Result<Self> {
        pollster::block_on(async {
            let adapter =
                wgpu::util::initialize_adapter_from_env_or_default(&instance(), None).await.context(
                    "no GPU adapter found. Install a Vulkan driver; without a graphics card Mesa's software \
                     one will do (Debian and Ubuntu: mesa-vulkan-drivers)",
                )?;
            let (device, queue) = adapter
                .request_device(&wgpu::DeviceDescriptor::default())
                .await
                .context("the GPU adapter refused to open a device")?;
            Ok(Self { device, queue, info: adapter.get_info() })
        })
    }
}

/// Opens the GPU for a test. Without an adapter the test is skipped on a developer's machine and
/// fails when `CI` is set, where a silent skip would pass for a success.
///
/// # Panics
///
/// When `CI` is set and there is no adapter.
pub fn open_for_test() -> Option<Gpu> {
    match Gpu::open() {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no GPU, and CI is set: {error:#}");
            eprintln!("skipped: {error:#}");
            None
        }
    }
}
