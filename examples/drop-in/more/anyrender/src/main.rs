//! anyrender_vello paints a dashboard: the painter is its own, the device that of wgpu_context, which it is over.
//!
//! Its renderers for windows and for pictures are left out here. There are no windows in the sandbox, and the one for
//! pictures it has on no wasm32.

mod dashboard;
mod text;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use anyrender_vello::VelloScenePainter;
use drop_in_kit::{Gpu, HEIGHT, WIDTH};
use peniko::Color;
use vello::{AaConfig, AaSupport, RenderParams, Renderer, RendererOptions, Scene};
use wgpu::{TextureFormat, TextureUsages};
use wgpu_context::WGPUContext;

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    let mut context = WGPUContext::new();
    let device =
        pollster::block_on(context.find_or_create_device(None)).map_err(|error| anyhow!("{error:?}"))?;
    let handle = context.device_pool.get(device).context("no device")?;
    let gpu = Gpu::new(&handle.adapter.get_info(), &handle.device, &handle.queue);

    let mut scene = Scene::new();
    dashboard::paint(&mut VelloScenePainter::new(&mut scene))?;
    let options = RendererOptions { antialiasing_support: AaSupport::area_only(), ..Default::default() };
    let mut renderer = Renderer::new(&gpu.device, options).map_err(|error| anyhow!("{error}"))?;
    let canvas = gpu.canvas(TextureFormat::Rgba8Unorm, TextureUsages::STORAGE_BINDING);
    let params = RenderParams {
        base_color: Color::BLACK,
        width: WIDTH,
        height: HEIGHT,
        antialiasing_method: AaConfig::Area,
    };
    renderer
        .render_to_texture(&gpu.device, &gpu.queue, &scene, &canvas.view, &params)
        .map_err(|error| anyhow!("{error}"))?;
    canvas.save(&gpu, path)?;
    let encoding = scene.encoding();
    println!("anyrender_vello painted {} paths of {} segments", encoding.n_paths, encoding.n_path_segments);
    Ok(())
}
