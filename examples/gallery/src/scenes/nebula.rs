//! A nebula: a volume that a compute shader fills, drawn as slices from the far end to the near one.

use image::RgbaImage;
use wgpu::{TextureDimension, TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{BLENDED, Camera, Kit, Spec, begin, plain, sampler, view, wgsl};
use crate::math::vec3;

pub(crate) const SCENE: Scene =
    Scene { name: "nebula", shows: "a 3-D storage texture, then 96 blended slices of it", render };

/// As nebula.wgsl has it.
const SIDE: u32 = 96;
/// As nebula.wgsl has it.
const SLICES: u32 = 96;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("nebula", wgsl!("nebula.wgsl"));
    let volume = kit
        .device
        .create_texture(&wgpu::TextureDescriptor {
            dimension: TextureDimension::D3,
            ..plain(
                "volume",
                [SIDE, SIDE, SIDE],
                TextureFormat::Rgba8Unorm,
                TextureUsages::STORAGE_BINDING | TextureUsages::TEXTURE_BINDING,
            )
        })
        .create_view(&Default::default());
    let gather = kit.compute(&module, "gather");
    let written = kit.bind(&gather.get_bind_group_layout(0), &[view(&volume)]);
    let stars = kit.pipeline(&Spec {
        vertex: "everywhere",
        fragment: Some("stars"),
        ..Spec::new("stars", &module)
    });
    let slices = kit.pipeline(&Spec { targets: &[BLENDED], ..Spec::new("slices", &module) });
    let linear = kit.linear(wgpu::AddressMode::ClampToEdge);
    let camera = kit.uniform(Camera::new(vec3(0.9, 1.7, 2.2), vec3(0.0, -0.05, 0.0), 0.62));
    let read = kit.bind(&slices.get_bind_group_layout(1), &[
        view(&volume),
        sampler(&linear),
        camera.as_entire_binding(),
    ]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&gather);
    pass.set_bind_group(0, &written, &[]);
    pass.dispatch_workgroups(SIDE / 4, SIDE / 4, SIDE / 4);
    drop(pass);
    let mut pass = begin(&mut encoder, &[(&frame.color, Some([0.0; 3]))], None);
    pass.set_pipeline(&stars);
    pass.draw(0..3, 0..1);
    pass.set_pipeline(&slices);
    pass.set_bind_group(1, &read, &[]);
    pass.draw(0..6, 0..SLICES);
    drop(pass);
    kit.finish(&frame, encoder)
}
