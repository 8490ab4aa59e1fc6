//! GPU — wit: gpu, wgsl-language-features — spec: <https://www.w3.org/TR/webgpu/#gpu> — peer: wgpu-wasi-backend/src/objects/instance.rs

use std::sync::Arc;

use wasmtime::component::{Accessor, Resource};

use crate::{
    bindings::wit,
    ctx::AdapterChoice,
    device::{guest_log::GuestLog, lent::LentDevice},
    objects::adapter::Adapter,
    view::{Entry, WebGpu, WebGpuCtxView},
};

/// The guest's `gpu`; what it gives comes from the instance in [`crate::WebGpuCtx`].
#[derive(Debug)]
pub struct Instance;

impl Entry for Instance {}

/// The WGSL language extensions of the instance.
#[derive(Debug)]
pub struct WgslLanguageFeatures {
    inner: wgpu::WgslLanguageFeatures,
}

impl Entry for WgslLanguageFeatures {}

impl wit::Host for WebGpuCtxView<'_> {
    fn get_gpu(&mut self) -> wasmtime::Result<Resource<Instance>> {
        self.push(Instance)
    }
}

impl<T: Send + 'static> wit::HostGpuWithStore<T> for WebGpu {
    async fn request_adapter(
        accessor: &Accessor<T, Self>,
        this: Resource<Instance>,
        options: Option<wit::GpuRequestAdapterOptions>,
    ) -> wasmtime::Result<Option<Resource<Adapter>>> {
        let (instance, choice, log) = match accessor.with(|mut access| access.get().where_from(&this))? {
            WhereFrom::Found(instance, choice, log) => (instance, choice, log),
            WhereFrom::Lent(device) if known_level(options.as_ref()) => {
                return accessor.with(|mut access| access.get().push(Adapter::lent(device)).map(Some));
            }
            WhereFrom::Lent(_) => return Ok(None),
        };
        let Some(adapter) = find_adapter(&instance, choice, options, &log).await else { return Ok(None) };
        accessor.with(|mut access| access.get().push(Adapter::create(adapter)).map(Some))
    }
}

/// Where a guest's adapter comes from.
enum WhereFrom {
    Found(wgpu::Instance, AdapterChoice, Arc<GuestLog>),
    Lent(LentDevice),
}

impl WebGpuCtxView<'_> {
    fn where_from(&mut self, this: &Resource<Instance>) -> wasmtime::Result<WhereFrom> {
        self.get(this)?;
        Ok(match self.ctx.lent_device() {
            Some(device) => WhereFrom::Lent(device.clone()),
            None => {
                let choice = self.ctx.choice().clone();
                WhereFrom::Found(self.ctx.instance().clone(), choice, self.ctx.log())
            }
        })
    }
}

impl wit::HostGpu for WebGpuCtxView<'_> {
    fn get_preferred_canvas_format(
        &mut self,
        this: Resource<Instance>,
    ) -> wasmtime::Result<wit::GpuTextureFormat> {
        self.get(&this)?;
        // One of the two that the specification allows; there is no canvas to prefer the other for.
        // https://www.w3.org/TR/webgpu/#dom-gpu-getpreferredcanvasformat
        Ok(wit::GpuTextureFormat::Bgra8unorm)
    }

    fn wgsl_language_features(
        &mut self,
        this: Resource<Instance>,
    ) -> wasmtime::Result<Resource<WgslLanguageFeatures>> {
        self.get(&this)?;
        let inner = self.ctx.instance().wgsl_language_features();
        self.push(WgslLanguageFeatures { inner })
    }

    fn drop(&mut self, this: Resource<Instance>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl wit::HostWgslLanguageFeatures for WebGpuCtxView<'_> {
    fn has(&mut self, this: Resource<WgslLanguageFeatures>, value: String) -> wasmtime::Result<bool> {
        let features = &self.get(&this)?.inner;
        // The names: https://www.w3.org/TR/WGSL/#language-extensions-sec
        Ok(match value.as_str() {
            "readonly_and_readwrite_storage_textures" => {
                features.contains(wgpu::WgslLanguageFeatures::ReadOnlyAndReadWriteStorageTextures)
            }
            "packed_4x8_integer_dot_product" => {
                features.contains(wgpu::WgslLanguageFeatures::Packed4x8IntegerDotProduct)
            }
            "unrestricted_pointer_parameters" => {
                features.contains(wgpu::WgslLanguageFeatures::UnrestrictedPointerParameters)
            }
            "pointer_composite_access" => {
                features.contains(wgpu::WgslLanguageFeatures::PointerCompositeAccess)
            }
            _ => false,
        })
    }

    fn drop(&mut self, this: Resource<WgslLanguageFeatures>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

/// What to do on a machine without an adapter.
pub const NO_ADAPTER: &str = "no GPU adapter was found. Install a driver for the GPU (on Linux one with \
     Vulkan), or a software one: `apt-get install mesa-vulkan-drivers` on Debian and Ubuntu, \
     `dnf install mesa-vulkan-drivers` on Fedora, `pacman -S vulkan-swrast` on Arch. With `WGPU_BACKEND=gl` \
     OpenGL is tried, for programs that you trust";

/// `requestAdapter`: <https://www.w3.org/TR/webgpu/#dom-gpu-requestadapter>. Failures of every kind
/// are `None` to the guest, and a line in the host's log.
pub(super) async fn find_adapter(
    instance: &wgpu::Instance,
    choice: AdapterChoice,
    options: Option<wit::GpuRequestAdapterOptions>,
    log: &GuestLog,
) -> Option<wgpu::Adapter> {
    if !known_level(options.as_ref()) {
        return None;
    }
    let wit::GpuRequestAdapterOptions {
        // Looked at above.
        feature_level: _,
        power_preference,
        force_fallback_adapter,
        // Nothing here renders to a headset, and every adapter may be asked for.
        xr_compatible: _,
    } = options.unwrap_or(wit::GpuRequestAdapterOptions {
        feature_level: None,
        power_preference: None,
        force_fallback_adapter: None,
        xr_compatible: None,
    });
    match choice {
        AdapterChoice::Given(adapter) => Some(adapter),
        AdapterChoice::Named(name) => {
            let found = adapter_named(instance, &name).await;
            if found.is_none() {
                log.no_adapter(&format!("no adapter has {name:?} in its name"));
            }
            found
        }
        AdapterChoice::Pci(address) => {
            let found = adapter_at(instance, &address).await;
            if found.is_none() {
                log.no_adapter(&format!("no adapter is at {address} of the PCI bus"));
            }
            found
        }
        AdapterChoice::Any => {
            let options = wgpu::RequestAdapterOptions {
                power_preference: match power_preference {
                    None => wgpu::PowerPreference::None,
                    Some(wit::GpuPowerPreference::LowPower) => wgpu::PowerPreference::LowPower,
                    Some(wit::GpuPowerPreference::HighPerformance) => wgpu::PowerPreference::HighPerformance,
                },
                // https://www.w3.org/TR/webgpu/#dom-gpurequestadapteroptions-forcefallbackadapter
                force_fallback_adapter: force_fallback_adapter.unwrap_or(false),
                compatible_surface: None,
                apply_limit_buckets: false,
            };
            match instance.request_adapter(&options).await {
                Ok(adapter) => Some(adapter),
                Err(error) => {
                    // A guest may ask for more than there is, a fallback adapter say, and then for less.
                    if crate::device::instance::has_adapter(instance) {
                        tracing::debug!("no adapter for the guest's options: {error}");
                    } else {
                        log.no_adapter(NO_ADAPTER);
                        tracing::debug!("{error}");
                    }
                    None
                }
            }
        }
    }
}

/// Whether a request for an adapter names a feature level that there is. An adapter with all of "core"
/// serves a request for "compatibility" too; other levels are unknown and find nothing:
/// <https://www.w3.org/TR/webgpu/#enumdef-gpufeaturelevel>
fn known_level(options: Option<&wit::GpuRequestAdapterOptions>) -> bool {
    let level = options.and_then(|options| options.feature_level.as_deref());
    matches!(level, None | Some("core" | "compatibility"))
}

/// The first adapter whose name holds `name`, in any case.
pub async fn adapter_named(instance: &wgpu::Instance, name: &str) -> Option<wgpu::Adapter> {
    let wanted = name.to_lowercase();
    let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
    adapters.into_iter().find(|adapter| adapter.get_info().name.to_lowercase().contains(&wanted))
}

/// The first adapter at this address of the PCI bus, in any case and with or without the domain `0000:`.
pub async fn adapter_at(instance: &wgpu::Instance, address: &str) -> Option<wgpu::Adapter> {
    let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
    adapters.into_iter().find(|adapter| is_at(&adapter.get_info().device_pci_bus_id, address))
}

/// Whether an adapter that says `found` of itself is at `wanted`. Tools write the domain, which is 0 nearly everywhere,
/// with four digits, with eight, or not at all.
pub(crate) fn is_at(found: &str, wanted: &str) -> bool {
    let parts = |address: &str| {
        let mut parts: Vec<_> = address.rsplit(':').map(|part| part.to_lowercase()).collect();
        if let Some(domain) = parts.get_mut(2) {
            *domain = domain.trim_start_matches('0').to_owned();
        } else {
            parts.push(String::new());
        }
        parts
    };
    !found.is_empty() && parts(found) == parts(wanted)
}

/// Whether this is how an address of the bus is written: `0000:1b:00.0`, or without the domain.
#[cfg(feature = "launch")]
pub(crate) fn is_address(text: &str) -> bool {
    let is_hex =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_hexdigit());
    let Some((bus, function)) = text.rsplit_once('.') else { return false };
    let parts = bus.split(':');
    is_hex(function) && (2..=3).contains(&parts.clone().count()) && parts.clone().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "launch")]
    fn addresses_are_told_from_other_texts() {
        assert!(is_address("0000:1b:00.0") && is_address("1B:00.0") && is_address("00000000:1b:00.0"));
        for text in ["", "zz", "0", "1b:00", "00.0", "0:0:0:0.0", "0000:1g:00.0", "0000::00.0", "1b:00."] {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_bus() {
        assert!(is_at("0000:1b:00.0", "0000:1B:00.0"));
        assert!(is_at("0000:1b:00.0", "1b:00.0"));
        assert!(is_at("0000:1b:00.0", "00000000:1B:00.0"));
        assert!(!is_at("0000:1b:00.0", "0000:1c:00.0"));
        assert!(!is_at("0001:1b:00.0", "1b:00.0"));
        // A software adapter is at no bus.
        assert!(!is_at("", ""));
    }
}
