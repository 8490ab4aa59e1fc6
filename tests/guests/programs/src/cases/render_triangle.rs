//! A triangle with interpolated colors, by vertex index; both faces, with and without culling.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    struct Out { @builtin(position) position: vec4<f32>, @location(0) color: vec3<f32> }
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> Out {
        var corners = array<vec2<f32>, 3>(vec2(-0.9, -0.8), vec2(0.9, -0.6), vec2(0.1, 0.95));
        var colors = array<vec3<f32>, 3>(vec3(1.0, 0.0, 0.0), vec3(0.0, 1.0, 0.0), vec3(0.0, 0.0, 1.0));
        return Out(vec4<f32>(corners[index], 0.0, 1.0), colors[index]);
    }
    @fragment fn fragment(in: Out) -> @location(0) vec4<f32> {
        return vec4<f32>(in.color, 1.0);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    for (front_face, cull_mode) in [
        (wgpu::FrontFace::Ccw, None),
        (wgpu::FrontFace::Ccw, Some(wgpu::Face::Back)),
        (wgpu::FrontFace::Ccw, Some(wgpu::Face::Front)),
        (wgpu::FrontFace::Cw, Some(wgpu::Face::Back)),
    ] {
        let primitive = wgpu::PrimitiveState { front_face, cull_mode, ..Default::default() };
        let pipeline = Draw { primitive, ..Draw::new(SHADER) }.pipeline(&device);
        let target = canvas::target(&device, [64, 48], wgpu::TextureFormat::Rgba8Unorm);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.draw(0..3, 0..1);
        drop(pass);
        queue.submit([encoder.finish()]);
        let found = kit::read_texture(&device, &queue, &target);
        let drawn = found.chunks(4).filter(|texel| texel[3] == 255).count();
        let culled = cull_mode == Some(wgpu::Face::Front) || front_face == wgpu::FrontFace::Cw;
        assert_eq!(drawn == 0, culled, "{front_face:?} {cull_mode:?}");
        r.bytes(format!("{front_face:?} {cull_mode:?}"), found);
    }
}
