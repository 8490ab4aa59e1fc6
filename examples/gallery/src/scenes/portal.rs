//! A portal: the stencil buffer says where the other world is seen, and where an outline belongs.

use std::f32::consts::FRAC_PI_2;

use image::RgbaImage;
use wgpu::{CompareFunction, StencilOperation, TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{Camera, HEIGHT, Instance, Kit, Spec, WIDTH, hue, wgsl};
use crate::math::{Mat4, Random, Vec3, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "portal", shows: "stencil: another world in a ring, and outlines round bodies", render };

const FORMAT: TextureFormat = TextureFormat::Depth24PlusStencil8;
/// Columns of this world, crystals of the other.
const COLUMNS: u32 = 10;
const CRYSTALS: u32 = 60;

/// Stencil values: what was drawn there.
const PORTAL: u32 = 1;
const OUTLINED: u32 = 2;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("portal", wgsl!("portal.wgsl"));
    let face = |compare, pass_op| wgpu::StencilFaceState { compare, pass_op, ..Default::default() };
    let base = Spec {
        depth_format: FORMAT,
        stencil: Some(face(CompareFunction::Always, StencilOperation::Keep)),
        ..Spec::bodies("here", &module)
    };
    let mark = Some(face(CompareFunction::Always, StencilOperation::Replace));
    let inside = Some(face(CompareFunction::Equal, StencilOperation::Keep));
    let outside = Some(face(CompareFunction::NotEqual, StencilOperation::Keep));
    let here = kit.pipeline(&base);
    let marked = kit.pipeline(&Spec { label: "marked", stencil: mark, ..base });
    let outline = kit.pipeline(&Spec { label: "outline", fragment: Some("glow"), stencil: outside, ..base });
    let there = kit.pipeline(&Spec { label: "there", fragment: Some("night"), stencil: inside, ..base });
    let sky = kit.pipeline(&Spec {
        label: "sky",
        vertex: "far",
        fragment: Some("stars"),
        buffers: &[],
        depth: Some(CompareFunction::Always),
        stencil: inside,
        ..base
    });

    let mut bodies = vec![Instance::new(Mat4::scale(vec3(40.0, 1.0, 40.0)), [0.85, 0.62, 0.4])];
    let at = |place: Vec3, scale: Vec3| Mat4::translation(place) * Mat4::scale(scale);
    for column in 0..COLUMNS {
        let side = if column % 2 == 0 { -1.0 } else { 1.0 };
        let z = 3.0 - 2.2 * (column / 2) as f32;
        bodies.push(Instance::new(at(vec3(side * 3.5, 0.0, z), vec3(0.4, 3.2, 0.4)), [0.9, 0.8, 0.65]));
    }
    let upright = Mat4::translation(vec3(0.0, 1.9, -1.5)) * Mat4::rotation(vec3(1.0, 0.0, 0.0), FRAC_PI_2);
    bodies.push(Instance::new(upright * Mat4::scale(vec3(1.75, 1.75, 1.75)), [0.3, 0.32, 0.42]));
    bodies.push(Instance::new(upright * Mat4::scale(vec3(1.75, 0.01, 1.75)), [0.0, 0.0, 0.0]));
    let mut random = Random::new(11);
    for crystal in 0..CRYSTALS {
        let (x, z) = (random.between(-7.0, 7.0), random.between(-18.0, -3.0));
        let tilt = Mat4::rotation(vec3(0.0, 0.0, 1.0), random.between(-0.5, 0.5));
        let size = vec3(0.28, random.between(0.8, 2.8), 0.28);
        let place = Mat4::translation(vec3(x, 0.0, z)) * tilt * Mat4::scale(size);
        bodies.push(Instance::new(place, hue(0.45 + 0.4 * crystal as f32 / CRYSTALS as f32)));
    }
    // Two bodies with outlines; each again, larger.
    for grown in [1.0, 1.09] {
        let ball = at(vec3(-2.1, 0.8, 2.2), vec3(0.8, 0.8, 0.8) * grown);
        bodies.push(Instance::new(ball, [0.1, 0.55, 0.75]));
        let turned = Mat4::rotation(vec3(0.0, 1.0, 0.0), 0.6);
        let cube = Mat4::translation(vec3(2.2, 0.65, 2.0)) * turned * Mat4::scale(vec3(0.6, 0.6, 0.6) * grown);
        bodies.push(Instance::new(cube, [0.8, 0.25, 0.2]));
    }
    let bodies = kit.storage(&bodies);
    let camera = kit.uniform(Camera::new(vec3(0.7, 2.1, 8.6), vec3(0.0, 1.55, -1.0), 0.75));
    let both = [camera.as_entire_binding(), bodies.as_entire_binding()];

    let (plane, column, ring) =
        (Shape::plane().upload(kit), Shape::cone(0.85).upload(kit), Shape::torus(0.1).upload(kit));
    let (sphere, cube, crystal) =
        (Shape::sphere().upload(kit), Shape::cube().upload(kit), Shape::cone(0.0).upload(kit));
    let depth = kit
        .texture("depth and stencil", [WIDTH, HEIGHT, 1], FORMAT, TextureUsages::RENDER_ATTACHMENT)
        .create_view(&Default::default());
    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &frame.color,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color { r: 0.95, g: 0.75, b: 0.5, a: 1.0 }),
                store: wgpu::StoreOp::Store,
            },
        })],
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &depth,
            depth_ops: Some(wgpu::Operations {
                load: wgpu::LoadOp::Clear(1.0),
                store: wgpu::StoreOp::Discard,
            }),
            stencil_ops: Some(wgpu::Operations {
                load: wgpu::LoadOp::Clear(0),
                store: wgpu::StoreOp::Discard,
            }),
        }),
        ..Default::default()
    });
    let group_of = |pipeline: &wgpu::RenderPipeline| kit.group(pipeline, &both);
    let (columns, last) = (1..1 + COLUMNS, 3 + COLUMNS + CRYSTALS);

    pass.set_pipeline(&here);
    pass.set_bind_group(0, &group_of(&here), &[]);
    plane.draw(&mut pass, 0..1);
    column.draw(&mut pass, columns.clone());
    ring.draw(&mut pass, columns.end..columns.end + 1);

    pass.set_pipeline(&marked);
    pass.set_bind_group(0, &group_of(&marked), &[]);
    pass.set_stencil_reference(OUTLINED);
    sphere.draw(&mut pass, last..last + 1);
    cube.draw(&mut pass, last + 1..last + 2);
    pass.set_stencil_reference(PORTAL);
    sphere.draw(&mut pass, columns.end + 1..columns.end + 2);

    // The other world: first nothing but its sky, infinitely far.
    pass.set_pipeline(&sky);
    pass.set_bind_group(0, &kit.group(&sky, &[camera.as_entire_binding()]), &[]);
    pass.draw(0..3, 0..1);
    pass.set_pipeline(&there);
    pass.set_bind_group(0, &group_of(&there), &[]);
    plane.draw(&mut pass, 0..1);
    crystal.draw(&mut pass, columns.end + 2..last);

    pass.set_pipeline(&outline);
    pass.set_bind_group(0, &group_of(&outline), &[]);
    pass.set_stencil_reference(OUTLINED);
    sphere.draw(&mut pass, last + 2..last + 3);
    cube.draw(&mut pass, last + 3..last + 4);
    drop(pass);
    kit.finish(&frame, encoder)
}
