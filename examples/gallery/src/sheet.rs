//! The contact sheet: of each scene the native picture and the component's, side by side.

use std::path::Path;

use anyhow::Context as _;
use embedded_graphics::mono_font::{MonoTextStyle, ascii::FONT_8X13_BOLD};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Pixel, Point, RgbColor as _, Size};
use embedded_graphics::{Drawable as _, text::Text};
use example_common::files;
use image::{Rgba, RgbaImage, imageops};

use crate::kit::{HEIGHT, WIDTH};

/// The folders below the one that is given, and what the sheet says of them.
const FOLDERS: [&str; 2] = ["native", "component"];
/// Pairs side by side, and the size of a thumbnail: of few, larger ones.
const MANY: (u32, [u32; 2]) = (3, [WIDTH / 2, HEIGHT / 2]);
const FEW: (u32, [u32; 2]) = (2, [WIDTH, HEIGHT]);
/// A thumbnail's coloured frame, the space about a pair and the line above it, in pixels.
const FRAME: u32 = 3;
const MARGIN: u32 = 12;
const LINE: u32 = 20;

const PAPER: Rgba<u8> = Rgba([24, 25, 30, 255]);
const SAME: Rgba<u8> = Rgba([60, 190, 90, 255]);
const DIFFERENT: Rgba<u8> = Rgba([230, 50, 50, 255]);

/// Reads `native/NAME.png` and `component/NAME.png` below `folder` for each name. Pairs that are equal
/// pixel by pixel stand in green, others, and those of which a file is missing, in red.
///
/// # Errors
///
/// When a file is no PNG.
pub(crate) fn paint(folder: &Path, names: &[&str]) -> anyhow::Result<RgbaImage> {
    let (across, [width, height]) = if names.len() > 8 { MANY } else { FEW };
    let cell = [2 * (width + 2 * FRAME) + 2 * MARGIN, height + 2 * FRAME + LINE + MARGIN];
    let rows = (names.len() as u32).div_ceil(across);
    let mut sheet = RgbaImage::from_pixel(across * cell[0], rows * cell[1] + MARGIN, PAPER);
    for (index, name) in (0..).zip(names) {
        let (left, top) = (index % across * cell[0] + MARGIN, index / across * cell[1] + MARGIN);
        let pictures = [read(folder, FOLDERS[0], name)?, read(folder, FOLDERS[1], name)?];
        let same = matches!(&pictures, [Some(native), Some(component)] if native == component);
        let color = if same { SAME } else { DIFFERENT };
        for (place, picture) in (0..).zip(&pictures) {
            let left = left + place * (width + 2 * FRAME);
            let frame = RgbaImage::from_pixel(width + 2 * FRAME, height + 2 * FRAME, color);
            imageops::replace(&mut sheet, &frame, left.into(), (top + LINE).into());
            let thumb = match picture {
                Some(picture) => imageops::thumbnail(picture, width, height),
                None => RgbaImage::from_pixel(width, height, PAPER),
            };
            imageops::replace(&mut sheet, &thumb, (left + FRAME).into(), (top + LINE + FRAME).into());
        }
        let verdict = if same { "native = component" } else { "native, component: DIFFERENT" };
        let style = MonoTextStyle::new(&FONT_8X13_BOLD, Rgb888::WHITE);
        let at = Point::new(left as i32, (top + LINE) as i32 - 6);
        // Its error type is Infallible.
        let Ok(_) = Text::new(&format!("{name}: {verdict}"), at, style).draw(&mut Canvas(&mut sheet));
    }
    Ok(sheet)
}

fn read(folder: &Path, side: &str, name: &str) -> anyhow::Result<Option<RgbaImage>> {
    let path = folder.join(side).join(format!("{name}.png"));
    if !path.exists() {
        return Ok(None);
    }
    let bytes = files::read(&path)?;
    let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png)
        .with_context(|| format!("{} is no PNG", path.display()))?;
    Ok(Some(picture.into_rgba8()))
}

/// What letters are drawn on.
struct Canvas<'a>(&'a mut RgbaImage);

impl OriginDimensions for Canvas<'_> {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Canvas<'_> {
    type Color = Rgb888;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        for Pixel(at, color) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y)) else { continue };
            if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
                *pixel = Rgba([color.r(), color.g(), color.b(), 255]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenes::SCENES;

    #[test]
    fn equal_pairs_are_green_and_others_red() {
        let folder = std::env::temp_dir().join(format!("gallery-sheet-{}", std::process::id()));
        let picture = RgbaImage::from_pixel(WIDTH, HEIGHT, Rgba([1, 2, 3, 255]));
        for side in FOLDERS {
            std::fs::create_dir_all(folder.join(side)).unwrap();
            picture.save(folder.join(side).join("cubes.png")).unwrap();
        }
        // The second scene has one side only.
        picture.save(folder.join("native/boids.png")).unwrap();
        let sheet = paint(&folder, &SCENES.iter().map(|scene| scene.name).collect::<Vec<_>>()).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let second = 2 * (MANY.1[0] + 2 * FRAME) + 2 * MARGIN;
        assert_eq!(*sheet.get_pixel(MARGIN + 1, MARGIN + LINE + 1), SAME);
        assert_eq!(*sheet.get_pixel(MARGIN + FRAME + 9, MARGIN + LINE + FRAME + 9), Rgba([1, 2, 3, 255]));
        assert_eq!(*sheet.get_pixel(second + MARGIN + 1, MARGIN + LINE + 1), DIFFERENT);
    }
}
