//! What is drawn: strokes, and the small picture of them that the net reads.

/// Pixels of the small picture's side: as scikit-learn's digits have.
pub(crate) const PIXELS: usize = 8;

/// Each of these pixels tells how many of four by four finer ones are ink.
const FINE: usize = 4;

/// Fine pixels on a side.
const SIDE: f32 = (PIXELS * FINE) as f32;

/// How wide a stroke is, in fine pixels, and how high and wide a digit becomes: about as they are in the digits that the net
/// has learnt from, whose height fills the picture, and whose width seldom does.
const PEN: f32 = 5.2;
const HEIGHT: f32 = SIDE - PEN;
const WIDTH: f32 = 0.7 * SIDE;

/// A digit is never taken for one that is flatter than this part of its width.
const FLATTEST: f32 = 0.5;

/// How far the pen has to go until a point is kept, in pixels of the paper.
const STEP: f32 = 2.0;

/// A point on the paper.
pub(crate) type Point = [f32; 2];

/// The strokes, each through its points, and whether the last one goes on.
#[derive(Debug, Default)]
pub(crate) struct Drawing {
    strokes: Vec<Vec<Point>>,
    open: bool,
}

impl Drawing {
    /// Puts the pen down.
    pub(crate) fn begin(&mut self, at: Point) {
        self.strokes.push(vec![at]);
        self.open = true;
    }

    /// Moves the pen, if it is down; whether there is more to see.
    pub(crate) fn go_on(&mut self, to: Point) -> bool {
        let Some(stroke) = self.strokes.last_mut().filter(|_| self.open) else { return false };
        let far = stroke.last().is_none_or(|&last| distance(last, to) >= STEP);
        if far {
            stroke.push(to);
        }
        far
    }

    /// Takes the pen up; whether it was down.
    pub(crate) fn end(&mut self) -> bool {
        std::mem::take(&mut self.open)
    }

    /// Whether the pen is down.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Takes a new paper.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The strokes.
    pub(crate) fn strokes(&self) -> &[Vec<Point>] {
        &self.strokes
    }

    /// The small picture, row by row, from 0 for paper to 1 for ink; none of an empty paper. Wherever it was drawn, and
    /// however large, the digit fills the picture.
    pub(crate) fn pixels(&self) -> Option<Vec<f32>> {
        let strokes = self.fitted()?;
        let is_ink = |x: usize, y: usize| {
            let at = [x as f32 + 0.5, y as f32 + 0.5];
            strokes.iter().any(|stroke| distance_to_stroke(at, stroke) <= PEN / 2.0)
        };
        let ink = |index: usize| {
            let (left, top) = (index % PIXELS * FINE, index / PIXELS * FINE);
            let fine = (0..FINE * FINE).filter(|fine| is_ink(left + fine % FINE, top + fine / FINE));
            fine.count() as f32 / (FINE * FINE) as f32
        };
        Some((0..PIXELS * PIXELS).map(ink).collect())
    }

    /// The strokes in fine pixels, in the middle of the small picture.
    fn fitted(&self) -> Option<Vec<Vec<Point>>> {
        let points = || self.strokes.iter().flatten().copied();
        let least = points().reduce(|[a, b], [x, y]| [a.min(x), b.min(y)])?;
        let most = points().reduce(|[a, b], [x, y]| [a.max(x), b.max(y)])?;
        let [width, height] = [most[0] - least[0], most[1] - least[1]];
        // A dot stays one.
        let down = HEIGHT / height.max(FLATTEST * width).max(1.0);
        let across = down.min((WIDTH - PEN) / width.max(1.0));
        let middle = [(least[0] + most[0]) / 2.0, (least[1] + most[1]) / 2.0];
        let fit =
            |&[x, y]: &Point| [SIDE / 2.0 + across * (x - middle[0]), SIDE / 2.0 + down * (y - middle[1])];
        Some(self.strokes.iter().map(|stroke| stroke.iter().map(fit).collect()).collect())
    }
}

fn distance(a: Point, b: Point) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn distance_to_stroke(at: Point, stroke: &[Point]) -> f32 {
    let to_first = stroke.first().map_or(f32::INFINITY, |&first| distance(at, first));
    let segments = stroke.array_windows().map(|&[from, to]| distance_to_segment(at, from, to));
    segments.fold(to_first, f32::min)
}

fn distance_to_segment(at: Point, from: Point, to: Point) -> f32 {
    let [x, y] = [to[0] - from[0], to[1] - from[1]];
    let length = x * x + y * y;
    let along = if length > 0.0 { ((at[0] - from[0]) * x + (at[1] - from[1]) * y) / length } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    distance(at, [from[0] + along * x, from[1] + along * y])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(strokes: &[&[Point]]) -> Drawing {
        let mut drawing = Drawing::default();
        for stroke in strokes {
            let (first, rest) = stroke.split_first().unwrap();
            drawing.begin(*first);
            for point in rest {
                drawing.go_on(*point);
            }
            drawing.end();
        }
        drawing
    }

    #[test]
    fn an_empty_paper_has_no_picture() {
        let mut drawing = drawn(&[&[[1.0, 1.0]]]);
        assert!(drawing.pixels().is_some());
        drawing.clear();
        assert!(drawing.pixels().is_none() && !drawing.go_on([9.0, 9.0]) && !drawing.end());
    }

    #[test]
    fn a_line_fills_the_height_in_the_middle() {
        let pixels = drawn(&[&[[100.0, 20.0], [100.0, 200.0]]]).pixels().unwrap();
        for (index, pixel) in pixels.iter().enumerate() {
            let middle = [3, 4].contains(&(index % PIXELS));
            assert_eq!(*pixel > 0.2, middle, "{index}: {pixel}");
        }
    }

    #[test]
    fn place_and_size_do_not_matter() {
        let small = drawn(&[&[[10.0, 10.0], [40.0, 10.0], [20.0, 70.0]]]);
        let large = drawn(&[&[[100.0, 50.0], [220.0, 50.0], [140.0, 290.0]]]);
        assert_eq!(small.pixels(), large.pixels());
    }

    #[test]
    fn small_ways_of_the_pen_are_none() {
        let mut drawing = drawn(&[]);
        drawing.begin([5.0, 5.0]);
        assert!(!drawing.go_on([6.0, 6.0]) && drawing.go_on([7.0, 7.0]) && drawing.is_open());
        assert_eq!(drawing.strokes(), [[[5.0, 5.0], [7.0, 7.0]]]);
        assert!(drawing.end() && !drawing.end());
    }

    #[test]
    fn a_wide_digit_does_not_reach_the_sides() {
        let pixels = drawn(&[&[[0.0, 0.0], [300.0, 0.0], [300.0, 100.0], [0.0, 100.0]]]).pixels().unwrap();
        assert!((0..PIXELS).all(|row| pixels[row * PIXELS] == 0.0 && pixels[row * PIXELS + 7] == 0.0));
    }
}
