//! The energy plot: two panels, drawn pixel by pixel.

use embedded_graphics::{
    Pixel,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Point, Size},
    mono_font::{MonoTextStyle, ascii},
    pixelcolor::{Rgb888, RgbColor as _},
    prelude::Drawable as _,
    text::{Alignment, Baseline, Text, TextStyleBuilder},
};
use image::{Rgba, RgbaImage};

use crate::record::Record;

const SIZE: [u32; 2] = [1200, 820];
const PAPER: Rgba<u8> = Rgba([252, 252, 250, 255]);
const INK: [u8; 3] = [40, 42, 48];
const GRID: [u8; 3] = [222, 223, 226];
const KINETIC: [u8; 3] = [214, 92, 48];
const POTENTIAL: [u8; 3] = [46, 104, 190];
const TOTAL: [u8; 3] = [34, 34, 40];
const DRIFT: [u8; 3] = [140, 60, 150];

/// Draws the energies over time, and below them the drift of their sum.
pub(crate) fn energies(record: &Record) -> RgbaImage {
    let mut canvas = Canvas(RgbaImage::from_pixel(SIZE[0], SIZE[1], PAPER));
    let series = |of: fn(f64, f64) -> f64| -> Vec<(f64, f64)> {
        record.entries.iter().map(|(time, sums)| (*time, of(sums.kinetic, sums.potential))).collect()
    };
    let top = Panel { title: "Energy", left: 130.0, top: 60.0, width: 1020.0, height: 400.0, exponent: 0 };
    top.draw(
        &mut canvas,
        &[
            ("kinetic", KINETIC, series(|kinetic, _| kinetic)),
            ("potential", POTENTIAL, series(|_, potential| potential)),
            ("total", TOTAL, series(|kinetic, potential| kinetic + potential)),
        ],
    );
    let drift: Vec<_> = record.drift().collect();
    let exponent = exponent(drift.iter().map(|(_, drift)| drift.abs()).fold(0.0, f64::max));
    let bottom = Panel {
        title: "Drift of the total energy, as a share of its start",
        left: 130.0,
        top: 550.0,
        width: 1020.0,
        height: 200.0,
        exponent,
    };
    bottom.draw(&mut canvas, &[("drift", DRIFT, drift)]);
    canvas.0
}

/// The power of ten of a number's first digit.
fn exponent(largest: f64) -> i32 {
    if largest > 0.0 && largest.is_finite() { libm::floor(libm::log10(largest)) as i32 } else { 0 }
}

type Series<'a> = (&'a str, [u8; 3], Vec<(f64, f64)>);

struct Panel {
    title: &'static str,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    /// Numbers at the axis are multiples of this power of ten.
    exponent: i32,
}

impl Panel {
    fn draw(&self, canvas: &mut Canvas, series: &[Series<'_>]) {
        let values = || series.iter().flat_map(|(_, _, points)| points);
        let (right, bottom) = (self.left + self.width, self.top + self.height);
        let unit = libm::pow(10.0, f64::from(self.exponent));
        let y_ticks = ticks(values().map(|(_, y)| y / unit).chain([0.0]), 6.0);
        let x_ticks = ticks(values().map(|(x, _)| *x), 9.0);
        let end = values().map(|(x, _)| *x).fold(f64::MIN_POSITIVE, f64::max);
        let (low, high) = (y_ticks.first().copied().unwrap_or(0.0), y_ticks.last().copied().unwrap_or(1.0));
        let at = |x: f64, y: f64| {
            (self.left + x / end * self.width, bottom - (y - low) / (high - low) * self.height)
        };

        let suffix = match self.exponent {
            0 => String::new(),
            exponent => format!(", in 1e{exponent}"),
        };
        let above = self.top - 16.0;
        canvas.text(&format!("{}{suffix}", self.title), self.left, above, INK, Alignment::Left);
        for &tick in &y_ticks {
            let (_, y) = at(0.0, tick);
            let color = if tick == 0.0 { [150, 150, 156] } else { GRID };
            canvas.line((self.left, y), (right, y), color, 1.0);
            canvas.text(&label(tick, &y_ticks), self.left - 12.0, y, INK, Alignment::Right);
        }
        for &tick in x_ticks.iter().filter(|tick| **tick <= end * 1.0001) {
            let (x, _) = at(tick, low);
            canvas.line((x, self.top), (x, bottom), GRID, 1.0);
            canvas.text(&label(tick, &x_ticks), x, bottom + 18.0, INK, Alignment::Center);
        }
        canvas.text("time", right, bottom + 42.0, INK, Alignment::Right);
        canvas.line((self.left, self.top), (self.left, bottom), INK, 1.5);
        canvas.line((self.left, bottom), (right, bottom), INK, 1.5);

        let mut legend = right;
        for (name, color, points) in series.iter().rev() {
            for pair in points.windows(2) {
                if let [from, to] = pair {
                    canvas.line(at(from.0, from.1 / unit), at(to.0, to.1 / unit), *color, 2.4);
                }
            }
            if series.len() > 1 {
                canvas.text(name, legend, above, *color, Alignment::Right);
                legend -= 10.0 * name.len() as f64 + 16.0;
                canvas.line((legend - 22.0, above), (legend - 2.0, above), *color, 3.0);
                legend -= 44.0;
            }
        }
    }
}

/// Round numbers that span the values, about `wanted` of them.
fn ticks(values: impl Iterator<Item = f64>, wanted: f64) -> Vec<f64> {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)));
    let span = if high > low { high - low } else { 1.0 };
    let low = if high >= low { low } else { 0.0 };
    let rough = span / wanted;
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let (first, last) = (libm::floor(low / step + 1e-9), libm::ceil((low + span) / step - 1e-9));
    (0..=(last - first) as u32).map(|i| (first + f64::from(i)) * step).collect()
}

/// A tick's number, with the digits that tell it from its neighbours.
fn label(tick: f64, ticks: &[f64]) -> String {
    let step = match ticks {
        [first, second, ..] => second - first,
        _ => 1.0,
    };
    let digits = (0..6).find(|digits| {
        let scaled = step * libm::pow(10.0, f64::from(*digits));
        (scaled - libm::round(scaled)).abs() < 1e-6 * scaled
    });
    format!("{:.*}", digits.unwrap_or(6) as usize, tick + 0.0)
}

struct Canvas(RgbaImage);

impl Canvas {
    /// A straight line with soft edges.
    fn line(&mut self, from: (f64, f64), to: (f64, f64), color: [u8; 3], width: f64) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let squared = (dx * dx + dy * dy).max(1e-9);
        let reach = 0.5 * width + 1.0;
        let range = |a: f64, b: f64, limit: u32| {
            let first = (a.min(b) - reach).clamp(0.0, f64::from(limit)) as u32;
            first..((a.max(b) + reach).clamp(0.0, f64::from(limit)) as u32)
        };
        for y in range(from.1, to.1, SIZE[1]) {
            for x in range(from.0, to.0, SIZE[0]) {
                let (px, py) = (f64::from(x) + 0.5 - from.0, f64::from(y) + 0.5 - from.1);
                let along = ((px * dx + py * dy) / squared).clamp(0.0, 1.0);
                let (ex, ey) = (px - along * dx, py - along * dy);
                let cover = (0.5 * width + 0.5 - (ex * ex + ey * ey).sqrt()).clamp(0.0, 1.0);
                self.blend(x, y, color, cover);
            }
        }
    }

    fn blend(&mut self, x: u32, y: u32, [r, g, b]: [u8; 3], cover: f64) {
        if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
            for (below, above) in pixel.0.iter_mut().zip([r, g, b]) {
                let mixed = f64::from(*below) + cover * (f64::from(above) - f64::from(*below));
                *below = libm::round(mixed) as u8;
            }
        }
    }

    /// Text, its middle at the height `y`.
    fn text(&mut self, text: &str, x: f64, y: f64, [r, g, b]: [u8; 3], alignment: Alignment) {
        let character = MonoTextStyle::new(&ascii::FONT_10X20, Rgb888::new(r, g, b));
        let style = TextStyleBuilder::new().alignment(alignment).baseline(Baseline::Middle).build();
        // Drawing into memory does not fail.
        let _ = Text::with_text_style(text, Point::new(x as i32, y as i32), character, style).draw(self);
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        for Pixel(point, color) in pixels {
            if let (Ok(x), Ok(y)) = (u32::try_from(point.x), u32::try_from(point.y)) {
                self.blend(x, y, [color.r(), color.g(), color.b()], 1.0);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::Sums;

    #[test]
    fn ticks_are_round_and_span_the_values() {
        assert_eq!(ticks([0.0, 16.0].into_iter(), 9.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0]);
        let around = ticks([-0.93, 0.41].into_iter(), 6.0);
        assert!(around[0] <= -0.93 && around[around.len() - 1] >= 0.41 && around.contains(&0.0));
        assert_eq!(label(around[0], &around), "-1.00");
        assert!(!ticks(std::iter::empty(), 6.0).is_empty());
    }

    #[test]
    fn strange_runs_are_drawn_too() {
        energies(&Record::default());
        let mut record = Record::default();
        record.push(0.0, &Sums::default());
        energies(&record);
        record.push(1.0, &Sums { kinetic: f64::NAN, potential: f64::INFINITY, ..Sums::default() });
        energies(&record);
    }

    #[test]
    fn curves_are_where_they_belong() {
        let mut record = Record::default();
        record.push(0.0, &Sums { kinetic: 1.0, potential: -3.0, ..Sums::default() });
        record.push(1.0, &Sums { kinetic: 1.0, potential: -3.0, ..Sums::default() });
        let chart = energies(&record);
        let has = |color: [u8; 3], rows: std::ops::Range<u32>| {
            rows.flat_map(|y| (200..1100).map(move |x| (x, y)))
                .any(|(x, y)| chart.get_pixel(x, y).0[..3] == color)
        };
        assert!(has(KINETIC, 60..200) && !has(KINETIC, 300..460));
        assert!(has(POTENTIAL, 300..461));
    }
}
