//! `write_texture`: parts, offsets into the data, tight and loose rows, layers, mip levels.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 13, height: 7, depth_or_array_layers: 2 },
        mip_level_count: 3,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rg8Unorm,
        usage: wgpu::TextureUsages::COPY_SRC | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let data: Vec<u8> = kit::noise(256, 41).into_iter().flat_map(u32::to_le_bytes).collect();
    for (mip_level, [x, y, z], [width, height, layers], offset, bytes_per_row, rows_per_image) in [
        (0, [0, 0, 0], [13, 7, 2], 0, Some(26), Some(7)),
        (0, [3, 2, 1], [5, 4, 1], 77, Some(33), None),
        (0, [12, 6, 0], [1, 1, 2], 5, Some(2), Some(9)),
        (1, [0, 0, 0], [6, 3, 2], 1, Some(12), Some(3)),
        (2, [1, 0, 1], [2, 1, 1], 8, None, None),
    ] {
        queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture: &texture,
                mip_level,
                origin: wgpu::Origin3d { x, y, z },
                aspect: wgpu::TextureAspect::All,
            },
            &data,
            wgpu::TexelCopyBufferLayout { offset, bytes_per_row, rows_per_image },
            wgpu::Extent3d { width, height, depth_or_array_layers: layers },
        );
    }
    for level in 0..3 {
        let found = kit::read_texture_level(&device, &queue, &texture, level, wgpu::TextureAspect::All);
        r.bytes(format!("level {level}"), found);
    }
}
