//! `unmap` before the device was polled: the buffer is unmapped afterwards, and can be mapped again.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 64, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&buffer, 0, &[3; 64]);
    queue.submit([]);
    let (done, result) = mpsc::channel();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| done.send(result.is_ok()).unwrap());
    buffer.unmap();
    kit::wait(&device);
    // Whether the mapping came before the `unmap` depends on the moment; that it is answered does not.
    r.number("answered", result.try_recv().is_ok());
    r.number("answered once", result.try_recv().is_err());
    r.number("unmapped", buffer.get_mapped_range(..).is_err());
    kit::map(&device, buffer.slice(..), wgpu::MapMode::Read).unwrap();
    r.bytes("mapped again", buffer.get_mapped_range(..).unwrap());
}
