//! A tilted plane under three samplers, its mip levels made by drawing each from the one before.

use image::RgbaImage;
use wgpu::{TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{Camera, HEIGHT, Kit, Spec, WIDTH, begin, fill, plain, sampler, view, wgsl};
use crate::math::vec3;

pub(crate) const SCENE: Scene = Scene {
    name: "mipmaps",
    shows: "mip levels by rendering; from left to right: none, trilinear, anisotropic sampling",
    render,
};

/// The largest level's side; it has all the levels down to a single pixel.
const SIDE: u32 = 512;
const LEVELS: u32 = SIDE.ilog2() + 1;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("mipmaps", wgsl!("mipmaps.wgsl"));
    let texture = kit.device.create_texture(&wgpu::TextureDescriptor {
        mip_level_count: LEVELS,
        ..plain(
            "quilt",
            [SIDE, SIDE, 1],
            TextureFormat::Rgba8UnormSrgb,
            TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING,
        )
    });
    let levels: Vec<_> = (0..LEVELS)
        .map(|level| {
            texture.create_view(&wgpu::TextureViewDescriptor {
                base_mip_level: level,
                mip_level_count: Some(1),
                ..Default::default()
            })
        })
        .collect();
    let paint = kit.pipeline(&Spec { fragment: Some("quilt"), ..Spec::new("quilt", &module) });
    let halve = kit.pipeline(&Spec { fragment: Some("halve"), ..Spec::new("halve", &module) });
    let linear = kit.linear(wgpu::AddressMode::Repeat);

    let mut encoder = kit.encoder();
    let mut larger: Option<&wgpu::TextureView> = None;
    for level in &levels {
        match larger {
            None => fill(&mut encoder, level, &paint, None),
            Some(larger) => {
                let group = kit.group(&halve, &[view(larger), sampler(&linear)]);
                fill(&mut encoder, level, &halve, Some(&group));
            }
        }
        larger = Some(level);
    }

    let plane = kit.pipeline(&Spec { vertex: "plane_vs", fragment: Some("plane"), ..Spec::new("plane", &module) });
    let camera = kit.uniform(Camera::new(vec3(0.0, 1.0, 0.0), vec3(0.0, 0.62, -2.0), 0.9));
    let rough = wgpu::SamplerDescriptor {
        address_mode_u: wgpu::AddressMode::Repeat,
        address_mode_v: wgpu::AddressMode::Repeat,
        ..Default::default()
    };
    let rough_none = wgpu::SamplerDescriptor { lod_max_clamp: 0.0, ..rough.clone() };
    let sharp = wgpu::SamplerDescriptor {
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        mipmap_filter: wgpu::MipmapFilterMode::Linear,
        anisotropy_clamp: 16,
        ..rough
    };
    let all = texture.create_view(&Default::default());
    let frame = kit.frame();
    let mut pass = begin(&mut encoder, &[(&frame.color, Some([0.9; 3]))], None);
    pass.set_pipeline(&plane);
    let samplers =
        [kit.device.create_sampler(&rough_none), linear.clone(), kit.device.create_sampler(&sharp)];
    for (left, chosen) in (0..WIDTH).step_by(171).zip(&samplers) {
        let group = kit.group(&plane, &[view(&all), sampler(chosen), camera.as_entire_binding()]);
        // A column of white parts the thirds.
        pass.set_scissor_rect(left, 0, 170, HEIGHT);
        pass.set_bind_group(0, &group, &[]);
        pass.draw(0..3, 0..1);
    }
    drop(pass);
    kit.finish(&frame, encoder)
}
