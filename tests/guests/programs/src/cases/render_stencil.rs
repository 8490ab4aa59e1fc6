//! A mask drawn into the stencil, then used; the operations and the reference.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) size: u32) -> @builtin(position) vec4<f32> {
        var corners = array<vec2<f32>, 3>(vec2(-1.0, -1.0), vec2(1.0, -1.0), vec2(0.0, 1.0));
        return vec4<f32>(corners[index] * f32(size) / 4.0, 0.5, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::{CompareFunction as C, StencilOperation as O};
    let (device, queue) = gpu.device().await;
    let format = wgpu::TextureFormat::Stencil8;
    let pipeline = |compare, pass_op, fail_op| {
        let face = wgpu::StencilFaceState { compare, fail_op, depth_fail_op: O::Keep, pass_op };
        let stencil = wgpu::StencilState { front: face, back: face, read_mask: 0xff, write_mask: 0x7f };
        let depth_stencil = Some(wgpu::DepthStencilState::stencil(format, stencil));
        Draw { depth_stencil, ..Draw::new(SHADER) }.pipeline(&device)
    };
    let mark = pipeline(C::Always, O::Replace, O::Keep);
    let count = pipeline(C::NotEqual, O::IncrementClamp, O::DecrementWrap);
    let invert = pipeline(C::Less, O::Invert, O::Zero);
    let target = canvas::target(&device, [32, 32], wgpu::TextureFormat::Rgba8Unorm);
    let stencil = canvas::target(&device, [32, 32], format);
    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[canvas::cleared(&kit::view(&target), wgpu::Color::BLACK)],
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &kit::view(&stencil),
            depth_ops: None,
            stencil_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Clear(3), store: wgpu::StoreOp::Store }),
        }),
        ..Default::default()
    });
    pass.set_pipeline(&mark);
    pass.set_stencil_reference(9);
    pass.draw(0..3, 3..4);
    pass.set_pipeline(&count);
    pass.draw(0..3, 4..5);
    pass.set_pipeline(&invert);
    pass.set_stencil_reference(5);
    pass.draw(0..3, 2..3);
    drop(pass);
    queue.submit([encoder.finish()]);
    r.bytes("color", kit::read_texture(&device, &queue, &target));
    let found = kit::read_texture_level(&device, &queue, &stencil, 0, wgpu::TextureAspect::StencilOnly);
    assert!(
        found.contains(&3) && found.contains(&4) && found.contains(&8),
        "outside, counted up, counted down"
    );
    r.bytes("stencil", found);
}
