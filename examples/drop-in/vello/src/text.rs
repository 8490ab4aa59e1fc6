//! Lines of text: characters become glyphs of an embedded font.

use anyhow::Context as _;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};
use vello::Glyph;
use vello::peniko::{Blob, FontData};

/// A font, and the glyphs of its characters.
pub(crate) struct Face {
    bytes: &'static [u8],
    /// As vello takes it.
    pub(crate) data: FontData,
}

impl Face {
    pub(crate) fn new(bytes: &'static [u8]) -> Self {
        Self { bytes, data: FontData::new(Blob::from(bytes.to_vec()), 0) }
    }

    /// The glyphs of one line from the left, with `tracking` pixels more between them, and its width.
    pub(crate) fn line(&self, text: &str, size: f32, tracking: f32) -> anyhow::Result<(Vec<Glyph>, f32)> {
        let font = FontRef::new(self.bytes).context("not a font")?;
        let (chars, metrics) = (font.charmap(), font.glyph_metrics(Size::new(size), LocationRef::default()));
        let mut x = 0.0;
        let mut glyphs = Vec::new();
        for character in text.chars() {
            let id = chars.map(character).with_context(|| format!("no glyph for {character}"))?;
            glyphs.push(Glyph { id: id.to_u32(), x, y: 0.0 });
            x += metrics.advance_width(id).context("a glyph without a width")? + tracking;
        }
        Ok((glyphs, x - tracking))
    }
}
