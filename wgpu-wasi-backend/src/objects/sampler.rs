//! GPUSampler — wit: gpu-sampler — spec: <https://www.w3.org/TR/webgpu/#gpusampler> — peer: host/src/objects/sampler.rs

use wgpu::custom::SamplerInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, label};
use crate::device::shared::DeviceShared;

/// A sampler of the host.
#[derive(Debug)]
pub(crate) struct Sampler {
    wit: wit::GpuSampler,
}

impl Sampler {
    pub(crate) fn create(device: &DeviceShared, desc: &wgpu::SamplerDescriptor<'_>) -> Self {
        let wit = match Self::descriptor(desc) {
            Ok(descriptor) => device.wit.create_sampler(Some(&descriptor)),
            Err(why) => {
                device.refuse("Device::create_sampler", desc.label, why);
                Self::invalid(device)
            }
        };
        device.created();
        Self { wit }
    }

    #[inline]
    pub(crate) fn wit(&self) -> &wit::GpuSampler {
        &self.wit
    }

    fn descriptor(desc: &wgpu::SamplerDescriptor<'_>) -> Result<wit::GpuSamplerDescriptor, NotInWebGpu> {
        let wgpu::SamplerDescriptor {
            label: name,
            address_mode_u,
            address_mode_v,
            address_mode_w,
            mag_filter,
            min_filter,
            mipmap_filter,
            lod_min_clamp,
            lod_max_clamp,
            compare,
            anisotropy_clamp,
            border_color,
        } = desc;
        if [address_mode_u, address_mode_v, address_mode_w].contains(&&wgpu::AddressMode::ClampToBorder) {
            return Err(NotInWebGpu::without(wgpu::Features::ADDRESS_MODE_CLAMP_TO_BORDER));
        }
        // The color counts for that mode only, but wgpu asks for this feature nevertheless.
        if *border_color == Some(wgpu::SamplerBorderColor::Zero) {
            return Err(NotInWebGpu::without(wgpu::Features::ADDRESS_MODE_CLAMP_TO_ZERO));
        }
        Ok(wit::GpuSamplerDescriptor {
            address_mode_u: Some((*address_mode_u).try_into()?),
            address_mode_v: Some((*address_mode_v).try_into()?),
            address_mode_w: Some((*address_mode_w).try_into()?),
            mag_filter: Some((*mag_filter).into()),
            min_filter: Some((*min_filter).into()),
            mipmap_filter: Some((*mipmap_filter).into()),
            lod_min_clamp: Some(*lod_min_clamp),
            lod_max_clamp: Some(*lod_max_clamp),
            // None makes it a sampler that does not compare: no default to spell out.
            compare: compare.map(Into::into),
            max_anisotropy: Some(*anisotropy_clamp),
            label: label(*name),
        })
    }

    /// A sampler below the first level is invalid: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createsampler>
    fn invalid(device: &DeviceShared) -> wit::GpuSampler {
        let desc = wit::GpuSamplerDescriptor {
            address_mode_u: None,
            address_mode_v: None,
            address_mode_w: None,
            mag_filter: None,
            min_filter: None,
            mipmap_filter: None,
            lod_min_clamp: Some(-1.0),
            lod_max_clamp: None,
            compare: None,
            max_anisotropy: None,
            label: None,
        };
        device.invalid(|device| device.create_sampler(Some(&desc)))
    }
}

impl SamplerInterface for Sampler {}
