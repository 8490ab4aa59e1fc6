//! What is painted by hand: two plots and a keyboard.

use egui::{Color32, FontId, Mesh, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

const PAPER: Color32 = Color32::from_rgb(0x10, 0x14, 0x1b);
const GRID: Color32 = Color32::from_rgb(0x24, 0x2c, 0x38);
const TEXT: Color32 = Color32::from_rgb(0x7d, 0x8b, 0x9c);
const RESPONSE: Color32 = Color32::from_rgb(0xff, 0xb7, 0x4d);

/// Two periods of a wave, as a line over a glow.
pub(crate) fn waveform(ui: &mut Ui, size: [f32; 2], color: Color32, wave: impl Fn(f64) -> f64) {
    let (area, painter) = paper(ui, size, [16, 8]);
    let point = |step: u16| {
        let turn = f64::from(step) / 480.0;
        let x = area.left() + area.width() * turn as f32;
        pos2(x, area.center().y - 0.46 * area.height() * wave(turn) as f32)
    };
    let line: Vec<Pos2> = (0..=480).map(point).collect();
    painter.add(glow(&line, area.center().y, color));
    painter.add(Shape::line(line, Stroke::new(1.8, color)));
    let middle = [pos2(area.left(), area.center().y), pos2(area.right(), area.center().y)];
    painter.line_segment(middle, Stroke::new(1.0, TEXT.gamma_multiply(0.6)));
    for (level, text) in [(-0.46, "+1"), (0.0, "0"), (0.46, "-1")] {
        let at = pos2(area.left() + 5.0, area.center().y + level * area.height());
        painter.text(at, egui::Align2::LEFT_CENTER, text, FontId::monospace(9.0), TEXT);
    }
}

/// A bar for each partial, over nine octaves, and the filter's curve.
pub(crate) fn spectrum(ui: &mut Ui, size: [f32; 2], partials: &[f64], response: impl Fn(f64) -> f64) {
    let (area, painter) = paper(ui, size, [18, 6]);
    let height = |level: f64| area.bottom() - 0.8 * area.height() * (level as f32).clamp(0.0, 1.2);
    for (order, &level) in (1..).zip(partials) {
        let order: f64 = f64::from(order);
        let x = area.left() + area.width() * ((order * 8.0).log2() / 9.0) as f32;
        // The quiet ones would not be seen.
        let top = height(level.sqrt());
        let shade = Color32::from_rgb(0x4f, 0xc3, 0xf7).lerp_to_gamma(
            Color32::from_rgb(0xba, 0x68, 0xc8),
            (order as f32 / partials.len() as f32).min(1.0),
        );
        let bar = Rect::from_min_max(pos2(x - 3.0, top), pos2(x + 3.0, area.bottom() - 1.0));
        painter.rect_filled(bar, 2.0, shade);
        painter.circle_filled(pos2(x, top), 4.5, shade);
    }
    let point = |step: u16| {
        let place = f64::from(step) / 240.0;
        pos2(area.left() + area.width() * place as f32, height(0.8 * response(place)).max(area.top() + 2.0))
    };
    let curve: Vec<Pos2> = (0..=240).map(point).collect();
    painter.add(glow(&curve, area.bottom(), RESPONSE.gamma_multiply(0.5)));
    painter.add(Shape::line(curve, Stroke::new(1.5, RESPONSE)));
    for (octave, text) in [(1.0, "55"), (3.0, "220"), (5.0, "880"), (7.0, "3.5k"), (9.0, "14k Hz")] {
        let at = pos2(area.left() + area.width() * octave / 9.0 - 3.0, area.top() + 3.0);
        painter.text(at, egui::Align2::RIGHT_TOP, text, FontId::monospace(9.0), TEXT);
    }
}

/// Two octaves of keys from E on, of which some are held; keys are counted in semitones from there.
pub(crate) fn keyboard(ui: &mut Ui, [width, height]: [f32; 2], held: &[u32], color: Color32) {
    let (response, painter) = ui.allocate_painter(vec2(width, height), Sense::click());
    let area = response.rect;
    let is_black = |key: u32| matches!((key + 4) % 12, 1 | 3 | 6 | 8 | 10);
    let whites = (0..24).filter(|key| !is_black(*key)).count();
    let key_width = area.width() / whites as f32;
    let mut left = area.left();
    let mut black = Vec::new();
    for key in 0..24 {
        let is_held = held.contains(&key);
        if is_black(key) {
            let x = left - 0.3 * key_width;
            let shape = Rect::from_min_size(pos2(x, area.top()), vec2(0.6 * key_width, 0.62 * area.height()));
            black.push((shape, if is_held { color } else { Color32::from_gray(28) }));
        } else {
            let shape = Rect::from_min_size(pos2(left, area.top()), vec2(key_width - 1.5, area.height()));
            let fill = if is_held { color } else { Color32::from_gray(222) };
            painter.rect_filled(shape, 2.0, fill);
            left += key_width;
        }
    }
    for (shape, fill) in black {
        painter.rect(shape, 1.5, fill, Stroke::new(1.0, Color32::from_gray(10)), StrokeKind::Middle);
    }
}

/// Dark paper with a grid.
fn paper(ui: &mut Ui, [width, height]: [f32; 2], [columns, rows]: [u16; 2]) -> (Rect, egui::Painter) {
    let (response, painter) = ui.allocate_painter(vec2(width, height), Sense::hover());
    let area = response.rect;
    painter.rect(area, 4.0, PAPER, Stroke::new(1.0, GRID), StrokeKind::Inside);
    let line = Stroke::new(1.0, GRID);
    for column in 1..columns {
        let x = area.left() + area.width() * f32::from(column) / f32::from(columns);
        painter.vline(x, area.y_range(), line);
    }
    for row in 1..rows {
        let y = area.top() + area.height() * f32::from(row) / f32::from(rows);
        painter.hline(area.x_range(), y, line);
    }
    (area, painter)
}

/// A surface between a line and a height, of the colour at the line and of none there.
fn glow(line: &[Pos2], base: f32, color: Color32) -> Shape {
    let mut mesh = Mesh::default();
    for (index, point) in (0..).zip(line) {
        mesh.colored_vertex(*point, color.gamma_multiply(0.35));
        mesh.colored_vertex(pos2(point.x, base), Color32::TRANSPARENT);
        if index > 0 {
            let here = 2 * index;
            mesh.add_triangle(here - 2, here - 1, here);
            mesh.add_triangle(here - 1, here, here + 1);
        }
    }
    Shape::mesh(mesh)
}
