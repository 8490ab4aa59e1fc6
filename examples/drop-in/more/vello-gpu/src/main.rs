//! vello_gpu, which came after vello_hybrid, draws the window of a cathedral: the processor cuts paths into strips,
//! the GPU paints them.

mod window;

use std::path::Path;
use std::process::ExitCode;

use drop_in_kit::{Gpu, HEIGHT, WIDTH};
use vello_gpu::{
    ClearSettings, Level, RenderSettings, RenderSize, RenderTargetConfig, Renderer, Scene, TargetInit,
    TextureBindings,
};
use wgpu::{Features, TextureFormat, TextureUsages};

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    let gpu = Gpu::open(Features::empty())?;
    let format = TextureFormat::Rgba8Unorm;
    let canvas = gpu.canvas(format, TextureUsages::RENDER_ATTACHMENT);
    let (width, height) = (WIDTH as u16, HEIGHT as u16);
    // The processor cuts the strips. What it has beyond the least rounds in other places: a multiplication and an
    // addition in one.
    let level = Level::baseline();
    let settings = RenderSettings { level, ..Default::default() };
    let target = RenderTargetConfig { format, width, height };
    let (mut renderer, mut resources) = Renderer::new_with(&gpu.device, &target, settings);
    let mut scene = Scene::new_with(width, height, level);
    let panes = window::paint(&mut scene, &mut resources)?;

    let size = RenderSize { width, height };
    let depth = Renderer::create_depth_texture_view(&gpu.device, &size);
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    renderer.render(
        &scene,
        &mut resources,
        &gpu.device,
        &gpu.queue,
        &mut encoder,
        &size,
        &canvas.view,
        Some(&depth),
        &TextureBindings::new(),
        TargetInit::Clear(ClearSettings::default()),
    )?;
    gpu.queue.submit([encoder.finish()]);
    canvas.save(&gpu, path)?;
    println!("vello_gpu drew a window of {panes} panes");
    Ok(())
}
