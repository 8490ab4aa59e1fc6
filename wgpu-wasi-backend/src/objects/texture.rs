//! GPUTexture — wit: gpu-texture — spec: <https://www.w3.org/TR/webgpu/#gputexture> — peer: host/src/objects/texture.rs

use std::sync::Arc;

use wgpu::custom::{DispatchTextureView, TextureInterface};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{label, texture_format};
use crate::device::shared::DeviceShared;
use crate::objects::clear_texture;
use crate::objects::texture_view::TextureView;

/// A texture of the host.
#[derive(Debug)]
pub(crate) struct Texture {
    device: Arc<DeviceShared>,
    wit: wit::GpuTexture,
}

impl Texture {
    pub(crate) fn create(device: &Arc<DeviceShared>, desc: &wgpu::TextureDescriptor<'_>) -> Self {
        let features = device.features();
        let needed = clear_texture::usage(features, desc);
        let wit = match Self::descriptor(desc, needed, features) {
            Ok(descriptor) => device.wit.create_texture(&descriptor),
            Err(why) => {
                device.refuse("Device::create_texture", desc.label, why);
                Self::invalid(device)
            }
        };
        device.created();
        Self { device: Arc::clone(device), wit }
    }

    /// A texture that the host made by itself.
    pub(crate) fn from_host(device: Arc<DeviceShared>, wit: wit::GpuTexture) -> Self {
        Self { device, wit }
    }

    #[inline]
    pub(crate) fn wit(&self) -> &wit::GpuTexture {
        &self.wit
    }

    /// `needed` is what the backend itself does with the texture, beside the program's own uses. What WebGPU has
    /// not is refused as wgpu does that for a device with `features`.
    fn descriptor(
        desc: &wgpu::TextureDescriptor<'_>,
        needed: wgpu::TextureUsages,
        features: wgpu::Features,
    ) -> Result<wit::GpuTextureDescriptor, String> {
        let wgpu::TextureDescriptor {
            label: name,
            size,
            mip_level_count,
            sample_count,
            dimension,
            format,
            usage,
            view_formats,
        } = desc;
        let of_format = texture_format(*format).map_err(|why| {
            format!("Texture format {format:?} can't be used due to missing features\n  {why}")
        })?;
        let usage = wit::GpuTextureUsage::try_from(*usage | needed).map_err(|_| {
            let missing = usage.difference(format.guaranteed_format_features(features).allowed_usages);
            format!("Texture usages {missing:?} are not allowed on a texture of type {format:?}")
        })?;
        let view_formats = view_formats.iter().map(|view| {
            texture_format(*view).map_err(|_| {
                format!(
                    "The view format {view:?} is not compatible with texture format {format:?}, only changing \
                     srgb-ness is allowed."
                )
            })
        });
        Ok(wit::GpuTextureDescriptor {
            size: (*size).into(),
            mip_level_count: Some(*mip_level_count),
            sample_count: Some(*sample_count),
            dimension: Some((*dimension).into()),
            format: of_format,
            usage,
            view_formats: Some(view_formats.collect::<Result<_, String>>()?),
            // Of compatibility mode only, which wgpu does not ask for.
            texture_binding_view_dimension: None,
            label: label(*name),
        })
    }

    /// A texture without texels is invalid: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createtexture>
    fn invalid(device: &DeviceShared) -> wit::GpuTexture {
        let none = wgpu::Extent3d { width: 0, height: 0, depth_or_array_layers: 0 };
        let desc = wit::GpuTextureDescriptor {
            size: none.into(),
            mip_level_count: Some(1),
            sample_count: Some(1),
            dimension: Some(wit::GpuTextureDimension::D2),
            format: wit::GpuTextureFormat::Rgba8unorm,
            usage: wit::GpuTextureUsage::COPY_DST,
            view_formats: Some(Vec::new()),
            texture_binding_view_dimension: None,
            label: None,
        };
        device.invalid(|device| device.create_texture(&desc))
    }
}

impl TextureInterface for Texture {
    fn create_view(&self, desc: &wgpu::TextureViewDescriptor<'_>) -> DispatchTextureView {
        DispatchTextureView::custom(TextureView::create(&self.device, &self.wit, desc))
    }

    fn destroy(&self) {
        self.wit.destroy();
    }
}
