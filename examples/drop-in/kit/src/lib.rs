//! What the drop-in programs have in common: the GPU, a picture to draw on, a PNG of it.
//!
//! All of it is wgpu as its documentation has it. What takes a crate's own way to a device, such as
//! vello's `RenderContext`, hands the device to [`Gpu::new`].

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, anyhow};
use image::RgbaImage;

/// Every picture's width, in pixels. A row of it is a multiple of the 256 bytes that copies want.
pub const WIDTH: u32 = 1024;
/// Every picture's height, in pixels.
pub const HEIGHT: u32 = 768;

/// Runs a program of one argument, the PNG file to write.
pub fn main(draw: impl FnOnce(&Path) -> anyhow::Result<()>) -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        return wrong("one argument, please: the PNG file to write");
    };
    status(draw(&path))
}

/// Runs a program whose first argument is the PNG file to write. A second one says how many frames it draws after that,
/// for [`Gpu::pace`]; without it, none.
pub fn main_of_frames(draw: impl FnOnce(&Path, u32) -> anyhow::Result<()>) -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().map(PathBuf::from);
    let frames = arguments.next().map_or(Ok(0), |frames| frames.parse());
    let (Some(path), Ok(frames), None) = (path, frames, arguments.next()) else {
        return wrong("the PNG file to write, please, and how many frames to measure, if you like");
    };
    status(draw(&path, frames))
}

fn wrong(usage: &str) -> ExitCode {
    eprintln!("{usage}");
    ExitCode::FAILURE
}

fn status(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// An opened GPU.
#[derive(Debug, Clone)]
pub struct Gpu {
    /// Makes buffers, textures and pipelines.
    pub device: wgpu::Device,
    /// Takes the work.
    pub queue: wgpu::Queue,
}

impl Gpu {
    /// Takes what another crate has opened, and prints the adapter's name.
    pub fn new(info: &wgpu::AdapterInfo, device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        println!("adapter: {}", info.name);
        Self { device: device.clone(), queue: queue.clone() }
    }

    /// Opens the default adapter, or the one that `WGPU_ADAPTER_NAME` names, with those of these features
    /// that it has.
    ///
    /// # Errors
    ///
    /// When there is no adapter, or it refuses a device.
    pub fn open(wanted: wgpu::Features) -> anyhow::Result<Self> {
        pollster::block_on(async {
            let instance = wgpu::Instance::default();
            let adapter = wgpu::util::initialize_adapter_from_env_or_default(&instance, None)
                .await
                .context("no GPU adapter")?;
            let required_features = adapter.features() & wanted;
            let descriptor = wgpu::DeviceDescriptor { required_features, ..Default::default() };
            let (device, queue) = adapter.request_device(&descriptor).await.context("no device")?;
            Ok(Self::new(&adapter.get_info(), &device, &queue))
        })
    }

    /// A texture of the picture's size.
    pub fn canvas(&self, format: wgpu::TextureFormat, usage: wgpu::TextureUsages) -> Canvas {
        let texture = self.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("canvas"),
            size: wgpu::Extent3d { width: WIDTH, height: HEIGHT, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: usage | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        Canvas { texture, view }
    }

    /// Draws frame after frame, the GPU at most one behind as in a window, and prints how many there were in a second.
    /// `draw` gets the number of the frame, and submits it. With no frames, it does nothing.
    ///
    /// # Errors
    ///
    /// Those of `draw`, and when waiting fails.
    pub fn pace(&self, frames: u32, mut draw: impl FnMut(u32) -> anyhow::Result<()>) -> anyhow::Result<()> {
        if frames == 0 {
            return Ok(());
        }
        // The first frame also makes what the rest only use.
        draw(0)?;
        self.device.poll(wgpu::PollType::wait_indefinitely()).context("waiting failed")?;
        let start = Instant::now();
        let mut before = None;
        for frame in 1..=frames {
            draw(frame)?;
            // What drew it may have submitted it itself, and kept the index.
            if let Some(submission_index) = before.replace(self.queue.submit([])) {
                let submission_index = Some(submission_index);
                self.device
                    .poll(wgpu::PollType::Wait { submission_index, timeout: None })
                    .context("waiting failed")?;
            }
        }
        self.device.poll(wgpu::PollType::wait_indefinitely()).context("waiting failed")?;
        println!("frames/s: {:.1}", f64::from(frames) / start.elapsed().as_secs_f64());
        Ok(())
    }

    /// Maps a `MAP_READ` buffer when the work before it is done, and copies it.
    ///
    /// # Errors
    ///
    /// When waiting or mapping fails.
    pub fn read(&self, buffer: &wgpu::Buffer) -> anyhow::Result<Vec<u8>> {
        let (sender, receiver) = std::sync::mpsc::channel();
        buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            // The receiver is gone only when waiting failed, and that error is the one returned.
            let _ = sender.send(result);
        });
        self.device.poll(wgpu::PollType::wait_indefinitely()).context("waiting failed")?;
        receiver.try_recv().map_err(|_| anyhow!("mapping never ended"))?.context("mapping failed")?;
        let bytes = buffer.get_mapped_range(..).context("no mapped range")?.to_vec();
        buffer.unmap();
        Ok(bytes)
    }
}

/// A texture to draw on: four bytes a pixel, red first.
#[derive(Debug)]
pub struct Canvas {
    /// The texture, of which [`Canvas::save`] makes a file.
    pub texture: wgpu::Texture,
    /// All of it.
    pub view: wgpu::TextureView,
}

impl Canvas {
    /// A pass that first fills the canvas with a colour.
    pub fn begin<'e>(
        &self,
        encoder: &'e mut wgpu::CommandEncoder,
        color: wgpu::Color,
    ) -> wgpu::RenderPass<'e> {
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &self.view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(color), store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        })
    }

    /// Reads the picture back and writes it as PNG.
    ///
    /// # Errors
    ///
    /// When reading back or writing fails.
    pub fn save(&self, gpu: &Gpu, path: &Path) -> anyhow::Result<()> {
        let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("read back"),
            size: 4 * u64::from(WIDTH) * u64::from(HEIGHT),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(
            self.texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(4 * WIDTH),
                    rows_per_image: None,
                },
            },
            self.texture.size(),
        );
        gpu.queue.submit([encoder.finish()]);
        write_png(path, gpu.read(&buffer)?)
    }
}

/// Writes pixels of four bytes each, red first, as a PNG file.
///
/// # Errors
///
/// When they are not a picture's, or writing fails.
pub fn write_png(path: &Path, pixels: Vec<u8>) -> anyhow::Result<()> {
    let picture = RgbaImage::from_vec(WIDTH, HEIGHT, pixels).context("not as many bytes as a picture has")?;
    picture.save_with_format(path, image::ImageFormat::Png).with_context(|| path.display().to_string())
}
