//! Index buffers of both formats, base vertex, strips with primitive restart, lines and points.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex(@location(0) at: vec2<f32>) -> @builtin(position) vec4<f32> {
        return vec4<f32>(at, 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0, 0.5, 0.25, 1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::{IndexFormat as I, PrimitiveTopology as T};
    let (device, queue) = gpu.device().await;
    let vertices: Vec<[f32; 2]> =
        (0..32_u8).map(|at| [f32::from(at % 8) / 4.0 - 0.9, f32::from(at / 8) / 2.0 - 0.8]).collect();
    let vertex_buffer = kit::buffer(&device, 256, wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&vertex_buffer, 0, bytemuck::cast_slice(&vertices));
    let short = kit::buffer(&device, 64, wgpu::BufferUsages::INDEX | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&short, 0, bytemuck::cast_slice(&[0_u16, 8, 1, 9, 2, 0xffff, 4, 12, 5, 13, 6, 14]));
    let long = kit::buffer(&device, 64, wgpu::BufferUsages::INDEX | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&long, 0, bytemuck::cast_slice(&[99_u32, 0, 8, 1, 3, 12, 5, 6, 22, 15]));

    for (name, topology, strip_index_format, indices, format, range, base_vertex) in [
        ("triangles", T::TriangleList, None, long.slice(4..), I::Uint32, 0..9, 0),
        ("base vertex", T::TriangleList, None, long.slice(..), I::Uint32, 1..4, 8),
        ("strip", T::TriangleStrip, Some(I::Uint16), short.slice(..24), I::Uint16, 0..12, 0),
        ("line strip", T::LineStrip, Some(I::Uint16), short.slice(..), I::Uint16, 0..11, 8),
        ("lines", T::LineList, None, short.slice(..), I::Uint16, 0..4, 1),
        ("points", T::PointList, None, short.slice(..), I::Uint16, 0..5, 0),
    ] {
        let pipeline = Draw {
            buffers: &[Some(wgpu::VertexBufferLayout {
                array_stride: 8,
                step_mode: wgpu::VertexStepMode::Vertex,
                attributes: &wgpu::vertex_attr_array![0 => Float32x2],
            })],
            primitive: wgpu::PrimitiveState { topology, strip_index_format, ..Default::default() },
            ..Draw::new(SHADER)
        }
        .pipeline(&device);
        let target = canvas::target(&device, [48, 48], wgpu::TextureFormat::Rgba8Unorm);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.set_vertex_buffer(0, vertex_buffer.slice(..));
        pass.set_index_buffer(indices, format);
        pass.draw_indexed(range, base_vertex, 0..1);
        drop(pass);
        queue.submit([encoder.finish()]);
        let found = kit::read_texture(&device, &queue, &target);
        assert!(found.iter().any(|&byte| byte != 0), "{name}: something is drawn");
        r.bytes(name, found);
    }
}
