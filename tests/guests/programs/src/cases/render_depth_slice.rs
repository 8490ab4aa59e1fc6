//! Slices of a 3D texture as targets, two of them in one pass; and layers of an array.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    struct Out { @location(0) a: vec4<f32>, @location(1) b: vec4<f32> }
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
    }
    @fragment fn fragment(@builtin(position) at: vec4<f32>) -> Out {
        return Out(vec4<f32>(at.x / 8.0, 0.0, 0.0, 1.0), vec4<f32>(0.0, at.y / 8.0, 0.0, 1.0));
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let texture = |dimension| {
        device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: 8, height: 8, depth_or_array_layers: 4 },
            mip_level_count: 1,
            sample_count: 1,
            dimension,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        })
    };
    let volume = texture(wgpu::TextureDimension::D3);
    let layers = texture(wgpu::TextureDimension::D2);
    let slices = kit::view(&volume);
    let layer = |base_array_layer| {
        layers.create_view(&wgpu::TextureViewDescriptor {
            dimension: Some(wgpu::TextureViewDimension::D2),
            base_array_layer,
            array_layer_count: Some(1),
            ..Default::default()
        })
    };
    let attachment = |view, depth_slice| {
        canvas::cleared(view, wgpu::Color::WHITE)
            .map(|attachment| wgpu::RenderPassColorAttachment { depth_slice, ..attachment })
    };
    let targets = [canvas::RGBA[0].clone(), canvas::RGBA[0].clone()];
    let pipeline = Draw { targets: &targets, ..Draw::new(SHADER) }.pipeline(&device);
    let (first, second) = (layer(3), layer(0));
    let mut encoder = kit::encoder(&device);
    for attachments in [
        [attachment(&slices, Some(1)), attachment(&slices, Some(2))],
        [attachment(&first, None), attachment(&second, None)],
    ] {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &attachments,
            ..Default::default()
        });
        pass.set_pipeline(&pipeline);
        pass.draw(0..3, 0..1);
    }
    queue.submit([encoder.finish()]);
    r.bytes("volume", kit::read_texture(&device, &queue, &volume));
    r.bytes("layers", kit::read_texture(&device, &queue, &layers));
}
