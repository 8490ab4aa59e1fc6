//! Cutting the image into tiles. Each is uploaded with its surroundings, so that a pixel's result
//! does not depend on the tile it falls in, and the GPU never holds more than one tile, however large
//! the image.

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Rect {
    /// The rectangle and `halo` pixels around it, cut at the border of a `width` × `height` image.
    pub(crate) fn grown(self, halo: u32, width: u32, height: u32) -> Self {
        let (x, y) = (self.x.saturating_sub(halo), self.y.saturating_sub(halo));
        let right = (self.x + self.width).saturating_add(halo).min(width);
        let bottom = (self.y + self.height).saturating_add(halo).min(height);
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// How many pixels it has.
    pub(crate) fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// All tiles of a `width` × `height` image, row by row, each at most `side` × `side`.
pub(crate) fn tiles(width: u32, height: u32, side: u32) -> Vec<Rect> {
    let starts = |length: u32| (0..length).step_by(side as usize);
    starts(height)
        .flat_map(|y| {
            starts(width).map(move |x| Rect {
                x,
                y,
                width: side.min(width - x),
                height: side.min(height - y),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_pixel_once() {
        let tiles = tiles(70, 33, 32);
        assert_eq!(tiles.len(), 6);
        assert_eq!(tiles.iter().map(|tile| tile.area()).sum::<u64>(), 70 * 33);
        assert_eq!(tiles[5], Rect { x: 64, y: 32, width: 6, height: 1 });
    }

    #[test]
    fn surroundings_stop_at_the_border() {
        let tile = Rect { x: 32, y: 0, width: 32, height: 32 };
        assert_eq!(tile.grown(10, 70, 33), Rect { x: 22, y: 0, width: 48, height: 33 });
    }
}
