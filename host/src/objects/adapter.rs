//! GPUAdapter — wit: gpu-adapter, gpu-adapter-info, gpu-supported-features, gpu-supported-limits — spec: <https://www.w3.org/TR/webgpu/#gpuadapter> — peer: wgpu-wasi-backend/src/objects/adapter.rs

use std::sync::Arc;

use wasmtime::component::{Accessor, Resource};

use crate::{
    bindings::wit,
    convert,
    device::{
        core::DeviceCore,
        lent::LentDevice,
        limits::{self, stage_limits},
    },
    objects::{device::Device, records::RequiredLimits},
    view::{Entry, WebGpu, WebGpuCtxView},
};

/// An adapter of the guest.
///
/// Unlike in WebGPU it may give several devices, as adapters of wgpu do.
#[derive(Debug)]
pub struct Adapter {
    source: Source,
    info: Arc<wgpu::AdapterInfo>,
}

impl Entry for Adapter {}

/// What gives an adapter's devices.
#[derive(Clone, Debug)]
enum Source {
    Adapter(wgpu::Adapter),
    /// The embedder, who has one device to give.
    Lent(LentDevice),
}

impl Source {
    fn features(&self) -> wgpu::Features {
        match self {
            Self::Adapter(adapter) => adapter.features(),
            Self::Lent(lent) => lent.device().features(),
        }
    }

    fn limits(&self) -> wgpu::Limits {
        match self {
            Self::Adapter(adapter) => adapter.limits(),
            Self::Lent(lent) => lent.device().limits(),
        }
    }

    fn is_core(&self) -> bool {
        limits::has_core_limits(&self.limits())
    }
}

/// What an adapter is.
#[derive(Debug)]
pub struct AdapterInfo {
    pub(crate) info: Arc<wgpu::AdapterInfo>,
}

impl Entry for AdapterInfo {}

/// The features of an adapter or a device.
#[derive(Debug)]
pub struct SupportedFeatures {
    features: wgpu::Features,
    /// Whether the adapter has "core-features-and-limits".
    is_core: bool,
}

impl Entry for SupportedFeatures {}

/// The limits of an adapter or a device.
#[derive(Debug)]
pub struct SupportedLimits {
    pub(crate) limits: wgpu::Limits,
}

impl Entry for SupportedLimits {}

impl Adapter {
    pub(crate) fn create(inner: wgpu::Adapter) -> Self {
        let info = Arc::new(inner.get_info());
        Self { source: Source::Adapter(inner), info }
    }

    /// The adapter behind a device of the embedder's, with what that device has.
    pub(crate) fn lent(device: LentDevice) -> Self {
        let info = Arc::new(device.device().adapter_info());
        Self { source: Source::Lent(device), info }
    }

    /// What wgpu is asked for, or why the guest's request is refused.
    /// <https://www.w3.org/TR/webgpu/#dom-gpuadapter-requestdevice>
    fn device_request(
        &self,
        required_features: &[wit::GpuFeatureName],
        required_limits: Option<&RequiredLimits>,
    ) -> Result<(wgpu::Features, wgpu::Limits), wit::RequestDeviceError> {
        let type_error =
            |message| wit::RequestDeviceError { kind: wit::RequestDeviceErrorKind::TypeError, message };
        let offered = self.source.features();
        let offered_limits = self.source.limits();
        let is_core = limits::has_core_limits(&offered_limits);
        let mut features = wgpu::Features::empty();
        for name in required_features {
            if !convert::supports(offered, is_core, *name) {
                return Err(type_error(format!(
                    "the adapter does not have the feature \"{}\"",
                    convert::feature_text(*name)
                )));
            }
            features |= convert::feature_bit(*name).unwrap_or_default();
        }

        // Limits that are not asked for are the defaults, or what an adapter has that offers less.
        let mut limits = wgpu::Limits::default().or_worse_values_from(&offered_limits);
        let required = |of_stages: bool| {
            let all = required_limits.into_iter().flat_map(RequiredLimits::iter);
            all.filter(move |(key, _)| limits::is_stage_limit(key) == of_stages)
        };
        // Those of one stage last, for they don't lower what is there.
        for (key, value) in required(false).chain(required(true)) {
            let Some(value) = value else { continue };
            limits::require_limit(&mut limits, &offered_limits, key, value).map_err(|error| {
                wit::RequestDeviceError {
                    kind: wit::RequestDeviceErrorKind::OperationError,
                    message: error.to_string(),
                }
            })?;
        }
        // Immediates are a feature in wgpu, and a limit alone in WebGPU.
        if limits.max_immediate_size > 0 {
            features |= wgpu::Features::IMMEDIATES & offered;
        }
        Ok((features, limits))
    }
}

impl SupportedFeatures {
    pub(crate) fn of_device(device: &DeviceCore) -> Self {
        Self { features: device.features, is_core: device.is_core }
    }
}

impl<T: Send + 'static> wit::HostGpuAdapterWithStore<T> for WebGpu {
    async fn request_device(
        accessor: &Accessor<T, Self>,
        this: Resource<Adapter>,
        descriptor: Option<wit::GpuDeviceDescriptor>,
    ) -> wasmtime::Result<Result<Resource<Device>, wit::RequestDeviceError>> {
        let wit::GpuDeviceDescriptor { required_features, required_limits, default_queue, label } =
            descriptor.unwrap_or(wit::GpuDeviceDescriptor {
                required_features: None,
                required_limits: None,
                default_queue: None,
                label: None,
            });
        let label = label.unwrap_or_default();
        let queue_label =
            default_queue.and_then(|wit::GpuQueueDescriptor { label }| label).unwrap_or_default();

        let prepared = accessor.with(|mut access| {
            let mut view = access.get();
            // The record comes with the call and is used up by it.
            let required_limits = required_limits.map(|record| view.delete(record)).transpose()?;
            let adapter = view.get(&this)?;
            let request =
                adapter.device_request(&required_features.unwrap_or_default(), required_limits.as_ref());
            let (source, info) = (adapter.source.clone(), Arc::clone(&adapter.info));
            let policy = view.ctx.policy_of_new_device(source.is_core())?;
            Ok::<_, wasmtime::Error>((source, info, request, policy))
        })?;
        let (source, info, request, policy) = prepared;
        let (required_features, required_limits) = match request {
            Ok(request) => request,
            Err(error) => return Ok(Err(error)),
        };
        let adapter = match source {
            Source::Adapter(adapter) => adapter,
            Source::Lent(lent) => {
                return accessor.with(|mut access| access.get().request_lent_device(&lent, label));
            }
        };
        let requested = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some(&label),
                required_features,
                required_limits,
                ..wgpu::DeviceDescriptor::default()
            })
            .await;
        match requested {
            Ok((device, queue)) => {
                let core = DeviceCore::create(device, queue, (adapter, info), queue_label, policy);
                accessor.with(|mut access| {
                    let mut view = access.get();
                    view.ctx.add_device(&core);
                    view.push(Device { core, label }).map(Ok)
                })
            }
            Err(error) => Ok(Err(wit::RequestDeviceError {
                kind: wit::RequestDeviceErrorKind::OperationError,
                message: error.to_string(),
            })),
        }
    }
}

impl wit::HostGpuAdapter for WebGpuCtxView<'_> {
    fn features(&mut self, this: Resource<Adapter>) -> wasmtime::Result<Resource<SupportedFeatures>> {
        let adapter = &self.get(&this)?.source;
        let features = SupportedFeatures { features: adapter.features(), is_core: adapter.is_core() };
        self.push(features)
    }

    fn limits(&mut self, this: Resource<Adapter>) -> wasmtime::Result<Resource<SupportedLimits>> {
        let limits = self.get(&this)?.source.limits();
        self.push(SupportedLimits { limits })
    }

    fn info(&mut self, this: Resource<Adapter>) -> wasmtime::Result<Resource<AdapterInfo>> {
        let info = Arc::clone(&self.get(&this)?.info);
        self.push(AdapterInfo { info })
    }

    fn drop(&mut self, this: Resource<Adapter>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

/// WebGPU has four strings for what wgpu knows of an adapter. They carry, so that a guest can tell all of
/// it to its user: the PCI vendor in `vendor` ("0x10de"), the PCI device in `device` ("0x2335"), the
/// name in `description`, and in `architecture` the rest: "type; backend; driver; driver's version".
impl wit::HostGpuAdapterInfo for WebGpuCtxView<'_> {
    fn vendor(&mut self, this: Resource<AdapterInfo>) -> wasmtime::Result<String> {
        Ok(format!("{:#06x}", self.get(&this)?.info.vendor))
    }

    fn architecture(&mut self, this: Resource<AdapterInfo>) -> wasmtime::Result<String> {
        let info = &self.get(&this)?.info;
        let kind = match info.device_type {
            wgpu::DeviceType::DiscreteGpu => "discrete-gpu",
            wgpu::DeviceType::IntegratedGpu => "integrated-gpu",
            wgpu::DeviceType::VirtualGpu => "virtual-gpu",
            wgpu::DeviceType::Cpu => "cpu",
            wgpu::DeviceType::Other => "other",
        };
        Ok(format!("{kind}; {}; {}; {}", info.backend, info.driver, info.driver_info))
    }

    fn device(&mut self, this: Resource<AdapterInfo>) -> wasmtime::Result<String> {
        Ok(format!("{:#06x}", self.get(&this)?.info.device))
    }

    fn description(&mut self, this: Resource<AdapterInfo>) -> wasmtime::Result<String> {
        Ok(self.get(&this)?.info.name.clone())
    }

    fn subgroup_min_size(&mut self, this: Resource<AdapterInfo>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.info.subgroup_min_size)
    }

    fn subgroup_max_size(&mut self, this: Resource<AdapterInfo>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.info.subgroup_max_size)
    }

    fn is_fallback_adapter(&mut self, this: Resource<AdapterInfo>) -> wasmtime::Result<bool> {
        // https://www.w3.org/TR/webgpu/#dom-gpuadapterinfo-isfallbackadapter
        Ok(self.get(&this)?.info.device_type == wgpu::DeviceType::Cpu)
    }

    fn drop(&mut self, this: Resource<AdapterInfo>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl wit::HostGpuSupportedFeatures for WebGpuCtxView<'_> {
    fn has(&mut self, this: Resource<SupportedFeatures>, value: String) -> wasmtime::Result<bool> {
        let SupportedFeatures { features, is_core } = *self.get(&this)?;
        Ok(convert::feature_named(&value)
            .is_some_and(|feature| convert::supports(features, is_core, feature)))
    }

    fn drop(&mut self, this: Resource<SupportedFeatures>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

/// The 36 functions of `gpu-supported-limits`, from the table that the guest's backend reads too.
macro_rules! limit_getters {
    (
        limits { $($field:ident: $type:ident = $method:ident $key:literal,)+ }
        wit_only { $($only:ident: $only_type:ident $only_key:literal,)+ }
    ) => {
        impl wit::HostGpuSupportedLimits for WebGpuCtxView<'_> {
            $(
                fn $method(&mut self, this: Resource<SupportedLimits>) -> wasmtime::Result<$type> {
                    Ok(self.get(&this)?.limits.$field)
                }
            )+

            $(
                fn $only(&mut self, this: Resource<SupportedLimits>) -> wasmtime::Result<$only_type> {
                    Ok(stage_limits::$only(&self.get(&this)?.limits))
                }
            )+

            fn drop(&mut self, this: Resource<SupportedLimits>) -> wasmtime::Result<()> {
                self.delete(this).map(drop)
            }
        }
    };
}

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/limit.rs"));
limit!(limit_getters);
