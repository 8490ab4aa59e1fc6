//! egui lays out and paints a small synthesizer, without a window.

mod panel;
mod plot;

use std::path::Path;
use std::process::ExitCode;

use drop_in_kit::{Canvas, Gpu, HEIGHT, WIDTH};
use egui_wgpu::{RenderState, RendererOptions, ScreenDescriptor, WgpuConfiguration};
use wgpu::TextureUsages;

use crate::panel::Synthesizer;

/// Pixels in a point, egui's unit.
const SCALE: f32 = 1.25;

fn main() -> ExitCode {
    drop_in_kit::main_of_frames(draw)
}

fn draw(path: &Path, frames: u32) -> anyhow::Result<()> {
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
    // In the first frames widgets learn their sizes, and that the pointer is above one of them.
    let mut picture = Picture::default();
    for time in 0..4 {
        picture = Picture::of(&context, &mut synthesizer, f64::from(time));
        picture.update(&state);
    }
    picture.paint(&state, &canvas);
    canvas.save(&gpu, path)?;
    println!("egui drew {} triangles in {} meshes", picture.triangles(), picture.primitives.len());

    gpu.pace(frames, |frame| {
        let picture = Picture::of(&context, &mut synthesizer, 4.0 + f64::from(frame) / 60.0);
        picture.update(&state);
        picture.paint(&state, &canvas);
        Ok(())
    })
}

/// What egui wants to have painted.
#[derive(Default)]
struct Picture {
    textures: egui::TexturesDelta,
    primitives: Vec<egui::ClippedPrimitive>,
    pixels_per_point: f32,
}

impl Picture {
    /// Lays everything out, as at this time in seconds.
    fn of(context: &egui::Context, synthesizer: &mut Synthesizer, time: f64) -> Self {
        let frame = context.run_ui(input(time), |ui| synthesizer.show(ui));
        let primitives = context.tessellate(frame.shapes, frame.pixels_per_point);
        Self { textures: frame.textures_delta, primitives, pixels_per_point: frame.pixels_per_point }
    }

    /// Uploads what is new of fonts and pictures.
    fn update(&self, state: &RenderState) {
        let mut renderer = state.renderer.write();
        for (id, deltas) in &self.textures.set {
            for delta in deltas {
                renderer.update_texture(&state.device, &state.queue, *id, delta);
            }
        }
    }

    /// Uploads the meshes and paints them.
    fn paint(&self, state: &RenderState, canvas: &Canvas) {
        let mut renderer = state.renderer.write();
        let screen =
            ScreenDescriptor { size_in_pixels: [WIDTH, HEIGHT], pixels_per_point: self.pixels_per_point };
        let mut encoder = state.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        renderer.update_buffers(&state.device, &state.queue, &mut encoder, &self.primitives, &screen);
        let mut pass = canvas.begin(&mut encoder, wgpu::Color::BLACK).forget_lifetime();
        renderer.render(&mut pass, &self.primitives, &screen);
        drop(pass);
        state.queue.submit([encoder.finish()]);
    }

    fn triangles(&self) -> usize {
        self.primitives
            .iter()
            .map(|clipped| match &clipped.primitive {
                egui::epaint::Primitive::Mesh(mesh) => mesh.indices.len() / 3,
                egui::epaint::Primitive::Callback(_) => 0,
            })
            .sum()
    }
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
