//! wgpu's [`util`](upstream::util), with the functions that make or take an [`Instance`].

use wgpu_wasi_backend::wgpu as upstream;

use upstream::{Adapter, InstanceDescriptor, RequestAdapterError, Surface};

// What this module declares itself goes before what comes by the glob.
pub use upstream::util::*;

use crate::Instance;

/// See [`wgpu::util::initialize_adapter_from_env`](upstream::util::initialize_adapter_from_env).
pub async fn initialize_adapter_from_env(
    instance: &Instance,
    compatible_surface: Option<&Surface<'_>>,
) -> Result<Adapter, RequestAdapterError> {
    upstream::util::initialize_adapter_from_env(instance, compatible_surface).await
}

/// See [`wgpu::util::initialize_adapter_from_env_or_default`](upstream::util::initialize_adapter_from_env_or_default).
pub async fn initialize_adapter_from_env_or_default(
    instance: &Instance,
    compatible_surface: Option<&Surface<'_>>,
) -> Result<Adapter, RequestAdapterError> {
    upstream::util::initialize_adapter_from_env_or_default(instance, compatible_surface).await
}

/// True: the instances here are what [`Backends::BROWSER_WEBGPU`](upstream::Backends::BROWSER_WEBGPU) stands
/// for. See [`wgpu::util::is_browser_webgpu_supported`](upstream::util::is_browser_webgpu_supported).
pub async fn is_browser_webgpu_supported() -> bool {
    true
}

/// [`Instance::new`], for there is nothing to detect. See
/// [`wgpu::util::new_instance_with_webgpu_detection`](upstream::util::new_instance_with_webgpu_detection).
pub async fn new_instance_with_webgpu_detection(instance_desc: InstanceDescriptor) -> Instance {
    Instance::new(instance_desc)
}
