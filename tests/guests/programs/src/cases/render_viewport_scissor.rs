//! Viewport with a depth range, scissor rectangle, and both moved within a pass.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.5, 1.0);
    }
    @fragment fn fragment(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
        return vec4<f32>(fract(at.xy / 8.0), at.z, 1.0);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let pipeline = Draw::new(SHADER).pipeline(&device);
    let target = canvas::target(&device, [32, 24], wgpu::TextureFormat::Rgba8Unorm);
    let view = kit::view(&target);
    let mut encoder = kit::encoder(&device);
    let mut pass = canvas::pass(&mut encoder, &view);
    pass.set_pipeline(&pipeline);
    pass.set_viewport(2.0, 3.0, 10.0, 12.0, 0.25, 0.75);
    pass.draw(0..3, 0..1);
    pass.set_viewport(0.0, 0.0, 32.0, 24.0, 0.0, 1.0);
    pass.set_scissor_rect(20, 1, 7, 9);
    pass.draw(0..3, 0..1);
    pass.set_scissor_rect(14, 14, 0, 0);
    pass.draw(0..3, 0..1);
    pass.set_viewport(16.5, 12.5, 8.0, 8.0, 0.0, 0.1);
    pass.set_scissor_rect(0, 0, 32, 24);
    pass.draw(0..3, 0..1);
    drop(pass);
    queue.submit([encoder.finish()]);
    let found = kit::read_texture(&device, &queue, &target);
    let at = |x: usize, y: usize| found[(y * 32 + x) * 4 + 3];
    assert_eq!((at(0, 0), at(2, 3), at(19, 1), at(20, 1), at(14, 14)), (0, 255, 0, 255, 0));
    r.bytes("image", found);
}
