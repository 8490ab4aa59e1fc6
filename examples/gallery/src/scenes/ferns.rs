//! Ferns: leaves cut out by alpha to coverage, so that they need no order; their data packed small.

use bytemuck::{Pod, Zeroable};
use image::RgbaImage;
use wgpu::{BufferUsages, TextureUsages};

use super::Scene;
use crate::kit::{COLOR, Camera, DEPTH, HEIGHT, Kit, Spec, WIDTH, hue, plain, wgsl};
use crate::math::{Random, vec3};

pub(crate) const SCENE: Scene =
    Scene { name: "ferns", shows: "alpha to coverage, four samples with depth, packed vertex formats", render };

const FERNS: u32 = 420;
const FRONDS: u32 = 9;
/// Squares along a frond; as ferns.wgsl has it.
const PARTS: u32 = 8;

/// A frond, in twelve bytes.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Frond {
    /// x and z, of 12: Snorm16x2.
    place: [i16; 2],
    /// Unorm8x4.
    tint: [u8; 4],
    /// Direction, length, bend, kind: Uint8x4.
    form: [u8; 4],
}

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut random = Random::new(13);
    let mut fronds = Vec::new();
    for _ in 0..FERNS {
        let (x, z) = (random.between(-1.0, 1.0), random.between(-1.0, 0.42));
        let [red, green, blue] = hue(random.between(0.2, 0.42)).map(|channel| (channel * 200.0) as u8);
        let (length, first) = (random.between(90.0, 210.0) as u8, random.between(0.0, 255.0) as u8);
        for frond in 0..FRONDS {
            let direction = first.wrapping_add((frond * 255 / FRONDS) as u8);
            fronds.push(Frond {
                place: [x, z].map(|at| (at * 32767.0) as i16),
                tint: [red, green, blue, random.between(150.0, 255.0) as u8],
                form: [direction, length, random.between(90.0, 220.0) as u8, 0],
            });
        }
    }
    let count = fronds.len() as u32;
    let fronds = kit.buffer("fronds", BufferUsages::VERTEX, &fronds);
    let layout = wgpu::VertexBufferLayout {
        array_stride: size_of::<Frond>() as u64,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes: &wgpu::vertex_attr_array![0 => Snorm16x2, 1 => Unorm8x4, 2 => Uint8x4],
    };
    let module = kit.module("ferns", wgsl!("ferns.wgsl"));
    let four = wgpu::MultisampleState { count: 4, ..Default::default() };
    let leaves = kit.pipeline(&Spec {
        buffers: &[layout],
        multisample: wgpu::MultisampleState { alpha_to_coverage_enabled: true, ..four },
        ..Spec::bodies("fronds", &module)
    });
    let behind = kit.pipeline(&Spec {
        vertex: "ground_vs",
        fragment: Some("ground_fs"),
        depth: Some(wgpu::CompareFunction::Always),
        depth_write: false,
        multisample: four,
        ..Spec::new("ground", &module)
    });
    let camera = kit.uniform(Camera::new(vec3(0.0, 2.3, 8.0), vec3(0.0, 0.75, 0.0), 0.75));
    let samples = |label, format| {
        let descriptor = wgpu::TextureDescriptor {
            sample_count: 4,
            ..plain(label, [WIDTH, HEIGHT, 1], format, TextureUsages::RENDER_ATTACHMENT)
        };
        kit.device.create_texture(&descriptor).create_view(&Default::default())
    };
    let (color, depth) = (samples("samples", COLOR), samples("their depth", DEPTH));
    let groups = [&behind, &leaves].map(|pipeline| kit.group(pipeline, &[camera.as_entire_binding()]));

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &color,
            depth_slice: None,
            resolve_target: Some(&frame.color),
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                store: wgpu::StoreOp::Discard,
            },
        })],
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &depth,
            depth_ops: Some(wgpu::Operations {
                load: wgpu::LoadOp::Clear(1.0),
                store: wgpu::StoreOp::Discard,
            }),
            stencil_ops: None,
        }),
        ..Default::default()
    });
    let [ground, ferns] = &groups;
    pass.set_pipeline(&behind);
    pass.set_bind_group(0, ground, &[]);
    pass.draw(0..3, 0..1);
    pass.set_pipeline(&leaves);
    pass.set_bind_group(0, ferns, &[]);
    pass.set_vertex_buffer(0, fronds.slice(..));
    pass.draw(0..6 * PARTS, 0..count);
    drop(pass);
    kit.finish(&frame, encoder)
}
