//! Two substances that react and spread: a thousand steps between two float textures, shown as a relief.

use image::RgbaImage;
use wgpu::{TextureFormat, TextureUsages};

use super::Scene;
use crate::kit::{HEIGHT, Kit, Spec, WIDTH, fill, view, wgsl};

pub(crate) const SCENE: Scene =
    Scene { name: "reaction", shows: "1,600 compute steps between two storage textures of 32-bit floats", render };

/// The grid has half of the picture's resolution.
const SIZE: [u32; 3] = [WIDTH / 2, HEIGHT / 2, 1];
const STEPS: usize = 1600;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("reaction", wgsl!("reaction.wgsl"));
    let usage = TextureUsages::STORAGE_BINDING | TextureUsages::TEXTURE_BINDING;
    let [front, back] = ["front", "back"].map(|label| {
        kit.texture(label, SIZE, TextureFormat::Rg32Float, usage).create_view(&Default::default())
    });
    let (sow, react) = (kit.compute(&module, "sow"), kit.compute(&module, "react"));
    let show = kit.pipeline(&Spec::new("show", &module));
    let sown = kit.bind(&sow.get_bind_group_layout(0), &[view(&front)]);
    let layout = react.get_bind_group_layout(1);
    let steps = [kit.bind(&layout, &[view(&back), view(&front)]), kit.bind(&layout, &[view(&front), view(&back)])];
    let shown = kit.bind(&show.get_bind_group_layout(0), &[view(&front)]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    let [width, height, _] = SIZE;
    pass.set_pipeline(&sow);
    pass.set_bind_group(0, &sown, &[]);
    pass.dispatch_workgroups(width / 8, height / 8, 1);
    pass.set_pipeline(&react);
    // An even number of steps: the last writes the first texture.
    for group in steps.iter().cycle().take(STEPS) {
        pass.set_bind_group(1, group, &[]);
        pass.dispatch_workgroups(width / 8, height / 8, 1);
    }
    drop(pass);
    fill(&mut encoder, &frame.color, &show, Some(&shown));
    kit.finish(&frame, encoder)
}
