//! Two outputs of one fragment, blended with each other, where the adapter can.

use wgpu::{BlendComponent, BlendFactor, BlendOperation};

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    enable dual_source_blending;
    struct Out { @location(0) @blend_src(0) color: vec4<f32>, @location(0) @blend_src(1) weight: vec4<f32> }
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
    }
    @fragment fn fragment() -> Out {
        return Out(vec4<f32>(1.0, 0.5, 0.25, 1.0), vec4<f32>(0.2, 0.4, 0.6, 0.8));
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let supported = gpu.adapter.features().contains(wgpu::Features::DUAL_SOURCE_BLENDING);
    r.number("supported", supported);
    if !supported {
        return;
    }
    let (device, queue) =
        gpu.device_with(wgpu::Features::DUAL_SOURCE_BLENDING, wgpu::Limits::default()).await;
    let factors = [
        (BlendFactor::Src1, BlendFactor::OneMinusSrc1),
        (BlendFactor::Src1Alpha, BlendFactor::OneMinusSrc1Alpha),
    ];
    for (src_factor, dst_factor) in factors {
        let component = BlendComponent { src_factor, dst_factor, operation: BlendOperation::Add };
        let targets = [Some(wgpu::ColorTargetState {
            format: wgpu::TextureFormat::Rgba8Unorm,
            blend: Some(wgpu::BlendState { color: component, alpha: component }),
            write_mask: wgpu::ColorWrites::ALL,
        })];
        let pipeline = Draw { targets: &targets, ..Draw::new(SHADER) }.pipeline(&device);
        let target = canvas::target(&device, [2, 2], wgpu::TextureFormat::Rgba8Unorm);
        let mut encoder = kit::encoder(&device);
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[canvas::cleared(&kit::view(&target), wgpu::Color::BLUE)],
            ..Default::default()
        });
        pass.set_pipeline(&pipeline);
        pass.draw(0..3, 0..1);
        drop(pass);
        queue.submit([encoder.finish()]);
        r.bytes(format!("{src_factor:?}"), kit::read_texture(&device, &queue, &target));
    }
}
