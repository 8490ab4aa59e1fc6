//! A scene of glossy balls, and pictures of it.

use std::io::Cursor;

use anyhow::Context as _;
use bytemuck::{Pod, Zeroable};
use image::{DynamicImage, ImageFormat, RgbaImage, codecs::jpeg::JpegEncoder};
use serve_kit::{Gpu, Query};

/// Balls in the scene.
const BALLS: usize = 24;

/// From where a picture is taken, and how well; the uniform block of the shader, field for field.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct View {
    size: [u32; 2],
    turn: f32,
    height: f32,
    rays: u32,
    reflections: u32,
}

/// What a picture shows, and from where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shot {
    view: View,
    balls: usize,
}

impl Shot {
    /// As the parameters of a URL say.
    ///
    /// # Errors
    ///
    /// When one is none of them, or out of its range.
    pub fn new(query: &Query) -> anyhow::Result<Self> {
        query.only(&["width", "height", "turn", "above", "balls", "rays", "reflections", "frames"])?;
        let view = View {
            size: [
                query.number("width", 640.0, 1.0..=4096.0)? as u32,
                query.number("height", 480.0, 1.0..=4096.0)? as u32,
            ],
            turn: query.number("turn", 0.0, -360.0..=360.0)?.to_radians(),
            height: query.number("above", 2.5, 0.1..=10.0)?,
            rays: if query.number("rays", 4.0, 1.0..=4.0)? < 4.0 { 1 } else { 4 },
            reflections: query.number("reflections", 3.0, 0.0..=3.0)? as u32,
        };
        Ok(Self { view, balls: query.number("balls", BALLS as f32, 1.0..=BALLS as f32)? as usize })
    }

    /// Goes around the scene by so many degrees.
    pub fn turn(&mut self, degrees: f32) {
        self.view.turn += degrees.to_radians();
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
    pub fn png(&self, shot: Shot) -> anyhow::Result<Vec<u8>> {
        let mut file = Cursor::new(Vec::new());
        self.paint(shot)?.write_to(&mut file, ImageFormat::Png)?;
        Ok(file.into_inner())
    }

    /// A picture as JPEG.
    ///
    /// # Errors
    ///
    /// When the GPU fails.
    pub fn jpeg(&self, shot: Shot) -> anyhow::Result<Vec<u8>> {
        let mut file = Cursor::new(Vec::new());
        let rgb = DynamicImage::from(self.paint(shot)?).into_rgb8();
        rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 80))?;
        Ok(file.into_inner())
    }

    fn paint(&self, Shot { view, balls }: Shot) -> anyhow::Result<RgbaImage> {
        /// Of a workgroup, in the shader.
        const SIDE: u32 = 8;
        let [width, height] = view.size;
        let balls = self.balls.get(..balls).unwrap_or(&self.balls);
        let input = (bytemuck::bytes_of(&view), bytemuck::cast_slice(balls));
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
        let shot = |url| Shot::new(&Query::new(url)).ok();
        let turn = std::f32::consts::PI;
        let view = View { size: [80, 60], turn, height: 2.5, rays: 4, reflections: 3 };
        assert_eq!(shot("/?width=80&height=60&turn=180"), Some(Shot { view, balls: BALLS }));
        let view = View { rays: 1, reflections: 0, ..view };
        let url = "/?width=80&height=60&turn=180&balls=4&rays=1&reflections=0";
        assert_eq!(shot(url), Some(Shot { view, balls: 4 }));
        for wrong in ["/?width=0", "/?height=1e9", "/?depth=1", "/?balls=25", "/?rays=0"] {
            assert_eq!(shot(wrong), None, "{wrong}");
        }
    }
}
