//! vello draws a poster: gradients, clips, blend layers, strokes, blurs and text, by compute shaders.

mod poster;
mod text;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use drop_in_kit::{Gpu, HEIGHT, WIDTH};
use vello::peniko::Color;
use vello::util::RenderContext;
use vello::{AaConfig, AaSupport, RenderParams, Renderer, RendererOptions, Scene};
use wgpu::{TextureFormat, TextureUsages};

fn main() -> ExitCode {
    drop_in_kit::main_of_frames(draw)
}

fn draw(path: &Path, frames: u32) -> anyhow::Result<()> {
    // vello makes the instance and opens the device by itself.
    let mut context = RenderContext::new();
    let device = pollster::block_on(context.device(None)).context("no device")?;
    let device = context.devices.get(device).context("no device")?;
    let gpu = Gpu::new(&device.adapter().get_info(), &device.device, &device.queue);

    let options = RendererOptions {
        antialiasing_support: AaSupport { area: false, msaa8: false, msaa16: true },
        ..Default::default()
    };
    let mut renderer = Renderer::new(&gpu.device, options).map_err(|error| anyhow!("{error}"))?;
    let mut scene = Scene::new();
    poster::paint(&mut scene)?;
    let canvas = gpu.canvas(TextureFormat::Rgba8Unorm, TextureUsages::STORAGE_BINDING);
    let params = RenderParams {
        base_color: Color::BLACK,
        width: WIDTH,
        height: HEIGHT,
        antialiasing_method: AaConfig::Msaa16,
    };
    renderer
        .render_to_texture(&gpu.device, &gpu.queue, &scene, &canvas.view, &params)
        .map_err(|error| anyhow!("{error}"))?;
    canvas.save(&gpu, path)?;
    let encoding = scene.encoding();
    println!("vello drew {} paths of {} segments", encoding.n_paths, encoding.n_path_segments);

    gpu.pace(frames, |_| {
        scene.reset();
        poster::paint(&mut scene)?;
        renderer
            .render_to_texture(&gpu.device, &gpu.queue, &scene, &canvas.view, &params)
            .map_err(|error| anyhow!("{error}"))
    })
}
