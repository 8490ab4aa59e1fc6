//! wgpu's own `create_texture_with_data`, with mip levels and layers in both orders.

use wgpu::util::{DeviceExt, TextureDataOrder};

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    for order in [TextureDataOrder::LayerMajor, TextureDataOrder::MipMajor] {
        let texture = device.create_texture_with_data(
            &queue,
            &wgpu::TextureDescriptor {
                label: Some("with data"),
                size: wgpu::Extent3d { width: 8, height: 8, depth_or_array_layers: 2 },
                mip_level_count: 3,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: wgpu::TextureFormat::R8Unorm,
                usage: wgpu::TextureUsages::COPY_SRC,
                view_formats: &[],
            },
            order,
            &(0..168).collect::<Vec<u8>>(),
        );
        for level in 0..3 {
            let found = kit::read_texture_level(&device, &queue, &texture, level, wgpu::TextureAspect::All);
            r.bytes(format!("{order:?}, level {level}"), found);
        }
    }
}
