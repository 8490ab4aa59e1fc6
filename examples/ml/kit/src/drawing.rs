//! A picture from a file, as ink on paper.

use std::path::Path;

use anyhow::Context as _;
use image::ImageFormat;

/// How much ink is where.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Pixels in a row.
    pub width: usize,
    /// Row after row, from 0 for white to 1 for black.
    pub ink: Vec<f32>,
}

impl Drawing {
    /// Reads a PNG.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or is no picture.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let picture = image::load_from_memory_with_format(&crate::read(path)?, ImageFormat::Png)
            .with_context(|| format!("{} is no PNG", path.display()))?
            .into_luma8();
        let ink = picture.pixels().map(|pixel| 1.0 - f32::from(pixel.0[0]) / 255.0).collect();
        Ok(Self { width: picture.width() as usize, ink })
    }

    /// How many rows there are.
    pub fn height(&self) -> usize {
        self.ink.len() / self.width.max(1)
    }

    /// The ink at a place; there is none beyond the picture.
    pub fn at(&self, column: usize, row: usize) -> f32 {
        if column >= self.width {
            return 0.0;
        }
        self.ink.get(row * self.width + column).copied().unwrap_or_default()
    }
}
