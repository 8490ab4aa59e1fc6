//! What is done to a photograph.

use std::io::Cursor;

use anyhow::{Context as _, ensure};
use bytemuck::{Pod, Zeroable};
use image::{ImageFormat, ImageReader, Limits, RgbaImage, codecs::jpeg::JpegEncoder};
use serve_kit::{Gpu, Query};

/// Pixels in a row or a column, and in all.
const LONGEST: u32 = 16_384;
const MOST: u64 = 32 << 20;

/// How a photograph is developed; the uniform block of the shader, field for field.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Settings {
    size: [u32; 2],
    radius: i32,
    exposure: f32,
    contrast: f32,
    saturation: f32,
    padding: [u32; 2],
}

impl Settings {
    /// As the parameters of a URL say.
    ///
    /// # Errors
    ///
    /// When one is none of them, or out of its range.
    pub fn new(query: &Query) -> anyhow::Result<Self> {
        query.only(&["exposure", "contrast", "denoise", "saturation"])?;
        Ok(Self {
            size: [0; 2],
            radius: query.number("denoise", 3.0, 0.0..=8.0)? as i32,
            exposure: query.number("exposure", 0.0, -8.0..=8.0)?,
            contrast: query.number("contrast", 1.1, 0.5..=3.0)?,
            saturation: query.number("saturation", 1.0, 0.0..=2.0)?,
            padding: [0; 2],
        })
    }
}

/// Develops photographs, one after the other.
#[derive(Debug)]
pub struct Developer {
    gpu: Gpu,
    pipeline: wgpu::ComputePipeline,
}

impl Developer {
    /// Opens the GPU and compiles the shader.
    ///
    /// # Errors
    ///
    /// When there is no GPU.
    pub async fn new() -> anyhow::Result<Self> {
        let gpu = Gpu::open().await?;
        let pipeline = gpu.pipeline(include_str!("develop.wgsl"));
        Ok(Self { gpu, pipeline })
    }

    /// Develops a PNG or JPEG file; gives one of the same kind, and its type.
    ///
    /// # Errors
    ///
    /// When it is neither, or too large.
    pub fn file(&self, file: &[u8], settings: &Settings) -> anyhow::Result<(&'static str, Vec<u8>)> {
        let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
        let format = reader.format().context("the body is neither a PNG nor a JPEG file")?;
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(LONGEST), Some(LONGEST));
        reader.limits(limits);
        let picture = reader.decode().context("the file can't be read")?.into_rgba8();
        let developed = self.picture(&picture, *settings)?;
        let mut file = Cursor::new(Vec::new());
        let content_type = if format == ImageFormat::Jpeg {
            let rgb = image::DynamicImage::from(developed).into_rgb8();
            rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 92))?;
            "image/jpeg"
        } else {
            developed.write_to(&mut file, ImageFormat::Png)?;
            "image/png"
        };
        Ok((content_type, file.into_inner()))
    }

    /// Develops a picture.
    ///
    /// # Errors
    ///
    /// When the GPU fails, or it is too large.
    pub fn picture(&self, picture: &RgbaImage, settings: Settings) -> anyhow::Result<RgbaImage> {
        /// Of a workgroup, in the shader.
        const SIDE: u32 = 8;
        let (width, height) = picture.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        ensure!((1..=MOST).contains(&pixels), "{width} x {height} are no pixels, or more than {MOST}");
        let settings = Settings { size: [width, height], ..settings };
        let input = (bytemuck::bytes_of(&settings), picture.as_raw().as_slice());
        let groups = (width.div_ceil(SIDE), height.div_ceil(SIDE));
        let developed = self.gpu.compute(&self.pipeline, input, pixels * 4, groups)?;
        RgbaImage::from_raw(width, height, developed).context("the GPU has given too little")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_from_the_url() {
        let settings = Settings::new(&Query::new("/?exposure=-1.5&denoise=4")).ok();
        assert_eq!(settings.map(|settings| (settings.exposure, settings.radius)), Some((-1.5, 4)));
        for wrong in ["/?exposure=9", "/?exposure=x", "/?expose=1"] {
            assert!(Settings::new(&Query::new(wrong)).is_err(), "{wrong}");
        }
    }
}
