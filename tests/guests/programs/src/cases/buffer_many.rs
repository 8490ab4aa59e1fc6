//! Ten thousand buffers at a time, each with its own contents.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    const COUNT: u32 = 10_000;
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    let buffers: Vec<_> = (0..COUNT).map(|_| kit::buffer(&device, 16, usage)).collect();
    for (number, buffer) in (0_u32..).zip(&buffers) {
        queue.write_buffer(buffer, 4, &number.to_le_bytes());
    }
    let gathered = kit::buffer(&device, u64::from(COUNT) * 4, usage);
    let mut encoder = kit::encoder(&device);
    for (number, buffer) in (0_u64..).zip(&buffers) {
        encoder.copy_buffer_to_buffer(buffer, 4, &gathered, number * 4, 4);
    }
    queue.submit([encoder.finish()]);
    drop(buffers);
    let found: Vec<u32> = kit::read(&device, &queue, &gathered);
    assert!(found.iter().copied().eq(0..COUNT));
    r.number("checksum", kit::checksum(bytemuck::cast_slice(&found)));
}
