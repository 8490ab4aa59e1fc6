//! What the window shows: the paper, what the net makes of it, and how far it has come.

use embedded_graphics::{
    mono_font::{MonoFont, MonoTextStyle, ascii},
    pixelcolor::Rgb888,
    prelude::{Drawable as _, Point, Primitive as _, Size},
    primitives::{Circle, Polyline, PrimitiveStyle, Rectangle},
    text::{Alignment, Baseline, Text, TextStyleBuilder},
};
use ml_digits::CLASSES;
use ml_kit::Canvas;

use crate::{
    drawing::{self, Drawing, PIXELS},
    reader::Progress,
};

/// The picture's size, in pixels.
pub(crate) const SIZE: [u32; 2] = [640, 420];

/// The corner and the side of the paper.
const PAPER: [i32; 2] = [20, 20];
const PAPER_SIDE: u32 = 320;

/// The button below it, and beside that the small picture that the net reads.
const CLEAR: [i32; 2] = [20, 356];
const CLEAR_SIZE: Size = Size::new(120, 44);
const SMALL: [i32; 2] = [296, 356];
const SMALL_PIXEL: u32 = 5;

/// Where the digits stand, how far apart, and how long the bars are.
const LIST: [i32; 2] = [376, 20];
const ROW: i32 = 32;
const BAR: u32 = 170;

/// Where one sees how far it has come.
const STATUS: [i32; 2] = [376, 362];
const STATUS_WIDTH: u32 = 244;

/// How wide a stroke is on the paper.
const PEN: u32 = 20;

const GROUND: Rgb888 = Rgb888::new(32, 36, 44);
const SHEET: Rgb888 = Rgb888::new(250, 250, 246);
const INK: Rgb888 = Rgb888::new(24, 28, 60);
const WORDS: Rgb888 = Rgb888::new(222, 226, 232);
const QUIET: Rgb888 = Rgb888::new(140, 148, 160);
const TRACK: Rgb888 = Rgb888::new(52, 58, 70);
const LIKELY: Rgb888 = Rgb888::new(255, 176, 64);
const UNLIKELY: Rgb888 = Rgb888::new(110, 130, 170);

const LARGE: &MonoFont<'_> = &ascii::FONT_10X20;
const MEDIUM: &MonoFont<'_> = &ascii::FONT_8X13;

/// Where a click is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// On the paper, there.
    Paper(drawing::Point),
    /// On the button that clears it.
    Clear,
    /// On nothing.
    Elsewhere,
}

/// What lies at a point of the picture.
pub(crate) fn place([x, y]: [f32; 2]) -> Place {
    let within = |corner: [i32; 2], size: Size| {
        let [left, top] = corner.map(|side| side as f32);
        (left..left + size.width as f32).contains(&x) && (top..top + size.height as f32).contains(&y)
    };
    if within(PAPER, Size::new_equal(PAPER_SIDE)) {
        Place::Paper(on_paper([x, y]))
    } else if within(CLEAR, CLEAR_SIZE) {
        Place::Clear
    } else {
        Place::Elsewhere
    }
}

/// The point of the paper that is nearest to a point of the picture.
pub(crate) fn on_paper([x, y]: [f32; 2]) -> drawing::Point {
    let most = (PAPER_SIDE - 1) as f32;
    [(x - PAPER[0] as f32).clamp(0.0, most), (y - PAPER[1] as f32).clamp(0.0, most)]
}

/// What is to be seen beside what is drawn.
#[derive(Debug)]
pub(crate) struct Board {
    /// How likely each digit is, of a paper that is not empty.
    pub(crate) chances: Option<[f32; CLASSES]>,
    /// How far the net has come.
    pub(crate) progress: Progress,
}

impl Board {
    /// Nothing is drawn yet.
    pub(crate) fn new(progress: Progress) -> Self {
        Self { chances: None, progress }
    }

    /// The most likely digit.
    pub(crate) fn best(&self) -> Option<(usize, f32)> {
        let chances = self.chances?.into_iter().enumerate();
        chances.max_by(|(_, one), (_, other)| one.total_cmp(other))
    }

    /// The whole picture.
    pub(crate) fn paint(&self, drawing: &Drawing) -> Canvas {
        let [width, height] = SIZE;
        let mut canvas = Canvas::new(width, height, GROUND);
        paper(&mut canvas, drawing);
        fill(&mut canvas, CLEAR, CLEAR_SIZE, TRACK);
        let [left, top] = CLEAR;
        write(&mut canvas, "clear (C)", [left + 60, top + 22], MEDIUM, WORDS, Alignment::Center);
        if let Some(pixels) = drawing.pixels() {
            small(&mut canvas, &pixels);
        }
        self.list(&mut canvas);
        self.status(&mut canvas);
        canvas
    }

    fn list(&self, canvas: &mut Canvas) {
        let best = self.best().map(|(digit, _)| digit);
        for (digit, row) in (0..CLASSES).zip((0..).map(|row| row * ROW)) {
            let [left, top] = LIST;
            let top = top + row;
            let chance = self.chances.and_then(|chances| chances.get(digit).copied());
            let color = if best == Some(digit) { LIKELY } else { UNLIKELY };
            let text = if best == Some(digit) { LIKELY } else { WORDS };
            write(canvas, &digit.to_string(), [left, top + 12], LARGE, text, Alignment::Left);
            fill(canvas, [left + 24, top + 4], Size::new(BAR, 16), TRACK);
            let Some(chance) = chance else { continue };
            let length = (chance.clamp(0.0, 1.0) * BAR as f32).round() as u32;
            fill(canvas, [left + 24, top + 4], Size::new(length, 16), color);
            let percent = format!("{:.0} %", 100.0 * chance);
            write(canvas, &percent, [left + 244, top + 12], MEDIUM, text, Alignment::Right);
        }
    }

    fn status(&self, canvas: &mut Canvas) {
        let [left, top] = STATUS;
        let (share, first, second) = match self.progress {
            Progress::Learning { step: 0, .. } => {
                (0.0, "the net begins to learn".to_owned(), "which takes longest".to_owned())
            }
            Progress::Learning { step, steps, score } => (
                step as f32 / steps.max(1) as f32,
                format!("learning: step {step} of {steps}"),
                format!("loss {:.2}, {:.0} % right", score.loss, 100.0 * score.accuracy),
            ),
            Progress::Learnt { right, of } => {
                (1.0, "learnt: draw a digit".to_owned(), format!("{right} of {of} unseen are right"))
            }
        };
        fill(canvas, STATUS, Size::new(STATUS_WIDTH, 6), TRACK);
        let length = (share * STATUS_WIDTH as f32).round() as u32;
        fill(canvas, STATUS, Size::new(length, 6), LIKELY);
        write(canvas, &first, [left, top + 18], MEDIUM, WORDS, Alignment::Left);
        write(canvas, &second, [left, top + 34], MEDIUM, QUIET, Alignment::Left);
    }
}

fn paper(canvas: &mut Canvas, drawing: &Drawing) {
    fill(canvas, PAPER, Size::new_equal(PAPER_SIDE), SHEET);
    let [left, top] = PAPER;
    if drawing.strokes().is_empty() {
        let middle = [left + PAPER_SIDE as i32 / 2, top + PAPER_SIDE as i32 / 2];
        write(canvas, "draw a digit here", middle, LARGE, QUIET, Alignment::Center);
    }
    for stroke in drawing.strokes() {
        let point = |&[x, y]: &drawing::Point| Point::new(left + x.round() as i32, top + y.round() as i32);
        let points: Vec<Point> = stroke.iter().map(point).collect();
        let Ok(()) = Polyline::new(&points).into_styled(PrimitiveStyle::with_stroke(INK, PEN)).draw(canvas);
        // Round ends, and round corners.
        for point in points {
            let spot = Circle::with_center(point, PEN);
            let Ok(()) = spot.into_styled(PrimitiveStyle::with_fill(INK)).draw(canvas);
        }
    }
}

/// The picture that the net reads.
fn small(canvas: &mut Canvas, pixels: &[f32]) {
    let [left, top] = SMALL;
    write(canvas, "the net sees", [left - 10, top + 20], MEDIUM, QUIET, Alignment::Right);
    for (index, pixel) in pixels.iter().enumerate() {
        let [column, row] = [index % PIXELS, index / PIXELS].map(|place| (place as u32 * SMALL_PIXEL) as i32);
        let shade = 255 - (pixel.clamp(0.0, 1.0) * 255.0) as u8;
        let corner = [left + column, top + row];
        fill(canvas, corner, Size::new_equal(SMALL_PIXEL), Rgb888::new(shade, shade, shade));
    }
}

fn fill(canvas: &mut Canvas, [x, y]: [i32; 2], size: Size, color: Rgb888) {
    let area = Rectangle::new(Point::new(x, y), size);
    let Ok(()) = area.into_styled(PrimitiveStyle::with_fill(color)).draw(canvas);
}

fn write(
    canvas: &mut Canvas,
    text: &str,
    [x, y]: [i32; 2],
    font: &MonoFont<'_>,
    color: Rgb888,
    alignment: Alignment,
) {
    let style = TextStyleBuilder::new().alignment(alignment).baseline(Baseline::Middle).build();
    let Ok(_) =
        Text::with_text_style(text, Point::new(x, y), MonoTextStyle::new(font, color), style).draw(canvas);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_are_where_things_are() {
        assert_eq!(place([20.0, 20.0]), Place::Paper([0.0, 0.0]));
        assert_eq!(place([339.5, 30.0]), Place::Paper([319.0, 10.0]));
        assert_eq!(place([30.0, 370.0]), Place::Clear);
        assert_eq!((place([19.0, 30.0]), place([500.0, 30.0])), (Place::Elsewhere, Place::Elsewhere));
        assert_eq!(on_paper([-5.0, 1000.0]), [0.0, 319.0]);
    }

    #[test]
    fn ink_is_where_it_was_drawn_and_the_best_has_the_longest_bar() {
        let mut drawing = Drawing::default();
        drawing.begin([100.0, 100.0]);
        drawing.go_on([100.0, 200.0]);
        let mut board = Board::new(Progress::Learnt { right: 9, of: 10 });
        assert_eq!(board.best(), None);
        let mut chances = [0.05; CLASSES];
        chances[7] = 0.55;
        board.chances = Some(chances);
        let canvas = board.paint(&drawing);
        let on = |x: i32, y: i32| canvas.get(Point::new(PAPER[0] + x, PAPER[1] + y));
        assert_eq!((on(100, 150), on(150, 150)), (Some(INK), Some(SHEET)));
        assert_eq!(board.best(), Some((7, 0.55)));
        let bar = |digit: i32, x: i32| canvas.get(Point::new(LIST[0] + 24 + x, LIST[1] + digit * ROW + 12));
        assert_eq!((bar(7, 60), bar(3, 60), bar(3, 2)), (Some(LIKELY), Some(TRACK), Some(UNLIKELY)));
    }
}
