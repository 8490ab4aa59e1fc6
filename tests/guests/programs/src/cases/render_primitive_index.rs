//! Features of shaders in the render stages, where the adapter has them: primitive index, clip distances,
//! depth clip control.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const VERTEX: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        var corners = array<vec2<f32>, 4>(vec2(-1.0, -1.0), vec2(1.0, -1.0), vec2(-1.0, 1.0), vec2(1.0, 1.0));
        return vec4<f32>(corners[index], f32(index) - 1.0, 1.0);
    }
";
const PRIMITIVE: &str = "
    @fragment fn fragment(@builtin(primitive_index) index: u32) -> @location(0) vec4<f32> {
        return vec4<f32>(f32(index) / 2.0, 1.0, 0.0, 1.0);
    }
";
const PLAIN: &str = "@fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }";
const CLIP: &str = "
    enable clip_distances;
    struct Out { @builtin(position) position: vec4<f32>, @builtin(clip_distances) distances: array<f32, 1> }
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> Out {
        let at = vec2<f32>(f32(index & 1u), f32(index >> 1u)) * 2.0 - 1.0;
        return Out(vec4<f32>(at, 0.0, 1.0), array<f32, 1>(at.x + 0.25));
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::Features as F;
    let primitive_index = format!("enable primitive_index;\n{VERTEX}{PRIMITIVE}");
    let plain = format!("{VERTEX}{PLAIN}");
    for (feature, source, unclipped_depth) in [
        (F::PRIMITIVE_INDEX, primitive_index.as_str(), false),
        (F::DEPTH_CLIP_CONTROL, plain.as_str(), true),
        (F::CLIP_DISTANCES, CLIP, false),
    ] {
        let supported = gpu.adapter.features().contains(feature);
        r.number(format!("{feature:?}"), supported);
        if !supported {
            continue;
        }
        let (device, queue) = gpu.device_with(feature, wgpu::Limits::default()).await;
        let pipeline = Draw {
            primitive: wgpu::PrimitiveState {
                topology: wgpu::PrimitiveTopology::TriangleStrip,
                unclipped_depth,
                ..Default::default()
            },
            ..Draw::new(source)
        }
        .pipeline(&device);
        let target = canvas::target(&device, [16, 16], wgpu::TextureFormat::Rgba8Unorm);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.draw(0..4, 0..1);
        drop(pass);
        queue.submit([encoder.finish()]);
        r.bytes(format!("{feature:?}, image"), kit::read_texture(&device, &queue, &target));
    }
}
