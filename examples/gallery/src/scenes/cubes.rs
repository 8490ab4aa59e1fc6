//! A field of cubes: depth, and what is different of each cube in a vertex buffer of its own.

use image::RgbaImage;
use wgpu::BufferUsages;

use super::Scene;
use crate::kit::{Camera, Kit, Spec, wgsl};
use crate::math::vec3;
use crate::shape::{Shape, Vertex};

pub(crate) const SCENE: Scene =
    Scene { name: "cubes", shows: "depth buffer, instances from a vertex buffer, back faces culled", render };

/// Cubes a side.
const SIDE: i32 = 34;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    // Where each stands, how high it is, and its hue.
    let blocks: Vec<[f32; 4]> = (0..SIDE * SIDE)
        .map(|index| {
            let (x, z) = ((index % SIDE - SIDE / 2) as f32, (index / SIDE - SIDE / 2) as f32);
            let distance = (x * x + z * z).sqrt();
            let height = 1.7 + 1.5 * libm::cosf(0.62 * distance) * libm::expf(-0.055 * distance);
            [x, z, height, 0.062 * distance + 0.08 * libm::sinf(0.4 * x)]
        })
        .collect();
    let blocks = kit.buffer("blocks", BufferUsages::VERTEX, &blocks);
    let layout = wgpu::VertexBufferLayout {
        array_stride: 16,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes: &wgpu::vertex_attr_array![3 => Float32x4],
    };
    let module = kit.module("cubes", wgsl!("cubes.wgsl"));
    let pipeline = kit.pipeline(&Spec {
        buffers: &[Vertex::LAYOUT, layout],
        primitive: wgpu::PrimitiveState { cull_mode: Some(wgpu::Face::Back), ..Default::default() },
        ..Spec::bodies("cubes", &module)
    });
    let camera = kit.uniform(Camera::new(vec3(11.0, 11.5, 15.0), vec3(0.0, 0.2, 0.0), 0.8));
    let group = kit.group(&pipeline, &[camera.as_entire_binding()]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = frame.begin(&mut encoder, [0.02, 0.02, 0.05]);
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.set_vertex_buffer(1, blocks.slice(..));
    Shape::cube().upload(kit).draw(&mut pass, 0..(SIDE * SIDE) as u32);
    drop(pass);
    kit.finish(&frame, encoder)
}
