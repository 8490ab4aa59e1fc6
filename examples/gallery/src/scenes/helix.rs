//! A helix of cubes: each with its own part of one uniform buffer, chosen by a dynamic offset.

use image::RgbaImage;
use wgpu::{BufferUsages, ShaderStages};

use super::Scene;
use crate::kit::{Camera, Instance, Kit, Spec, hue, wgsl};
use crate::math::{Mat4, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "helix", shows: "uniform values at dynamic offsets, an explicit layout of two groups", render };

const CUBES: u32 = 120;
/// WebGPU's alignment of dynamic offsets.
const SLOT: u32 = 256;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut values = Vec::new();
    for index in 0..CUBES {
        let strand = (index % 2) as f32;
        let along = (index / 2) as f32 / (CUBES / 2) as f32;
        let angle = 15.0 * along + std::f32::consts::PI * strand;
        let size = 0.17 + 0.2 * libm::sinf(std::f32::consts::PI * along);
        let place = vec3(11.0 * (along - 0.5), 1.7 * libm::sinf(angle), 1.7 * libm::cosf(angle));
        let turn = Mat4::rotation(vec3(0.6, 0.0, 0.8), 6.0 * along + strand);
        let model = Mat4::translation(place) * turn * Mat4::scale(vec3(size, size, size));
        values.extend_from_slice(bytemuck::bytes_of(&Instance::new(model, hue(0.9 * along + 0.45 * strand))));
        values.resize(((index + 1) * SLOT) as usize, 0);
    }
    let values = kit.buffer("values", BufferUsages::UNIFORM, &values);
    let camera = kit.uniform(Camera::new(vec3(-3.4, 2.2, 8.2), vec3(-0.25, -0.1, 0.0), 0.8));

    let entry = |visibility, has_dynamic_offset, size| wgpu::BindGroupLayoutEntry {
        binding: 0,
        visibility,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset,
            min_binding_size: wgpu::BufferSize::new(size),
        },
        count: None,
    };
    let layouts = [
        entry(ShaderStages::VERTEX_FRAGMENT, false, size_of::<Camera>() as u64),
        entry(ShaderStages::VERTEX, true, size_of::<Instance>() as u64),
    ]
    .map(|entry| {
        kit.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("one buffer"),
            entries: &[entry],
        })
    });
    let [eye, own] = &layouts;
    let layout = kit.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("helix"),
        bind_group_layouts: &[Some(eye), Some(own)],
        immediate_size: 0,
    });
    let module = kit.module("helix", wgsl!("helix.wgsl"));
    let pipeline = kit.pipeline(&Spec { layout: Some(&layout), ..Spec::bodies("helix", &module) });
    let camera = kit.bind(eye, &[camera.as_entire_binding()]);
    let one = wgpu::BindingResource::Buffer(wgpu::BufferBinding {
        buffer: &values,
        offset: 0,
        size: wgpu::BufferSize::new(size_of::<Instance>() as u64),
    });
    let one = kit.bind(own, &[one]);

    let cube = Shape::cube().upload(kit);
    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = frame.begin(&mut encoder, [0.9, 0.88, 0.82]);
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &camera, &[]);
    for index in 0..CUBES {
        pass.set_bind_group(1, &one, &[index * SLOT]);
        cube.draw(&mut pass, 0..1);
    }
    drop(pass);
    kit.finish(&frame, encoder)
}
