//! GPUTextureView — wit: gpu-texture-view — spec: <https://www.w3.org/TR/webgpu/#gputextureview> — peer: host/src/objects/texture_view.rs

use wgpu::custom::TextureViewInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, label, texture_format};
use crate::device::shared::DeviceShared;

/// A texture view of the host.
#[derive(Debug)]
pub(crate) struct TextureView {
    wit: wit::GpuTextureView,
}

impl TextureView {
    pub(crate) fn create(
        device: &DeviceShared,
        texture: &wit::GpuTexture,
        desc: &wgpu::TextureViewDescriptor<'_>,
    ) -> Self {
        let wit = match Self::descriptor(texture, desc) {
            Ok(descriptor) => texture.create_view(Some(&descriptor)),
            Err(why) => {
                device.refuse("Texture::create_view", desc.label, why);
                Self::invalid(device, texture)
            }
        };
        device.created();
        Self { wit }
    }

    #[inline]
    pub(crate) fn wit(&self) -> &wit::GpuTextureView {
        &self.wit
    }

    /// What wgpu leaves open depends on the texture, and the same rules fill it in on the host:
    /// <https://www.w3.org/TR/webgpu/#abstract-opdef-resolving-gputextureviewdescriptor-defaults>
    fn descriptor(
        texture: &wit::GpuTexture,
        desc: &wgpu::TextureViewDescriptor<'_>,
    ) -> Result<wit::GpuTextureViewDescriptor, String> {
        let wgpu::TextureViewDescriptor {
            label: name,
            format,
            dimension,
            usage,
            aspect,
            base_mip_level,
            mip_level_count,
            base_array_layer,
            array_layer_count,
        } = desc;
        // In the order and the words of wgpu.
        let usage = usage.map(|usage| {
            usage.try_into().map_err(|_: NotInWebGpu| {
                let all = wgpu::TextureUsages::from(texture.usage());
                format!(
                    "Texture view usages (`{usage:?}`) must be a subset of the texture's original usages \
                     (`{all:?}`)"
                )
            })
        });
        Ok(wit::GpuTextureViewDescriptor {
            usage: usage.transpose()?,
            format: format.map(texture_format).transpose()?,
            dimension: dimension.map(Into::into),
            aspect: Some((*aspect).try_into().map_err(|_: NotInWebGpu| {
                let format = wgpu::TextureFormat::from(texture.format());
                format!("Aspect {aspect:?} is not a valid aspect of the source texture format {format:?}")
            })?),
            base_mip_level: Some(*base_mip_level),
            mip_level_count: *mip_level_count,
            base_array_layer: Some(*base_array_layer),
            array_layer_count: *array_layer_count,
            // Of a feature that wgpu does not have.
            swizzle: None,
            label: label(*name),
        })
    }

    /// A view without mip levels is invalid: <https://www.w3.org/TR/webgpu/#dom-gputexture-createview>
    fn invalid(device: &DeviceShared, texture: &wit::GpuTexture) -> wit::GpuTextureView {
        let desc = wit::GpuTextureViewDescriptor {
            format: None,
            dimension: None,
            usage: None,
            aspect: Some(wit::GpuTextureAspect::All),
            base_mip_level: Some(0),
            mip_level_count: Some(0),
            base_array_layer: Some(0),
            array_layer_count: None,
            swizzle: None,
            label: None,
        };
        device.invalid(|_| texture.create_view(Some(&desc)))
    }
}

impl TextureViewInterface for TextureView {}
