//! Picture files: PNG and JPEG, upright, with their colour profile.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context as _, bail};
use example_common::files;
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::{DynamicImage, ImageDecoder as _, ImageEncoder, ImageFormat, ImageReader, RgbaImage};

/// Quality of the JPEG files written, out of 100.
const JPEG_QUALITY: u8 = 90;

/// A picture and what else its file says about it.
pub(crate) struct Picture {
    /// Eight bits a channel, sRGB-encoded, alpha not multiplied in.
    pub(crate) pixels: RgbaImage,
    /// The ICC colour profile, handed on as it is.
    pub(crate) profile: Option<Vec<u8>>,
}

impl Picture {
    /// Reads a PNG or JPEG file and turns it the way its camera was held.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        Self::decode(files::read(path)?).with_context(|| format!("cannot read {}", path.display()))
    }

    /// Writes the picture in the format that the path's ending names.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let bytes =
            self.encode(check_format(path)?).with_context(|| format!("cannot write {}", path.display()))?;
        files::write(path, &bytes)
    }

    fn decode(bytes: Vec<u8>) -> anyhow::Result<Self> {
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
        if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
            bail!("it is neither PNG nor JPEG");
        }
        let mut decoder = reader.into_decoder()?;
        let orientation = decoder.orientation()?;
        let profile = decoder.icc_profile()?;
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        Ok(Self { pixels: image.into_rgba8(), profile })
    }

    fn encode(&self, format: ImageFormat) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if format == ImageFormat::Png {
            self.encode_with(PngEncoder::new(&mut bytes), DynamicImage::from(self.pixels.clone()))?;
        } else {
            let opaque = DynamicImage::from(self.pixels.clone()).into_rgb8();
            self.encode_with(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY), opaque.into())?;
        }
        Ok(bytes)
    }

    fn encode_with(&self, mut encoder: impl ImageEncoder, image: DynamicImage) -> anyhow::Result<()> {
        if let Some(profile) = &self.profile {
            encoder.set_icc_profile(profile.clone())?;
        }
        image.write_with_encoder(encoder)?;
        Ok(())
    }
}

/// The format that a path's ending asks for.
pub(crate) fn check_format(path: &Path) -> anyhow::Result<ImageFormat> {
    match ImageFormat::from_path(path) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => Ok(format),
        _ => bail!("cannot write {}: name it .png or .jpg", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    fn gradient() -> Picture {
        let pixels = RgbaImage::from_fn(40, 30, |x, y| Rgba([x as u8 * 6, y as u8 * 8, 90, 255]));
        Picture { pixels, profile: Some(vec![1, 2, 3]) }
    }

    #[test]
    fn png_keeps_every_bit() {
        let back = Picture::decode(gradient().encode(ImageFormat::Png).unwrap()).unwrap();
        assert!(back.pixels == gradient().pixels);
        assert_eq!(back.profile, gradient().profile);
    }

    #[test]
    fn jpeg_is_near() {
        let back = Picture::decode(gradient().encode(ImageFormat::Jpeg).unwrap()).unwrap();
        assert!(back.pixels.iter().zip(gradient().pixels.iter()).all(|(a, b)| a.abs_diff(*b) < 12));
    }

    #[test]
    fn other_things_are_refused() {
        assert!(Picture::decode(b"GIF89a and so on".to_vec()).is_err());
        assert!(Picture::decode(Vec::new()).is_err());
        assert!(check_format(Path::new("a.webp")).is_err());
        assert!(check_format(Path::new("a.jpeg")).is_ok());
    }
}
