//! The window: rings of panes about a rose, leaded, with the sun behind it.

use std::f64::consts::TAU;

use anyhow::Context as _;
use epaint_default_fonts::UBUNTU_LIGHT;
use glifo::Glyph;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};
use vello_gpu::filter_effects::{EdgeMode, Filter, FilterPrimitive};
use vello_gpu::kurbo::{Affine, BezPath, Cap, Circle, Join, Point, Rect, Shape as _, Stroke, Vec2};
use vello_gpu::peniko::{BlendMode, Blob, Color, Compose, FontData, Gradient, Mix};
use vello_gpu::{Resources, Scene};

/// The picture, and the window in it.
const PAGE: Rect = Rect::new(0.0, 0.0, 1024.0, 768.0);
const CENTER: Point = Point::new(512.0, 350.0);
const RADIUS: f64 = 312.0;
/// How far curves may be from their shapes.
const TOLERANCE: f64 = 0.05;

/// A ring of panes: how many, from where to where of the radius, and how round they are.
struct Ring {
    panes: usize,
    from: f64,
    to: f64,
    /// 0 is a wedge, 1 a leaf.
    leaf: f64,
    colors: &'static [u32],
}

const RINGS: [Ring; 5] = [
    Ring { panes: 8, from: 0.10, to: 0.34, leaf: 1.0, colors: &[0xe8b13a, 0xd8542e] },
    Ring { panes: 16, from: 0.24, to: 0.52, leaf: 0.9, colors: &[0x2f5fd0, 0x7a2fa8, 0x1c8c8c] },
    Ring { panes: 16, from: 0.52, to: 0.66, leaf: 0.0, colors: &[0xc3283c, 0xe07a2c] },
    Ring { panes: 32, from: 0.66, to: 0.86, leaf: 0.8, colors: &[0x2448b8, 0x2a9a5a, 0x6b36b0, 0xd6a63a] },
    Ring { panes: 48, from: 0.87, to: 0.98, leaf: 0.0, colors: &[0x8c1f36, 0x1f3f9c, 0x3a1f6e] },
];

/// Paints all of it, from the back to the front; how many panes there are.
///
/// # Errors
///
/// When the font lacks a character of the inscription.
pub(crate) fn paint(scene: &mut Scene, resources: &mut Resources) -> anyhow::Result<usize> {
    wall(scene);
    // The lead throws a shadow on the stones about it.
    scene.push_filter_layer(Filter::from_primitive(FilterPrimitive::DropShadow {
        dx: 0.0,
        dy: 10.0,
        std_deviation: 12.0,
        color: Color::from_rgba8(0, 0, 0, 220),
        edge_mode: EdgeMode::None,
    }));
    scene.set_paint(rgb(0x0b0a0e));
    fill(scene, &Circle::new(CENTER, RADIUS + 12.0));
    scene.pop_layer();
    let panes = glass(scene);
    sun(scene);
    lead(scene);
    floor(scene);
    inscription(scene, resources)?;
    Ok(panes)
}

/// Stones in rows, each of its own grey.
fn wall(scene: &mut Scene) {
    scene.set_paint(rgb(0x17151a));
    scene.fill_rect(&PAGE);
    let mut dice = Dice(0x5eed);
    for row in 0..17 {
        let y = f64::from(row) * 46.0 - 4.0;
        let mut x = -dice.between(0.0, 90.0);
        while x < PAGE.x1 {
            let width = dice.between(56.0, 118.0);
            let grey = dice.between(0.10, 0.17) as f32;
            scene.set_paint(Color::new([grey * 1.08, grey, grey * 1.02, 1.0]));
            let stone = Rect::new(x, y, x + width - 4.0, y + 42.0).to_rounded_rect(5.0);
            fill(scene, &stone);
            x += width;
        }
    }
    // Light from the window, and dark corners.
    let light = Gradient::new_radial(CENTER, 620.0).with_stops([
        (0.45, rgb(0xffb060).with_alpha(0.20)),
        (0.75, rgb(0x7050c0).with_alpha(0.10)),
        (1.0, rgb(0x000000).with_alpha(0.55)),
    ]);
    scene.set_paint(light);
    scene.fill_rect(&PAGE);
}

/// The panes, each with a light of its own.
fn glass(scene: &mut Scene) -> usize {
    let mut dice = Dice(0x61a55);
    for ring in &RINGS {
        for pane in 0..ring.panes {
            let shape = ring.pane(pane);
            let color = ring.colors.get(pane % ring.colors.len()).copied().unwrap_or_default();
            let turn = TAU * pane as f64 / ring.panes as f64;
            let middle = CENTER + RADIUS * 0.5 * (ring.from + ring.to) * Vec2::from_angle(turn);
            let reach = RADIUS * (ring.to - ring.from);
            let glow = dice.between(0.75, 1.0) as f32;
            scene.set_paint(Gradient::new_radial(middle, reach as f32).with_stops([
                (0.0, shade(color, 0.7 * glow, 0.3)),
                (0.55, rgb(color)),
                (1.0, shade(color, 0.4, 0.0)),
            ]));
            scene.fill_path(&shape);
        }
    }
    let eye = Circle::new(CENTER, 0.10 * RADIUS);
    scene.set_paint(
        Gradient::new_radial(CENTER, eye.radius as f32)
            .with_stops([(0.0, rgb(0xfff6d0)), (1.0, rgb(0xf0a028))]),
    );
    fill(scene, &eye);
    RINGS.iter().map(|ring| ring.panes).sum::<usize>() + 1
}

impl Ring {
    /// The outline of a pane.
    fn pane(&self, pane: usize) -> BezPath {
        let half = 0.5 * TAU / self.panes as f64;
        let turn = 2.0 * half * pane as f64;
        let at = |radius: f64, turn: f64| CENTER + RADIUS * radius * Vec2::from_angle(turn);
        let wide = half * 0.94;
        let mut path = BezPath::new();
        if self.leaf > 0.0 {
            let bulge = self.from + 0.62 * (self.to - self.from);
            path.move_to(at(self.from, turn));
            let side = |sign: f64| at(bulge, turn + sign * wide * (1.0 + 0.35 * self.leaf));
            path.quad_to(side(-1.0), at(self.to, turn));
            path.quad_to(side(1.0), at(self.from, turn));
        } else {
            let middle = |radius: f64| radius / wide.cos();
            path.move_to(at(self.from, turn - wide));
            path.line_to(at(self.to, turn - wide));
            path.quad_to(at(middle(self.to), turn), at(self.to, turn + wide));
            path.line_to(at(self.from, turn + wide));
            path.quad_to(at(middle(self.from), turn), at(self.from, turn - wide));
        }
        path.close_path();
        path
    }
}

/// What shines through: blurred, screened over the panes, and only within the window.
fn sun(scene: &mut Scene) {
    scene.push_clip_layer(&Circle::new(CENTER, RADIUS).to_path(TOLERANCE));
    scene.push_blend_layer(BlendMode::new(Mix::Screen, Compose::SrcOver));
    scene.push_filter_layer(Filter::from_primitive(FilterPrimitive::GaussianBlur {
        std_deviation: 9.0,
        edge_mode: EdgeMode::None,
    }));
    let center = CENTER + Vec2::new(-92.0, -108.0);
    for ray in 0..24 {
        let turn = TAU * f64::from(ray) / 24.0;
        let edge = |turn: f64| center + 560.0 * Vec2::from_angle(turn);
        let mut wedge = BezPath::new();
        wedge.move_to(center);
        wedge.line_to(edge(turn - 0.05));
        wedge.line_to(edge(turn + 0.05));
        wedge.close_path();
        scene.set_paint(Gradient::new_radial(center, 560.0).with_stops([
            (0.0, rgb(0xffe0a0).with_alpha(0.85)),
            (0.5, rgb(0xff9a50).with_alpha(0.28)),
            (1.0, rgb(0xff7040).with_alpha(0.0)),
        ]));
        scene.fill_path(&wedge);
    }
    scene.set_paint(rgb(0xfff2c8).with_alpha(0.8));
    fill(scene, &Circle::new(center, 44.0));
    scene.pop_layer();
    scene.pop_layer();
    scene.pop_layer();
}

/// Between the panes, and about them.
fn lead(scene: &mut Scene) {
    scene.set_paint(rgb(0x0d0c10));
    for ring in &RINGS {
        scene.set_stroke(Stroke::new(if ring.panes > 16 { 2.6 } else { 4.0 }).with_join(Join::Round));
        (0..ring.panes).for_each(|pane| scene.stroke_path(&ring.pane(pane)));
    }
    for (radius, width) in [(0.10, 5.0), (0.52, 6.0), (0.66, 6.0), (0.865, 5.0), (0.99, 12.0)] {
        scene.set_stroke(Stroke::new(width));
        scene.stroke_path(&Circle::new(CENTER, radius * RADIUS).to_path(TOLERANCE));
    }
    // Bolts, dashes of a circle.
    scene.set_paint(rgb(0x8a8790));
    let bolt = TAU * RADIUS / 64.0;
    scene.set_stroke(Stroke::new(4.0).with_caps(Cap::Round).with_dashes(0.0, [0.01, bolt - 0.01]));
    scene.stroke_path(&Circle::new(CENTER, 0.99 * RADIUS).to_path(TOLERANCE));
}

/// What falls on the floor.
fn floor(scene: &mut Scene) {
    let floor = Rect::new(0.0, 692.0, 1024.0, 768.0);
    scene.set_paint(
        Gradient::new_linear((0.0, floor.y0), (0.0, floor.y1))
            .with_stops([(0.0, rgb(0x0d0b10)), (1.0, rgb(0x201a26))]),
    );
    scene.fill_rect(&floor);
    let mut dice = Dice(0xf100);
    for spot in 0..26 {
        let color = RINGS.get(spot % RINGS.len()).and_then(|ring| ring.colors.get(spot % ring.colors.len()));
        scene.set_paint(rgb(color.copied().unwrap_or_default()).with_alpha(0.5));
        let (x, y) = (dice.between(150.0, 840.0), dice.between(704.0, 748.0));
        let spot = Rect::new(x, y, x + dice.between(30.0, 90.0), y + dice.between(8.0, 16.0));
        scene.fill_blurred_rounded_rect(&spot, 6.0, 7.0, false);
    }
}

/// A line of text, chased into the floor.
fn inscription(scene: &mut Scene, resources: &mut Resources) -> anyhow::Result<()> {
    let (size, tracking) = (27.0, 7.0);
    let data = FontData::new(Blob::from(UBUNTU_LIGHT.to_vec()), 0);
    let font = FontRef::new(UBUNTU_LIGHT).context("not a font")?;
    let (chars, metrics) = (font.charmap(), font.glyph_metrics(Size::new(size), LocationRef::default()));
    let (mut x, mut glyphs) = (0.0, Vec::new());
    for character in "LUX IN TENEBRIS LUCET".chars() {
        let id = chars.map(character).with_context(|| format!("no glyph for {character}"))?;
        glyphs.push(Glyph { id: id.to_u32(), x, y: 0.0 });
        x += metrics.advance_width(id).context("a glyph without a width")? + tracking;
    }
    let left = CENTER.x - 0.5 * f64::from(x - tracking);
    for (down, color) in [(1.5, rgb(0x000000)), (0.0, rgb(0xd9c08a))] {
        scene.set_transform(Affine::translate((left, 738.0 + down)));
        scene.set_paint(color);
        let run = scene.glyph_run(resources, &data).font_size(size);
        run.fill_glyphs(glyphs.iter().copied()).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    }
    scene.reset_transform();
    Ok(())
}

fn fill(scene: &mut Scene, shape: &impl vello_gpu::kurbo::Shape) {
    scene.fill_path(&shape.to_path(TOLERANCE));
}

fn rgb(color: u32) -> Color {
    let [blue, green, red, _] = color.to_le_bytes();
    Color::from_rgb8(red, green, blue)
}

/// A colour times `factor`, and that much of white.
fn shade(color: u32, factor: f32, white: f32) -> Color {
    let [red, green, blue, alpha] = rgb(color).components;
    let part = |part: f32| part * factor + white;
    Color::new([part(red), part(green), part(blue), alpha])
}

/// The same numbers each time: xorshift.
struct Dice(u32);

impl Dice {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        low + (high - low) * f64::from(self.0 >> 8) / f64::from(1 << 24)
    }
}
