//! A picture in memory.

use std::{convert::Infallible, path::Path};

use anyhow::Context as _;
use embedded_graphics::{
    Pixel,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Size},
    pixelcolor::Rgb888,
    prelude::{Point, RgbColor as _},
};
use image::{ImageFormat, Rgb, RgbImage};

/// A picture that embedded-graphics can draw on.
#[derive(Debug, Clone)]
pub struct Canvas(RgbImage);

impl Canvas {
    /// A picture of one colour; sizes are in pixels.
    pub fn new(width: u32, height: u32, color: Rgb888) -> Self {
        Self(RgbImage::from_pixel(width, height, Rgb([color.r(), color.g(), color.b()])))
    }

    /// Writes it as PNG.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub fn save(&self, path: &Path) -> anyhow::Result<()> {
        self.0
            .save_with_format(path, ImageFormat::Png)
            .with_context(|| format!("can't write {}", path.display()))
    }

    /// Its pixels row by row, four bytes each: red, green, blue, and 255.
    pub fn rgba(&self) -> Vec<u8> {
        self.0.pixels().flat_map(|&Rgb([red, green, blue])| [red, green, blue, 255]).collect()
    }

    /// The colour at a place, if that is on the picture.
    pub fn get(&self, at: Point) -> Option<Rgb888> {
        let pixel = self.0.get_pixel_checked(u32::try_from(at.x).ok()?, u32::try_from(at.y).ok()?)?;
        let Rgb([red, green, blue]) = *pixel;
        Some(Rgb888::new(red, green, blue))
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(Point { x, y }, color) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { continue };
            // What lies beyond the picture is not drawn.
            if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
                *pixel = Rgb([color.r(), color.g(), color.b()]);
            }
        }
        Ok(())
    }
}
