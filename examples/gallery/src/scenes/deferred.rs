//! Deferred shading: one pass writes colour, normal and place, another lights them by many lamps.

use image::RgbaImage;
use wgpu::TextureFormat;

use super::Scene;
use crate::kit::{Camera, HEIGHT, Instance, Kit, OPAQUE, Spec, WIDTH, begin, hue, view, wgsl};
use crate::math::{Mat4, Random, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "deferred", shows: "three targets in one pass, below left; 64 lamps light them in the next", render };

/// As deferred.wgsl has it.
const LAMPS: u32 = 64;
const SIDE: i32 = 9;
/// What the first pass writes: colour, normal, place.
const FORMATS: [TextureFormat; 3] =
    [TextureFormat::Rgba8Unorm, TextureFormat::Rgba16Float, TextureFormat::Rgba16Float];

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut random = Random::new(4);
    let mut bodies = vec![Instance::new(Mat4::scale(vec3(30.0, 1.0, 30.0)), [0.55, 0.55, 0.6])];
    let (mut balls, mut rings) = (Vec::new(), Vec::new());
    for index in 0..SIDE * SIDE {
        let (x, z) = ((index % SIDE - SIDE / 2) as f32 * 1.7, (index / SIDE - SIDE / 2) as f32 * 1.7);
        let light = random.between(0.6, 0.95);
        let color = [light, light, 0.9 * light];
        if (index + index / SIDE) % 2 == 0 {
            let size = random.between(0.45, 0.62);
            let place = Mat4::translation(vec3(x, size, z));
            balls.push(Instance::new(place * Mat4::scale(vec3(size, size, size)), color));
        } else {
            let axis = vec3(random.between(-1.0, 1.0), 0.4, random.between(-1.0, 1.0)).normalize();
            let turn = Mat4::rotation(axis, random.between(0.4, 1.2));
            let place = Mat4::translation(vec3(x, 0.6, z)) * turn;
            rings.push(Instance::new(place * Mat4::scale(vec3(0.48, 0.48, 0.48)), color));
        }
    }
    let (first, second) = (1 + balls.len() as u32, 1 + (balls.len() + rings.len()) as u32);
    bodies.extend(balls.into_iter().chain(rings));
    let bodies = kit.storage(&bodies);
    let lamps: Vec<[[f32; 4]; 2]> = (0..LAMPS)
        .map(|_| {
            let (x, z) = (random.between(-7.5, 7.5), random.between(-7.5, 7.0));
            let [red, green, blue] = hue(random.between(0.0, 1.0));
            [[x, random.between(0.35, 1.5), z, random.between(0.5, 1.2)], [red, green, blue, 1.0]]
        })
        .collect();
    let lamps = kit.buffer("lamps", wgpu::BufferUsages::UNIFORM, &lamps);
    let camera = kit.uniform(Camera::new(vec3(3.2, 5.2, 9.6), vec3(0.0, 0.0, 0.6), 0.8));

    let module = kit.module("deferred", wgsl!("deferred.wgsl"));
    let targets = FORMATS.map(|format| wgpu::ColorTargetState { format, ..OPAQUE });
    let write =
        kit.pipeline(&Spec { fragment: Some("write"), targets: &targets, ..Spec::bodies("write", &module) });
    let light =
        kit.pipeline(&Spec { vertex: "fill", fragment: Some("light"), ..Spec::new("light", &module) });
    let inset =
        kit.pipeline(&Spec { vertex: "fill", fragment: Some("inset"), ..Spec::new("inset", &module) });
    let [color, normal, place] = FORMATS.map(|format| kit.canvas("target", format));
    let all = [view(&color), view(&normal), view(&place)];
    let scene = kit.group(&write, &[camera.as_entire_binding(), bodies.as_entire_binding()]);
    let lighting = [
        kit.bind(&light.get_bind_group_layout(1), &all),
        kit.bind(&light.get_bind_group_layout(2), &[camera.as_entire_binding(), lamps.as_entire_binding()]),
    ];
    let looking = kit.bind(&inset.get_bind_group_layout(1), &all);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let cleared = [&color, &normal, &place].map(|target| (target, Some([0.0; 3])));
    let mut pass = begin(&mut encoder, &cleared, Some(&frame.depth));
    pass.set_pipeline(&write);
    pass.set_bind_group(0, &scene, &[]);
    Shape::plane().upload(kit).draw(&mut pass, 0..1);
    Shape::sphere().upload(kit).draw(&mut pass, 1..first);
    Shape::torus(0.35).upload(kit).draw(&mut pass, first..second);
    drop(pass);
    let mut pass = begin(&mut encoder, &[(&frame.color, Some([0.0; 3]))], None);
    pass.set_pipeline(&light);
    for (index, group) in (1..).zip(&lighting) {
        pass.set_bind_group(index, group, &[]);
    }
    pass.draw(0..3, 0..1);
    // What was written, small.
    pass.set_pipeline(&inset);
    pass.set_bind_group(1, &looking, &[]);
    let (width, height) = (WIDTH as f32 / 6.0, HEIGHT as f32 / 6.0);
    for which in 0..3 {
        let left = 8.0 + (width + 8.0) * which as f32;
        pass.set_viewport(left, HEIGHT as f32 - height - 8.0, width, height, 0.0, 1.0);
        pass.draw(0..3, which..which + 1);
    }
    drop(pass);
    kit.finish(&frame, encoder)
}
