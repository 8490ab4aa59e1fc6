//! The watch: a case, a dial with its scales, and the hands.

use std::f32::consts::{PI, TAU};

use epaint_default_fonts::UBUNTU_LIGHT;
use femtovg::{Align, Baseline, Canvas, Color, ErrorKind, FontId, LineCap, Paint, Path, Renderer, Solidity};

/// The middle of it, and the dial's radius.
const CENTER: (f32, f32) = (512.0, 384.0);
const DIAL: f32 = 268.0;

/// Paints all of it, from the back to the front; how wide the name on the dial is.
///
/// # Errors
///
/// When femtovg does not take the font.
pub(crate) fn paint<R: Renderer>(canvas: &mut Canvas<R>) -> Result<f32, ErrorKind> {
    let font = canvas.add_font_mem(UBUNTU_LIGHT)?;
    canvas.clear_rect(0, 0, 1024, 768, rgb(0x1b2430));
    table(canvas);
    case(canvas);
    dial(canvas);
    let wide = letters(canvas, font)?;
    small_dial(canvas, font, (CENTER.0, CENTER.1 + 122.0), 0.62)?;
    hands(canvas);
    glass(canvas);
    Ok(wide)
}

/// Brushed metal, and the shadow of the watch on it.
fn table<R: Renderer>(canvas: &mut Canvas<R>) {
    let mut page = Path::new();
    page.rect(0.0, 0.0, 1024.0, 768.0);
    let light = [(0.0, rgb(0x4d5d72)), (0.6, rgb(0x2b3646)), (1.0, rgb(0x121821))];
    canvas.fill_path(&page, &Paint::radial_gradient_stops(380.0, 230.0, 40.0, 820.0, light));
    for line in 0..128 {
        let y = 6.0 * line as f32 + 0.5;
        let mut path = Path::new();
        path.move_to(0.0, y);
        path.line_to(1024.0, y);
        canvas.stroke_path(&path, &Paint::color(rgba(0xffffff, 10 + line * 7 % 11)).with_line_width(1.0));
    }
    let (x, y) = (CENTER.0 - 330.0 + 14.0, CENTER.1 - 330.0 + 26.0);
    let shadow = Paint::box_gradient(x, y, 660.0, 660.0, 330.0, 90.0, rgba(0x000000, 190), rgba(0x000000, 0));
    canvas.fill_path(&page, &shadow);
}

/// Rings of steel, turned, with the light going round them.
fn case<R: Renderer>(canvas: &mut Canvas<R>) {
    let shine = |dark: u32, bright: u32| {
        [0.0, 0.12, 0.25, 0.38, 0.5, 0.62, 0.75, 0.88, 1.0]
            .into_iter()
            .enumerate()
            .map(move |(stop, at)| (at, rgb(if stop % 2 == 0 { dark } else { bright })))
    };
    let mut crown = Path::new();
    crown.rounded_rect(CENTER.0 + 306.0, CENTER.1 - 26.0, 42.0, 52.0, 9.0);
    let steel =
        Paint::linear_gradient(0.0, CENTER.1 - 26.0, 0.0, CENTER.1 + 26.0, rgb(0xe8edf2), rgb(0x5d6773));
    canvas.fill_path(&crown, &steel);
    for (radius, turn, dark, bright) in
        [(312.0, 0.3, 0x6d7783, 0xf4f7fa), (296.0, 1.9, 0x39424d, 0xb9c3ce), (282.0, 0.9, 0x8893a0, 0xffffff)]
    {
        canvas.fill_path(
            &circle(CENTER, radius),
            &Paint::conic_gradient_stops_with_angle(CENTER.0, CENTER.1, turn, shine(dark, bright)),
        );
    }
}

fn dial<R: Renderer>(canvas: &mut Canvas<R>) {
    let face = [(0.0, rgb(0x2c5578)), (0.7, rgb(0x12304a)), (1.0, rgb(0x081a2b))];
    canvas.fill_path(
        &circle(CENTER, DIAL),
        &Paint::radial_gradient_stops(CENTER.0 - 60.0, CENTER.1 - 80.0, 10.0, 360.0, face),
    );
    // Guilloche: circles through the middle, only within a ring.
    canvas.save();
    canvas.rounded_scissor(CENTER.0 - 150.0, CENTER.1 - 150.0, 300.0, 300.0, 150.0);
    for turn in 0..72 {
        let (x, y) = around(CENTER, 75.0, TAU * turn as f32 / 72.0);
        canvas.stroke_path(&circle((x, y), 75.0), &Paint::color(rgba(0xbfe0ff, 26)).with_line_width(1.0));
    }
    canvas.restore();
    for minute in 0..60 {
        let turn = TAU * minute as f32 / 60.0;
        let hour = minute % 5 == 0;
        let (from, width) = if hour { (226.0, 7.0) } else { (246.0, 2.0) };
        let mut tick = Path::new();
        let (x, y) = around(CENTER, from, turn);
        tick.move_to(x, y);
        let (x, y) = around(CENTER, 256.0, turn);
        tick.line_to(x, y);
        let paint = Paint::color(rgb(if hour { 0xf0e6cf } else { 0x9db4c6 })).with_line_width(width);
        canvas.stroke_path(&tick, &paint.with_line_cap(if hour { LineCap::Round } else { LineCap::Butt }));
    }
}

/// The hours, and the name, whose width is returned.
fn letters<R: Renderer>(canvas: &mut Canvas<R>, font: FontId) -> Result<f32, ErrorKind> {
    let text = |size: f32, color: u32| {
        Paint::color(rgb(color))
            .with_font(&[font])
            .with_font_size(size)
            .with_text_align(Align::Center)
            .with_text_baseline(Baseline::Middle)
    };
    for hour in (1..=12).filter(|hour| *hour != 6) {
        let (x, y) = around(CENTER, 196.0, TAU * hour as f32 / 12.0 - 0.5 * PI);
        canvas.fill_text(x, y, hour.to_string(), &text(40.0, 0xf0e6cf))?;
    }
    let name = text(26.0, 0xdfe9f2).with_letter_spacing(6.0);
    let wide = canvas.fill_text(CENTER.0, CENTER.1 - 98.0, "Komponente", &name)?.width();
    canvas.fill_text(
        CENTER.0,
        CENTER.1 - 70.0,
        "automatic",
        &text(15.0, 0x9db4c6).with_letter_spacing(3.0),
    )?;
    Ok(wide)
}

/// The seconds.
fn small_dial<R: Renderer>(
    canvas: &mut Canvas<R>,
    font: FontId,
    center: (f32, f32),
    second: f32,
) -> Result<(), ErrorKind> {
    let sunk = Paint::radial_gradient(center.0, center.1, 30.0, 62.0, rgb(0x16344e), rgb(0x050f1a));
    canvas.fill_path(&circle(center, 60.0), &sunk);
    canvas.stroke_path(&circle(center, 60.0), &Paint::color(rgb(0x8893a0)).with_line_width(1.5));
    let dashes =
        Paint::color(rgb(0xbfd0de)).with_line_width(5.0).with_line_dash(&[1.0, TAU * 52.0 / 60.0 - 1.0]);
    canvas.stroke_path(&circle(center, 52.0), &dashes);
    let numbers = Paint::color(rgb(0xbfd0de))
        .with_font(&[font])
        .with_font_size(14.0)
        .with_text_align(Align::Center)
        .with_text_baseline(Baseline::Middle);
    for (number, turn) in [("60", -0.25), ("15", 0.0), ("30", 0.25), ("45", 0.5)] {
        let (x, y) = around(center, 39.0, TAU * turn);
        canvas.fill_text(x, y, number, &numbers)?;
    }
    let mut hand = Path::new();
    let (x, y) = around(center, -14.0, TAU * second - 0.5 * PI);
    hand.move_to(x, y);
    let (x, y) = around(center, 46.0, TAU * second - 0.5 * PI);
    hand.line_to(x, y);
    canvas
        .stroke_path(&hand, &Paint::color(rgb(0xff6b4a)).with_line_width(2.5).with_line_cap(LineCap::Round));
    canvas.fill_path(&circle(center, 4.0), &Paint::color(rgb(0xff6b4a)));
    Ok(())
}

/// Ten past ten, with shadows.
fn hands<R: Renderer>(canvas: &mut Canvas<R>) {
    for (length, width, share) in [(150.0, 22.0, 10.16 / 12.0), (228.0, 16.0, 9.6 / 60.0)] {
        for (away, shadow) in [(7.0, true), (0.0, false)] {
            canvas.save();
            canvas.translate(CENTER.0 + 0.6 * away, CENTER.1 + away);
            canvas.rotate(TAU * share);
            let mut hand = Path::new();
            hand.move_to(0.0, 34.0);
            hand.line_to(0.5 * width, 0.0);
            hand.bezier_to(0.7 * width, -0.5 * length, 0.2 * width, -0.7 * length, 0.0, -length);
            hand.bezier_to(-0.2 * width, -0.7 * length, -0.7 * width, -0.5 * length, -0.5 * width, 0.0);
            hand.close();
            if shadow {
                canvas.fill_path(&hand, &Paint::color(rgba(0x000000, 90)));
            } else {
                let half = 0.5 * width;
                let steel = [
                    (0.0, rgb(0xffffff)),
                    (0.49, rgb(0xd8dfe6)),
                    (0.51, rgb(0x8b97a4)),
                    (1.0, rgb(0x5d6874)),
                ];
                canvas.fill_path(&hand, &Paint::linear_gradient_stops(-half, 0.0, half, 0.0, steel));
                let mut light = Path::new();
                light.rounded_rect(-0.14 * width, -0.72 * length, 0.28 * width, 0.5 * length, 0.14 * width);
                canvas.fill_path(&light, &Paint::color(rgb(0xbfffd8)));
            }
            canvas.restore();
        }
    }
    let brass =
        Paint::radial_gradient(CENTER.0 - 3.0, CENTER.1 - 4.0, 1.0, 15.0, rgb(0xfff1c4), rgb(0xa37c2c));
    canvas.fill_path(&circle(CENTER, 13.0), &brass);
}

/// A reflection: a circle with another cut out.
fn glass<R: Renderer>(canvas: &mut Canvas<R>) {
    let mut shine = circle(CENTER, DIAL - 4.0);
    shine.circle(CENTER.0 + 96.0, CENTER.1 + 150.0, 372.0);
    shine.solidity(Solidity::Hole);
    canvas.save();
    canvas.rounded_scissor(CENTER.0 - DIAL, CENTER.1 - DIAL, 2.0 * DIAL, 2.0 * DIAL, DIAL);
    let light = Paint::linear_gradient(
        CENTER.0 - 200.0,
        CENTER.1 - 200.0,
        CENTER.0 + 60.0,
        CENTER.1 + 60.0,
        rgba(0xffffff, 74),
        rgba(0xffffff, 0),
    );
    canvas.fill_path(&shine, &light);
    canvas.restore();
}

fn circle((x, y): (f32, f32), radius: f32) -> Path {
    let mut path = Path::new();
    path.circle(x, y, radius);
    path
}

/// The place at this distance from a middle, turned from the right.
fn around((x, y): (f32, f32), distance: f32, turn: f32) -> (f32, f32) {
    (x + distance * turn.cos(), y + distance * turn.sin())
}

fn rgb(color: u32) -> Color {
    rgba(color, 255)
}

fn rgba(color: u32, alpha: u8) -> Color {
    let [blue, green, red, _] = color.to_le_bytes();
    Color::rgba(red, green, blue, alpha)
}
