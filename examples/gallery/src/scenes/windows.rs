//! A grid of windows: each a viewport of its own, cut by a scissor, tinted by the blend constant.

use image::RgbaImage;

use super::Scene;
use crate::kit::{HEIGHT, Kit, OPAQUE, Spec, WIDTH, begin, hue, wgsl};

pub(crate) const SCENE: Scene =
    Scene { name: "windows", shows: "viewports, scissors, blend constants and all five blend operations", render };

const ACROSS: u32 = 5;
const DOWN: u32 = 4;
/// Between the windows, in pixels.
const GAP: u32 = 6;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("windows", wgsl!("windows.wgsl"));
    use wgpu::BlendOperation as Operation;
    // A column each.
    let columns = [
        Operation::Add,
        Operation::Subtract,
        Operation::ReverseSubtract,
        Operation::Min,
        Operation::Max,
    ]
    .map(|operation| {
        let factor = if matches!(operation, Operation::Min | Operation::Max) {
            // The only one that these two take.
            [wgpu::BlendFactor::One; 2]
        } else {
            [wgpu::BlendFactor::Constant, wgpu::BlendFactor::OneMinusSrcAlpha]
        };
        let [src_factor, dst_factor] = factor;
        let color = wgpu::BlendComponent { src_factor, dst_factor, operation };
        let blend = wgpu::BlendState { color, alpha: wgpu::BlendComponent::OVER };
        let target = wgpu::ColorTargetState { blend: Some(blend), ..OPAQUE };
        kit.pipeline(&Spec { targets: &[target], ..Spec::new("rosette", &module) })
    });
    let ground = kit.pipeline(&Spec { vertex: "ground_vs", ..Spec::new("ground", &module) });

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let mut pass = begin(&mut encoder, &[(&frame.color, Some([0.02, 0.02, 0.03]))], None);
    let (width, height) = (WIDTH / ACROSS, HEIGHT / DOWN);
    for row in 0..DOWN {
        for (column, pipeline) in (0..).zip(&columns) {
            let (left, top) = (column * width + GAP / 2 + 1, row * height + GAP / 2);
            let (wide, high) = (width - GAP, height - GAP);
            pass.set_scissor_rect(left, top, wide, high);
            // Square, and larger than its window from row to row.
            let side = width as f32 * (1.0 + 0.25 * row as f32);
            let (x, y) = ((left + wide / 2) as f32 - side / 2.0, (top + high / 2) as f32 - side / 2.0);
            let (x, y) = (x.max(0.0), y.max(0.0));
            let side = side.min(WIDTH as f32 - x).min(HEIGHT as f32 - y);
            pass.set_viewport(x, y, side, side, 0.0, 1.0);
            let turn = (row * ACROSS + column) as f32 / (ACROSS * DOWN) as f32;
            let [r, g, b] = hue(turn).map(f64::from);
            pass.set_blend_constant(wgpu::Color { r, g, b, a: 1.0 });
            let index = row * ACROSS + column;
            pass.set_pipeline(&ground);
            pass.draw(0..6, index..index + 1);
            pass.set_pipeline(pipeline);
            for layer in 0..4 {
                pass.draw(0..6, index + 32 * layer..index + 32 * layer + 1);
            }
        }
    }
    drop(pass);
    kit.finish(&frame, encoder)
}
