//! `CommandEncoder::clear_texture`, which WebGPU does not have, by what it has: copies from a buffer of
//! zeros, and render passes that clear where no copy may go. A file of its own, because a device, its
//! textures and its encoders each have a part in it.

use std::ops::Range;

use wgpu::wgt;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::device::shared::DeviceShared;

/// Bytes of zeros: enough for a row of 65,536 of the largest texels, twice what any adapter has.
const ZEROS: u32 = 1 << 20;

/// The zeros of a device.
fn zeros(device: &wit::GpuDevice) -> wit::GpuBuffer {
    device.create_buffer(&wit::GpuBufferDescriptor {
        size: ZEROS.into(),
        usage: wit::GpuBufferUsage::COPY_SRC,
        mapped_at_creation: None,
        label: Some("zeros for CommandEncoder::clear_texture".to_owned()),
    })
}

/// The usage that clearing a texture takes; without the feature, none.
///
/// wgpu clears textures of any usage, so a device with the feature gives this to each of its textures.
/// Nothing that a program does shows it: wgpu answers `Texture::usage` itself.
pub(crate) fn usage(features: wgpu::Features, desc: &wgpu::TextureDescriptor<'_>) -> wgpu::TextureUsages {
    if !features.contains(wgpu::Features::CLEAR_TEXTURE)
        || desc.usage.contains(wgpu::TextureUsages::TRANSIENT_ATTACHMENT)
    {
        wgpu::TextureUsages::empty()
    } else if by_copy(desc.format, desc.sample_count) {
        wgpu::TextureUsages::COPY_DST
    } else {
        wgpu::TextureUsages::RENDER_ATTACHMENT
    }
}

/// Copies go to colors of one sample; buffers can't be copied to most of the depth formats.
fn by_copy(format: wgpu::TextureFormat, sample_count: u32) -> bool {
    sample_count == 1 && !format.is_depth_stencil_format()
}

/// The part of a texture that is cleared.
struct Target<'a> {
    texture: &'a wit::GpuTexture,
    format: wgpu::TextureFormat,
    dimension: wgpu::TextureDimension,
    size: wgpu::Extent3d,
    aspect: wgpu::TextureAspect,
    levels: Range<u32>,
    layers: Range<u32>,
}

/// Clears a part of a texture to zero. `Err` says what is wrong with that part, as wgpu does; what is wrong
/// with the texture or the encoder, the host finds.
pub(crate) fn clear(
    device: &DeviceShared,
    encoder: &wit::GpuCommandEncoder,
    texture: &wit::GpuTexture,
    range: &wgt::ImageSubresourceRange,
) -> Result<(), String> {
    let target = Target::new(texture, range)?;
    if by_copy(target.format, texture.sample_count()) {
        target.copy(device, encoder)
    } else {
        target.render(encoder);
        Ok(())
    }
}

impl<'a> Target<'a> {
    fn new(texture: &'a wit::GpuTexture, range: &wgt::ImageSubresourceRange) -> Result<Self, String> {
        let format = wgpu::TextureFormat::from(texture.format());
        let dimension = wgpu::TextureDimension::from(texture.dimension());
        let size = wgpu::Extent3d {
            width: texture.width(),
            height: texture.height(),
            depth_or_array_layers: texture.depth_or_array_layers(),
        };
        if format.aspect_specific_format(range.aspect).is_none() {
            return Err(format!(
                "Texture lacks the aspects that were specified in the image subresource range. Texture with \
                 format {format:?}, specified was {:?}",
                range.aspect
            ));
        }
        // The depth of a texture with three dimensions is no layers.
        let layers = match dimension {
            wgpu::TextureDimension::D3 => 1,
            wgpu::TextureDimension::D1 | wgpu::TextureDimension::D2 => size.depth_or_array_layers,
        };
        let part = |what: &str, all: u32, first: u32, count: Option<u32>| {
            let end = count.map_or(Some(all.max(first)), |count| first.checked_add(count));
            match end {
                Some(end) if end <= all => Ok(first..end),
                // In the words of wgpu, two spaces and all.
                Some(_) | None => Err(format!(
                    "Image subresource {what} range is outside of the texture's {what} range. texture range is \
                     0..{all},  whereas subesource range specified start {first} and count {count:?}"
                )),
            }
        };
        Ok(Self {
            texture,
            format,
            dimension,
            size,
            aspect: range.aspect,
            levels: part("level", texture.mip_level_count(), range.base_mip_level, range.mip_level_count)?,
            layers: part("layer", layers, range.base_array_layer, range.array_layer_count)?,
        })
    }

    /// Copies zeros, as many rows of blocks at a time as there are zeros.
    fn copy(&self, device: &DeviceShared, encoder: &wit::GpuCommandEncoder) -> Result<(), String> {
        let (_, block_height) = self.format.block_dimensions();
        for level in self.levels.clone() {
            let size = self.size.mip_level_size(level, self.dimension).physical_size(self.format);
            let rows = size.height / block_height;
            let row = self.row_bytes(size.width).filter(|row| *row <= ZEROS);
            let row = row.ok_or("a row of the texture has too many bytes")?;
            let at_once = ZEROS / row;
            let slices = match self.dimension {
                wgpu::TextureDimension::D3 => 0..size.depth_or_array_layers,
                wgpu::TextureDimension::D1 | wgpu::TextureDimension::D2 => self.layers.clone(),
            };
            let chunks = rows.div_ceil(at_once);
            for (slice, chunk) in slices.flat_map(|slice| (0..chunks).map(move |chunk| (slice, chunk))) {
                let first = chunk * at_once;
                let height = at_once.min(rows - first) * block_height;
                encoder.copy_buffer_to_texture(
                    &wit::GpuTexelCopyBufferInfo {
                        buffer: device.zeros(zeros),
                        offset: Some(0),
                        bytes_per_row: Some(row),
                        rows_per_image: None,
                    },
                    &wit::GpuTexelCopyTextureInfo {
                        texture: self.texture,
                        mip_level: Some(level),
                        origin: Some(wgpu::Origin3d { x: 0, y: first * block_height, z: slice }.into()),
                        aspect: Some(wit::GpuTextureAspect::All),
                    },
                    wgpu::Extent3d { width: size.width, height, depth_or_array_layers: 1 }.into(),
                );
            }
        }
        Ok(())
    }

    /// The bytes of a row of blocks, aligned as copies want it.
    fn row_bytes(&self, width: u32) -> Option<u32> {
        let (block_width, _) = self.format.block_dimensions();
        let bytes = (width / block_width).checked_mul(self.format.block_copy_size(None)?)?;
        bytes.checked_next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT)
    }

    /// Clears by render passes that draw nothing, one for each level of each layer.
    fn render(&self, encoder: &wit::GpuCommandEncoder) {
        for (level, layer) in
            self.levels.clone().flat_map(|level| self.layers.clone().map(move |layer| (level, layer)))
        {
            let view = self.texture.create_view(Some(&wit::GpuTextureViewDescriptor {
                format: None,
                dimension: Some(wit::GpuTextureViewDimension::D2),
                usage: Some(wit::GpuTextureUsage::RENDER_ATTACHMENT),
                // Attachments have all aspects; what stays is loaded and stored.
                aspect: Some(wit::GpuTextureAspect::All),
                base_mip_level: Some(level),
                mip_level_count: Some(1),
                base_array_layer: Some(layer),
                array_layer_count: Some(1),
                swizzle: None,
                label: None,
            }));
            let depth_stencil = self.format.is_depth_stencil_format();
            let color = || wit::GpuRenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                clear_value: Some(wgpu::Color::TRANSPARENT.into()),
                load_op: wit::GpuLoadOp::Clear,
                store_op: wit::GpuStoreOp::Store,
            };
            let pass = encoder.begin_render_pass(&wit::GpuRenderPassDescriptor {
                color_attachments: if depth_stencil { Vec::new() } else { vec![Some(color())] },
                depth_stencil_attachment: depth_stencil.then(|| self.depth_stencil(&view)),
                occlusion_query_set: None,
                timestamp_writes: None,
                max_draw_count: None,
                label: None,
            });
            pass.end();
        }
    }

    fn depth_stencil<'v>(
        &self,
        view: &'v wit::GpuTextureView,
    ) -> wit::GpuRenderPassDepthStencilAttachment<'v> {
        let load = |has: bool, only: wgpu::TextureAspect| {
            let cleared = [wgpu::TextureAspect::All, only].contains(&self.aspect);
            has.then_some(if cleared { wit::GpuLoadOp::Clear } else { wit::GpuLoadOp::Load })
        };
        let depth = load(self.format.has_depth_aspect(), wgpu::TextureAspect::DepthOnly);
        let stencil = load(self.format.has_stencil_aspect(), wgpu::TextureAspect::StencilOnly);
        wit::GpuRenderPassDepthStencilAttachment {
            view,
            depth_clear_value: depth.map(|_| 0.0),
            depth_load_op: depth,
            depth_store_op: depth.map(|_| wit::GpuStoreOp::Store),
            depth_read_only: None,
            stencil_clear_value: stencil.map(|_| 0),
            stencil_load_op: stencil,
            stencil_store_op: stencil.map(|_| wit::GpuStoreOp::Store),
            stencil_read_only: None,
        }
    }
}
