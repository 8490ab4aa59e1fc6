//! The dashboard of a power station: cards with gauges, curves and bars.

use std::f64::consts::{PI, TAU};

use anyrender::PaintScene;
use kurbo::{Affine, Arc, BezPath, Cap, Circle, Join, Line, Point, Rect, RoundedRect, Shape, Stroke, Vec2};
use peniko::{Color, Fill, Gradient, Mix};

use crate::text::{Face, Side};

/// The picture.
const PAGE: Rect = Rect::new(0.0, 0.0, 1024.0, 768.0);
const INK: u32 = 0xe6e9f2;
const PALE: u32 = 0x8f98b3;
const BLUE: u32 = 0x58a6ff;
const GREEN: u32 = 0x3fd68f;
const ORANGE: u32 = 0xffa94d;
const RED: u32 = 0xff6b6b;

/// Paints all of it, from the back to the front.
///
/// # Errors
///
/// When the font lacks a character.
pub(crate) fn paint(scene: &mut impl PaintScene) -> anyhow::Result<()> {
    let face = Face::new();
    let night = Gradient::new_linear((0.0, 0.0), (1024.0, 768.0)).with_stops([
        (0.0, rgb(0x1a2036)),
        (0.5, rgb(0x141829)),
        (1.0, rgb(0x261b38)),
    ]);
    fill(scene, &night, &PAGE);
    let left = |x: f64, y: f64| (Point::new(x, y), Side::Left);
    face.line(scene, "Tidal station, north basin", 34.0, left(40.0, 64.0), rgb(INK))?;
    face.line(scene, "four turbines, the second is being cleaned", 17.0, left(40.0, 92.0), rgb(PALE))?;

    for (turbine, (share, color)) in
        [(0.82, GREEN), (0.0, PALE), (0.64, BLUE), (0.97, ORANGE)].into_iter().enumerate()
    {
        let x = 40.0 + 240.0 * turbine as f64;
        let body = card(scene, Rect::new(x, 120.0, x + 224.0, 348.0));
        gauge(scene, Point::new(body.center().x, 236.0), share, rgb(color));
        let percent = format!("{:.0} %", 100.0 * share);
        face.line(scene, &percent, 30.0, (Point::new(body.center().x, 246.0), Side::Middle), rgb(INK))?;
        let name = format!("turbine {}", turbine + 1);
        face.line(scene, &name, 17.0, (Point::new(body.center().x, 326.0), Side::Middle), rgb(PALE))?;
    }

    let body = card(scene, Rect::new(40.0, 372.0, 664.0, 728.0));
    face.line(scene, "level of the water, and what it yields", 17.0, left(64.0, 404.0), rgb(PALE))?;
    curves(scene, body);
    for (hour, x) in (0..=24).step_by(6).zip((0..).map(|step| 72.0 + 140.0 * f64::from(step))) {
        let hour = format!("{hour}:00");
        face.line(scene, &hour, 14.0, (Point::new(x, 714.0), Side::Middle), rgb(PALE))?;
    }

    card(scene, Rect::new(688.0, 372.0, 984.0, 728.0));
    face.line(scene, "megawatt hours a day", 17.0, left(712.0, 404.0), rgb(PALE))?;
    let days =
        [("Mo", 61.0), ("Tu", 74.0), ("We", 88.0), ("Th", 96.0), ("Fr", 83.0), ("Sa", 70.0), ("Su", 52.0)];
    for ((day, amount), x) in days.into_iter().zip((0..).map(|day| 714.0 + 36.0 * f64::from(day))) {
        let bar = Rect::new(x, 676.0 - 2.5 * amount, x + 24.0, 676.0);
        let color = if amount > 90.0 { RED } else { BLUE };
        let shine = Gradient::new_linear((0.0, bar.y0), (0.0, bar.y1))
            .with_stops([(0.0, rgb(color)), (1.0, rgb(color).with_alpha(0.25))]);
        fill(scene, &shine, &bar.to_rounded_rect((6.0, 6.0, 0.0, 0.0)));
        face.line(scene, day, 14.0, (Point::new(x + 12.0, 700.0), Side::Middle), rgb(PALE))?;
        let value = format!("{amount:.0}");
        face.line(scene, &value, 14.0, (Point::new(bar.x1, bar.y0 - 8.0), Side::Right), rgb(INK))?;
    }
    Ok(())
}

/// A card above its shadow, with a light edge.
fn card(scene: &mut impl PaintScene, place: Rect) -> Rect {
    scene.draw_box_shadow(Affine::translate((0.0, 10.0)), place, Color::BLACK.with_alpha(0.55), 18.0, 14.0);
    let body = place.to_rounded_rect(18.0);
    let glass = Gradient::new_linear((0.0, place.y0), (0.0, place.y1))
        .with_stops([(0.0, rgb(0x2a3252)), (1.0, rgb(0x1f2540))]);
    fill(scene, &glass, &body);
    let edge = Gradient::new_linear((0.0, place.y0), (0.0, place.y1))
        .with_stops([(0.0, Color::WHITE.with_alpha(0.30)), (0.5, Color::WHITE.with_alpha(0.05))]);
    stroke(scene, 1.5, &edge, &RoundedRect::from_rect(place.inset(-0.75), 17.25));
    place
}

/// Three quarters of a circle, full up to `share`.
fn gauge(scene: &mut impl PaintScene, center: Point, share: f64, color: Color) {
    let arc = |share: f64| Arc::new(center, (76.0, 76.0), 0.75 * PI, 1.5 * PI * share, 0.0);
    stroke(scene, 15.0, Color::WHITE.with_alpha(0.08), &arc(1.0));
    if share > 0.0 {
        stroke(scene, 15.0, color, &arc(share));
    }
    for tick in 0..=20 {
        let turn = Vec2::from_angle(0.75 * PI + 1.5 * PI * f64::from(tick) / 20.0);
        let long = if tick % 5 == 0 { 10.0 } else { 5.0 };
        let line = Line::new(center + 58.0 * turn, center + (58.0 - long) * turn);
        stroke(scene, 1.5, rgb(PALE), &line);
    }
}

/// The tide, what it yields, and the times when the gates are shut.
fn curves(scene: &mut impl PaintScene, place: Rect) {
    let plot = Rect::new(place.x0 + 32.0, place.y0 + 52.0, place.x1 - 32.0, place.y1 - 36.0);
    for step in 0..=5 {
        let y = plot.y0 + plot.height() * f64::from(step) / 5.0;
        stroke(scene, 1.0, Color::WHITE.with_alpha(0.10), &Line::new((plot.x0, y), (plot.x1, y)));
    }
    // Two tides a day, the second lower.
    let level = |day: f64| {
        0.46 * (TAU * (2.0 * day - 0.13)).sin() * (1.0 - 0.35 * day) + 0.04 * (TAU * 5.0 * day).cos()
    };
    let at = |day: f64, value: f64| {
        Point::new(plot.x0 + plot.width() * day, plot.center().y - plot.height() * value)
    };
    let curve = |value: &dyn Fn(f64) -> f64| {
        let mut path = BezPath::new();
        for step in 0..=240 {
            let day = f64::from(step) / 240.0;
            let point = at(day, value(day));
            if step == 0 { path.move_to(point) } else { path.line_to(point) }
        }
        path
    };
    // What it yields goes with how fast the level changes.
    let yields = |day: f64| 4.6 * (level(day + 0.005) - level(day - 0.005)).abs() - 0.48;
    let mut area = curve(&yields);
    area.line_to((plot.x1, plot.y1));
    area.line_to((plot.x0, plot.y1));
    area.close_path();
    scene.push_clip_layer(Fill::NonZero, Affine::IDENTITY, &plot);
    scene.push_layer(Fill::NonZero, Mix::Screen, 0.9, Affine::IDENTITY, &plot, None, None);
    let glow = Gradient::new_linear((0.0, plot.y0), (0.0, plot.y1))
        .with_stops([(0.0, rgb(ORANGE).with_alpha(0.9)), (1.0, rgb(RED).with_alpha(0.05))]);
    fill(scene, &glow, &area);
    scene.pop_layer();
    for (from, to) in [(0.18, 0.25), (0.68, 0.75)] {
        let shut = Rect::new(at(from, 0.0).x, plot.y0, at(to, 0.0).x, plot.y1);
        fill(scene, rgb(RED).with_alpha(0.12), &shut);
        let style = Stroke::new(1.0).with_dashes(0.0, [4.0, 4.0]);
        for x in [shut.x0, shut.x1] {
            let line = Line::new((x, plot.y0), (x, plot.y1));
            scene.stroke(&style, Affine::IDENTITY, rgb(RED), None, &line);
        }
    }
    scene.pop_layer();
    stroke(scene, 3.5, rgb(BLUE), &curve(&level));
    let now = at(0.615, level(0.615));
    fill(scene, rgb(BLUE).with_alpha(0.3), &Circle::new(now, 12.0));
    fill(scene, rgb(INK), &Circle::new(now, 5.0));
}

fn fill<'a>(scene: &mut impl PaintScene, paint: impl Into<anyrender::PaintRef<'a>>, shape: &impl Shape) {
    scene.fill(Fill::NonZero, Affine::IDENTITY, paint, None, shape);
}

fn stroke<'a>(
    scene: &mut impl PaintScene,
    width: f64,
    paint: impl Into<anyrender::PaintRef<'a>>,
    shape: &impl Shape,
) {
    let style = Stroke::new(width).with_caps(Cap::Round).with_join(Join::Round);
    scene.stroke(&style, Affine::IDENTITY, paint, None, shape);
}

fn rgb(color: u32) -> Color {
    let [blue, green, red, _] = color.to_le_bytes();
    Color::from_rgb8(red, green, blue)
}
