//! Lanterns that glow: light beyond white in a float target, blurred by half, and half again.

use image::RgbaImage;
use wgpu::{TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{Camera, HEIGHT, Instance, Kit, OPAQUE, Spec, WIDTH, begin, fill, hue, sampler, view, wgsl};
use crate::math::{Mat4, Random, vec3};
use crate::shape::Shape;

pub(crate) const SCENE: Scene =
    Scene { name: "bloom", shows: "a float target, a chain of smaller ones, added up and toned down", render };

const LANTERNS: u32 = 70;
const POSTS: u32 = 40;
/// How often the picture is halved.
const LEVELS: u32 = 5;
const HDR: TextureFormat = TextureFormat::Rgba16Float;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut random = Random::new(17);
    let mut bodies = vec![Instance::new(Mat4::scale(vec3(40.0, 1.0, 40.0)), [0.02, 0.02, 0.03])];
    for _ in 0..POSTS {
        let place = Mat4::translation(vec3(random.between(-9.0, 9.0), 0.0, random.between(-14.0, 1.0)));
        let high = random.between(0.5, 4.0);
        bodies.push(Instance::new(place * Mat4::scale(vec3(0.35, high, 0.35)), [0.03, 0.03, 0.045]));
    }
    for lantern in 0..LANTERNS {
        let (x, y) = (random.between(-7.0, 7.0), random.between(0.6, 5.2));
        let place = Mat4::translation(vec3(x, y, random.between(-10.0, 2.5)));
        let size = random.between(0.08, 0.2);
        let bright = random.between(5.0, 22.0);
        let [red, green, blue] = hue(lantern as f32 / LANTERNS as f32).map(|channel| channel * bright);
        // The fourth number says that it shines by itself.
        let color = [red, green, blue, 2.0];
        bodies.push(Instance { model: place * Mat4::scale(vec3(size, 1.3 * size, size)), color });
    }
    let bodies = kit.storage(&bodies);
    let camera = kit.uniform(Camera::new(vec3(0.0, 2.2, 9.0), vec3(0.0, 2.1, 0.0), 0.75));
    let module = kit.module("bloom", wgsl!("bloom.wgsl"));
    let float = [wgpu::ColorTargetState { format: HDR, ..OPAQUE }];
    let more = wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::One,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Add,
    };
    let added =
        [wgpu::ColorTargetState { format: HDR, blend: Some(wgpu::BlendState { color: more, alpha: more }), ..OPAQUE }];
    let draw = kit.pipeline(&Spec { targets: &float, ..Spec::bodies("lanterns", &module) });
    let everywhere = Spec { vertex: "everywhere", targets: &float, ..Spec::new("halve", &module) };
    let halve = kit.pipeline(&Spec { fragment: Some("halve"), ..everywhere });
    let spread = kit.pipeline(&Spec { fragment: Some("spread"), targets: &added, ..everywhere });
    let tone = kit.pipeline(&Spec { vertex: "everywhere", fragment: Some("tone"), ..Spec::new("tone", &module) });
    let linear = kit.linear(wgpu::AddressMode::ClampToEdge);
    let scene = kit.group(&draw, &[camera.as_entire_binding(), bodies.as_entire_binding()]);

    let usage = TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING;
    let chain: Vec<_> = (0..=LEVELS)
        .map(|level| {
            let size = [WIDTH >> level, HEIGHT >> level, 1];
            kit.texture("light", size, HDR, usage).create_view(&Default::default())
        })
        .collect();
    let frame = kit.frame();
    let mut encoder = kit.encoder();
    for (index, pair) in chain.windows(2).enumerate() {
        let [larger, smaller] = pair else { continue };
        if index == 0 {
            let mut pass = begin(&mut encoder, &[(larger, Some([0.003, 0.004, 0.014]))], Some(&frame.depth));
            pass.set_pipeline(&draw);
            pass.set_bind_group(0, &scene, &[]);
            Shape::plane().upload(kit).draw(&mut pass, 0..1);
            Shape::cone(0.5).upload(kit).draw(&mut pass, 1..1 + POSTS);
            Shape::sphere().upload(kit).draw(&mut pass, 1 + POSTS..1 + POSTS + LANTERNS);
        }
        let group = kit.bind(&halve.get_bind_group_layout(1), &[view(larger), sampler(&linear)]);
        let mut pass = begin(&mut encoder, &[(smaller, Some([0.0; 3]))], None);
        pass.set_pipeline(&halve);
        pass.set_bind_group(1, &group, &[]);
        pass.draw(0..3, 0..1);
    }
    // Back up again: each is added to the next larger.
    for pair in chain.windows(2).rev() {
        let [larger, smaller] = pair else { continue };
        let group = kit.bind(&spread.get_bind_group_layout(1), &[view(smaller), sampler(&linear)]);
        let mut pass = begin(&mut encoder, &[(larger, None)], None);
        pass.set_pipeline(&spread);
        pass.set_bind_group(1, &group, &[]);
        pass.draw(0..3, 0..1);
    }
    if let Some(whole) = chain.first() {
        let group = kit.bind(&tone.get_bind_group_layout(0), &[view(whole)]);
        fill(&mut encoder, &frame.color, &tone, Some(&group));
    }
    kit.finish(&frame, encoder)
}
