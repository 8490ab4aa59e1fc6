//! A second request to map is refused, and the first mapping stays.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 64, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&buffer, 0, &[7; 64]);
    queue.submit([]);
    kit::map(&device, buffer.slice(0..32), wgpu::MapMode::Read).unwrap();

    let (done, result) = mpsc::channel();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| done.send(result).unwrap());
    kit::wait(&device);
    r.text("second request", format!("{:?}", result.try_recv()));
    r.bytes("still mapped", buffer.get_mapped_range(0..32).unwrap());

    buffer.unmap();
    r.number("unmapped", buffer.get_mapped_range(0..32).is_err());
    kit::map(&device, buffer.slice(..), wgpu::MapMode::Read).unwrap();
    r.bytes("mapped again", buffer.get_mapped_range(..).unwrap());
}
