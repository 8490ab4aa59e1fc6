//! Many instances from a buffer that steps per instance; first vertex and first instance.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    struct Out { @builtin(position) position: vec4<f32>, @location(0) @interpolate(flat) color: u32 }
    @vertex fn vertex(
        @location(0) corner: vec2<f32>,
        @location(1) place: vec2<f32>,
        @location(2) color: u32,
    ) -> Out {
        return Out(vec4<f32>(corner * 0.1 + place, 0.0, 1.0), color);
    }
    @fragment fn fragment(in: Out) -> @location(0) vec4<f32> { return unpack4x8unorm(in.color); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST;
    let vertices = kit::buffer(&device, 4 * 8, usage);
    queue.write_buffer(
        &vertices,
        0,
        bytemuck::cast_slice(&[[9.0_f32, 9.0], [-1.0, -1.0], [1.0, -1.0], [0.0, 1.0]]),
    );
    let places: Vec<[u32; 3]> = (0..64_u8)
        .map(|at| {
            let place = |step: u8| (f32::from(step) / 4.0 - 0.875).to_bits();
            [place(at % 8), place(at / 8), 0xff00_0000 | (u32::from(at) * 0x0002_0304 % 0xff_ffff)]
        })
        .collect();
    let instances = kit::buffer(&device, 64 * 12, usage);
    queue.write_buffer(&instances, 0, bytemuck::cast_slice(&places));
    let pipeline = Draw {
        buffers: &[
            Some(wgpu::VertexBufferLayout {
                array_stride: 8,
                step_mode: wgpu::VertexStepMode::Vertex,
                attributes: &wgpu::vertex_attr_array![0 => Float32x2],
            }),
            Some(wgpu::VertexBufferLayout {
                array_stride: 12,
                step_mode: wgpu::VertexStepMode::Instance,
                attributes: &wgpu::vertex_attr_array![1 => Float32x2, 2 => Uint32],
            }),
        ],
        ..Draw::new(SHADER)
    }
    .pipeline(&device);
    let target = canvas::target(&device, [64, 64], wgpu::TextureFormat::Rgba8Unorm);
    let view = kit::view(&target);
    let mut encoder = kit::encoder(&device);
    let mut pass = canvas::pass(&mut encoder, &view);
    pass.set_pipeline(&pipeline);
    pass.set_vertex_buffer(0, vertices.slice(..));
    pass.set_vertex_buffer(1, instances.slice(..));
    pass.draw(1..4, 3..61);
    drop(pass);
    queue.submit([encoder.finish()]);
    r.bytes("image", kit::read_texture(&device, &queue, &target));
}
