//! [`Instance`], whose constructors lead to wgpu-wasi-backend.

use alloc::vec::Vec;
use core::future::Future;
use core::ops::Deref;

use wgpu_wasi_backend::wgpu as upstream;

use upstream::custom::InstanceInterface;
use upstream::{
    Adapter, Backends, CreateSurfaceError, InstanceDescriptor, RequestAdapterError, RequestAdapterOptions,
    Surface, SurfaceTarget, SurfaceTargetUnsafe, WasmNotSend, WgslLanguageFeatures,
};
#[cfg(feature = "noop")]
use upstream::{hal, wgc};

/// wgpu's [`Instance`](upstream::Instance), made over `wasi:webgpu`.
///
/// A type of its own, because a constructor can't be replaced from outside. Every associated function of
/// wgpu's is here by hand: `Instance::request_adapter(&instance, …)` does not look through [`Deref`].
/// [`Deref`] is for what a later patch release of wgpu may add.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instance(upstream::Instance);

impl Default for Instance {
    fn default() -> Self {
        Self::new(InstanceDescriptor::new_without_display_handle())
    }
}

impl Deref for Instance {
    type Target = upstream::Instance;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Instance {
    /// See [`wgpu::Instance::new`](upstream::Instance::new). Which backends the descriptor names does not
    /// matter, for the host has chosen one; none at all finds no adapter, and wgpu's no-op backend alone
    /// is that (feature `noop`).
    pub fn new(desc: InstanceDescriptor) -> Self {
        #[cfg(feature = "noop")]
        if desc.backends == Backends::NOOP {
            return Self(upstream::Instance::new(desc));
        }
        Self(wgpu_wasi_backend::instance_with(desc))
    }

    /// See [`wgpu::Instance::enabled_backend_features`](upstream::Instance::enabled_backend_features);
    /// [`Backends::BROWSER_WEBGPU`] is always among them, for it is what the adapters here report.
    pub const fn enabled_backend_features() -> Backends {
        upstream::Instance::enabled_backend_features().union(Backends::BROWSER_WEBGPU)
    }

    /// See [`wgpu::Instance::wgsl_language_features`](upstream::Instance::wgsl_language_features).
    pub fn wgsl_language_features(&self) -> WgslLanguageFeatures {
        self.0.wgsl_language_features()
    }

    /// See [`wgpu::Instance::enumerate_adapters`](upstream::Instance::enumerate_adapters).
    pub fn enumerate_adapters(&self, backends: Backends) -> impl Future<Output = Vec<Adapter>> {
        self.0.enumerate_adapters(backends)
    }

    /// See [`wgpu::Instance::request_adapter`](upstream::Instance::request_adapter).
    pub fn request_adapter(
        &self,
        options: &RequestAdapterOptions<'_, '_>,
    ) -> impl Future<Output = Result<Adapter, RequestAdapterError>> + WasmNotSend {
        self.0.request_adapter(options)
    }

    /// See [`wgpu::Instance::create_surface`](upstream::Instance::create_surface).
    pub fn create_surface<'window>(
        &self,
        target: impl Into<SurfaceTarget<'window>>,
    ) -> Result<Surface<'window>, CreateSurfaceError> {
        self.0.create_surface(target)
    }

    /// See [`wgpu::Instance::create_surface_unsafe`](upstream::Instance::create_surface_unsafe).
    ///
    /// # Safety
    /// As there.
    pub unsafe fn create_surface_unsafe<'window>(
        &self,
        target: SurfaceTargetUnsafe,
    ) -> Result<Surface<'window>, CreateSurfaceError> {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { self.0.create_surface_unsafe(target) }
    }

    /// See [`wgpu::Instance::poll_all`](upstream::Instance::poll_all).
    pub fn poll_all(&self, force_wait: bool) -> bool {
        self.0.poll_all(force_wait)
    }

    /// See [`wgpu::Instance::from_custom`](upstream::Instance::from_custom).
    pub fn from_custom<T: InstanceInterface>(instance: T) -> Self {
        Self(upstream::Instance::from_custom(instance))
    }

    /// See [`wgpu::Instance::as_custom`](upstream::Instance::as_custom).
    pub fn as_custom<T: InstanceInterface>(&self) -> Option<&T> {
        self.0.as_custom()
    }
}

/// What the real one has where wgpu-core is part of it: on WASI, with the feature `noop`.
#[cfg(feature = "noop")]
impl Instance {
    /// See [`wgpu::Instance::generate_report`](upstream::Instance::generate_report).
    pub fn generate_report(&self) -> Option<wgc::global::GlobalReport> {
        self.0.generate_report()
    }

    /// See [`wgpu::Instance::from_hal`](upstream::Instance::from_hal).
    ///
    /// # Safety
    /// As there.
    pub unsafe fn from_hal<A: hal::Api>(hal_instance: A::Instance) -> Self {
        // SAFETY: the caller's promise is the one that is asked for.
        Self(unsafe { upstream::Instance::from_hal::<A>(hal_instance) })
    }

    /// See [`wgpu::Instance::as_hal`](upstream::Instance::as_hal).
    ///
    /// # Safety
    /// As there.
    pub unsafe fn as_hal<A: hal::Api>(&self) -> Option<&A::Instance> {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { self.0.as_hal::<A>() }
    }

    /// See [`wgpu::Instance::create_adapter_from_hal`](upstream::Instance::create_adapter_from_hal).
    ///
    /// # Safety
    /// As there.
    pub unsafe fn create_adapter_from_hal<A: hal::Api>(
        &self,
        hal_adapter: hal::ExposedAdapter<A>,
    ) -> Adapter {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { self.0.create_adapter_from_hal(hal_adapter) }
    }

    /// See [`wgpu::Instance::from_core`](upstream::Instance::from_core).
    ///
    /// # Safety
    /// As there.
    pub unsafe fn from_core(core_instance: wgc::instance::Instance) -> Self {
        // SAFETY: the caller's promise is the one that is asked for.
        Self(unsafe { upstream::Instance::from_core(core_instance) })
    }
}
