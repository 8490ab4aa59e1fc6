//! Blending: the factors and operations, the blend constant, write masks.

use wgpu::{BlendComponent, BlendFactor as F, BlendOperation as O};

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(0.8, 0.4, 0.2, 0.5); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let blend = |src_factor, dst_factor, operation| {
        let component = BlendComponent { src_factor, dst_factor, operation };
        Some(wgpu::BlendState { color: component, alpha: BlendComponent::OVER })
    };
    let mut states = vec![
        ("over", Some(wgpu::BlendState::ALPHA_BLENDING), wgpu::ColorWrites::ALL),
        ("premultiplied", Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING), wgpu::ColorWrites::ALL),
        ("replace", None, wgpu::ColorWrites::ALL),
        ("red and alpha", None, wgpu::ColorWrites::RED | wgpu::ColorWrites::ALPHA),
        ("nothing", None, wgpu::ColorWrites::empty()),
        ("subtract", blend(F::One, F::One, O::Subtract), wgpu::ColorWrites::ALL),
        ("reverse subtract", blend(F::One, F::One, O::ReverseSubtract), wgpu::ColorWrites::ALL),
        ("min", blend(F::One, F::One, O::Min), wgpu::ColorWrites::ALL),
        ("max", blend(F::One, F::One, O::Max), wgpu::ColorWrites::ALL),
    ];
    for (name, factor) in [
        ("zero", F::Zero),
        ("src", F::Src),
        ("one minus src", F::OneMinusSrc),
        ("src alpha", F::SrcAlpha),
        ("dst", F::Dst),
        ("one minus dst", F::OneMinusDst),
        ("dst alpha", F::DstAlpha),
        ("one minus dst alpha", F::OneMinusDstAlpha),
        ("src alpha saturated", F::SrcAlphaSaturated),
        ("constant", F::Constant),
        ("one minus constant", F::OneMinusConstant),
    ] {
        states.push((name, blend(factor, F::One, O::Add), wgpu::ColorWrites::ALL));
    }
    for (name, blend, write_mask) in states {
        let targets =
            [Some(wgpu::ColorTargetState { format: wgpu::TextureFormat::Rgba8Unorm, blend, write_mask })];
        let pipeline = Draw { targets: &targets, ..Draw::new(SHADER) }.pipeline(&device);
        let target = canvas::target(&device, [2, 2], wgpu::TextureFormat::Rgba8Unorm);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let under = wgpu::Color { r: 0.1, g: 0.5, b: 0.3, a: 0.6 };
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[canvas::cleared(&view, under)],
            ..Default::default()
        });
        pass.set_pipeline(&pipeline);
        pass.set_blend_constant(wgpu::Color { r: 0.9, g: 0.1, b: 0.5, a: 0.25 });
        pass.draw(0..3, 0..1);
        drop(pass);
        queue.submit([encoder.finish()]);
        r.bytes(name, kit::read_texture(&device, &queue, &target));
    }
}
