//! GPUAdapter, GPUAdapterInfo — wit: gpu-adapter, gpu-adapter-info — spec: <https://www.w3.org/TR/webgpu/#gpuadapter> — peer: host/src/objects/adapter.rs

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use wgpu::custom::{AdapterInterface, DispatchDevice, DispatchQueue, DispatchSurface, RequestDeviceFuture};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{self, label};
use crate::device::list;
use crate::device::shared::DeviceShared;
use crate::device::waits::block;
use crate::objects::device::Device;
use crate::objects::instance::InstanceShared;
use crate::objects::queue::Queue;

/// An adapter of the host, and what it said about itself, asked for once.
#[derive(Debug)]
pub(crate) struct Adapter {
    wit: wit::GpuAdapter,
    instance: Arc<InstanceShared>,
    info: wgpu::AdapterInfo,
    features: wgpu::Features,
    limits: wgpu::Limits,
}

impl Adapter {
    pub(crate) fn new(wit: wit::GpuAdapter, instance: Arc<InstanceShared>) -> Self {
        let info = adapter_info(&wit.info());
        let mut limits = convert::limits(&wit.limits());
        let mut features = convert::features(&wit.features());
        // No feature in WebGPU, only a limit.
        features.set(wgpu::Features::IMMEDIATES, limits.max_immediate_size > 0);
        // Made from other calls by `command_encoder.rs`.
        let timestamps = features.contains(wgpu::Features::TIMESTAMP_QUERY);
        features.set(wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS, timestamps);
        features.insert(wgpu::Features::CLEAR_TEXTURE);
        if instance.is_strict() {
            restrict(&mut features, &mut limits);
        }
        Self { wit, instance, info, features, limits }
    }

    /// Whether every limit is WebGPU's default or better:
    /// <https://www.w3.org/TR/webgpu/#adapter-capability-guarantees>
    pub(crate) fn reaches_the_defaults(&self) -> bool {
        let (mut features, mut least) = (wgpu::Features::empty(), wgpu::Limits::defaults());
        restrict(&mut features, &mut least);
        least.check_limits(&self.limits)
    }

    pub(crate) fn info(&self) -> &wgpu::AdapterInfo {
        &self.info
    }

    fn open(&self, desc: &wgpu::DeviceDescriptor<'_>) -> Result<Arc<DeviceShared>, String> {
        // Hints, traces and experiments are for native backends.
        let wgpu::DeviceDescriptor {
            label: name,
            required_features,
            required_limits,
            experimental_features: _,
            memory_hints: _,
            trace: _,
        } = desc;
        let (mut required_features, mut required_limits) = (*required_features, required_limits.clone());
        if self.instance.is_strict() {
            // wgpu refuses nobody for what is not WebGPU's, it is only not there.
            restrict(&mut required_features, &mut required_limits);
        }
        let missing = required_features.difference(self.features);
        if !missing.is_empty() {
            return Err(format!("TypeError: {}", missing_features(missing, self.features)));
        }
        let mut beyond = None;
        // Of several, wgpu names the last.
        required_limits.check_limits_with_fail_fn(&self.limits, false, |name, asked, allowed| {
            beyond = Some(format!(
                "OperationError: Limit '{name}' value {asked} is better than allowed {allowed}"
            ));
        });
        if let Some(message) = beyond {
            return Err(message);
        }
        let descriptor = wit::GpuDeviceDescriptor {
            required_features: Some(convert::feature_names(required_features)),
            required_limits: Some(convert::required_limits(&required_limits)),
            default_queue: Some(wit::GpuQueueDescriptor { label: None }),
            label: label(*name),
        };
        match block(self.wit.request_device(Some(descriptor))) {
            Ok(device) => {
                let mut device =
                    DeviceShared::new(device, required_features, required_limits, self.info.clone());
                if self.instance.is_strict() {
                    device.be_strict();
                }
                let device = Arc::new(device);
                list::add(self.instance.id(), &device);
                Ok(device)
            }
            // The kind goes into the text: wgpu's error has nothing else.
            Err(error) => Err(match error.kind {
                wit::RequestDeviceErrorKind::TypeError => format!("TypeError: {}", error.message),
                wit::RequestDeviceErrorKind::OperationError => format!("OperationError: {}", error.message),
            }),
        }
    }
}

impl AdapterInterface for Adapter {
    fn features(&self) -> wgpu::Features {
        self.features
    }

    fn limits(&self) -> wgpu::Limits {
        self.limits.clone()
    }

    fn get_info(&self) -> wgpu::AdapterInfo {
        self.info.clone()
    }

    fn request_device(&self, desc: &wgpu::DeviceDescriptor<'_>) -> Pin<Box<dyn RequestDeviceFuture>> {
        let opened = self.open(desc).map_err(wgpu::RequestDeviceError::from_message).map(|device| {
            let queue = DispatchQueue::custom(Queue::new(Arc::clone(&device)));
            (DispatchDevice::custom(Device::new(device)), queue)
        });
        Box::pin(ready(opened))
    }

    fn is_surface_supported(&self, _surface: &DispatchSurface) -> bool {
        // Whoever hands out a canvas to a component can draw to it with any adapter:
        // <https://www.w3.org/TR/webgpu/#dom-gpucanvascontext-configure> fails for none.
        true
    }

    fn downlevel_capabilities(&self) -> wgpu::DownlevelCapabilities {
        wgpu::DownlevelCapabilities::default()
    }

    fn get_texture_format_features(&self, format: wgpu::TextureFormat) -> wgpu::TextureFormatFeatures {
        format.guaranteed_format_features(self.features)
    }

    fn get_presentation_timestamp(&self) -> wgpu::PresentationTimestamp {
        wgpu::PresentationTimestamp::INVALID_TIMESTAMP
    }

    fn cooperative_matrix_properties(&self) -> Vec<wgpu::CooperativeMatrixProperties> {
        Vec::new()
    }
}

/// Why there is no device with these features: not for want of a GPU, but of a host, or of WebGPU.
fn missing_features(missing: wgpu::Features, offered: wgpu::Features) -> String {
    // `Adapter::new` adds what is no feature of WebGPU where it can.
    let unnamed = missing.difference(convert::UNNAMED_FEATURES).iter();
    let native = unnamed
        .filter(|feature| convert::feature_names(*feature).is_empty())
        .fold(wgpu::Features::empty(), wgpu::Features::union);
    let mut text =
        format!("the program needs the features {missing} of the host; this host offers {offered}");
    if !native.is_empty() {
        text.push_str(&format!(
            ". {native} are wgpu's alone and not in WebGPU: whatever the GPU can, no host of wasi:webgpu has them"
        ));
    }
    text
}

/// Takes away what WebGPU does not have, as wgpu does for `InstanceFlags::STRICT_WEBGPU_COMPLIANCE`.
fn restrict(features: &mut wgpu::Features, limits: &mut wgpu::Limits) {
    // These are part of WebGPU under other names, or on the way there.
    let exempt = wgpu::Features::EXTERNAL_TEXTURE
        .union(wgpu::Features::TEXTURE_FORMAT_NV12)
        .union(wgpu::Features::TEXTURE_FORMAT_P010)
        .union(wgpu::Features::TEXTURE_FORMAT_16BIT_NORM);
    *features &= wgpu::Features::all_webgpu_mask().union(exempt);
    limits.zero_native_only();
}

/// What wgpu tells about an adapter, from what the host does.
pub(crate) fn adapter_info(info: &wit::GpuAdapterInfo) -> wgpu::AdapterInfo {
    let strings = Strings {
        vendor: info.vendor(),
        architecture: info.architecture(),
        device: info.device(),
        description: info.description(),
    };
    wgpu::AdapterInfo {
        subgroup_min_size: info.subgroup_min_size(),
        subgroup_max_size: info.subgroup_max_size(),
        ..strings.parse(info.is_fallback_adapter())
    }
}

/// The strings of `gpu-adapter-info`. WebGPU leaves their contents open; ours are
/// - `vendor`, `device`: the PCI ids in hexadecimal, "0x10de";
/// - `description`: the name of the adapter;
/// - `architecture`: "`<type>`; `<backend>`; `<driver>`; `<more on the driver>`".
///
/// Hosts of others send anything, so everything else is taken as well as possible.
struct Strings {
    vendor: String,
    architecture: String,
    device: String,
    description: String,
}

impl Strings {
    fn parse(self, fallback: bool) -> wgpu::AdapterInfo {
        let mut parts = self.architecture.splitn(4, "; ");
        let device_type = match parts.next() {
            Some("discrete-gpu") => Some(wgpu::DeviceType::DiscreteGpu),
            Some("integrated-gpu") => Some(wgpu::DeviceType::IntegratedGpu),
            Some("virtual-gpu") => Some(wgpu::DeviceType::VirtualGpu),
            Some("cpu") => Some(wgpu::DeviceType::Cpu),
            Some("other") => Some(wgpu::DeviceType::Other),
            Some(_) | None => None,
        };
        let (driver, driver_info) = match device_type {
            // The API that the host uses is not what this backend is: see `backend` below.
            Some(_) => (parts.nth(1).unwrap_or_default(), parts.next().unwrap_or_default()),
            None => (self.architecture.as_str(), ""),
        };
        let by_default = if fallback { wgpu::DeviceType::Cpu } else { wgpu::DeviceType::Other };
        // wgpu has no variant for custom backends; of those it has, this is what it is like, and
        // libraries that look at it rightly take it for an implementation of WebGPU.
        let backend = wgpu::Backend::BrowserWebGpu;
        let info = wgpu::AdapterInfo::new(device_type.unwrap_or(by_default), backend);
        let name = [&self.description, &self.device, &self.architecture];
        wgpu::AdapterInfo {
            name: name.into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default(),
            vendor: number(&self.vendor),
            device: number(&self.device),
            driver: driver.to_owned(),
            driver_info: driver_info.to_owned(),
            ..info
        }
    }
}

/// "0x10de" or "4318"; everything else is 0, as for adapters that have no number.
fn number(text: &str) -> u32 {
    let number = match text.strip_prefix("0x") {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => text.parse(),
    };
    number.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_of_the_host_and_of_nobody() {
        let offered = wgpu::Features::SHADER_F16;
        let told = missing_features(wgpu::Features::SUBGROUP, offered);
        assert!(
            told.contains("needs the features SUBGROUP of the host; this host offers SHADER_F16"),
            "{told}"
        );
        assert!(!told.contains("wgpu's alone"), "{told}");
        let told =
            missing_features(wgpu::Features::SUBGROUP | wgpu::Features::MAPPABLE_PRIMARY_BUFFERS, offered);
        assert!(told.contains(". MAPPABLE_PRIMARY_BUFFERS are wgpu's alone"), "{told}");
    }

    fn parse(vendor: &str, architecture: &str, device: &str, description: &str) -> wgpu::AdapterInfo {
        let strings = Strings {
            vendor: vendor.into(),
            architecture: architecture.into(),
            device: device.into(),
            description: description.into(),
        };
        strings.parse(false)
    }

    #[test]
    fn our_host() {
        let info = parse("0x10de", "discrete-gpu; vulkan; NVIDIA; 580.1; beta", "0x2335", "NVIDIA H200");
        assert_eq!((info.vendor, info.device), (0x10de, 0x2335));
        assert_eq!(info.device_type, wgpu::DeviceType::DiscreteGpu);
        assert_eq!((info.name.as_str(), info.driver.as_str()), ("NVIDIA H200", "NVIDIA"));
        assert_eq!(info.driver_info, "580.1; beta");
        assert_eq!(info.backend, wgpu::Backend::BrowserWebGpu);
    }

    #[test]
    fn other_hosts() {
        let info = parse("4318", "", "9013", "");
        assert_eq!((info.vendor, info.device), (4318, 9013));
        assert_eq!((info.name.as_str(), info.driver.as_str()), ("9013", ""));
        let info = parse("nvidia", "hopper", "", "");
        assert_eq!((info.vendor, info.device_type), (0, wgpu::DeviceType::Other));
        assert_eq!((info.name.as_str(), info.driver.as_str()), ("hopper", "hopper"));
        let info = parse("", "cpu", "", "llvmpipe");
        assert_eq!((info.device_type, info.driver.as_str()), (wgpu::DeviceType::Cpu, ""));
    }
}
