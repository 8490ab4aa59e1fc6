//! A star of thin lines, with one sample a pixel and with four.

use image::RgbaImage;
use wgpu::TextureUsages;

use super::Scene;
use crate::kit::{BLENDED, COLOR, HEIGHT, Kit, Spec, WIDTH, begin, plain, wgsl};

pub(crate) const SCENE: Scene =
    Scene { name: "star", shows: "lines; on the right with four samples a pixel, resolved", render };

/// As star.wgsl has it.
const LINES: u32 = 180;

fn render(kit: &Kit) -> anyhow::Result<RgbaImage> {
    let module = kit.module("star", wgsl!("star.wgsl"));
    let lines = Spec {
        targets: &[BLENDED],
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::LineList,
            ..Default::default()
        },
        ..Spec::new("star", &module)
    };
    let smooth = kit.pipeline(&Spec {
        multisample: wgpu::MultisampleState { count: 4, ..Default::default() },
        ..lines
    });
    let plain_lines = kit.pipeline(&lines);
    let samples = kit
        .device
        .create_texture(&wgpu::TextureDescriptor {
            sample_count: 4,
            ..plain("samples", [WIDTH, HEIGHT, 1], COLOR, TextureUsages::RENDER_ATTACHMENT)
        })
        .create_view(&Default::default());

    let frame = kit.frame();
    let mut encoder = kit.encoder();
    let side = WIDTH as f32 / 2.0;
    let top = (HEIGHT as f32 - side) / 2.0;
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &samples,
            depth_slice: None,
            resolve_target: Some(&frame.color),
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color { r: 0.005, g: 0.005, b: 0.02, a: 1.0 }),
                store: wgpu::StoreOp::Discard,
            },
        })],
        ..Default::default()
    });
    pass.set_pipeline(&smooth);
    pass.set_viewport(side, top, side, side, 0.0, 1.0);
    pass.draw(0..2 * LINES, 0..3);
    drop(pass);
    let mut pass = begin(&mut encoder, &[(&frame.color, None)], None);
    pass.set_pipeline(&plain_lines);
    pass.set_viewport(0.0, top, side, side, 0.0, 1.0);
    pass.draw(0..2 * LINES, 0..3);
    drop(pass);
    kit.finish(&frame, encoder)
}
