//! A map of tiles: an island, each of its squares one of a dozen layers of an array texture.

use image::RgbaImage;
use wgpu::{TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{HEIGHT, Kit, Spec, WIDTH, begin, sampler, view, wgsl};
use crate::math::Random;

pub(crate) const SCENE: Scene =
    Scene { name: "tiles", shows: "an array texture written layer by layer; each instance picks a layer", render };

/// A tile's side, in pixels; as tiles.wgsl has it.
const TILE: u32 = 16;
/// What each layer is painted like: two colours, how many specks, and their form.
const LAYERS: [([u8; 3], [u8; 3], u32, Speck); 10] = [
    ([24, 70, 150], [34, 88, 172], 5, Speck::Dash),
    ([44, 112, 196], [96, 160, 226], 4, Speck::Dash),
    ([236, 214, 150], [206, 176, 110], 14, Speck::Dot),
    ([112, 178, 72], [84, 150, 56], 12, Speck::Blade),
    ([96, 162, 64], [236, 90, 120], 6, Speck::Dot),
    ([56, 118, 50], [24, 78, 36], 7, Speck::Crown),
    ([40, 92, 44], [18, 60, 32], 9, Speck::Crown),
    ([142, 122, 104], [104, 88, 78], 12, Speck::Blade),
    ([168, 164, 164], [118, 112, 118], 10, Speck::Blade),
    ([242, 246, 252], [200, 216, 238], 8, Speck::Dot),
];

#[derive(Clone, Copy)]
enum Speck {
    Dot,
    Dash,
    Blade,
    Crown,
}

impl Speck {
    /// The pixels of one, from its upper left.
    fn pixels(self) -> &'static [(u32, u32)] {
        match self {
            Self::Dot => &[(0, 0)],
            Self::Dash => &[(0, 1), (1, 0), (2, 0), (3, 1)],
            Self::Blade => &[(0, 0), (0, 1), (1, 2)],
            Self::Crown => &[(1, 0), (0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2), (1, 3)],
        }
    }
}

/// A layer's pixels. Specks run over the edges, so that tiles join.
fn paint([base, speck]: [[u8; 3]; 2], count: u32, form: Speck, random: &mut Random) -> Vec<u8> {
    let mut chosen = vec![false; (TILE * TILE) as usize];
    for _ in 0..count {
        let (left, top) = (random.between(0.0, TILE as f32) as u32, random.between(0.0, TILE as f32) as u32);
        for (x, y) in form.pixels() {
            let index = (top + y) % TILE * TILE + (left + x) % TILE;
            if let Some(pixel) = chosen.get_mut(index as usize) {
                *pixel = true;
            }
        }
    }
    let mut pixels = Vec::new();
    for chosen in chosen {
        let shade = random.between(0.94, 1.04);
        let color = if chosen { speck } else { base };
        pixels.extend(color.map(|channel| (f32::from(channel) * shade).min(255.0) as u8));
        pixels.push(255);
    }
    pixels
}

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let usage = TextureUsages::COPY_DST | TextureUsages::TEXTURE_BINDING;
    let size = [TILE, TILE, LAYERS.len() as u32];
    let texture = kit.texture("tiles", size, TextureFormat::Rgba8UnormSrgb, usage);
    let mut random = Random::new(21);
    for (layer, (base, speck, count, form)) in (0..).zip(LAYERS) {
        kit.queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                origin: wgpu::Origin3d { x: 0, y: 0, z: layer },
                ..texture.as_image_copy()
            },
            &paint([base, speck], count, form, &mut random),
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(4 * TILE),
                rows_per_image: Some(TILE),
            },
            wgpu::Extent3d { width: TILE, height: TILE, depth_or_array_layers: 1 },
        );
    }
    let module = kit.module("tiles", wgsl!("tiles.wgsl"));
    let pipeline = kit.pipeline(&Spec::new("tiles", &module));
    let nearest = kit.device.create_sampler(&wgpu::SamplerDescriptor::default());
    let layers = texture.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(wgpu::TextureViewDimension::D2Array),
        ..Default::default()
    });
    let group = kit.group(&pipeline, &[view(&layers), sampler(&nearest)]);
    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = begin(&mut encoder, &[(&frame.color, Some([0.0; 3]))], None);
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.draw(0..6, 0..WIDTH / TILE * (HEIGHT / TILE));
    drop(pass);
    kit.finish(&frame, encoder)
}
