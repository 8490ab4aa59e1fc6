//! Cuts a write to a texture into pieces of which each fits into what may be staged: `device/in_flight.rs`.
//!
//! wgpu stages a write with every row padded, so that one texel a row takes 256 bytes, however many the data has. A piece
//! is some rows of one layer, or some layers.

use crate::device::in_flight::PIECE_BYTES;

/// To what the rows of a staging buffer are padded, in bytes: what Direct3D 12 asks for, and no backend of wgpu for more.
const ROW_ALIGNMENT: u64 = 256;

/// A write to a texture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextureWrite {
    pub(crate) origin: wgpu::Origin3d,
    pub(crate) size: wgpu::Extent3d,
    pub(crate) layout: wgpu::TexelCopyBufferLayout,
}

/// What is written to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) size: wgpu::Extent3d,
    pub(crate) dimension: wgpu::TextureDimension,
    pub(crate) format: wgpu::TextureFormat,
    pub(crate) mip_level_count: u32,
    pub(crate) mip_level: u32,
    pub(crate) aspect: wgpu::TextureAspect,
}

/// How the bytes of a write lie, in blocks and in bytes.
#[derive(Clone, Copy, Debug)]
struct Rows {
    block_height: u32,
    /// Of the data, between two rows.
    pitch: u64,
    /// Of the staging buffer.
    staged_pitch: u64,
    /// In a layer of what is written.
    rows: u64,
    /// In a layer of the data.
    rows_per_image: u64,
}

impl Rows {
    /// `None` where there is nothing to stage, or wgpu refuses the write.
    fn of(write: &TextureWrite, target: &Target) -> Option<Self> {
        let (block_width, block_height) = target.format.block_dimensions();
        let block_bytes = u64::from(target.format.block_copy_size(Some(target.aspect))?);
        let row = u64::from(write.size.width.div_ceil(block_width)).checked_mul(block_bytes)?;
        let rows = u64::from(write.size.height.div_ceil(block_height));
        let layers = u64::from(write.size.depth_or_array_layers);
        if row == 0 || rows == 0 || layers == 0 {
            return None;
        }
        let (bytes_per_row, rows_per_image) = (write.layout.bytes_per_row, write.layout.rows_per_image);
        if (bytes_per_row.is_none() && (rows > 1 || layers > 1)) || (rows_per_image.is_none() && layers > 1) {
            return None;
        }
        Some(Self {
            block_height,
            pitch: bytes_per_row.map_or(row, u64::from),
            staged_pitch: row.checked_next_multiple_of(ROW_ALIGNMENT)?,
            rows,
            rows_per_image: rows_per_image.map_or(rows, u64::from),
        })
    }

    /// Bytes of the staging buffer for so many layers.
    fn staged(&self, layers: u32) -> u64 {
        let between = self.rows_per_image.saturating_mul(u64::from(layers.saturating_sub(1)));
        self.staged_pitch.saturating_mul(between.saturating_add(self.rows))
    }

    /// Bytes that the data needs to have from the offset on.
    fn needed(&self, layers: u32) -> u64 {
        let between = self.rows_per_image.saturating_mul(u64::from(layers.saturating_sub(1)));
        self.pitch.saturating_mul(between.saturating_add(self.rows.saturating_sub(1)))
    }
}

/// What is to be done with a write.
#[derive(Debug)]
pub(crate) enum Plan {
    /// It is one piece of so many bytes, or one that wgpu refuses, or has nothing to do for.
    Whole(u64),
    Pieces(Pieces),
    /// A part of it could be written, and another not.
    Refused(&'static str),
}

/// The pieces of a write; each comes with the bytes that wgpu stages for it.
#[derive(Debug)]
pub(crate) struct Pieces {
    write: TextureWrite,
    rows: Rows,
    /// Rows of a piece, all where several layers are in one, and its layers.
    rows_at_once: u64,
    layers_at_once: u32,
    /// Where the next piece begins.
    row: u64,
    layer: u32,
}

/// How to write `data_bytes` bytes.
pub(crate) fn plan(write: &TextureWrite, target: &Target, data_bytes: u64) -> Plan {
    let layers = write.size.depth_or_array_layers;
    let Some(rows) = Rows::of(write, target) else { return Plan::Whole(0) };
    if data_bytes.checked_sub(write.layout.offset).is_none_or(|bytes| rows.needed(layers) > bytes) {
        return Plan::Whole(0);
    }
    let staged = rows.staged(layers);
    if staged <= PIECE_BYTES {
        return Plan::Whole(staged);
    }
    if let Err(reason) = inside(write, target) {
        return Plan::Refused(reason);
    }
    let layer_bytes = rows.staged_pitch.saturating_mul(rows.rows_per_image);
    let (rows_at_once, layers_at_once) = if layer_bytes <= PIECE_BYTES {
        let layers_at_once = PIECE_BYTES.checked_div(layer_bytes).unwrap_or(1);
        (rows.rows, u32::try_from(layers_at_once).unwrap_or(u32::MAX))
    } else if target.format.is_depth_stencil_format() {
        // Which are written layer by layer: https://www.w3.org/TR/webgpu/#abstract-opdef-validating-gputexelcopytextureinfo
        (rows.rows, 1)
    } else {
        ((PIECE_BYTES / rows.staged_pitch).max(1), 1)
    };
    Plan::Pieces(Pieces { write: *write, rows, rows_at_once, layers_at_once, row: 0, layer: 0 })
}

/// Whether all of a write is inside of its texture: what wgpu asks of the whole has to hold before its first piece is
/// written. <https://www.w3.org/TR/webgpu/#abstract-opdef-validating-texture-copy-range>
fn inside(write: &TextureWrite, target: &Target) -> Result<(), &'static str> {
    if target.mip_level >= target.mip_level_count {
        return Err("the texture has no such mip level");
    }
    let (block_width, block_height) = target.format.block_dimensions();
    let at_level = |size: u32| size.checked_shr(target.mip_level).unwrap_or(0).max(1);
    let depth = match target.dimension {
        wgpu::TextureDimension::D1 | wgpu::TextureDimension::D2 => target.size.depth_or_array_layers,
        wgpu::TextureDimension::D3 => at_level(target.size.depth_or_array_layers),
    };
    let fits = |origin: u32, size: u32, available: u32, block: u32| {
        let available = available.checked_next_multiple_of(block);
        let end = origin.checked_add(size);
        origin.is_multiple_of(block)
            && size.is_multiple_of(block)
            && end.zip(available).is_some_and(|(end, available)| end <= available)
    };
    let (origin, size) = (write.origin, write.size);
    if fits(origin.x, size.width, at_level(target.size.width), block_width)
        && fits(origin.y, size.height, at_level(target.size.height), block_height)
        && fits(origin.z, size.depth_or_array_layers, depth, 1)
    {
        Ok(())
    } else {
        Err("the write is not inside the mip level of the texture, or not in whole blocks")
    }
}

impl Iterator for Pieces {
    type Item = (TextureWrite, u64);

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.write.size.depth_or_array_layers.checked_sub(self.layer).filter(|left| *left > 0)?;
        let layers = self.layers_at_once.min(left);
        let rows = self.rows_at_once.min(self.rows.rows - self.row);
        let mut piece = self.write;
        let skipped = u64::from(self.layer) * self.rows.rows_per_image + self.row;
        piece.layout.offset += skipped * self.rows.pitch;
        piece.layout.bytes_per_row = u32::try_from(self.rows.pitch).ok();
        piece.origin.z += self.layer;
        piece.size.depth_or_array_layers = layers;
        let texels =
            |rows: u64| u32::try_from(rows).unwrap_or(u32::MAX).saturating_mul(self.rows.block_height);
        piece.origin.y = piece.origin.y.saturating_add(texels(self.row));
        piece.size.height = texels(rows).min(self.write.size.height.saturating_sub(texels(self.row)));
        let staged = Rows { rows, ..self.rows }.staged(layers);
        self.row += rows;
        if self.row >= self.rows.rows {
            self.row = 0;
            self.layer = self.layer.saturating_add(layers);
        }
        Some((piece, staged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(size: [u32; 3], format: wgpu::TextureFormat) -> Target {
        let [width, height, depth_or_array_layers] = size;
        Target {
            size: wgpu::Extent3d { width, height, depth_or_array_layers },
            dimension: wgpu::TextureDimension::D2,
            format,
            mip_level_count: 1,
            mip_level: 0,
            aspect: wgpu::TextureAspect::All,
        }
    }

    fn write(size: [u32; 3], bytes_per_row: u32, rows_per_image: u32) -> TextureWrite {
        let [width, height, depth_or_array_layers] = size;
        TextureWrite {
            origin: wgpu::Origin3d::ZERO,
            size: wgpu::Extent3d { width, height, depth_or_array_layers },
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(bytes_per_row),
                rows_per_image: Some(rows_per_image),
            },
        }
    }

    /// The pieces cover every row of every layer once, in order, and read the bytes of that row.
    fn covers(write: &TextureWrite, target: &Target, data_bytes: u64) -> usize {
        let Plan::Pieces(pieces) = plan(write, target, data_bytes) else { panic!("one piece") };
        let (_, block_height) = target.format.block_dimensions();
        let pitch = u64::from(write.layout.bytes_per_row.unwrap());
        let image = u64::from(write.layout.rows_per_image.unwrap());
        let mut seen = Vec::new();
        let mut count = 0;
        for (piece, staged) in pieces {
            assert!(staged <= PIECE_BYTES, "{staged} bytes are staged for {piece:?}");
            count += 1;
            for layer in 0..piece.size.depth_or_array_layers {
                for row in 0..piece.size.height.div_ceil(block_height) {
                    let bytes = piece.layout.offset + (u64::from(layer) * image + u64::from(row)) * pitch;
                    seen.push((piece.origin.z + layer, piece.origin.y / block_height + row, bytes));
                }
            }
        }
        let rows = write.size.height.div_ceil(block_height);
        let expected: Vec<_> = (0..write.size.depth_or_array_layers)
            .flat_map(|layer| {
                (0..rows).map(move |row| {
                    let bytes = write.layout.offset + (u64::from(layer) * image + u64::from(row)) * pitch;
                    (write.origin.z + layer, write.origin.y / block_height + row, bytes)
                })
            })
            .collect();
        assert!(seen == expected, "{write:?}");
        count
    }

    #[test]
    fn a_large_write_is_cut_into_rows_or_layers() {
        use wgpu::TextureFormat as Format;
        let pieces = covers(
            &write([4096, 4096, 1], 16384, 4096),
            &target([4096, 4096, 1], Format::Rgba8Unorm),
            64 << 20,
        );
        assert_eq!(pieces, 4);
        let pieces = covers(
            &write([256, 256, 300], 1024, 256),
            &target([256, 256, 300], Format::Rgba8Unorm),
            80 << 20,
        );
        assert_eq!(pieces, 5);
        // One byte a row is staged as 256.
        let pieces =
            covers(&write([1, 8192, 16], 1, 8192), &target([1, 8192, 16], Format::R8Unorm), 8192 * 16);
        assert_eq!(pieces, 2);
        let mut cut = write([4096, 8188, 2], 8192, 2050);
        cut.origin.y = 4;
        cut.layout.offset = 12;
        covers(&cut, &target([4096, 8192, 2], Format::Bc1RgbaUnorm), 12 + 8192 * 2050 * 2);
    }

    #[test]
    fn what_is_small_or_wrong_is_left_to_wgpu() {
        use wgpu::TextureFormat as Format;
        let whole = |write: &TextureWrite, target: &Target, bytes| match plan(write, target, bytes) {
            Plan::Whole(staged) => staged,
            other => panic!("{other:?}"),
        };
        let small = target([16, 16, 1], Format::Rgba8Unorm);
        assert_eq!(whole(&write([16, 16, 1], 64, 16), &small, 1024), 16 * 256);
        assert_eq!(whole(&write([16, 0, 1], 64, 16), &small, 1024), 0);
        // Fewer bytes than it takes.
        assert_eq!(whole(&write([16, 16, 1], 64, 16), &small, 900), 0);
        assert_eq!(whole(&write([u32::MAX; 3], u32::MAX, u32::MAX), &small, 1 << 30), 0);
        // So many bytes, and not inside.
        let large = write([4096, 4096, 1], 16384, 4096);
        let refused = |target: &Target| matches!(plan(&large, target, 64 << 20), Plan::Refused(_));
        assert!(refused(&target([4096, 4095, 1], Format::Rgba8Unorm)));
        assert!(refused(&Target { mip_level: 1, ..target([4096, 4096, 1], Format::Rgba8Unorm) }));
        assert!(!refused(&target([4096, 4096, 1], Format::Rgba8Unorm)));
    }
}
