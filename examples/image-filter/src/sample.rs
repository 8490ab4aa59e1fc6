//! A photograph-like picture to try the filter on: a mountain lake at dusk, painted by one shader.

use example_common::{Gpu, Progress};
use image::RgbaImage;
use wgpu::BufferUsages as Usage;

/// The picture's size in pixels.
const SIZE: [u32; 2] = [1680, 1120];
/// Rows painted by one submission: few enough that none of them takes long.
const ROWS: u32 = 16;

/// Paints the picture.
pub(crate) fn paint(gpu: &Gpu) -> anyhow::Result<RgbaImage> {
    let [width, height] = SIZE;
    let pipeline = gpu.pipeline("sample", include_str!("shaders/sample.wgsl"), &[]);
    let bytes = 4 * u64::from(width) * u64::from(ROWS);
    let params = gpu.buffer("params", 16, Usage::UNIFORM | Usage::COPY_DST);
    let rows = gpu.buffer("rows", bytes, Usage::STORAGE | Usage::COPY_SRC);
    let read = gpu.buffer("read", bytes, Usage::MAP_READ | Usage::COPY_DST);
    let bind_group = gpu.bind(&pipeline, &[&params, &rows]);

    let mut pixels = Vec::new();
    let mut progress = Progress::new("rows", u64::from(height));
    for first in (0..height).step_by(ROWS as usize) {
        gpu.queue.write_buffer(&params, 0, bytemuck::cast_slice(&[width, height, first, ROWS]));
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.dispatch_workgroups(width.div_ceil(8), ROWS.div_ceil(8), 1);
        drop(pass);
        encoder.copy_buffer_to_buffer(&rows, 0, &read, 0, bytes);
        gpu.queue.submit([encoder.finish()]);
        gpu.read(&read, bytes, |bytes| pixels.extend_from_slice(bytes))?;
        progress.advance(u64::from(ROWS.min(height - first)));
    }
    progress.finish();
    pixels.truncate(4 * width as usize * height as usize);
    RgbaImage::from_vec(width, height, pixels)
        .ok_or_else(|| anyhow::anyhow!("the picture has the wrong size"))
}
