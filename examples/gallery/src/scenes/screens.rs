//! Cubes with screens: what is drawn into one texture is seen on every face.

use image::RgbaImage;
use wgpu::{TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{COLOR, Camera, DEPTH, Instance, Kit, Spec, begin, hue, sampler, view, wgsl};
use crate::math::{Mat4, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "screens", shows: "a texture drawn with its own depth buffer, then shown on cubes", render };

const SIDE: u32 = 256;
const RINGS: u32 = 9;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut bodies = Vec::new();
    for ring in 0..RINGS {
        let turn = ring as f32 / RINGS as f32;
        let size = 0.35 + 1.5 * turn;
        let place = Mat4::rotation(vec3(0.8, 0.0, 0.6), 5.0 * turn) * Mat4::scale(vec3(size, size, size));
        bodies.push(Instance::new(place, hue(turn)));
    }
    for (x, z, height, size, turn) in [
        (0.0, 0.0, 1.2, 1.2, 0.7),
        (-3.1, -0.6, 0.8, 0.8, 0.25),
        (2.7, 0.9, 0.7, 0.7, 1.1),
        (-1.6, 2.3, 0.45, 0.45, 0.5),
        (1.5, -3.4, 1.0, 1.0, 0.1),
        (1.3, 2.7, 0.35, 0.35, 1.3),
    ] {
        let place = Mat4::translation(vec3(x, height, z)) * Mat4::rotation(vec3(0.0, 1.0, 0.0), turn);
        bodies.push(Instance::new(place * Mat4::scale(vec3(size, size, size)), [1.0, 1.0, 1.0]));
    }
    let last = bodies.len() as u32;
    bodies.push(Instance::new(Mat4::scale(vec3(30.0, 1.0, 30.0)), [0.0, 0.0, 0.0]));
    let bodies = kit.storage(&bodies);

    let module = kit.module("screens", wgsl!("screens.wgsl"));
    let inner = kit.pipeline(&Spec::bodies("inner", &module));
    let outer = kit.pipeline(&Spec { fragment: Some("screen"), ..Spec::bodies("outer", &module) });
    let usage = TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING;
    let made = |label, format: TextureFormat| {
        kit.texture(label, [SIDE, SIDE, 1], format, usage).create_view(&Default::default())
    };
    let (picture, depth) = (made("screen", COLOR), made("its depth", DEPTH));
    let close = kit.uniform(Camera::with_aspect(vec3(0.0, 1.2, 5.4), vec3(0.0, 0.0, 0.0), 0.85, 1.0));
    let whole = kit.uniform(Camera::new(vec3(-1.2, 3.4, 8.2), vec3(0.0, 0.85, 0.0), 0.8));
    let linear = kit.linear(wgpu::AddressMode::ClampToEdge);
    let drawn = kit.group(&inner, &[close.as_entire_binding(), bodies.as_entire_binding()]);
    let shown = kit.group(&outer, &[
        whole.as_entire_binding(),
        bodies.as_entire_binding(),
        view(&picture),
        sampler(&linear),
    ]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = begin(&mut encoder, &[(&picture, Some([0.02, 0.03, 0.08]))], Some(&depth));
    pass.set_pipeline(&inner);
    pass.set_bind_group(0, &drawn, &[]);
    Shape::torus(0.09).upload(kit).draw(&mut pass, 0..RINGS);
    drop(pass);
    let mut pass = frame.begin(&mut encoder, [0.012, 0.012, 0.02]);
    pass.set_pipeline(&outer);
    pass.set_bind_group(0, &shown, &[]);
    Shape::cube().upload(kit).draw(&mut pass, RINGS..last);
    Shape::plane().upload(kit).draw(&mut pass, last..last + 1);
    drop(pass);
    kit.finish(&frame, encoder)
}
