//! Every vertex format, from bytes to what the shader sees.

use wgpu::VertexFormat as F;

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

/// Format and its type in WGSL.
const FORMATS: &[(F, &str)] = &[
    (F::Uint8, "u32"),
    (F::Uint8x2, "vec2<u32>"),
    (F::Uint8x4, "vec4<u32>"),
    (F::Sint8, "i32"),
    (F::Sint8x2, "vec2<i32>"),
    (F::Sint8x4, "vec4<i32>"),
    (F::Unorm8, "f32"),
    (F::Unorm8x2, "vec2<f32>"),
    (F::Unorm8x4, "vec4<f32>"),
    (F::Snorm8, "f32"),
    (F::Snorm8x2, "vec2<f32>"),
    (F::Snorm8x4, "vec4<f32>"),
    (F::Uint16, "u32"),
    (F::Uint16x2, "vec2<u32>"),
    (F::Uint16x4, "vec4<u32>"),
    (F::Sint16, "i32"),
    (F::Sint16x2, "vec2<i32>"),
    (F::Sint16x4, "vec4<i32>"),
    (F::Unorm16, "f32"),
    (F::Unorm16x2, "vec2<f32>"),
    (F::Unorm16x4, "vec4<f32>"),
    (F::Snorm16, "f32"),
    (F::Snorm16x2, "vec2<f32>"),
    (F::Snorm16x4, "vec4<f32>"),
    (F::Float16, "f32"),
    (F::Float16x2, "vec2<f32>"),
    (F::Float16x4, "vec4<f32>"),
    (F::Float32, "f32"),
    (F::Float32x2, "vec2<f32>"),
    (F::Float32x3, "vec3<f32>"),
    (F::Float32x4, "vec4<f32>"),
    (F::Uint32, "u32"),
    (F::Uint32x2, "vec2<u32>"),
    (F::Uint32x3, "vec3<u32>"),
    (F::Uint32x4, "vec4<u32>"),
    (F::Sint32, "i32"),
    (F::Sint32x2, "vec2<i32>"),
    (F::Sint32x3, "vec3<i32>"),
    (F::Sint32x4, "vec4<i32>"),
    (F::Unorm10_10_10_2, "vec4<f32>"),
    (F::Unorm8x4Bgra, "vec4<f32>"),
];

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let bytes =
        [0x11, 0xfe, 0x43, 0x80, 0x00, 0x3c, 0x9a, 0xbd, 0x01, 0x00, 0x80, 0x3f, 0x77, 0x05, 0x20, 0xc1];
    let vertices = kit::buffer(&device, 32, wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&vertices, 0, &bytes);
    queue.write_buffer(&vertices, 16, &bytes);
    for &(format, ty) in FORMATS {
        let value = match ty.chars().nth(3) {
            None => "vec4<f32>(f32(in), 0.0, 0.0, 1.0)".to_owned(),
            Some('2') => "vec4<f32>(vec2<f32>(in), 0.0, 1.0)".to_owned(),
            Some('3') => "vec4<f32>(vec3<f32>(in), 1.0)".to_owned(),
            Some(_) => "vec4<f32>(in)".to_owned(),
        };
        let source = format!(
            "
            struct Out {{ @builtin(position) position: vec4<f32>, @location(0) @interpolate(flat) value: vec4<f32> }}
            @vertex fn vertex(@location(0) in: {ty}) -> Out {{ return Out(vec4<f32>(0.0, 0.0, 0.0, 1.0), {value}); }}
            @fragment fn fragment(in: Out) -> @location(0) vec4<f32> {{ return in.value; }}
            "
        );
        let (pipeline, error) = crate::caught(&device, || {
            Draw {
                buffers: &[Some(wgpu::VertexBufferLayout {
                    array_stride: 16,
                    step_mode: wgpu::VertexStepMode::Vertex,
                    attributes: &[wgpu::VertexAttribute { format, offset: 0, shader_location: 0 }],
                })],
                targets: &[Some(wgpu::TextureFormat::Rgba32Float.into())],
                primitive: wgpu::PrimitiveState {
                    topology: wgpu::PrimitiveTopology::PointList,
                    ..Default::default()
                },
                ..Draw::new(&source)
            }
            .pipeline(&device)
        })
        .await;
        r.error(format!("{format:?}"), error.as_ref());
        if error.is_some() {
            continue;
        }
        let target = canvas::target(&device, [1, 1], wgpu::TextureFormat::Rgba32Float);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.set_vertex_buffer(0, vertices.slice(..));
        pass.draw(0..1, 0..1);
        drop(pass);
        queue.submit([encoder.finish()]);
        let found = kit::read_texture(&device, &queue, &target);
        r.floats(format!("{format:?}, values"), &bytemuck::pod_collect_to_vec::<u8, f32>(&found), 1e-5);
    }
}
