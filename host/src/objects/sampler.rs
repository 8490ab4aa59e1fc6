//! GPUSampler — wit: gpu-sampler — spec: <https://www.w3.org/TR/webgpu/#gpusampler> — peer: wgpu-wasi-backend/src/objects/sampler.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    device::{core::DeviceCore, lent_scopes::collecting},
    view::{WebGpuCtxView, label_methods, labelled},
};

/// A sampler of the guest.
#[derive(Debug)]
pub struct Sampler {
    pub(crate) inner: wgpu::Sampler,
    pub(crate) label: String,
}

labelled!(Sampler, crate::weights::SAMPLER);

impl WebGpuCtxView<'_> {
    /// `createSampler`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createsampler>
    pub(crate) fn new_sampler(
        &mut self,
        device: &Arc<DeviceCore>,
        descriptor: Option<wit::GpuSamplerDescriptor>,
    ) -> wasmtime::Result<Sampler> {
        let wit::GpuSamplerDescriptor {
            address_mode_u,
            address_mode_v,
            address_mode_w,
            mag_filter,
            min_filter,
            mipmap_filter,
            lod_min_clamp,
            lod_max_clamp,
            compare,
            max_anisotropy,
            label,
        } = descriptor.unwrap_or(wit::GpuSamplerDescriptor {
            address_mode_u: None,
            address_mode_v: None,
            address_mode_w: None,
            mag_filter: None,
            min_filter: None,
            mipmap_filter: None,
            lod_min_clamp: None,
            lod_max_clamp: None,
            compare: None,
            max_anisotropy: None,
            label: None,
        });
        let label = label.unwrap_or_default();
        // https://www.w3.org/TR/webgpu/#dom-gpusamplerdescriptor-addressmodeu
        let address_mode =
            |mode: Option<wit::GpuAddressMode>| mode.map_or(wgpu::AddressMode::ClampToEdge, Into::into);
        // https://www.w3.org/TR/webgpu/#dom-gpusamplerdescriptor-magfilter
        let filter = |mode: Option<wit::GpuFilterMode>| mode.map_or(wgpu::FilterMode::Nearest, Into::into);
        let wgpu_descriptor = wgpu::SamplerDescriptor {
            label: Some(&label),
            address_mode_u: address_mode(address_mode_u),
            address_mode_v: address_mode(address_mode_v),
            address_mode_w: address_mode(address_mode_w),
            mag_filter: filter(mag_filter),
            min_filter: filter(min_filter),
            // https://www.w3.org/TR/webgpu/#dom-gpusamplerdescriptor-mipmapfilter
            mipmap_filter: mipmap_filter.map_or(wgpu::MipmapFilterMode::Nearest, Into::into),
            // https://www.w3.org/TR/webgpu/#dom-gpusamplerdescriptor-lodminclamp
            lod_min_clamp: lod_min_clamp.unwrap_or(0.0),
            // https://www.w3.org/TR/webgpu/#dom-gpusamplerdescriptor-lodmaxclamp
            lod_max_clamp: lod_max_clamp.unwrap_or(32.0),
            compare: compare.map(Into::into),
            // https://www.w3.org/TR/webgpu/#dom-gpusamplerdescriptor-maxanisotropy
            anisotropy_clamp: max_anisotropy.unwrap_or(1),
            border_color: None,
        };
        // A `float` of WebIDL is never NaN; wgpu's comparisons let one through to the driver.
        // https://webidl.spec.whatwg.org/#idl-float
        let inner = if wgpu_descriptor.lod_min_clamp.is_nan() || wgpu_descriptor.lod_max_clamp.is_nan() {
            device.errors.refuse("Device::create_sampler", &label, "a level of detail is NaN");
            // A sampler that wgpu refuses to use anywhere: an anisotropy of 0 is never valid.
            let refused = wgpu::SamplerDescriptor { anisotropy_clamp: 0, ..wgpu_descriptor };
            let (inner, _) = collecting(|| device.wgpu.create_sampler(&refused));
            inner
        } else {
            device.wgpu.create_sampler(&wgpu_descriptor)
        };
        Ok(Sampler { inner, label })
    }
}

impl wit::HostGpuSampler for WebGpuCtxView<'_> {
    label_methods!(Sampler);

    fn drop(&mut self, this: Resource<Sampler>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
