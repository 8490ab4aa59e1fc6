//! Shadows: the scene seen from the light gives depths, which a comparison sampler looks up.

use std::f32::consts::TAU;

use image::RgbaImage;
use wgpu::TextureUsages;

use super::Scene;
use crate::kit::{Camera, DEPTH, Instance, Kit, Spec, begin, hue, sampler, view, wgsl};
use crate::math::{Mat4, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "shadows", shows: "depth texture, depth bias, comparison sampler, a pass without colour", render };

/// The shadow map's side.
const SIDE: u32 = 1024;
/// Columns in the circle.
const COLUMNS: u32 = 14;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut bodies = vec![Instance::new(Mat4::scale(vec3(30.0, 1.0, 30.0)), [0.8, 0.72, 0.6])];
    for column in 0..COLUMNS {
        let turn = column as f32 / COLUMNS as f32;
        let (sin, cos) = libm::sincosf(turn * TAU);
        let height = 2.6 + 0.9 * libm::sinf(2.0 * turn * TAU);
        let place = Mat4::translation(vec3(5.0 * cos, 0.0, 5.0 * sin));
        bodies.push(Instance::new(place * Mat4::scale(vec3(0.42, height, 0.42)), hue(turn)));
    }
    let ring = Mat4::translation(vec3(0.0, 1.75, 0.0)) * Mat4::rotation(vec3(0.8, 0.0, 0.6), 1.15);
    bodies.push(Instance::new(ring * Mat4::scale(vec3(1.6, 1.6, 1.6)), [0.95, 0.6, 0.1]));
    bodies.push(Instance::new(Mat4::translation(vec3(0.0, 1.75, 0.0)) * Mat4::scale(vec3(0.75, 0.75, 0.75)), [
        0.85, 0.1, 0.15,
    ]));
    let bodies = kit.storage(&bodies);
    let draw = |pass: &mut wgpu::RenderPass<'_>| {
        Shape::plane().upload(kit).draw(pass, 0..1);
        Shape::cone(0.8).upload(kit).draw(pass, 1..1 + COLUMNS);
        Shape::torus(0.16).upload(kit).draw(pass, 1 + COLUMNS..2 + COLUMNS);
        Shape::sphere().upload(kit).draw(pass, 2 + COLUMNS..3 + COLUMNS);
    };

    let sun = vec3(7.0, 9.0, 4.0);
    let light = Mat4::orthographic(9.5, 1.0, 30.0)
        * Mat4::look_at(sun * 1.3, vec3(0.0, 0.0, 0.0), vec3(0.0, 1.0, 0.0));
    let light = kit.uniform(light);
    let camera = kit.uniform(Camera::new(vec3(-5.5, 6.0, 10.5), vec3(0.0, 1.0, 0.0), 0.85));
    let usage = TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING;
    let map = kit.texture("shadow map", [SIDE, SIDE, 1], DEPTH, usage).create_view(&Default::default());
    let compare = kit.device.create_sampler(&wgpu::SamplerDescriptor {
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        compare: Some(wgpu::CompareFunction::LessEqual),
        ..Default::default()
    });

    let module = kit.module("shadows", wgsl!("shadows.wgsl"));
    let cast = kit.pipeline(&Spec {
        vertex: "from_light",
        fragment: None,
        bias: wgpu::DepthBiasState { constant: 2, slope_scale: 2.5, clamp: 0.0 },
        ..Spec::bodies("cast", &module)
    });
    let show = kit.pipeline(&Spec::bodies("show", &module));
    let from_light = kit.group(&cast, &[light.as_entire_binding(), bodies.as_entire_binding()]);
    let from_eye = kit.group(&show, &[
        light.as_entire_binding(),
        bodies.as_entire_binding(),
        camera.as_entire_binding(),
        view(&map),
        sampler(&compare),
    ]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = begin(&mut encoder, &[], Some(&map));
    pass.set_pipeline(&cast);
    pass.set_bind_group(0, &from_light, &[]);
    draw(&mut pass);
    drop(pass);
    let mut pass = frame.begin(&mut encoder, [0.55, 0.7, 0.9]);
    pass.set_pipeline(&show);
    pass.set_bind_group(0, &from_eye, &[]);
    draw(&mut pass);
    drop(pass);
    kit.finish(&frame, encoder)
}
