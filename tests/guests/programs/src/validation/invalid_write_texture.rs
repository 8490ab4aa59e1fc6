//! Writes to textures that are refused.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let texture = |format, usage| kit::texture_2d(&device, [16, 16], format, usage);
    use wgpu::{TextureFormat as F, TextureUsages as U};
    let target = texture(F::Rgba8Unorm, U::COPY_DST);
    let source = texture(F::Rgba8Unorm, U::COPY_SRC);
    let depth = texture(F::Depth32Float, U::COPY_DST);
    let destroyed = texture(F::Rgba8Unorm, U::COPY_DST);
    destroyed.destroy();
    for (name, texture, mip_level, x, offset, bytes_per_row, data, width, height) in [
        ("good", &target, 0, 0, 0, Some(64), 1024, 16, 16),
        ("too little data", &target, 0, 0, 0, Some(64), 1000, 16, 16),
        ("offset beyond the data", &target, 0, 0, 4096, Some(64), 1024, 16, 16),
        ("row too short", &target, 0, 0, 0, Some(60), 1024, 16, 16),
        ("no row length", &target, 0, 0, 0, None, 1024, 16, 16),
        ("beyond the texture", &target, 0, 8, 0, Some(64), 1024, 16, 16),
        ("no such mip level", &target, 1, 0, 0, Some(64), 1024, 8, 8),
        ("wrong usage", &source, 0, 0, 0, Some(64), 1024, 16, 16),
        ("depth", &depth, 0, 0, 0, Some(64), 1024, 16, 16),
        ("destroyed", &destroyed, 0, 0, 0, Some(64), 1024, 16, 16),
        ("nothing", &target, 0, 0, 0, Some(64), 0, 0, 0),
    ] {
        r.caught(name, &device, || {
            queue.write_texture(
                wgpu::TexelCopyTextureInfo {
                    texture,
                    mip_level,
                    origin: wgpu::Origin3d { x, y: 0, z: 0 },
                    aspect: wgpu::TextureAspect::All,
                },
                &vec![7; data],
                wgpu::TexelCopyBufferLayout { offset, bytes_per_row, rows_per_image: None },
                wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            );
            queue.submit([]);
        })
        .await;
    }
}
