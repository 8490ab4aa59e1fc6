//! wgpu_text draws a night by the water of nothing but letters; what stands above the shore is drawn a
//! second time under another matrix, upside down.
//!
//! Two things about glyph_brush, which wgpu_text stands on, shape this program. It visits sections in an
//! order of the process's own and gives glyphs less than a tenth of a pixel apart one image, that of the
//! last: so sections that could tell stand at whole pixels and apart. And glyphs of one height get their
//! places in the atlas in an order that differs between 32 and 64 bits, which shows in the last bit
//! where letters are scaled by the matrix: so they are not.

use std::path::Path;
use std::process::ExitCode;

use drop_in_kit::{Gpu, HEIGHT, WIDTH};
use epaint_default_fonts::{HACK_REGULAR, UBUNTU_LIGHT};
use wgpu::{Features, TextureFormat, TextureUsages};
use wgpu_text::glyph_brush::ab_glyph::FontRef;
use wgpu_text::glyph_brush::{
    BuiltInLineBreaker, HorizontalAlign, Layout, OwnedSection, OwnedText, VerticalAlign,
};
use wgpu_text::{BrushBuilder, TextBrush};

type Color = [f32; 4];

const FORMAT: TextureFormat = TextureFormat::Rgba8UnormSrgb;
const NIGHT: wgpu::Color = wgpu::Color { r: 0.0022, g: 0.0042, b: 0.0125, a: 1.0 };
/// Where the water begins, in pixels from the top.
const SHORE: f32 = 452.0;
const CENTERED: Layout<BuiltInLineBreaker> = Layout::Wrap {
    line_breaker: BuiltInLineBreaker::UnicodeLineBreaker,
    h_align: HorizontalAlign::Center,
    v_align: VerticalAlign::Top,
};

/// In linear light.
const GOLD: Color = [1.0, 0.62, 0.16, 1.0];
const MOON: Color = [1.0, 0.86, 0.55, 1.0];
const PALE: Color = [0.42, 0.62, 0.86, 1.0];
const NEAR: Color = [0.004, 0.012, 0.018, 1.0];
const FAR: Color = [0.012, 0.035, 0.060, 1.0];

const POEM: &[&str] = &[
    "Two triangles for every letter,",
    "a sheet of shapes to cut them from,",
    "and all that glitters on the water",
    "is this same page, turned upside down.",
];

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    let gpu = Gpu::open(Features::empty())?;
    let canvas = gpu.canvas(FORMAT, TextureUsages::RENDER_ATTACHMENT);
    // From the back to the front.
    let layers = [
        Layer::new(&gpu, HACK_REGULAR, false, sky())?,
        Layer::new(&gpu, HACK_REGULAR, true, vec![moon(0.4)])?,
        Layer::new(&gpu, HACK_REGULAR, true, vec![hills(FAR, 0.5, 90.0, 11)])?,
        Layer::new(&gpu, HACK_REGULAR, true, vec![hills(NEAR, 0.5, 46.0, 5)])?,
        Layer::new(&gpu, UBUNTU_LIGHT, true, vec![words(0.25)])?,
        Layer::new(&gpu, HACK_REGULAR, false, glints())?,
        Layer::new(&gpu, HACK_REGULAR, false, vec![moon(1.0)])?,
        Layer::new(&gpu, HACK_REGULAR, false, vec![hills(FAR, 1.0, 90.0, 11)])?,
        Layer::new(&gpu, HACK_REGULAR, false, vec![hills(NEAR, 1.0, 46.0, 5)])?,
        Layer::new(&gpu, UBUNTU_LIGHT, false, vec![words(1.0)])?,
    ];
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut pass = canvas.begin(&mut encoder, NIGHT);
    for layer in &layers {
        layer.brush.draw(&mut pass);
    }
    drop(pass);
    gpu.queue.submit([encoder.finish()]);
    canvas.save(&gpu, path)?;
    let sections: usize = layers.iter().map(|layer| layer.sections).sum();
    println!("wgpu_text drew {sections} sections with {} brushes", layers.len());
    Ok(())
}

/// A brush with what it draws.
struct Layer {
    brush: TextBrush<FontRef<'static>>,
    sections: usize,
}

impl Layer {
    fn new(
        gpu: &Gpu,
        font: &'static [u8],
        mirrored: bool,
        sections: Vec<OwnedSection>,
    ) -> anyhow::Result<Self> {
        let mut brush = BrushBuilder::using_font_bytes(font)?.build(&gpu.device, WIDTH, HEIGHT, FORMAT);
        if mirrored {
            brush.update_matrix(upside_down(), &gpu.queue);
        }
        brush.queue(&gpu.device, &gpu.queue, sections.iter().map(OwnedSection::to_borrowed))?;
        Ok(Self { brush, sections: sections.len() })
    }
}

/// From pixels to clip space, mirrored at the shore: y is as far below it as it was above.
fn upside_down() -> [[f32; 4]; 4] {
    let [width, height] = [WIDTH as f32, HEIGHT as f32];
    [
        [2.0 / width, 0.0, 0.0, 0.0],
        [0.0, 2.0 / height, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
        [-1.0, 1.0 - 4.0 * SHORE / height, 0.0, 1.0],
    ]
}

fn words(light: f32) -> OwnedSection {
    let title = OwnedText::new("W G P U _ T E X T\n").with_scale(88.0).with_color(faded(GOLD, light));
    let poem = format!("\n{}", POEM.join("\n"));
    let poem = OwnedText::new(poem).with_scale(34.0).with_color(faded(PALE, light));
    OwnedSection::default()
        .with_screen_position((512.0, 66.0))
        .with_layout(CENTERED)
        .add_text(title)
        .add_text(poem)
}

fn moon(light: f32) -> OwnedSection {
    let disc = OwnedText::new("●").with_scale(210.0).with_color(faded(MOON, light));
    OwnedSection::default().with_screen_position((836.0, 60.0)).add_text(disc)
}

/// Hills along the shore, all of one size: they are one line of text that begins outside of the picture.
fn hills(color: Color, light: f32, size: f32, seed: u32) -> OwnedSection {
    let mut dice = Dice(seed);
    let mut section = OwnedSection::default()
        .with_screen_position((-60.0, SHORE + 0.22 * size))
        .with_layout(Layout::default_single_line().v_align(VerticalAlign::Bottom));
    let mut x = 0.0;
    while x < 1150.0 {
        let size = size * (0.7 + 0.9 * dice.roll());
        section = section
            .add_text(OwnedText::new("▲").with_scale(size.floor()).with_color(faded(color, light.sqrt())));
        x += 0.5 * size;
    }
    section
}

/// Stars, one in each square of a grid.
fn sky() -> Vec<OwnedSection> {
    let mut dice = Dice(30);
    let star = |cell: u16| {
        let (column, row) = (f32::from(cell % 24), f32::from(cell / 24));
        let place = ((42.6 * column + 24.0 * dice.roll()).floor(), (42.6 * row + 24.0 * dice.roll()).floor());
        let (bright, warm, kind) = (dice.roll(), dice.roll(), dice.roll());
        let color = [0.75 + 0.25 * warm, 0.85, 1.0 - 0.25 * warm, 0.2 + 0.7 * bright * bright];
        let (glyph, size) = match kind {
            kind if kind > 0.96 => ("+", 15.0),
            kind if kind > 0.8 => ("*", 13.0),
            _ => ("·", 14.0),
        };
        OwnedSection::default()
            .with_screen_position(place)
            .add_text(OwnedText::new(glyph).with_scale(size).with_color(color))
    };
    (0..24 * 9).map(star).collect()
}

/// Waves, one in each box of a grid, brightest under the moon.
fn glints() -> Vec<OwnedSection> {
    let mut dice = Dice(41);
    let wave = |cell: u16| {
        let (column, row) = (f32::from(cell % 16), f32::from(cell / 16));
        let place = (
            (64.0 * column + 30.0 * dice.roll()).floor(),
            (SHORE + 8.0 + 21.0 * row + 4.0 * dice.roll()).floor(),
        );
        let from_moon = (place.0 - 880.0).abs() / 130.0;
        let alpha = if from_moon < 1.0 { 0.75 * (1.0 - from_moon) } else { 0.10 * dice.roll() };
        let [red, green, blue, _] = if from_moon < 1.0 { MOON } else { PALE };
        OwnedSection::default()
            .with_screen_position(place)
            .add_text(OwnedText::new("~~").with_scale(18.0).with_color([red, green, blue, 0.06 + alpha]))
    };
    (0..16 * 15).map(wave).collect()
}

fn faded([red, green, blue, alpha]: Color, light: f32) -> Color {
    [red, green, blue, alpha * light]
}

/// The same numbers each time.
struct Dice(u32);

impl Dice {
    /// From 0 up to 1.
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((self.0 >> 16) as u16) / 65_536.0
    }
}
