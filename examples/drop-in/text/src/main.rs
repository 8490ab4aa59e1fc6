//! wgpu_text draws a prologue that runs away into the distance, under a sky of asterisks.

use std::path::Path;
use std::process::ExitCode;

use drop_in_kit::{Gpu, HEIGHT, WIDTH};
use epaint_default_fonts::{HACK_REGULAR, UBUNTU_LIGHT};
use wgpu::{Features, TextureFormat, TextureUsages};
use wgpu_text::glyph_brush::{HorizontalAlign, Layout, OwnedSection, OwnedText};
use wgpu_text::{BrushBuilder, TextBrush};

type Brush = TextBrush<wgpu_text::glyph_brush::ab_glyph::FontRef<'static>>;

const FORMAT: TextureFormat = TextureFormat::Rgba8UnormSrgb;
const NIGHT: wgpu::Color = wgpu::Color { r: 0.0016, g: 0.0022, b: 0.0075, a: 1.0 };
const GOLD: [f32; 3] = [1.0, 0.62, 0.09];

const PROLOGUE: &[&str] = &[
    "There once was a program",
    "that wanted to draw. It had",
    "a font, a brush, and an idea",
    "of where each letter goes,",
    "but nowhere to draw it.",
    "",
    "So it was sealed in a box",
    "without a window or a door,",
    "and told that somewhere",
    "beyond the wall there was",
    "a machine of ten thousand",
    "hands that knew triangles.",
    "",
    "It handed out two triangles",
    "for every letter, and what",
    "came back through the wall",
    "was a picture: this one,",
    "which is the same picture",
    "on both sides of the wall.",
];

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    let gpu = Gpu::open(Features::empty())?;
    let canvas = gpu.canvas(FORMAT, TextureUsages::RENDER_ATTACHMENT);
    let mut stars = brush(&gpu, HACK_REGULAR)?;
    let mut crawl = brush(&gpu, UBUNTU_LIGHT)?;
    crawl.update_matrix(receding(), &gpu.queue);
    let mut titles = brush(&gpu, UBUNTU_LIGHT)?;

    let sections = [sky(), prologue(), heading()];
    for (brush, section) in [&mut stars, &mut crawl, &mut titles].into_iter().zip(&sections) {
        brush.queue(&gpu.device, &gpu.queue, section.iter().map(OwnedSection::to_borrowed))?;
    }
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut pass = canvas.begin(&mut encoder, NIGHT);
    for brush in [&stars, &crawl, &titles] {
        brush.draw(&mut pass);
    }
    drop(pass);
    gpu.queue.submit([encoder.finish()]);
    canvas.save(&gpu, path)?;
    let [stars, lines, titles] = sections.map(|sections| sections.len());
    println!("wgpu_text drew {stars} stars, {lines} lines and {titles} titles with 3 brushes");
    Ok(())
}

fn brush(gpu: &Gpu, font: &'static [u8]) -> anyhow::Result<Brush> {
    Ok(BrushBuilder::using_font_bytes(font)?.build(&gpu.device, WIDTH, HEIGHT, FORMAT))
}

/// From a plane of pixels, x from -512 to 512 and y from 0 at the far end, to the tilted floor.
fn receding() -> [[f32; 4]; 4] {
    // At the depth w = 1 + (L - y) / D a point stands at (x / w, floor / w + horizon).
    let (length, deep) = (1180.0, 470.0);
    let (near, horizon) = (-1.62, 0.70);
    [
        [2.0 / 1024.0, 0.0, 0.0, 0.0],
        [0.0, -horizon / deep, 0.0, -1.0 / deep],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, near + horizon * (1.0 + length / deep), 0.0, 1.0 + length / deep],
    ]
}

fn prologue() -> Vec<OwnedSection> {
    let line = |(index, text): (u16, &&str)| {
        // The far lines are faint.
        let row = f32::from(index);
        let [red, green, blue] = GOLD;
        let color = [red, green, blue, (0.22 + 0.075 * row).min(1.0)];
        OwnedSection::default()
            .with_screen_position((0.0, 62.0 * row))
            .with_layout(Layout::default_single_line().h_align(HorizontalAlign::Center))
            .add_text(OwnedText::new(*text).with_scale(62.0).with_color(color))
    };
    (0..).zip(PROLOGUE).map(line).collect()
}

fn heading() -> Vec<OwnedSection> {
    let line = |text: &str, top: f32, size: f32, color: [f32; 4]| {
        OwnedSection::default()
            .with_screen_position((512.0, top))
            .with_layout(Layout::default_single_line().h_align(HorizontalAlign::Center))
            .add_text(OwnedText::new(text).with_scale(size).with_color(color))
    };
    let [red, green, blue] = GOLD;
    vec![
        line("W G P U _ T E X T", 34.0, 84.0, [red, green, blue, 1.0]),
        line("two triangles for every letter", 126.0, 30.0, [0.22, 0.62, 0.85, 1.0]),
    ]
}

fn sky() -> Vec<OwnedSection> {
    let mut seed = 30_u32;
    let mut dice = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((seed >> 16) as u16) / 65_536.0
    };
    let star = |_| {
        let place = (WIDTH as f32 * dice(), HEIGHT as f32 * dice());
        let (bright, warm, kind) = (dice(), dice(), dice());
        let color = [0.75 + 0.25 * warm, 0.85, 1.0 - 0.25 * warm, 0.25 + 0.7 * bright * bright];
        let (glyph, size) = if kind > 0.96 {
            ("+", 15.0)
        } else if kind > 0.8 {
            ("*", 13.0)
        } else {
            ("·", 14.0)
        };
        OwnedSection::default()
            .with_screen_position(place)
            .add_text(OwnedText::new(glyph).with_scale(size).with_color(color))
    };
    (0..420).map(star).collect()
}
