//! Three targets of different formats and an empty slot between them, from one fragment shader.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    struct Out { @location(0) a: vec4<f32>, @location(1) b: vec4<u32>, @location(3) c: vec2<f32> }
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
    }
    @fragment fn fragment(@builtin(position) at: vec4<f32>) -> Out {
        return Out(vec4<f32>(at.xy / 16.0, 0.0, 1.0), vec4<u32>(u32(at.x), u32(at.y), 7u, 9u), at.yx);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::TextureFormat::{Rg16Float, Rgba8Uint, Rgba8Unorm};
    let (device, queue) = gpu.device().await;
    let targets = [Some(Rgba8Unorm), Some(Rgba8Uint), None, Some(Rg16Float)];
    let states = targets.map(|format| format.map(wgpu::ColorTargetState::from));
    let pipeline = Draw { targets: &states, ..Draw::new(SHADER) }.pipeline(&device);
    let textures = targets.map(|format| format.map(|format| canvas::target(&device, [16, 16], format)));
    let views = textures.each_ref().map(|texture| texture.as_ref().map(kit::view));
    let attachments =
        views.each_ref().map(|view| view.as_ref().and_then(|view| canvas::cleared(view, wgpu::Color::BLACK)));
    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &attachments,
        ..Default::default()
    });
    pass.set_pipeline(&pipeline);
    pass.draw(0..3, 0..1);
    drop(pass);
    queue.submit([encoder.finish()]);
    for texture in textures.iter().flatten() {
        r.bytes(format!("{:?}", texture.format()), kit::read_texture(&device, &queue, texture));
    }
}
