//! Views that are refused.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::{TextureFormat as F, TextureViewDescriptor as V, TextureViewDimension as D};
    let (device, _queue) = gpu.device().await;
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 16, height: 16, depth_or_array_layers: 6 },
        mip_level_count: 3,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: F::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    });
    for (name, descriptor) in [
        ("good", V { dimension: Some(D::Cube), ..Default::default() }),
        ("format not in the list", V { format: Some(F::Rgba8UnormSrgb), ..Default::default() }),
        ("other format", V { format: Some(F::R32Uint), ..Default::default() }),
        ("level beyond the last", V { base_mip_level: 3, ..Default::default() }),
        ("too many levels", V { base_mip_level: 1, mip_level_count: Some(3), ..Default::default() }),
        ("no levels", V { mip_level_count: Some(0), ..Default::default() }),
        ("too many layers", V { base_array_layer: 3, array_layer_count: Some(4), ..Default::default() }),
        (
            "overflow",
            V { base_array_layer: u32::MAX, array_layer_count: Some(u32::MAX), ..Default::default() },
        ),
        ("cube of five", V { dimension: Some(D::Cube), array_layer_count: Some(5), ..Default::default() }),
        ("3D of 2D", V { dimension: Some(D::D3), ..Default::default() }),
        ("aspect that is not there", V { aspect: wgpu::TextureAspect::StencilOnly, ..Default::default() }),
    ] {
        r.caught(name, &device, || texture.create_view(&descriptor)).await;
    }
    let (bad, _) = crate::caught(&device, || {
        kit::texture_2d(&device, [0, 0], F::Rgba8Unorm, wgpu::TextureUsages::TEXTURE_BINDING)
    })
    .await;
    r.caught("view of an invalid texture", &device, || kit::view(&bad)).await;
    texture.destroy();
    r.caught("view of a destroyed texture", &device, || kit::view(&texture)).await;
}
