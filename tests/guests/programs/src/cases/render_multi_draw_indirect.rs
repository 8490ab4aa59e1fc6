//! Several draws by one call, from a list of arguments.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        var corners = array<vec2<f32>, 3>(vec2(-0.2, -0.2), vec2(0.2, -0.2), vec2(0.0, 0.2));
        let place = f32(index / 3u);
        return vec4<f32>(corners[index % 3u] + vec2<f32>(place * 0.4 - 0.8, 0.0), 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let upload = |usage, words: &[u32]| {
        let buffer = kit::buffer(&device, 256, usage | wgpu::BufferUsages::COPY_DST);
        queue.write_buffer(&buffer, 0, bytemuck::cast_slice(words));
        buffer
    };
    let plain = upload(wgpu::BufferUsages::INDIRECT, &[3, 1, 0, 0, 3, 1, 6, 0, 3, 1, 9, 0]);
    let indexed = upload(wgpu::BufferUsages::INDIRECT, &[3, 1, 0, 3, 0, 3, 1, 0, 12, 0]);
    let indices = upload(wgpu::BufferUsages::INDEX, &[0, 1, 2]);
    let pipeline = Draw::new(SHADER).pipeline(&device);
    let target = canvas::target(&device, [40, 16], wgpu::TextureFormat::Rgba8Unorm);
    for (name, count) in [("two", 2), ("three", 3), ("none", 0)] {
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.multi_draw_indirect(&plain, 0, count);
        pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
        pass.multi_draw_indexed_indirect(&indexed, 0, count.min(2));
        drop(pass);
        queue.submit([encoder.finish()]);
        r.bytes(name, kit::read_texture(&device, &queue, &target));
    }
}
