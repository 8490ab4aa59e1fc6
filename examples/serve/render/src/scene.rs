//! A scene of glossy balls, and pictures of it.

use std::io::Cursor;

use anyhow::Context as _;
use bytemuck::{Pod, Zeroable};
use image::{DynamicImage, ImageFormat, RgbaImage, codecs::jpeg::JpegEncoder};
use serve_kit::{Gpu, Query};

/// Balls in the scene.
const BALLS: usize = 24;

/// From where a picture is taken; the uniform block of the shader, field for field.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct View {
    size: [u32; 2],
    turn: f32,
    height: f32,
}

impl View {
    /// As the parameters of a URL say.
    ///
    /// # Errors
    ///
    /// When one is none of them, or out of its range.
    pub fn new(query: &Query) -> anyhow::Result<Self> {
        query.only(&["width", "height", "turn", "above", "frames"])?;
        Ok(Self {
            size: [
                query.number("width", 640.0, 1.0..=4096.0)? as u32,
                query.number("height", 480.0, 1.0..=4096.0)? as u32,
            ],
            turn: query.number("turn", 0.0, -360.0..=360.0)?.to_radians(),
            height: query.number("above", 2.5, 0.1..=10.0)?,
        })
    }

    /// Goes around the scene by so many degrees.
    pub fn turn(&mut self, degrees: f32) {
        self.turn += degrees.to_radians();
    }
}

/// Paints pictures of the scene.
#[derive(Debug)]
pub struct Painter {
    gpu: Gpu,
    pipeline: wgpu::ComputePipeline,
    balls: Vec<[f32; 4]>,
}

impl Painter {
    /// Opens the GPU and compiles the shader.
    ///
    /// # Errors
    ///
    /// When there is no GPU.
    pub async fn new() -> anyhow::Result<Self> {
        let gpu = Gpu::open().await?;
        let pipeline = gpu.pipeline(include_str!("scene.wgsl"));
        Ok(Self { gpu, pipeline, balls: balls() })
    }

    /// A picture as PNG.
    ///
    /// # Errors
    ///
    /// When the GPU fails.
    pub fn png(&self, view: View) -> anyhow::Result<Vec<u8>> {
        let mut file = Cursor::new(Vec::new());
        self.paint(view)?.write_to(&mut file, ImageFormat::Png)?;
        Ok(file.into_inner())
    }

    /// A picture as JPEG.
    ///
    /// # Errors
    ///
    /// When the GPU fails.
    pub fn jpeg(&self, view: View) -> anyhow::Result<Vec<u8>> {
        let mut file = Cursor::new(Vec::new());
        let rgb = DynamicImage::from(self.paint(view)?).into_rgb8();
        rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 80))?;
        Ok(file.into_inner())
    }

    fn paint(&self, view: View) -> anyhow::Result<RgbaImage> {
        /// Of a workgroup, in the shader.
        const SIDE: u32 = 8;
        let [width, height] = view.size;
        let input = (bytemuck::bytes_of(&view), bytemuck::cast_slice(&self.balls));
        let groups = (width.div_ceil(SIDE), height.div_ceil(SIDE));
        let bytes = u64::from(width) * u64::from(height) * 4;
        let pixels = self.gpu.compute(&self.pipeline, input, bytes, groups)?;
        RgbaImage::from_raw(width, height, pixels).context("the GPU has given too little")
    }
}

/// The centre and the radius of each ball: on a spiral, the small ones outside.
fn balls() -> Vec<[f32; 4]> {
    let ball = |index: usize| {
        let along = index as f32 / BALLS as f32;
        let (radius, angle) = (0.55 - 0.4 * along, index as f32 * 2.4);
        let (out, up) = (0.6 + 3.2 * along, radius);
        [out * angle.cos(), up, out * angle.sin(), radius]
    };
    (0..BALLS).map(ball).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_come_from_the_url() {
        let view = View::new(&Query::new("/?width=80&height=60&turn=180")).ok();
        let expected = View { size: [80, 60], turn: std::f32::consts::PI, height: 2.5 };
        assert_eq!(view, Some(expected));
        for wrong in ["/?width=0", "/?height=1e9", "/?depth=1"] {
            assert!(View::new(&Query::new(wrong)).is_err(), "{wrong}");
        }
    }
}
