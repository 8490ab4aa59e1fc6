//! Clearing what is not there of a texture is an error, and none of a device that was destroyed meanwhile.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    if !gpu.adapter.features().contains(wgpu::Features::CLEAR_TEXTURE) {
        return;
    }
    let (device, _queue) = gpu.device_with(wgpu::Features::CLEAR_TEXTURE, wgpu::Limits::default()).await;
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let texture = kit::texture_2d(&device, [4, 4], format, wgpu::TextureUsages::COPY_DST);
    let whole = wgpu::ImageSubresourceRange::default();
    let clear = |range: &wgpu::ImageSubresourceRange| {
        let mut encoder = kit::encoder(&device);
        encoder.clear_texture(&texture, range);
        encoder
    };
    let level = wgpu::ImageSubresourceRange { base_mip_level: 7, mip_level_count: Some(1), ..whole };
    let layer = wgpu::ImageSubresourceRange { base_array_layer: 3, array_layer_count: Some(2), ..whole };
    let aspect = wgpu::ImageSubresourceRange { aspect: wgpu::TextureAspect::DepthOnly, ..whole };
    for (name, range) in [("level", &level), ("layer", &layer), ("aspect", &aspect)] {
        r.told(name, &device, || clear(range).finish()).await;
    }
    let before = clear(&level);
    device.destroy();
    r.told("recorded before", &device, || before.finish()).await;
    r.told("recorded after", &device, || clear(&level).finish()).await;
}
