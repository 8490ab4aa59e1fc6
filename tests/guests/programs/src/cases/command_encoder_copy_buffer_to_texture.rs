//! From a buffer into parts of a texture, and back, with offsets, rows and layers.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 16, height: 8, depth_or_array_layers: 3 },
        mip_level_count: 2,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Uint,
        usage: wgpu::TextureUsages::COPY_SRC | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let source = kit::storage(&device, &kit::noise(4096, 21));
    let layout = |offset, rows_per_image| wgpu::TexelCopyBufferLayout {
        offset,
        bytes_per_row: Some(256),
        rows_per_image,
    };
    let at = |mip_level, x, y, z| wgpu::TexelCopyTextureInfo {
        texture: &texture,
        mip_level,
        origin: wgpu::Origin3d { x, y, z },
        aspect: wgpu::TextureAspect::All,
    };
    let mut encoder = kit::encoder(&device);
    encoder.copy_buffer_to_texture(
        wgpu::TexelCopyBufferInfo { buffer: &source, layout: layout(64, Some(6)) },
        at(0, 3, 2, 1),
        wgpu::Extent3d { width: 9, height: 5, depth_or_array_layers: 2 },
    );
    encoder.copy_buffer_to_texture(
        wgpu::TexelCopyBufferInfo { buffer: &source, layout: layout(0, None) },
        at(1, 0, 0, 2),
        wgpu::Extent3d { width: 8, height: 4, depth_or_array_layers: 1 },
    );
    let target = kit::storage_of_size(&device, 4096);
    encoder.copy_texture_to_buffer(
        at(0, 4, 3, 1),
        wgpu::TexelCopyBufferInfo { buffer: &target, layout: layout(512, Some(4)) },
        wgpu::Extent3d { width: 5, height: 3, depth_or_array_layers: 2 },
    );
    queue.submit([encoder.finish()]);
    r.bytes("part", kit::read_bytes(&device, &queue, &target));
    r.bytes("level 0", kit::read_texture(&device, &queue, &texture));
    let small = kit::read_texture_level(&device, &queue, &texture, 1, wgpu::TextureAspect::All);
    assert!(small[..8 * 4 * 4 * 2].iter().all(|&byte| byte == 0), "layers 0 and 1 are untouched");
    r.bytes("level 1", small);
}
