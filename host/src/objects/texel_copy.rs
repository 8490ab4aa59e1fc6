//! The places of texel copies, which the command encoder and the queue share: <https://www.w3.org/TR/webgpu/#texel-copies> — peer: wgpu-wasi-backend/src/objects/texel_copy.rs

use crate::{
    bindings::wit,
    convert::origin_3d,
    objects::{buffer::Buffer, texture::Texture},
    view::WebGpuCtxView,
};

/// The texture side of a texel copy, its handle resolved. It owns its texture: wgpu's own type borrows
/// one, and would keep the resource table borrowed during the call that copies.
/// <https://www.w3.org/TR/webgpu/#dictdef-gputexelcopytextureinfo>
#[derive(Clone, Debug)]
pub(crate) struct TexelCopyTexture {
    pub(crate) texture: wgpu::Texture,
    pub(crate) mip_level: u32,
    pub(crate) origin: wgpu::Origin3d,
    pub(crate) aspect: wgpu::TextureAspect,
}

impl TexelCopyTexture {
    pub(crate) fn as_wgpu(&self) -> wgpu::TexelCopyTextureInfo<'_> {
        let Self { texture, mip_level, origin, aspect } = self;
        wgpu::TexelCopyTextureInfo { texture, mip_level: *mip_level, origin: *origin, aspect: *aspect }
    }
}

/// The buffer side of a texel copy, its handle resolved; see [`TexelCopyTexture`].
/// <https://www.w3.org/TR/webgpu/#dictdef-gputexelcopybufferinfo>
#[derive(Clone, Debug)]
pub(crate) struct TexelCopyBuffer {
    buffer: wgpu::Buffer,
    layout: wgpu::TexelCopyBufferLayout,
}

impl TexelCopyBuffer {
    pub(crate) fn as_wgpu(&self) -> wgpu::TexelCopyBufferInfo<'_> {
        let Self { buffer, layout } = self;
        wgpu::TexelCopyBufferInfo { buffer, layout: *layout }
    }
}

/// <https://www.w3.org/TR/webgpu/#dictdef-gputexelcopybufferlayout>
pub(crate) fn texel_copy_buffer_layout(
    layout: &wit::GpuTexelCopyBufferLayout,
) -> wgpu::TexelCopyBufferLayout {
    let wit::GpuTexelCopyBufferLayout { offset, bytes_per_row, rows_per_image } = *layout;
    wgpu::TexelCopyBufferLayout {
        // https://www.w3.org/TR/webgpu/#dom-gputexelcopybufferlayout-offset
        offset: offset.unwrap_or(0),
        bytes_per_row,
        rows_per_image,
    }
}

impl WebGpuCtxView<'_> {
    /// Resolves the texture side of a texel copy.
    pub(crate) fn texel_copy_texture(
        &self,
        info: &wit::GpuTexelCopyTextureInfo,
    ) -> wasmtime::Result<TexelCopyTexture> {
        let wit::GpuTexelCopyTextureInfo { texture, mip_level, origin, aspect } = info;
        let texture: &Texture = self.get(texture)?;
        Ok(TexelCopyTexture {
            texture: texture.inner.clone(),
            // https://www.w3.org/TR/webgpu/#dom-gputexelcopytextureinfo-miplevel
            mip_level: mip_level.unwrap_or(0),
            origin: origin_3d(*origin),
            // https://www.w3.org/TR/webgpu/#dom-gputexelcopytextureinfo-aspect
            aspect: aspect.map_or(wgpu::TextureAspect::All, Into::into),
        })
    }

    /// Resolves the buffer side of a texel copy.
    pub(crate) fn texel_copy_buffer(
        &self,
        info: &wit::GpuTexelCopyBufferInfo,
    ) -> wasmtime::Result<TexelCopyBuffer> {
        let wit::GpuTexelCopyBufferInfo { buffer, offset, bytes_per_row, rows_per_image } = info;
        let buffer: &Buffer = self.get(buffer)?;
        let layout = wit::GpuTexelCopyBufferLayout {
            offset: *offset,
            bytes_per_row: *bytes_per_row,
            rows_per_image: *rows_per_image,
        };
        Ok(TexelCopyBuffer { buffer: buffer.inner.clone(), layout: texel_copy_buffer_layout(&layout) })
    }
}
