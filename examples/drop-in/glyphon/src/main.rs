//! glyphon sets a page: shaping, justified lines, many sizes and colours, clipping.

mod page;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use drop_in_kit::{Gpu, HEIGHT, WIDTH};
use epaint_default_fonts::{HACK_REGULAR, UBUNTU_LIGHT};
use glyphon::fontdb::{Database, Source};
use glyphon::{
    Cache, FontSystem, Resolution, SwashCache, TextArea, TextAtlas, TextBounds, TextRenderer, Viewport,
};
use wgpu::{Features, TextureFormat, TextureUsages};

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    let gpu = Gpu::open(Features::empty())?;
    let canvas = gpu.canvas(TextureFormat::Rgba8UnormSrgb, TextureUsages::RENDER_ATTACHMENT);

    // These two fonts and no others, whatever the system has.
    let mut database = Database::new();
    for font in [UBUNTU_LIGHT, HACK_REGULAR] {
        database.load_font_source(Source::Binary(Arc::new(font)));
    }
    let mut fonts = FontSystem::new_with_locale_and_db("en-GB".to_owned(), database);
    let blocks = page::set(&mut fonts);

    let cache = Cache::new(&gpu.device);
    let mut atlas = TextAtlas::new(&gpu.device, &gpu.queue, &cache, TextureFormat::Rgba8UnormSrgb);
    let mut renderer = TextRenderer::new(&mut atlas, &gpu.device, wgpu::MultisampleState::default(), None);
    let mut viewport = Viewport::new(&gpu.device, &cache);
    viewport.update(&gpu.queue, Resolution { width: WIDTH, height: HEIGHT });
    let sheet = TextBounds { left: 0, top: 0, right: WIDTH as i32, bottom: HEIGHT as i32 };
    let areas = blocks.iter().map(|block| TextArea {
        buffer: &block.text,
        left: block.left,
        top: block.top,
        scale: 1.0,
        bounds: block.bounds.unwrap_or(sheet),
        default_color: block.color,
        custom_glyphs: &[],
    });
    let mut swash = SwashCache::new();
    renderer.prepare(&gpu.device, &gpu.queue, &mut fonts, &mut atlas, &viewport, areas, &mut swash)?;

    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut pass = canvas.begin(&mut encoder, page::PAPER);
    renderer.render(&atlas, &viewport, &mut pass)?;
    drop(pass);
    gpu.queue.submit([encoder.finish()]);
    canvas.save(&gpu, path)?;
    let glyphs: usize =
        blocks.iter().flat_map(|block| block.text.layout_runs()).map(|run| run.glyphs.len()).sum();
    println!("glyphon drew {glyphs} glyphs in {} blocks of text", blocks.len());
    Ok(())
}
