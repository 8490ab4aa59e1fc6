//! Mirroring spheres under a sky in a cube map.

use std::f32::consts::TAU;

use image::RgbaImage;
use wgpu::{TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{Camera, Instance, Kit, Spec, begin, hue, sampler, view, wgsl};
use crate::math::{Mat4, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "mirrors", shows: "a cube map drawn face by face, as background and in reflections", render };

const SIDE: u32 = 256;
const FACES: u32 = 6;
/// Spheres about the large one.
const SMALL: u32 = 12;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("mirrors", wgsl!("mirrors.wgsl"));
    let usage = TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING;
    let cube = kit.texture("sky", [SIDE, SIDE, FACES], TextureFormat::Rgba16Float, usage);
    let format = wgpu::ColorTargetState { format: TextureFormat::Rgba16Float, ..crate::kit::OPAQUE };
    let paint = kit.pipeline(&Spec {
        vertex: "face_vs",
        fragment: Some("face_fs"),
        targets: &[format],
        ..Spec::new("face", &module)
    });
    let mut encoder = kit.encoder();
    for face in 0..FACES {
        let target = cube.create_view(&wgpu::TextureViewDescriptor {
            dimension: Some(wgpu::TextureViewDimension::D2),
            base_array_layer: face,
            array_layer_count: Some(1),
            ..Default::default()
        });
        let mut pass = begin(&mut encoder, &[(&target, Some([0.0; 3]))], None);
        pass.set_pipeline(&paint);
        // The first instance's number tells the shader which face it paints.
        pass.draw(0..3, face..face + 1);
    }

    let mut spheres = vec![Instance::new(Mat4::scale(vec3(1.5, 1.5, 1.5)), [0.95, 0.95, 0.95])];
    for index in 0..SMALL {
        let turn = index as f32 / SMALL as f32;
        let (sin, cos) = libm::sincosf(turn * TAU);
        let place = Mat4::translation(vec3(2.9 * cos, 0.75 * libm::sinf(3.0 * turn * TAU), 2.9 * sin));
        spheres.push(Instance::new(place * Mat4::scale(vec3(0.45, 0.45, 0.45)), hue(turn)));
    }
    let spheres = kit.storage(&spheres);
    let camera = kit.uniform(Camera::new(vec3(0.6, 1.0, 6.6), vec3(0.0, 0.05, 0.0), 0.8));
    let sky = cube.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(wgpu::TextureViewDimension::Cube),
        ..Default::default()
    });
    let linear = kit.linear(wgpu::AddressMode::ClampToEdge);
    let background = kit.pipeline(&Spec {
        vertex: "sky_vs",
        fragment: Some("sky_fs"),
        depth: Some(wgpu::CompareFunction::LessEqual),
        depth_write: false,
        ..Spec::new("background", &module)
    });
    let bodies = kit.pipeline(&Spec::bodies("spheres", &module));
    let common = [camera.as_entire_binding(), view(&sky), sampler(&linear), spheres.as_entire_binding()];
    let [eye, map, filter, all] = common;
    let behind = kit.group(&background, &[eye.clone(), map.clone(), filter.clone()]);
    let before = kit.group(&bodies, &[eye, map, filter, all]);

    let frame = kit.frame();
    let mut pass = frame.begin(&mut encoder, [0.0; 3]);
    pass.set_pipeline(&bodies);
    pass.set_bind_group(0, &before, &[]);
    Shape::sphere().upload(kit).draw(&mut pass, 0..1 + SMALL);
    // Last, where nothing stands before it.
    pass.set_pipeline(&background);
    pass.set_bind_group(0, &behind, &[]);
    pass.draw(0..3, 0..1);
    drop(pass);
    kit.finish(&frame, encoder)
}
