//! Lines of text: characters become glyphs of an embedded font.

use anyhow::Context as _;
use anyrender::{Glyph, PaintScene};
use epaint_default_fonts::UBUNTU_LIGHT;
use kurbo::{Affine, Point, Vec2};
use peniko::{Blob, Color, Fill, FontData};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

/// Where a line stands, by its place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side {
    /// It begins there.
    Left,
    /// It is in the middle of it.
    Middle,
    /// It ends there.
    Right,
}

/// The font of all of it.
pub(crate) struct Face(FontData);

impl Face {
    pub(crate) fn new() -> Self {
        Self(FontData::new(Blob::from(UBUNTU_LIGHT.to_vec()), 0))
    }

    /// Paints a line.
    ///
    /// # Errors
    ///
    /// When the font lacks a character of it.
    pub(crate) fn line(
        &self,
        scene: &mut impl PaintScene,
        text: &str,
        size: f32,
        (place, side): (Point, Side),
        color: Color,
    ) -> anyhow::Result<()> {
        let font = FontRef::new(UBUNTU_LIGHT).context("not a font")?;
        let (chars, metrics) = (font.charmap(), font.glyph_metrics(Size::new(size), LocationRef::default()));
        let (mut x, mut glyphs) = (0.0, Vec::new());
        for character in text.chars() {
            let id = chars.map(character).with_context(|| format!("no glyph for {character}"))?;
            glyphs.push(Glyph { id: id.to_u32(), x, y: 0.0 });
            x += metrics.advance_width(id).context("a glyph without a width")?;
        }
        let share = match side {
            Side::Left => 0.0,
            Side::Middle => 0.5,
            Side::Right => 1.0,
        };
        let place = Affine::translate((place.x - share * f64::from(x), place.y));
        let glyphs = glyphs.iter().copied();
        scene.draw_glyphs(
            &self.0,
            size,
            false,
            &[],
            Vec2::ZERO,
            Fill::NonZero,
            color,
            1.0,
            place,
            None,
            glyphs,
        );
        Ok(())
    }
}
