//! GPUTexture — wit: gpu-texture — spec: <https://www.w3.org/TR/webgpu/#gputexture> — peer: wgpu-wasi-backend/src/objects/texture.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    convert,
    device::{budget::SharedReservation, core::DeviceCore, errors::GpuError, lent_scopes::collecting},
    objects::texture_view::TextureView,
    quotas,
    view::{WebGpuCtxView, label_methods, labelled},
    weights,
};

/// A texture of the guest.
#[derive(Debug)]
pub struct Texture {
    pub(crate) inner: wgpu::Texture,
    pub(crate) device: Arc<DeviceCore>,
    pub(crate) label: String,
    /// This and the next three are as the guest gave them, also when the texture is invalid.
    dimension: wit::GpuTextureDimension,
    format: wit::GpuTextureFormat,
    usage: wit::GpuTextureUsage,
    /// Answered, and nothing else: it restricts views on devices without "core-features-and-limits".
    texture_binding_view_dimension: Option<wit::GpuTextureViewDimension>,
    /// Whether it is the embedder's: `lend.rs`.
    lent: bool,
    /// Whether the guest has destroyed a lent one.
    withdrawn: bool,
    /// Shared with the views, which keep the memory in use when the texture's handle has gone.
    pub(crate) reservation: SharedReservation,
}

labelled!(Texture, crate::weights::TEXTURE);

impl Texture {
    /// A texture of the embedder's.
    pub(crate) fn lent(
        device: &Arc<DeviceCore>,
        inner: wgpu::Texture,
        dimension: wit::GpuTextureDimension,
        format: wit::GpuTextureFormat,
        usage: wit::GpuTextureUsage,
    ) -> Self {
        Self {
            inner,
            device: Arc::clone(device),
            label: String::new(),
            dimension,
            format,
            usage,
            texture_binding_view_dimension: None,
            lent: true,
            withdrawn: false,
            reservation: SharedReservation::new(None),
        }
    }

    /// Another handle of the guest's to the same texture.
    pub(crate) fn again(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            device: Arc::clone(&self.device),
            label: self.label.clone(),
            dimension: self.dimension,
            format: self.format,
            usage: self.usage,
            texture_binding_view_dimension: self.texture_binding_view_dimension,
            lent: self.lent,
            withdrawn: self.withdrawn,
            reservation: self.reservation.clone(),
        }
    }

    /// With `usage` as what the guest is told that it asked for.
    pub(crate) fn with_usage(self, usage: wit::GpuTextureUsage) -> Self {
        Self { usage, ..self }
    }

    /// Destroys one that is not lent, for all handles, when what was put off before is done.
    pub(crate) fn expire(self) {
        let device = Arc::clone(&self.device);
        self.expires();
        device.later(move || self.destroy_here());
    }

    /// From now on, a job of the timeline is to destroy it: a picture that is shown or given up.
    pub(crate) fn expires(&self) {
        self.reservation.usability().expires();
    }

    /// Destroys one that is not lent: in a job of the timeline, or when what was put off before is done.
    pub(crate) fn destroy_here(&self) {
        self.device.unusable.destroys(self.reservation.usability());
        self.inner.destroy();
        if let Some(freed) = self.reservation.take() {
            self.device.held.let_go(freed);
        }
    }

    /// wgpu's texture; `None` for a lent one that the guest has destroyed.
    pub(crate) fn as_wgpu(&self) -> Option<&wgpu::Texture> {
        (!self.withdrawn).then_some(&self.inner)
    }

    /// As [`Self::as_wgpu`].
    pub(crate) fn into_wgpu(self) -> Option<wgpu::Texture> {
        (!self.withdrawn).then_some(self.inner)
    }

    /// Destroys a lent texture as far as the guest can tell.
    fn withdraw(&mut self) {
        let (stand_in, _errors) = collecting(|| {
            self.device.wgpu.create_texture(&wgpu::TextureDescriptor {
                label: Some(&self.label),
                size: self.inner.size(),
                mip_level_count: self.inner.mip_level_count(),
                sample_count: self.inner.sample_count(),
                dimension: self.inner.dimension(),
                format: self.inner.format(),
                usage: self.inner.usage(),
                view_formats: &[],
            })
        });
        stand_in.destroy();
        self.inner = stand_in;
        self.withdrawn = true;
    }
}

impl WebGpuCtxView<'_> {
    /// `createTexture`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createtexture>
    pub(crate) fn new_texture(
        &mut self,
        device: &Arc<DeviceCore>,
        descriptor: wit::GpuTextureDescriptor,
    ) -> wasmtime::Result<Texture> {
        let wit::GpuTextureDescriptor {
            size,
            mip_level_count,
            sample_count,
            dimension,
            format,
            usage,
            view_formats,
            texture_binding_view_dimension,
            label,
        } = descriptor;
        // https://www.w3.org/TR/webgpu/#dom-gputexturedescriptor-dimension
        let dimension = dimension.unwrap_or(wit::GpuTextureDimension::D2);
        // https://www.w3.org/TR/webgpu/#dom-gputexturedescriptor-viewformats
        let view_formats: Vec<wgpu::TextureFormat> =
            view_formats.unwrap_or_default().into_iter().map(Into::into).collect();
        let label = label.unwrap_or_default();
        let wgpu_descriptor = wgpu::TextureDescriptor {
            label: Some(&label),
            size: convert::extent_3d(&size),
            // https://www.w3.org/TR/webgpu/#dom-gputexturedescriptor-miplevelcount
            mip_level_count: mip_level_count.unwrap_or(1),
            // https://www.w3.org/TR/webgpu/#dom-gputexturedescriptor-samplecount
            sample_count: sample_count.unwrap_or(1),
            dimension: dimension.into(),
            format: format.into(),
            usage: usage.into(),
            view_formats: &view_formats,
        };
        let bytes = memory_bytes(&wgpu_descriptor, &device.limits);
        let reservation = device.memory.reserve(bytes);
        let inner = if reservation.is_some() {
            device.wgpu.create_texture(&wgpu_descriptor)
        } else {
            device.errors.report(GpuError::out_of_memory(format!(
                "texture '{label}' of about {bytes} bytes: the guest holds {} of the {} bytes of GPU memory that it \
                 may ({})",
                device.memory.used(),
                device.memory.max(),
                quotas::quota("max_gpu_memory"),
            )));
            // A texture that wgpu refuses to use anywhere: one without a usage is never valid.
            let refused = wgpu::TextureDescriptor { usage: wgpu::TextureUsages::empty(), ..wgpu_descriptor };
            let (inner, _) = collecting(|| device.wgpu.create_texture(&refused));
            inner
        };
        Ok(Texture {
            inner,
            device: Arc::clone(device),
            label,
            dimension,
            format,
            usage,
            texture_binding_view_dimension,
            lent: false,
            withdrawn: false,
            reservation: SharedReservation::new(reservation),
        })
    }
}

impl wit::HostGpuTexture for WebGpuCtxView<'_> {
    fn create_view(
        &mut self,
        this: Resource<Texture>,
        descriptor: Option<wit::GpuTextureViewDescriptor>,
    ) -> wasmtime::Result<Resource<TextureView>> {
        let texture = self.get(&this)?;
        // The guest gets the same answer each time, whether the timeline has come to it or not.
        if texture.reservation.usability().is_expiring() {
            texture.device.timeline.settle();
        }
        let view = TextureView::create(texture, descriptor);
        self.push(view)
    }

    fn destroy(&mut self, this: Resource<Texture>) -> wasmtime::Result<()> {
        let texture = self.get_mut(&this)?;
        if texture.lent {
            texture.withdraw();
        } else {
            texture.device.timeline.settle();
            texture.destroy_here();
        }
        Ok(())
    }

    fn width(&mut self, this: Resource<Texture>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.inner.width())
    }

    fn height(&mut self, this: Resource<Texture>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.inner.height())
    }

    fn depth_or_array_layers(&mut self, this: Resource<Texture>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.inner.depth_or_array_layers())
    }

    fn mip_level_count(&mut self, this: Resource<Texture>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.inner.mip_level_count())
    }

    fn sample_count(&mut self, this: Resource<Texture>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.inner.sample_count())
    }

    fn dimension(&mut self, this: Resource<Texture>) -> wasmtime::Result<wit::GpuTextureDimension> {
        Ok(self.get(&this)?.dimension)
    }

    fn format(&mut self, this: Resource<Texture>) -> wasmtime::Result<wit::GpuTextureFormat> {
        Ok(self.get(&this)?.format)
    }

    fn usage(&mut self, this: Resource<Texture>) -> wasmtime::Result<wit::GpuTextureUsage> {
        Ok(self.get(&this)?.usage)
    }

    fn texture_binding_view_dimension(
        &mut self,
        this: Resource<Texture>,
    ) -> wasmtime::Result<Option<wit::GpuTextureViewDimension>> {
        Ok(self.get(&this)?.texture_binding_view_dimension)
    }

    label_methods!(Texture);

    fn drop(&mut self, this: Resource<Texture>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

/// About how many bytes a texture takes: the blocks of its mip levels, with rows as drivers pad them, and what is kept
/// of each level of each layer. None at all for one beyond the limits, which wgpu refuses before it allocates.
fn memory_bytes(descriptor: &wgpu::TextureDescriptor<'_>, limits: &wgpu::Limits) -> u64 {
    /// More than any adapter has; wgpu refuses what is above, and the sum below must end.
    const MAX_MIP_LEVELS: u32 = 32;
    const MAX_SAMPLES: u32 = 32;
    /// To what drivers pad the rows of blocks, in bytes: Mesa's lavapipe has 64 texels in a row at least.
    const ROW: u64 = 256;
    /// And their number.
    const ROWS: u64 = 4;

    let wgpu::Extent3d { width, height, depth_or_array_layers } = descriptor.size;
    let (max_width, max_height, max_layers) = match descriptor.dimension {
        wgpu::TextureDimension::D1 => (limits.max_texture_dimension_1d, 1, 1),
        wgpu::TextureDimension::D2 => (
            limits.max_texture_dimension_2d,
            limits.max_texture_dimension_2d,
            limits.max_texture_array_layers,
        ),
        wgpu::TextureDimension::D3 => {
            let max = limits.max_texture_dimension_3d;
            (max, max, max)
        }
    };
    if width > max_width || height > max_height || depth_or_array_layers > max_layers {
        return 0;
    }

    let format = descriptor.format;
    let (block_width, block_height) = format.block_dimensions();
    let block_bytes = format.block_copy_size(None).unwrap_or(
        // Formats whose memory WebGPU leaves open: up to 24 or 32 bits of depth, with 8 of stencil and
        // what pads them.
        if format.is_combined_depth_stencil_format() { 8 } else { 4 },
    );
    let level_bytes = |level: u32| {
        let at_level = |size: u32| (size >> level).max(1);
        let layers = match descriptor.dimension {
            wgpu::TextureDimension::D1 | wgpu::TextureDimension::D2 => depth_or_array_layers,
            wgpu::TextureDimension::D3 => at_level(depth_or_array_layers),
        };
        let row = u64::from(at_level(width).div_ceil(block_width)).saturating_mul(block_bytes.into());
        row.next_multiple_of(ROW)
            .saturating_mul(u64::from(at_level(height).div_ceil(block_height)).next_multiple_of(ROWS))
            .saturating_add(weights::SUBRESOURCE)
            .saturating_mul(layers.into())
    };
    (0..descriptor.mip_level_count.min(MAX_MIP_LEVELS))
        .map(level_bytes)
        .fold(0, u64::saturating_add)
        .saturating_mul(descriptor.sample_count.min(MAX_SAMPLES).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(
        size: (u32, u32, u32),
        dimension: wgpu::TextureDimension,
        format: wgpu::TextureFormat,
        mip_level_count: u32,
        sample_count: u32,
    ) -> u64 {
        let (width, height, depth_or_array_layers) = size;
        let descriptor = wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width, height, depth_or_array_layers },
            mip_level_count,
            sample_count,
            dimension,
            format,
            usage: wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        };
        memory_bytes(&descriptor, &wgpu::Limits::defaults())
    }

    #[test]
    fn the_memory_of_a_texture_is_that_of_its_blocks() {
        use wgpu::{TextureDimension as Dimension, TextureFormat as Format};
        let subresource = weights::SUBRESOURCE;
        assert_eq!(
            bytes((64, 8, 3), Dimension::D2, Format::Rgba8Unorm, 1, 1),
            3 * (64 * 8 * 4 + subresource)
        );
        assert_eq!(bytes((64, 64, 1), Dimension::D2, Format::Rgba32Float, 1, 1), 64 * 64 * 16 + subresource);
        // Rows of 256 bytes, in fours.
        assert_eq!(bytes((4, 4, 1), Dimension::D2, Format::R8Unorm, 3, 1), 3 * (1024 + subresource));
        assert_eq!(
            bytes((4, 4, 4), Dimension::D3, Format::R8Unorm, 3, 1),
            (4 + 2 + 1) * (1024 + subresource)
        );
        assert_eq!(bytes((4, 4, 4), Dimension::D2, Format::R8Unorm, 3, 1), 4 * 3 * (1024 + subresource));
        assert_eq!(bytes((64, 1, 1), Dimension::D1, Format::Rgba32Float, 1, 1), 4 * 1024 + subresource);
        assert_eq!(bytes((128, 32, 1), Dimension::D2, Format::Bc1RgbaUnorm, 1, 1), 32 * 8 * 8 + subresource);
        assert_eq!(
            bytes((64, 64, 1), Dimension::D2, Format::Rgba8Unorm, 1, 4),
            (64 * 64 * 4 + subresource) * 4
        );
        assert_eq!(bytes((64, 4, 1), Dimension::D2, Format::Depth24Plus, 1, 1), 1024 + subresource);
        assert_eq!(bytes((64, 4, 1), Dimension::D2, Format::Depth32FloatStencil8, 1, 1), 2048 + subresource);
        assert_eq!(bytes((1, 8192, 1), Dimension::D2, Format::R8Unorm, 1, 1), (2 << 20) + subresource);
    }

    #[test]
    fn absurd_textures_are_left_to_wgpu() {
        use wgpu::{TextureDimension as Dimension, TextureFormat as Format};
        let max = u32::MAX;
        assert_eq!(bytes((max, max, max), Dimension::D3, Format::Rgba32Float, max, max), 0);
        assert_eq!(bytes((4, 4, 1), Dimension::D1, Format::R8Unorm, 1, 1), 0);
        let level = 1024 + weights::SUBRESOURCE;
        assert_eq!(bytes((1, 1, 1), Dimension::D2, Format::R8Unorm, max, max), 32 * 32 * level);
    }
}
