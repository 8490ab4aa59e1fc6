//! Makes of a drawing what the net has learnt to read.

use std::ops::Range;

use ml_kit::Drawing;

/// Ink that counts; less is dust.
const INK: f32 = 0.2;
/// Of pictures of 28 pixels, the digit has 20, as those of MNIST; of smaller ones it has all.
const LARGE: (usize, usize) = (28, 20);

/// The digit in the middle of a picture with so many pixels on a side, its darkest pixel black; `None` where nothing was
/// drawn.
pub(crate) fn fit(drawing: &Drawing, size: usize) -> Option<Vec<f32>> {
    let rows = inked(drawing.height(), |row| (0..drawing.width).any(|column| drawing.at(column, row) > INK))?;
    let columns = inked(drawing.width, |column| rows.clone().any(|row| drawing.at(column, row) > INK))?;
    let room = if size == LARGE.0 { LARGE.1 } else { size };
    // Pixels of the drawing that become one.
    let step = rows.len().max(columns.len()) as f32 / room as f32;
    let start = |range: &Range<usize>| (range.start + range.end) as f32 / 2.0 - step * size as f32 / 2.0;
    let (left, top) = (start(&columns), start(&rows));
    let mean = |row: usize, column: usize| {
        let rows = pixels(top + row as f32 * step, step);
        let columns = pixels(left + column as f32 * step, step);
        let area = (rows.len() * columns.len()).max(1) as f32;
        let ink = rows.flat_map(|row| columns.clone().map(move |column| (column, row)));
        ink.map(|(column, row)| drawing.at(column, row)).sum::<f32>() / area
    };
    let mut picture: Vec<f32> = (0..size * size).map(|index| mean(index / size, index % size)).collect();
    let darkest = picture.iter().copied().fold(0.0, f32::max);
    picture.iter_mut().for_each(|pixel| *pixel /= darkest.max(f32::EPSILON));
    Some(picture)
}

/// From the first to the last of so many that has ink.
fn inked(count: usize, has_ink: impl Fn(usize) -> bool) -> Option<Range<usize>> {
    let first = (0..count).find(|&index| has_ink(index))?;
    let last = (first..count).rev().find(|&index| has_ink(index))?;
    Some(first..last + 1)
}

/// The pixels in `step` of them from `start` on, one at least; none lies before the first.
fn pixels(start: f32, step: f32) -> Range<usize> {
    let end = (start + step).round().max(start.round() + 1.0);
    start.round().max(0.0) as usize..end.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A drawing of one bar.
    fn bar(width: usize, height: usize, columns: Range<usize>, rows: Range<usize>) -> Drawing {
        let at = |index: usize| columns.contains(&(index % width)) && rows.contains(&(index / width));
        Drawing { width, ink: (0..width * height).map(|index| f32::from(u8::from(at(index)))).collect() }
    }

    #[test]
    fn nothing_is_no_digit() {
        assert_eq!(fit(&bar(40, 40, 0..0, 0..0), 8), None);
        assert_eq!(fit(&Drawing { width: 0, ink: vec![] }, 8), None);
    }

    #[test]
    fn a_bar_in_a_corner_comes_to_the_middle_and_fills_the_height() {
        for corner in [0, 100, 200] {
            let picture = fit(&bar(300, 280, corner..corner + 20, 40..120), 8).unwrap();
            let expected: Vec<f32> =
                (0..64).map(|index| f32::from(u8::from((3..5).contains(&(index % 8))))).collect();
            assert_eq!(picture, expected, "{corner}");
        }
    }

    #[test]
    fn a_large_picture_has_a_margin() {
        let picture = fit(&bar(100, 100, 10..90, 10..90), 28).unwrap();
        let inked = picture.iter().filter(|&&pixel| pixel > 0.5).count();
        assert_eq!(inked, 20 * 20);
        assert_eq!((picture.first(), picture.get(14 * 28 + 14)), (Some(&0.0), Some(&1.0)));
    }

    #[test]
    fn a_drawing_may_be_smaller_than_the_picture() {
        let picture = fit(&bar(3, 3, 1..2, 0..3), 28).unwrap();
        assert!(picture.iter().any(|&pixel| pixel == 1.0));
    }
}
