//! A Julia set, computed into a storage texture.

use image::RgbaImage;
use wgpu::{TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{HEIGHT, Kit, Spec, WIDTH, fill, view, wgsl};

pub(crate) const SCENE: Scene =
    Scene { name: "julia", shows: "a compute shader writes a storage texture, four points a pixel", render };

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("julia", wgsl!("julia.wgsl"));
    let compute = kit.compute(&module, "julia");
    let usage = TextureUsages::STORAGE_BINDING | TextureUsages::TEXTURE_BINDING;
    let plane = kit
        .texture("plane", [WIDTH, HEIGHT, 1], TextureFormat::Rgba16Float, usage)
        .create_view(&Default::default());
    let written = kit.bind(&compute.get_bind_group_layout(0), &[view(&plane)]);
    let show = kit.pipeline(&Spec::new("show", &module));
    let read = kit.bind(&show.get_bind_group_layout(0), &[view(&plane)]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&compute);
    pass.set_bind_group(0, &written, &[]);
    pass.dispatch_workgroups(WIDTH / 8, HEIGHT / 8, 1);
    drop(pass);
    fill(&mut encoder, &frame.color, &show, Some(&read));
    kit.finish(&frame, encoder)
}
