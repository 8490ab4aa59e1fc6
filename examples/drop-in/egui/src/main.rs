//! egui lays out and paints a small synthesizer, without a window.

mod panel;
mod plot;

use std::path::Path;
use std::process::ExitCode;

use drop_in_kit::{Gpu, HEIGHT, WIDTH};
use egui_wgpu::{RenderState, RendererOptions, ScreenDescriptor, WgpuConfiguration};
use wgpu::TextureUsages;

use crate::panel::Synthesizer;

/// Pixels in a point, egui's unit.
const SCALE: f32 = 1.25;

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    // egui-wgpu makes the instance and opens the device by itself.
    let configuration = WgpuConfiguration::default();
    let state = pollster::block_on(async {
        let instance = configuration.wgpu_setup.new_instance().await;
        RenderState::create(&configuration, &instance, None, RendererOptions::default()).await
    })?;
    let gpu = Gpu::new(&state.adapter.get_info(), &state.device, &state.queue);
    let canvas = gpu.canvas(state.target_format, TextureUsages::RENDER_ATTACHMENT);

    let context = egui::Context::default();
    context.set_theme(egui::Theme::Dark);
    let mut synthesizer = Synthesizer::default();
    let mut renderer = state.renderer.write();
    // In the first frames widgets learn their sizes, and that the pointer is above one of them.
    let mut frame = egui::FullOutput::default();
    for time in 0..4 {
        frame = context.run_ui(input(f64::from(time)), |ui| synthesizer.show(ui));
        for (id, delta) in frame
            .textures_delta
            .set
            .iter()
            .flat_map(|(id, deltas)| deltas.iter().map(move |delta| (id, delta)))
        {
            renderer.update_texture(&gpu.device, &gpu.queue, *id, delta);
        }
    }
    let primitives = context.tessellate(std::mem::take(&mut frame.shapes), frame.pixels_per_point);
    let screen =
        ScreenDescriptor { size_in_pixels: [WIDTH, HEIGHT], pixels_per_point: frame.pixels_per_point };
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    renderer.update_buffers(&gpu.device, &gpu.queue, &mut encoder, &primitives, &screen);
    let mut pass = canvas.begin(&mut encoder, wgpu::Color::BLACK).forget_lifetime();
    renderer.render(&mut pass, &primitives, &screen);
    drop(pass);
    gpu.queue.submit([encoder.finish()]);
    canvas.save(&gpu, path)?;

    let triangles: usize = primitives
        .iter()
        .map(|clipped| match &clipped.primitive {
            egui::epaint::Primitive::Mesh(mesh) => mesh.indices.len() / 3,
            egui::epaint::Primitive::Callback(_) => 0,
        })
        .sum();
    println!("egui drew {triangles} triangles in {} meshes", primitives.len());
    Ok(())
}

/// What a window would report: its size, the time in seconds, and where the pointer rests.
fn input(time: f64) -> egui::RawInput {
    let size = egui::vec2(WIDTH as f32, HEIGHT as f32) / SCALE;
    let mut input = egui::RawInput {
        screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
        time: Some(time),
        focused: true,
        events: vec![egui::Event::PointerMoved(egui::pos2(96.0, 101.0))],
        ..Default::default()
    };
    if let Some(viewport) = input.viewports.get_mut(&input.viewport_id) {
        viewport.native_pixels_per_point = Some(SCALE);
    }
    input
}
