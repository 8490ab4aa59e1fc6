//! From texture to texture: parts, layers, slices of 3D, and formats that differ in sRGB only.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let texture = |format, dimension, depth_or_array_layers| {
        device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: 8, height: 8, depth_or_array_layers },
            mip_level_count: 1,
            sample_count: 1,
            dimension,
            format,
            usage: wgpu::TextureUsages::COPY_SRC | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        })
    };
    use wgpu::{TextureDimension as D, TextureFormat as F};
    let source = texture(F::Rgba8Unorm, D::D2, 4);
    queue.write_texture(
        source.as_image_copy(),
        bytemuck::cast_slice(&kit::noise(8 * 8 * 4, 33)),
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(32), rows_per_image: Some(8) },
        source.size(),
    );
    let layers = texture(F::Rgba8UnormSrgb, D::D2, 4);
    let volume = texture(F::Rgba8Unorm, D::D3, 4);
    fn at(texture: &wgpu::Texture, x: u32, y: u32, z: u32) -> wgpu::TexelCopyTextureInfo<'_> {
        wgpu::TexelCopyTextureInfo {
            texture,
            mip_level: 0,
            origin: wgpu::Origin3d { x, y, z },
            aspect: wgpu::TextureAspect::All,
        }
    }
    let mut encoder = kit::encoder(&device);
    encoder.copy_texture_to_texture(
        at(&source, 1, 2, 0),
        at(&layers, 3, 0, 2),
        wgpu::Extent3d { width: 4, height: 5, depth_or_array_layers: 2 },
    );
    encoder.copy_texture_to_texture(
        at(&source, 0, 0, 1),
        at(&volume, 4, 4, 1),
        wgpu::Extent3d { width: 4, height: 4, depth_or_array_layers: 3 },
    );
    queue.submit([encoder.finish()]);
    r.bytes("layers", kit::read_texture(&device, &queue, &layers));
    r.bytes("volume", kit::read_texture(&device, &queue, &volume));
}
