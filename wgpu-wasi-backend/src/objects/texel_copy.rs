//! The two ends of a copy of texels — wit: gpu-texel-copy-buffer-info, gpu-texel-copy-texture-info — spec: <https://www.w3.org/TR/webgpu/#dictdef-gputexelcopybufferinfo> — peer: host/src/objects/texel_copy.rs
//!
//! A file of its own, because encoders and the queue both copy.

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, ours};
use crate::objects::buffer::Buffer;
use crate::objects::texture::Texture;

impl<'a> From<wgpu::TexelCopyBufferInfo<'a>> for wit::GpuTexelCopyBufferInfo<'a> {
    fn from(value: wgpu::TexelCopyBufferInfo<'a>) -> Self {
        let wgpu::TexelCopyBufferInfo { buffer, layout } = value;
        let wgpu::TexelCopyBufferLayout { offset, bytes_per_row, rows_per_image } = layout;
        let buffer = ours(buffer.as_custom::<Buffer>()).wit();
        Self { buffer, offset: Some(offset), bytes_per_row, rows_per_image }
    }
}

impl<'a> TryFrom<wgpu::TexelCopyTextureInfo<'a>> for wit::GpuTexelCopyTextureInfo<'a> {
    type Error = String;

    fn try_from(value: wgpu::TexelCopyTextureInfo<'a>) -> Result<Self, String> {
        let wgpu::TexelCopyTextureInfo { texture, mip_level, origin, aspect } = value;
        Ok(Self {
            texture: ours(texture.as_custom::<Texture>()).wit(),
            mip_level: Some(mip_level),
            origin: Some(origin.into()),
            // Of planes, which no format of WebGPU has.
            aspect: Some(aspect.try_into().map_err(|_: NotInWebGpu| {
                format!("Unable to select texture aspect {aspect:?} from format {:?}", texture.format())
            })?),
        })
    }
}
