//! The poster: an evening over a lake, in a frame.

use epaint_default_fonts::UBUNTU_LIGHT;
use vello::Scene;
use vello::kurbo::{
    Affine, BezPath, Cap, Circle, Ellipse, Join, Line, Point, Rect, RoundedRect, Shape, Stroke,
};
use vello::peniko::{BlendMode, Color, Compose, Fill, Gradient, Mix};

use crate::text::Face;

/// The picture, and where the lake begins.
const PAGE: Rect = Rect::new(0.0, 0.0, 1024.0, 768.0);
const SHORE: f64 = 520.0;
const SUN: Circle = Circle { center: Point::new(512.0, 362.0), radius: 140.0 };
const GOLD: Color = Color::from_rgb8(0xf6, 0xcf, 0x8b);

/// Paints all of it, from the back to the front.
///
/// # Errors
///
/// When the font lacks a character of the title.
pub(crate) fn paint(scene: &mut Scene) -> anyhow::Result<()> {
    let mut dice = Dice(0x5eed);
    fill(scene, &vertical(&PAGE, &[(0.0, rgb(0x0c1022)), (1.0, rgb(0x05070f))]), &PAGE);
    scene.push_clip_layer(Fill::NonZero, Affine::IDENTITY, &framed(36.0, 26.0));
    sky(scene, &mut dice);
    sun(scene);
    clouds(scene, &mut dice);
    mountains(scene, &mut dice);
    lake(scene, &mut dice);
    birds(scene);
    forest(scene, &mut dice);
    title(scene)?;
    scene.pop_layer();
    frame(scene);
    Ok(())
}

fn sky(scene: &mut Scene, dice: &mut Dice) {
    let stops = [
        (0.0, rgb(0x120c35)),
        (0.22, rgb(0x2c1a5e)),
        (0.42, rgb(0x6f2a7d)),
        (0.56, rgb(0xd0486f)),
        (0.68, rgb(0xff9a5b)),
        (1.0, rgb(0xffd79a)),
    ];
    fill(scene, &vertical(&PAGE, &stops), &PAGE);
    for _ in 0..420 {
        let (x, height) = (dice.between(0.0, 1024.0), dice.between(0.0, 1.0));
        let radius = dice.between(0.4, 1.7);
        let fade = (1.0 - height) * dice.between(0.3, 1.0);
        let star = Circle::new((x, 40.0 + 330.0 * height * height), radius);
        fill(scene, Color::WHITE.with_alpha(fade as f32), &star);
    }
    // Rays, each a wedge of light that fades on its way.
    let center = SUN.center;
    let light = Gradient::new_radial(center, 720.0).with_stops([
        (0.15, rgb(0xffe2a8).with_alpha(0.34)),
        (0.55, rgb(0xff9f7a).with_alpha(0.10)),
        (1.0, rgb(0xff9f7a).with_alpha(0.0)),
    ]);
    scene.push_layer(Fill::NonZero, Mix::Screen, 1.0, Affine::IDENTITY, &PAGE);
    for ray in 0..36 {
        let turn = std::f64::consts::TAU * f64::from(ray) / 36.0;
        let edge = |turn: f64| center + 760.0 * vello::kurbo::Vec2::from_angle(turn);
        let mut wedge = BezPath::new();
        wedge.move_to(center);
        wedge.line_to(edge(turn - 0.035));
        wedge.line_to(edge(turn + 0.035));
        wedge.close_path();
        fill(scene, &light, &wedge);
    }
    scene.pop_layer();
}

fn sun(scene: &mut Scene) {
    let glow = Gradient::new_radial(SUN.center, 330.0)
        .with_stops([(0.4, rgb(0xffd9a0).with_alpha(0.75)), (1.0, rgb(0xff7a6b).with_alpha(0.0))]);
    fill(scene, &glow, &Circle::new(SUN.center, 330.0));
    let disc = [(0.0, rgb(0xfff6cf)), (0.45, rgb(0xffc35c)), (0.75, rgb(0xff6f61)), (1.0, rgb(0xd93a7c))];
    // What is cut out of the disc shows the sky: the cuts are a layer that takes away.
    scene.push_layer(Fill::NonZero, BlendMode::default(), 1.0, Affine::IDENTITY, &PAGE);
    fill(scene, &vertical(&SUN.bounding_box(), &disc), &SUN);
    let cuts = BlendMode::new(Mix::Normal, Compose::DestOut);
    scene.push_layer(Fill::NonZero, cuts, 1.0, Affine::IDENTITY, &PAGE);
    for cut in 0..8 {
        let cut = f64::from(cut);
        let (top, height) = (348.0 + 17.0 * cut, 2.5 + 1.3 * cut);
        fill(scene, Color::WHITE, &Rect::new(360.0, top, 664.0, top + height));
    }
    scene.pop_layer();
    scene.pop_layer();
}

fn clouds(scene: &mut Scene, dice: &mut Dice) {
    for band in 0..26 {
        let y = dice.between(96.0, 440.0);
        let (x, length) = (dice.between(-40.0, 1000.0), dice.between(60.0, 260.0));
        let color = if band % 3 == 0 { rgb(0xffe9c9) } else { rgb(0xff8f8a) };
        let line = Line::new((x, y), (x + length, y));
        let brush = Gradient::new_linear((x, y), (x + length, y)).with_stops([
            (0.0, color.with_alpha(0.0)),
            (0.5, color.with_alpha(0.34)),
            (1.0, color.with_alpha(0.0)),
        ]);
        let stroke = Stroke::new(dice.between(1.5, 9.0)).with_caps(Cap::Round);
        scene.stroke(&stroke, Affine::IDENTITY, &brush, None, &line);
    }
}

fn mountains(scene: &mut Scene, dice: &mut Dice) {
    let ranges = [
        (446.0, 56.0, rgb(0xa8417f), rgb(0xf39a84)),
        (466.0, 48.0, rgb(0x7a3179), rgb(0xd0698a)),
        (486.0, 38.0, rgb(0x4e2468), rgb(0x93487f)),
        (504.0, 22.0, rgb(0x2f1a52), rgb(0x5a2d69)),
    ];
    for (height, rough, top, foot) in ranges {
        let ridge = dice.ridge(height, rough);
        let mut body = BezPath::new();
        body.move_to((-8.0, SHORE + 4.0));
        ridge.iter().for_each(|point| body.line_to(*point));
        body.line_to((1032.0, SHORE + 4.0));
        body.close_path();
        let box_ = Rect::new(0.0, height - rough, 1024.0, SHORE);
        fill(scene, &vertical(&box_, &[(0.0, top), (1.0, foot)]), &body);
        // The last light lies on the crest.
        let mut crest = BezPath::new();
        for (index, point) in ridge.iter().enumerate() {
            if index == 0 { crest.move_to(*point) } else { crest.line_to(*point) }
        }
        let rim = Stroke::new(1.6).with_join(Join::Round);
        scene.stroke(&rim, Affine::IDENTITY, rgb(0xffd2a6).with_alpha(0.55), None, &crest);
        let mist = Rect::new(-60.0, SHORE - 26.0, 1084.0, SHORE + 8.0);
        scene.draw_blurred_rounded_rect(Affine::IDENTITY, mist, rgb(0xffb9a0).with_alpha(0.16), 12.0, 14.0);
    }
}

fn lake(scene: &mut Scene, dice: &mut Dice) {
    let water = Rect::new(0.0, SHORE, 1024.0, 768.0);
    let stops = [(0.0, rgb(0xf79d7e)), (0.25, rgb(0xa8497f)), (0.6, rgb(0x47256b)), (1.0, rgb(0x160f38))];
    fill(scene, &vertical(&water, &stops), &water);
    scene.push_clip_layer(Fill::NonZero, Affine::IDENTITY, &water);
    // The mountains upside down, pale.
    let ridge = dice.ridge(SHORE + 52.0, 26.0);
    let mut mirrored = BezPath::new();
    mirrored.move_to((-8.0, SHORE));
    ridge.iter().for_each(|point| mirrored.line_to(*point));
    mirrored.line_to((1032.0, SHORE));
    mirrored.close_path();
    fill(
        scene,
        &vertical(&water, &[(0.0, rgb(0x2f1a52).with_alpha(0.8)), (0.5, rgb(0x2f1a52).with_alpha(0.0))]),
        &mirrored,
    );
    // The sun's path over the waves.
    scene.push_layer(Fill::NonZero, Mix::Screen, 1.0, Affine::IDENTITY, &water);
    for _ in 0..260 {
        let depth = dice.between(0.0, 1.0);
        let y = SHORE + 4.0 + 240.0 * depth;
        let spread = 140.0 - 50.0 * depth;
        let x = 512.0 + spread * (dice.between(-1.0, 1.0) + dice.between(-1.0, 1.0)) * 0.5;
        let half = dice.between(4.0, 30.0) * (0.5 + depth);
        let line = Line::new((x - half, y), (x + half, y));
        let glint = rgb(0xffcf8e).with_alpha((0.55 - 0.4 * depth) as f32);
        let stroke = Stroke::new(1.0 + 2.6 * depth).with_caps(Cap::Round);
        scene.stroke(&stroke, Affine::IDENTITY, glint, None, &line);
    }
    scene.pop_layer();
    for _ in 0..120 {
        let depth = dice.between(0.0, 1.0);
        let (x, y) = (dice.between(0.0, 1024.0), SHORE + 6.0 + 240.0 * depth);
        let half = dice.between(6.0, 44.0) * (0.4 + depth);
        let mut wave = BezPath::new();
        wave.move_to((x - half, y));
        wave.quad_to((x, y - 2.0 - 3.0 * depth), (x + half, y));
        let shade = rgb(0xffd9c0).with_alpha(0.16);
        scene.stroke(&Stroke::new(1.2).with_caps(Cap::Round), Affine::IDENTITY, shade, None, &wave);
    }
    scene.pop_layer();
}

fn birds(scene: &mut Scene) {
    let flock = [
        (752.0, 292.0, 17.0),
        (796.0, 270.0, 12.0),
        (828.0, 294.0, 10.0),
        (722.0, 264.0, 9.0),
        (864.0, 262.0, 8.0),
    ];
    for (x, y, span) in flock {
        let mut wings = BezPath::new();
        wings.move_to((x - span, y - 0.35 * span));
        wings.curve_to((x - 0.6 * span, y - 0.9 * span), (x - 0.2 * span, y - 0.5 * span), (x, y));
        wings.curve_to(
            (x + 0.2 * span, y - 0.5 * span),
            (x + 0.6 * span, y - 0.9 * span),
            (x + span, y - 0.35 * span),
        );
        let pen = Stroke::new(0.2 * span).with_caps(Cap::Round).with_join(Join::Round);
        scene.stroke(&pen, Affine::IDENTITY, rgb(0x1c1038), None, &wings);
    }
}

/// Firs on both banks, the nearest last.
fn forest(scene: &mut Scene, dice: &mut Dice) {
    for (row, color) in [(0.0, rgb(0x241545)), (1.0, rgb(0x180e33)), (2.0, rgb(0x0d0820))] {
        let (reach, rise, water) = (300.0 - 50.0 * row, 34.0 + 10.0 * row, 600.0 + 66.0 * row);
        for side in [-1.0, 1.0] {
            let corner = 512.0 + side * 512.0;
            fill(scene, color, &Ellipse::new((corner, water), (reach, rise), 0.0));
            for _ in 0..15 {
                let inward = 0.92 * dice.between(0.0, 1.0);
                let foot = water - rise * (1.0 - inward * inward).sqrt();
                let height = dice.between(70.0, 120.0) * (1.0 + 0.45 * row) * (1.1 - 0.6 * inward);
                fill(scene, color, &fir(corner - side * inward * reach, foot + 4.0, height, dice));
            }
            let mist = Rect::new(corner - reach, water - 6.0, corner + reach, water + 6.0);
            let haze = rgb(0xff9f8f).with_alpha(0.10);
            scene.draw_blurred_rounded_rect(Affine::IDENTITY, mist, haze, 6.0, 10.0);
        }
    }
}

/// A fir: tiers of branches, drooping and ragged.
fn fir(x: f64, foot: f64, height: f64, dice: &mut Dice) -> BezPath {
    let tiers = 9;
    let mut left = Vec::new();
    let mut right = Vec::new();
    for tier in 0..tiers {
        let down = (f64::from(tier) + 1.0) / f64::from(tiers);
        let y = foot - height * (1.06 - down);
        let half = 0.23 * height * down;
        right.push(Point::new(x + half * dice.between(0.8, 1.1), y + 0.03 * height));
        right.push(Point::new(x + 0.42 * half, y - 0.01 * height));
        left.push(Point::new(x - half * dice.between(0.8, 1.1), y + 0.03 * height));
        left.push(Point::new(x - 0.42 * half, y - 0.01 * height));
    }
    let mut path = BezPath::new();
    path.move_to((x, foot - height));
    right.iter().for_each(|point| path.line_to(*point));
    path.line_to((x + 0.025 * height, foot - 0.04 * height));
    path.line_to((x + 0.025 * height, foot));
    path.line_to((x - 0.025 * height, foot));
    path.line_to((x - 0.025 * height, foot - 0.04 * height));
    left.iter().rev().for_each(|point| path.line_to(*point));
    path.close_path();
    path
}

fn title(scene: &mut Scene) -> anyhow::Result<()> {
    let face = Face::new(UBUNTU_LIGHT);
    let (glyphs, width) = face.line("VELLO", 96.0, 46.0)?;
    let at = Affine::translate((512.0 - 0.5 * f64::from(width), 144.0));
    let shadow = Stroke::new(9.0).with_join(Join::Round);
    let ink = rgb(0x1a0f3c).with_alpha(0.45);
    scene
        .draw_glyphs(&face.data)
        .font_size(96.0)
        .transform(at)
        .brush(ink)
        .draw(&shadow, glyphs.iter().copied());
    let metal = Gradient::new_linear((0.0, -70.0), (0.0, 4.0)).with_stops([
        (0.0, rgb(0xfffbe9)),
        (0.5, rgb(0xffd98f)),
        (0.52, rgb(0xf2a65e)),
        (1.0, rgb(0xffe9bd)),
    ]);
    let edge = Stroke::new(3.0).with_join(Join::Round);
    for style in [vello::peniko::StyleRef::Stroke(&edge), Fill::NonZero.into()] {
        let run = scene.draw_glyphs(&face.data).font_size(96.0).transform(at).brush(&metal);
        run.draw(style, glyphs.iter().copied());
    }
    let (glyphs, width) = face.line("PATHS · GRADIENTS · CLIPS · LAYERS · TEXT", 17.0, 5.0)?;
    let at = Affine::translate((512.0 - 0.5 * f64::from(width), 186.0));
    let run = scene.draw_glyphs(&face.data).font_size(17.0).transform(at).brush(rgb(0xffeccd));
    run.draw(Fill::NonZero, glyphs.into_iter());
    let (glyphs, width) = face.line("drawn by compute shaders", 22.0, 3.0)?;
    let at = Affine::translate((512.0 - 0.5 * f64::from(width), 704.0));
    let run = scene.draw_glyphs(&face.data).font_size(22.0).transform(at).brush(GOLD);
    run.draw(Fill::NonZero, glyphs.into_iter());
    Ok(())
}

fn frame(scene: &mut Scene) {
    let gold = Gradient::new_sweep(PAGE.center(), 0.0, std::f32::consts::TAU).with_stops([
        (0.0, rgb(0xfbe3b0)),
        (0.2, rgb(0xb9803c)),
        (0.45, rgb(0xffedc4)),
        (0.7, rgb(0xa96f33)),
        (1.0, rgb(0xfbe3b0)),
    ]);
    scene.stroke(&Stroke::new(5.0), Affine::IDENTITY, &gold, None, &framed(36.0, 26.0));
    scene.stroke(&Stroke::new(1.5), Affine::IDENTITY, &gold, None, &framed(24.0, 34.0));
    let dots = Stroke::new(3.0).with_caps(Cap::Round).with_dashes(0.0, [0.1, 12.0]);
    scene.stroke(&dots, Affine::IDENTITY, GOLD.with_alpha(0.8), None, &framed(13.0, 40.0));
    // A fan of petals in every corner.
    for (x, y, quarter) in [(36.0, 36.0, 0.0), (988.0, 36.0, 1.0), (988.0, 732.0, 2.0), (36.0, 732.0, 3.0)] {
        for petal in 0..7 {
            let turn = std::f64::consts::FRAC_PI_2 * (quarter + (f64::from(petal) + 0.5) / 7.0);
            let at = Affine::translate((x, y)) * Affine::rotate(turn);
            let leaf = Ellipse::new((42.0, 0.0), (24.0, 3.6), 0.0);
            let shade = if petal % 2 == 0 { 0.9 } else { 0.5 };
            scene.fill(Fill::NonZero, at, GOLD.with_alpha(shade), None, &leaf);
        }
        fill(scene, &gold, &Circle::new((x, y), 13.0));
        fill(scene, rgb(0x0a0d1c), &Circle::new((x, y), 6.0));
    }
}

/// The page less a border.
fn framed(border: f64, radius: f64) -> RoundedRect {
    PAGE.inset(-border).to_rounded_rect(radius)
}

fn fill<'b>(scene: &mut Scene, brush: impl Into<vello::peniko::BrushRef<'b>>, shape: &impl Shape) {
    scene.fill(Fill::NonZero, Affine::IDENTITY, brush, None, shape);
}

fn rgb(hex: u32) -> Color {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color::from_rgb8(red, green, blue)
}

/// From the top of a box to its bottom.
fn vertical(area: &Rect, stops: &[(f32, Color)]) -> Gradient {
    Gradient::new_linear((0.0, area.y0), (0.0, area.y1)).with_stops(stops)
}

/// The same numbers each time.
struct Dice(u32);

impl Dice {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        low + (high - low) * f64::from(self.0 >> 8) / f64::from(1 << 24)
    }

    /// A mountain ridge from left to right: the middle of every piece is moved, and of its halves again.
    fn ridge(&mut self, height: f64, rough: f64) -> Vec<Point> {
        let mut heights: Vec<f64> = (0..5).map(|_| height + self.between(-rough, rough)).collect();
        let mut rough = rough;
        for _ in 0..6 {
            rough *= 0.52;
            let moved = heights.windows(2).map(|pair| {
                let sum: f64 = pair.iter().sum();
                0.5 * sum + self.between(-rough, rough)
            });
            let moved: Vec<_> = moved.collect();
            heights = heights.iter().zip(moved.iter().chain([&0.0])).flat_map(|(a, b)| [*a, *b]).collect();
            // The last middle has nothing on its right.
            heights.pop();
        }
        let step = 1040.0 / (heights.len() as f64 - 1.0);
        (0..).zip(heights).map(|(index, y)| Point::new(-8.0 + step * f64::from(index), y)).collect()
    }
}
