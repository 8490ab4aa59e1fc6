//! Boids: a compute shader moves them, a vertex shader draws them from the same buffers.

use image::RgbaImage;

use super::Scene;
use crate::kit::{ADDED, BLENDED, Kit, Spec, begin, wgsl};
use crate::math::Random;

pub(crate) const SCENE: Scene =
    Scene { name: "boids", shows: "300 compute steps between two buffers, which the vertex shader reads", render };

/// As boids.wgsl has it.
const COUNT: u32 = 768;
const STEPS: u32 = 300;
/// A trail is drawn as often as this.
const EVERY: u32 = 4;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let mut random = Random::new(3);
    let start: Vec<[f32; 4]> = (0..COUNT)
        .map(|_| {
            let angle = random.between(0.0, std::f32::consts::TAU);
            let (x, y) = (random.between(-1.3, 1.3), random.between(-1.0, 1.0));
            [x, y, 0.6 * libm::cosf(angle), 0.6 * libm::sinf(angle)]
        })
        .collect();
    let (front, back) = (kit.storage(&start), kit.storage(&start));

    let module = kit.module("boids", wgsl!("boids.wgsl"));
    let step = kit.compute(&module, "step");
    let fade = kit.pipeline(&Spec {
        vertex: "everywhere",
        fragment: Some("fade"),
        targets: &[BLENDED],
        ..Spec::new("fade", &module)
    });
    let trail = kit.pipeline(&Spec { targets: &[ADDED], ..Spec::new("trail", &module) });
    let layout = step.get_bind_group_layout(0);
    let steps = [
        kit.bind(&layout, &[front.as_entire_binding(), back.as_entire_binding()]),
        kit.bind(&layout, &[back.as_entire_binding(), front.as_entire_binding()]),
    ];
    // EVERY is even: what is drawn is always in the first.
    let drawn = kit.bind(&trail.get_bind_group_layout(0), &[front.as_entire_binding()]);

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    for round in 0..STEPS / EVERY {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&step);
        for group in steps.iter().cycle().take(EVERY as usize) {
            pass.set_bind_group(0, group, &[]);
            pass.dispatch_workgroups(COUNT / 64, 1, 1);
        }
        drop(pass);
        let clear = (round == 0).then_some([0.01, 0.015, 0.05]);
        let mut pass = begin(&mut encoder, &[(&frame.color, clear)], None);
        pass.set_pipeline(&fade);
        pass.draw(0..3, 0..1);
        pass.set_pipeline(&trail);
        pass.set_bind_group(0, &drawn, &[]);
        pass.draw(0..3, 0..COUNT);
    }
    kit.finish(&frame, encoder)
}
