//! Two thousand rabbits, each a blended square.

use image::RgbaImage;
use wgpu::{BufferUsages, TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{BLENDED, Kit, OPAQUE, Spec, begin, hue, sampler, view, wgsl};
use crate::math::Random;

pub(crate) const SCENE: Scene =
    Scene { name: "sprites", shows: "2,000 instanced, rotated, tinted sprites, blended by alpha", render };

const COUNT: u32 = 2000;
const SIDE: u32 = 64;

/// Place, size, turn; tint and opacity.
type Sprite = [[f32; 4]; 2];

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut random = Random::new(9);
    let sprites: Vec<Sprite> = (0..COUNT)
        .map(|index| {
            // The later, the nearer: larger and lower.
            let near = index as f32 / COUNT as f32;
            let (x, y) = (random.between(-1.08, 1.08), 0.7 - 1.75 * near + random.between(-0.16, 0.12));
            let size = 0.022 + 0.085 * near * near + random.between(0.0, 0.012);
            let [red, green, blue] = hue(0.55 + 0.5 * near + random.between(-0.12, 0.12));
            [[x, y, size, random.between(-0.45, 0.45)], [red, green, blue, random.between(0.55, 1.0)]]
        })
        .collect();
    let sprites = kit.buffer("sprites", BufferUsages::VERTEX, &sprites);
    let layout = wgpu::VertexBufferLayout {
        array_stride: size_of::<Sprite>() as u64,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes: &wgpu::vertex_attr_array![0 => Float32x4, 1 => Float32x4],
    };
    let module = kit.module("sprites", wgsl!("sprites.wgsl"));
    let usage = TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING;
    let format = TextureFormat::Rgba8UnormSrgb;
    let rabbit = kit.texture("rabbit", [SIDE, SIDE, 1], format, usage).create_view(&Default::default());
    let paint = kit.pipeline(&Spec {
        vertex: "everywhere",
        fragment: Some("rabbit"),
        targets: &[OPAQUE],
        ..Spec::new("rabbit", &module)
    });
    let meadow = kit.pipeline(&Spec {
        vertex: "everywhere",
        fragment: Some("meadow"),
        ..Spec::new("meadow", &module)
    });
    let draw = kit.pipeline(&Spec { buffers: &[layout], targets: &[BLENDED], ..Spec::new("sprites", &module) });
    let linear = kit.linear(wgpu::AddressMode::ClampToEdge);
    let group = kit.group(&draw, &[view(&rabbit), sampler(&linear)]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = begin(&mut encoder, &[(&rabbit, Some([0.0; 3]))], None);
    pass.set_pipeline(&paint);
    pass.draw(0..3, 0..1);
    drop(pass);
    let mut pass = begin(&mut encoder, &[(&frame.color, Some([0.0; 3]))], None);
    pass.set_pipeline(&meadow);
    pass.draw(0..3, 0..1);
    pass.set_pipeline(&draw);
    pass.set_bind_group(0, &group, &[]);
    pass.set_vertex_buffer(0, sprites.slice(..));
    pass.draw(0..6, 0..COUNT);
    drop(pass);
    kit.finish(&frame, encoder)
}
