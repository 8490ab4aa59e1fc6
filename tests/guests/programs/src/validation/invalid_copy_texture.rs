//! Copies of textures that are refused.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::TextureUsages as U;
    let (device, _queue) = gpu.device().await;
    let texture = |format, usage| kit::texture_2d(&device, [16, 16], format, usage);
    let colors = texture(wgpu::TextureFormat::Rgba8Unorm, U::COPY_SRC | U::COPY_DST);
    let only_target = texture(wgpu::TextureFormat::Rgba8Unorm, U::COPY_DST);
    let floats = texture(wgpu::TextureFormat::Rgba32Float, U::COPY_SRC | U::COPY_DST);
    let depth = texture(wgpu::TextureFormat::Depth32Float, U::COPY_SRC | U::COPY_DST);
    let buffer = kit::storage_of_size(&device, 4096);
    let extent = |width, height| wgpu::Extent3d { width, height, depth_or_array_layers: 1 };

    for (name, offset, bytes_per_row, x, size) in [
        ("good", 0, Some(256), 0, extent(16, 16)),
        ("misaligned row", 0, Some(100), 0, extent(16, 16)),
        ("row too short", 0, Some(0), 0, extent(16, 16)),
        ("no row length", 0, None, 0, extent(16, 16)),
        ("misaligned offset", 2, Some(256), 0, extent(16, 1)),
        ("beyond the buffer", 1024, Some(256), 0, extent(16, 16)),
        ("beyond the texture", 0, Some(256), 8, extent(16, 4)),
        ("far beyond the texture", 0, Some(256), u32::MAX, extent(16, 4)),
    ] {
        let layout = wgpu::TexelCopyBufferLayout { offset, bytes_per_row, rows_per_image: None };
        let at = wgpu::TexelCopyTextureInfo {
            texture: &colors,
            mip_level: 0,
            origin: wgpu::Origin3d { x, y: 0, z: 0 },
            aspect: wgpu::TextureAspect::All,
        };
        r.caught(format!("to a texture, {name}"), &device, || {
            let mut encoder = kit::encoder(&device);
            encoder.copy_buffer_to_texture(wgpu::TexelCopyBufferInfo { buffer: &buffer, layout }, at, size);
            encoder.finish()
        })
        .await;
        r.caught(format!("to a buffer, {name}"), &device, || {
            let mut encoder = kit::encoder(&device);
            encoder.copy_texture_to_buffer(at, wgpu::TexelCopyBufferInfo { buffer: &buffer, layout }, size);
            encoder.finish()
        })
        .await;
    }
    for (name, from, to, mip_level) in [
        ("formats differ", &colors, &floats, 0),
        ("wrong usage", &only_target, &colors, 0),
        ("no such mip level", &colors, &only_target, 5),
        ("depth to color", &depth, &floats, 0),
    ] {
        r.caught(format!("between textures, {name}"), &device, || {
            let mut encoder = kit::encoder(&device);
            let from = wgpu::TexelCopyTextureInfo { mip_level, ..from.as_image_copy() };
            encoder.copy_texture_to_texture(from, to.as_image_copy(), extent(4, 4));
            encoder.finish()
        })
        .await;
    }
    r.caught("onto itself", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.copy_texture_to_texture(colors.as_image_copy(), colors.as_image_copy(), extent(4, 4));
        encoder.finish()
    })
    .await;
    r.caught("an aspect that is not there", &device, || {
        let mut encoder = kit::encoder(&device);
        let from =
            wgpu::TexelCopyTextureInfo { aspect: wgpu::TextureAspect::StencilOnly, ..depth.as_image_copy() };
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(256), rows_per_image: None };
        encoder.copy_texture_to_buffer(
            from,
            wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
            extent(16, 16),
        );
        encoder.finish()
    })
    .await;
}
