//! A picture of digits and what they were taken for.

use embedded_graphics::{
    mono_font::{MonoTextStyle, ascii::FONT_9X15_BOLD},
    pixelcolor::Rgb888,
    prelude::{Drawable as _, Point, Primitive as _, RgbColor as _, Size},
    primitives::{PrimitiveStyle, Rectangle},
    text::{Alignment, Text},
};
use ml_digits::Digits;
use ml_kit::Canvas;

const COLUMNS: usize = 16;
const ROWS: usize = 8;
/// Pixels of a digit's side on the picture, and of what is written below.
const SIDE: u32 = 56;
const CAPTION: u32 = 20;
const GAP: u32 = 8;

const PAPER: Rgb888 = Rgb888::WHITE;
const RIGHT: Rgb888 = Rgb888::new(30, 110, 60);
const WRONG: Rgb888 = Rgb888::new(200, 30, 30);

/// Draws the mistakes first, each with what it is and what it was taken for, then digits that were read right.
pub(crate) fn draw(digits: &Digits, classes: &[u8]) -> Canvas {
    let width = GAP + COLUMNS as u32 * (SIDE + GAP);
    let height = GAP + ROWS as u32 * (SIDE + CAPTION + GAP);
    let mut canvas = Canvas::new(width, height, PAPER);
    for (place, number) in choose(digits, classes, COLUMNS * ROWS).into_iter().enumerate() {
        let (Some((pixels, label)), Some(&class)) = (digits.get(number), classes.get(number)) else {
            continue;
        };
        let column = (place % COLUMNS) as u32;
        let row = (place / COLUMNS) as u32;
        let corner =
            Point::new((GAP + column * (SIDE + GAP)) as i32, (GAP + row * (SIDE + CAPTION + GAP)) as i32);
        draw_digit(&mut canvas, corner, pixels, digits.size);
        caption(&mut canvas, corner, label, class);
    }
    canvas
}

/// The mistakes, and as many others from all over as there is room for, up to half of it at least.
fn choose(digits: &Digits, classes: &[u8], room: usize) -> Vec<usize> {
    let is_wrong = |number: &usize| digits.labels.get(*number) != classes.get(*number);
    let mut chosen: Vec<usize> = (0..digits.len()).filter(is_wrong).take(room / 2).collect();
    let right: Vec<usize> = (0..digits.len()).filter(|number| !is_wrong(number)).collect();
    let left = room - chosen.len();
    chosen.extend(right.iter().step_by((right.len() / left).max(1)).take(left));
    chosen
}

fn draw_digit(canvas: &mut Canvas, corner: Point, pixels: &[f32], size: usize) {
    // 56 is a multiple of both 8 and 28.
    let scale = SIDE / size as u32;
    for (index, pixel) in pixels.iter().enumerate() {
        let shade = 255 - (pixel.clamp(0.0, 1.0) * 255.0) as u8;
        let at = Point::new((index % size) as i32, (index / size) as i32) * scale as i32;
        let square = Rectangle::new(corner + at, Size::new(scale, scale));
        let Ok(()) =
            square.into_styled(PrimitiveStyle::with_fill(Rgb888::new(shade, shade, shade))).draw(canvas);
    }
}

fn caption(canvas: &mut Canvas, corner: Point, label: u8, class: u8) {
    let (text, color) =
        if label == class { (class.to_string(), RIGHT) } else { (format!("{label} as {class}"), WRONG) };
    if label != class {
        let frame = Rectangle::new(corner - Point::new(2, 2), Size::new(SIDE + 4, SIDE + 4));
        let Ok(()) = frame.into_styled(PrimitiveStyle::with_stroke(WRONG, 2)).draw(canvas);
    }
    let at = corner + Point::new(SIDE as i32 / 2, SIDE as i32 + 15);
    let Ok(_) =
        Text::with_alignment(&text, at, MonoTextStyle::new(&FONT_9X15_BOLD, color), Alignment::Center)
            .draw(canvas);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_come_first_and_leave_room_for_the_rest() {
        let digits = Digits { size: 1, pixels: vec![0.0; 10], labels: (0..10).collect() };
        let mut classes = digits.labels.clone();
        assert_eq!(choose(&digits, &classes, 4), [0, 2, 4, 6]);
        for wrong in classes.iter_mut().skip(3) {
            *wrong += 1;
        }
        assert_eq!(choose(&digits, &classes, 4), [3, 4, 0, 1]);
        assert_eq!(choose(&digits, &classes, 100).len(), 10);
    }

    #[test]
    fn a_mistake_has_a_red_frame() {
        let digits = Digits { size: 8, pixels: vec![0.5; 128], labels: vec![1, 2] };
        let canvas = draw(&digits, &[1, 7]);
        let first = Point::new(GAP as i32 - 2, GAP as i32 - 2);
        let second = first + Point::new((SIDE + GAP) as i32, 0);
        assert_eq!((canvas.get(first), canvas.get(second)), (Some(WRONG), Some(PAPER)));
    }
}
