//! femtovg draws a watch, by its renderer for wgpu.

mod watch;

use std::path::Path;
use std::process::ExitCode;

use drop_in_kit::{Gpu, HEIGHT, WIDTH};
use femtovg::Canvas;
use femtovg::renderer::WGPURenderer;
use wgpu::{Features, TextureFormat, TextureUsages};

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    let gpu = Gpu::open(Features::empty())?;
    let target = gpu
        .canvas(TextureFormat::Rgba8Unorm, TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING);
    let mut canvas = Canvas::new(WGPURenderer::new(gpu.device.clone(), gpu.queue.clone()))?;
    canvas.set_size(WIDTH, HEIGHT, 1.0);
    let wide = watch::paint(&mut canvas)?;
    gpu.queue.submit(canvas.flush_to_output(&target.texture));
    target.save(&gpu, path)?;
    println!("femtovg drew a watch; its name is {wide:.2} wide");
    Ok(())
}
