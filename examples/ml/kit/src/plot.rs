//! Line plots as PNG.

mod ticks;

use std::path::Path;

use embedded_graphics::{
    mono_font::{MonoFont, MonoTextStyle, ascii},
    pixelcolor::Rgb888,
    prelude::{Drawable as _, Point, Primitive as _, RgbColor as _},
    primitives::{Line, Polyline, PrimitiveStyle, Rectangle},
    text::{Alignment, Baseline, Text, TextStyleBuilder},
};

use crate::Canvas;
use ticks::Ticks;

const WIDTH: i32 = 960;
const HEIGHT: i32 = 540;
/// What the axes' numbers and names need beside the curves.
const LEFT: i32 = 90;
const RIGHT: i32 = 30;
const TOP: i32 = 50;
const BOTTOM: i32 = 60;

const INK: Rgb888 = Rgb888::new(40, 44, 52);
const GRID: Rgb888 = Rgb888::new(226, 229, 234);
/// The curves' colours, in their order.
const COLORS: [Rgb888; 4] =
    [Rgb888::new(31, 90, 170), Rgb888::new(214, 92, 40), Rgb888::new(40, 140, 90), Rgb888::new(130, 80, 160)];

const TITLE: &MonoFont<'_> = &ascii::FONT_10X20;
const NUMBER: &MonoFont<'_> = &ascii::FONT_8X13;

/// One line of a plot.
#[derive(Debug, Clone)]
pub struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
    faint: bool,
}

impl Curve {
    /// Through these points, in their order; those that are not finite are left out.
    pub fn new(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        Self { name: name.into(), points, faint: false }
    }

    /// Thin and light: for what jitters, with its mean over it.
    #[must_use]
    pub fn faint(self) -> Self {
        Self { faint: true, ..self }
    }

    /// The mean over `window` values to either side.
    #[must_use]
    pub fn mean(&self, window: usize) -> Self {
        let value = |index: usize| {
            let nearby = self.points.get(index.saturating_sub(window)..).unwrap_or_default();
            let nearby = nearby.iter().take(index.min(window) + window + 1);
            nearby.clone().map(|(_, y)| y).sum::<f64>() / nearby.len() as f64
        };
        let points = self.points.iter().enumerate().map(|(index, (x, _))| (*x, value(index)));
        Self::new(format!("mean of {}", 2 * window + 1), points)
    }
}

/// Curves over one pair of axes.
#[derive(Debug, Clone)]
pub struct Plot {
    title: String,
    x: String,
    y: String,
    curves: Vec<Curve>,
}

impl Plot {
    /// An empty plot with a title and the names of its axes.
    pub fn new(title: impl Into<String>, x: impl Into<String>, y: impl Into<String>) -> Self {
        Self { title: title.into(), x: x.into(), y: y.into(), curves: Vec::new() }
    }

    /// One curve more, drawn over those before.
    #[must_use]
    pub fn curve(mut self, curve: Curve) -> Self {
        self.curves.push(curve);
        self
    }

    /// Draws it and writes it as PNG.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub fn save(&self, path: &Path) -> anyhow::Result<()> {
        let mut canvas = Canvas::new(WIDTH as u32, HEIGHT as u32, Rgb888::WHITE);
        self.draw(&mut canvas);
        canvas.save(path)
    }

    fn draw(&self, canvas: &mut Canvas) {
        let points = || self.curves.iter().flat_map(|curve| curve.points.iter());
        let x = Ticks::over(points().map(|point| point.0), 8);
        let y = Ticks::over(points().map(|point| point.1), 6);
        let axes = Axes { x, y };
        axes.draw(canvas);
        let style =
            |alignment| TextStyleBuilder::new().alignment(alignment).baseline(Baseline::Middle).build();
        let write = |canvas: &mut Canvas, text: &str, at: Point, font, color, alignment| {
            let Ok(_) = Text::with_text_style(text, at, MonoTextStyle::new(font, color), style(alignment))
                .draw(canvas);
        };
        for number in axes.x.values() {
            let at = Point::new(axes.column(number), HEIGHT - BOTTOM + 14);
            write(canvas, &axes.x.label(number), at, NUMBER, INK, Alignment::Center);
        }
        for number in axes.y.values() {
            let at = Point::new(LEFT - 10, axes.row(number));
            write(canvas, &axes.y.label(number), at, NUMBER, INK, Alignment::Right);
        }
        write(canvas, &self.title, Point::new(LEFT, 24), TITLE, INK, Alignment::Left);
        let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2;
        write(canvas, &self.x, Point::new(middle, HEIGHT - 20), NUMBER, INK, Alignment::Center);
        write(canvas, &self.y, Point::new(LEFT - 10, TOP - 16), NUMBER, INK, Alignment::Right);
        for ((index, curve), color) in self.curves.iter().enumerate().zip(COLORS.into_iter().cycle()) {
            let color = if curve.faint { lighten(color) } else { color };
            axes.curve(canvas, curve, color);
            let at = Point::new(WIDTH - RIGHT - 12, TOP + 16 + 18 * index as i32);
            write(canvas, &curve.name, at, NUMBER, color, Alignment::Right);
        }
    }
}

/// Where values lie on the picture.
struct Axes {
    x: Ticks,
    y: Ticks,
}

impl Axes {
    fn column(&self, value: f64) -> i32 {
        LEFT + (self.x.share(value) * f64::from(WIDTH - LEFT - RIGHT)).round() as i32
    }

    fn row(&self, value: f64) -> i32 {
        HEIGHT - BOTTOM - (self.y.share(value) * f64::from(HEIGHT - TOP - BOTTOM)).round() as i32
    }

    fn draw(&self, canvas: &mut Canvas) {
        let grid = PrimitiveStyle::with_stroke(GRID, 1);
        for column in self.x.values().map(|value| self.column(value)) {
            let line = Line::new(Point::new(column, TOP), Point::new(column, HEIGHT - BOTTOM));
            let Ok(_) = line.into_styled(grid).draw(canvas);
        }
        for row in self.y.values().map(|value| self.row(value)) {
            let line = Line::new(Point::new(LEFT, row), Point::new(WIDTH - RIGHT, row));
            let Ok(_) = line.into_styled(grid).draw(canvas);
        }
        let frame =
            Rectangle::with_corners(Point::new(LEFT, TOP), Point::new(WIDTH - RIGHT, HEIGHT - BOTTOM));
        let Ok(_) = frame.into_styled(PrimitiveStyle::with_stroke(INK, 1)).draw(canvas);
    }

    fn curve(&self, canvas: &mut Canvas, curve: &Curve, color: Rgb888) {
        let points: Vec<_> =
            curve.points.iter().map(|&(x, y)| Point::new(self.column(x), self.row(y))).collect();
        let style = PrimitiveStyle::with_stroke(color, if curve.faint { 1 } else { 2 });
        let Ok(_) = Polyline::new(&points).into_styled(style).draw(canvas);
    }
}

/// Halfway to white, and a bit more.
fn lighten(color: Rgb888) -> Rgb888 {
    let part = |value: u8| 255 - (255 - value) / 5 * 2;
    Rgb888::new(part(color.r()), part(color.g()), part(color.b()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_takes_in_only_what_is_there() {
        let curve = Curve::new("values", (0..5).map(|x| (f64::from(x), f64::from(x * x))));
        let means: Vec<_> = curve.mean(1).points.into_iter().map(|point| point.1).collect();
        assert_eq!(means, [0.5, 5.0 / 3.0, 14.0 / 3.0, 29.0 / 3.0, 12.5]);
    }

    #[test]
    fn a_curve_is_where_its_values_are() {
        let plot = Plot::new("a line", "x", "y").curve(Curve::new("", [(0.0, 0.0), (10.0, 10.0)]));
        let mut canvas = Canvas::new(WIDTH as u32, HEIGHT as u32, Rgb888::WHITE);
        plot.draw(&mut canvas);
        let color = COLORS.first().copied().unwrap_or_default();
        let near =
            |at: Point| (-2..=2).any(|x| (-2..=2).any(|y| canvas.get(at + Point::new(x, y)) == Some(color)));
        let (width, height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        for tenth in [1, 5, 9] {
            assert!(near(Point::new(LEFT + width * tenth / 10, HEIGHT - BOTTOM - height * tenth / 10)));
            assert!(!near(Point::new(LEFT + width * tenth / 10, TOP + 20 + height * tenth / 20 - 10)));
        }
    }

    #[test]
    fn nothing_and_one_value_can_be_plotted() {
        let mut canvas = Canvas::new(WIDTH as u32, HEIGHT as u32, Rgb888::WHITE);
        Plot::new("nothing", "x", "y").draw(&mut canvas);
        Plot::new("one", "x", "y").curve(Curve::new("", [(3.0, f64::NAN), (3.0, 3.0)])).draw(&mut canvas);
    }
}
