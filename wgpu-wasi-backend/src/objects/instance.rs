//! GPU — wit: gpu — spec: <https://www.w3.org/TR/webgpu/#gpu> — peer: host/src/objects/instance.rs

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use wgpu::custom::{
    DispatchAdapter, DispatchDevice, DispatchSurface, DispatchSurfaceOutputDetail, DispatchTexture,
    EnumerateAdapterFuture, InstanceInterface, RequestAdapterFuture, SurfaceInterface,
    SurfaceOutputDetailInterface,
};
#[cfg(feature = "window")]
use wgpu::rwh::RawWindowHandle;
use wgpu::rwh::{HandleError, HasWindowHandle, WindowHandle};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::device::list;
use crate::device::waits::block;
use crate::id::Id;
use crate::objects::adapter::Adapter;
#[cfg(feature = "window")]
use crate::objects::surface::Surface;

/// The handle that wgpu holds.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    shared: Arc<InstanceShared>,
}

/// The instance itself, which its adapters hold on to.
#[derive(Debug)]
pub(crate) struct InstanceShared {
    wit: wit::Gpu,
    backends: wgpu::Backends,
    /// [`wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE`]: nothing but what WebGPU has.
    strict: bool,
    /// By which the list of devices has those of this instance.
    id: Id,
}

impl InstanceShared {
    /// Whether the program wants nothing but what WebGPU has.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    #[inline]
    pub(crate) fn id(&self) -> Id {
        self.id
    }
}

impl InstanceInterface for Instance {
    fn new(desc: wgpu::InstanceDescriptor) -> Self {
        // Thresholds, options and all flags but one are for native backends; the host has its own.
        let wgpu::InstanceDescriptor {
            backends,
            flags,
            memory_budget_thresholds: _,
            backend_options: _,
            display: _,
        } = desc;
        let shared = InstanceShared {
            wit: wit::get_gpu(),
            backends,
            strict: flags.contains(wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE),
            id: Id::next(),
        };
        Self { shared: Arc::new(shared) }
    }

    fn request_adapter(
        &self,
        options: &wgpu::RequestAdapterOptions<'_, '_>,
    ) -> Pin<Box<dyn RequestAdapterFuture>> {
        // The host copies pictures to windows, from each adapter; and limits are bucketed by the host if
        // at all.
        let wgpu::RequestAdapterOptions {
            power_preference,
            force_fallback_adapter,
            compatible_surface: _,
            apply_limit_buckets: _,
        } = options;
        let adapter = self.adapter(*power_preference, *force_fallback_adapter);
        let adapter = adapter.map(DispatchAdapter::custom).ok_or_else(|| {
            let ours = wgpu::Backends::BROWSER_WEBGPU;
            let none = wgpu::Backends::empty();
            wgpu::RequestAdapterError::NotFound {
                active_backends: ours,
                requested_backends: if self.shared.backends.is_empty() { none } else { ours },
                supported_backends: ours,
                no_fallback_backends: if *force_fallback_adapter { ours } else { none },
                no_adapter_backends: if *force_fallback_adapter { none } else { ours },
                incompatible_surface_backends: none,
            }
        });
        Box::pin(ready(adapter))
    }

    fn wgsl_language_features(&self) -> wgpu::WgslLanguageFeatures {
        let features = self.shared.wit.wgsl_language_features();
        // <https://www.w3.org/TR/WGSL/#language-extensions-sec>
        [
            (
                "readonly_and_readwrite_storage_textures",
                wgpu::WgslLanguageFeatures::ReadOnlyAndReadWriteStorageTextures,
            ),
            ("packed_4x8_integer_dot_product", wgpu::WgslLanguageFeatures::Packed4x8IntegerDotProduct),
            ("unrestricted_pointer_parameters", wgpu::WgslLanguageFeatures::UnrestrictedPointerParameters),
            ("pointer_composite_access", wgpu::WgslLanguageFeatures::PointerCompositeAccess),
        ]
        .into_iter()
        .filter(|(name, _)| features.has(name))
        .map(|(_, feature)| feature)
        .collect()
    }

    unsafe fn create_surface(
        &self,
        target: wgpu::SurfaceTargetUnsafe,
    ) -> Result<DispatchSurface, wgpu::CreateSurfaceError> {
        #[cfg(feature = "window")]
        if let wgpu::SurfaceTargetUnsafe::RawHandle {
            raw_window_handle: RawWindowHandle::Web(window), ..
        } = target
        {
            if let Some(surface) = Surface::of_window(window.id) {
                return Ok(DispatchSurface::custom(surface));
            }
        }
        #[cfg(not(feature = "window"))]
        let _ = target;
        // wgpu keeps the constructors of this error to itself; a window without a handle makes it
        // produce one before it asks the backend.
        let instance = wgpu::Instance::from_custom(self.clone());
        let surface = instance.create_surface(wgpu::SurfaceTarget::Window(Box::new(NoWindow)));
        surface.map(|_| DispatchSurface::custom(NoCanvas))
    }

    fn poll_all_devices(&self, force_wait: bool) -> bool {
        let mut idle = true;
        for device in list::of_instance(self.shared.id) {
            let poll =
                if force_wait { wgpu::wgt::PollType::wait_indefinitely() } else { wgpu::wgt::PollType::Poll };
            idle &= device.poll(poll).is_ok_and(|status| status.is_queue_empty());
        }
        idle
    }

    fn enumerate_adapters(&self, _backends: wgpu::Backends) -> Pin<Box<dyn EnumerateAdapterFuture>> {
        // WebGPU gives out one adapter for each request; these are all the requests there are.
        let preferences = [
            (wgpu::PowerPreference::None, false),
            (wgpu::PowerPreference::HighPerformance, false),
            (wgpu::PowerPreference::LowPower, false),
            (wgpu::PowerPreference::None, true),
        ];
        let mut adapters: Vec<Adapter> = Vec::new();
        for (power_preference, fallback) in preferences {
            if let Some(adapter) = self.adapter(power_preference, fallback) {
                if !adapters.iter().any(|other| other.info() == adapter.info()) {
                    adapters.push(adapter);
                }
            }
        }
        Box::pin(ready(adapters.into_iter().map(DispatchAdapter::custom).collect::<Vec<_>>()))
    }
}

impl Instance {
    fn adapter(&self, power_preference: wgpu::PowerPreference, fallback: bool) -> Option<Adapter> {
        // Programs name the backends that they can do with, and the host's is none of theirs to
        // name. But a program that wants none gets none.
        if self.shared.backends.is_empty() {
            return None;
        }
        let options = wit::GpuRequestAdapterOptions {
            feature_level: Some("core".to_owned()),
            power_preference: match power_preference {
                wgpu::PowerPreference::None => None,
                wgpu::PowerPreference::LowPower => Some(wit::GpuPowerPreference::LowPower),
                wgpu::PowerPreference::HighPerformance => Some(wit::GpuPowerPreference::HighPerformance),
            },
            force_fallback_adapter: Some(fallback),
            xr_compatible: Some(false),
        };
        let adapter = block(self.shared.wit.request_adapter(Some(options)))?;
        let adapter = Adapter::new(adapter, Arc::clone(&self.shared));
        // Strictly, an adapter below the defaults is none of WebGPU's.
        (!self.shared.strict || adapter.reaches_the_defaults()).then_some(adapter)
    }
}

/// A window that cannot be drawn to.
struct NoWindow;

impl HasWindowHandle for NoWindow {
    fn window_handle(&self) -> Result<WindowHandle<'_>, HandleError> {
        Err(HandleError::NotSupported)
    }
}

/// A surface of no canvas, in case that wgpu does not refuse a window without a handle one day.
#[derive(Debug)]
struct NoCanvas;

impl SurfaceInterface for NoCanvas {
    fn get_capabilities(&self, _adapter: &DispatchAdapter) -> wgpu::SurfaceCapabilities {
        wgpu::SurfaceCapabilities::default()
    }

    fn configure(&self, _device: &DispatchDevice, _config: &wgpu::SurfaceConfiguration) {}

    fn get_current_texture(
        &self,
    ) -> (Option<DispatchTexture>, wgpu::SurfaceStatus, DispatchSurfaceOutputDetail) {
        (None, wgpu::SurfaceStatus::Lost, DispatchSurfaceOutputDetail::custom(NoPicture))
    }
}

/// A picture of no canvas.
#[derive(Debug)]
struct NoPicture;

impl SurfaceOutputDetailInterface for NoPicture {
    fn texture_discard(&self) {}

    fn texture_release(&self) {}
}
