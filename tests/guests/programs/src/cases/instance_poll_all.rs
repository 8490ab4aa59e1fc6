//! `poll_all` drives the callbacks of every device.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let devices = [gpu.device().await, gpu.device().await];
    let (done, results) = mpsc::channel();
    let buffers = devices.each_ref().map(|(device, queue)| {
        let buffer = kit::buffer(device, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
        queue.write_buffer(&buffer, 0, &[7; 16]);
        queue.submit([]);
        let done = done.clone();
        buffer.map_async(wgpu::MapMode::Read, .., move |result| done.send(result.is_ok()).unwrap());
        buffer
    });
    gpu.instance.poll_all(true);
    r.number("both", results.try_iter().filter(|&mapped| mapped).count() as u64);
    for buffer in buffers {
        r.bytes("found", buffer.get_mapped_range(..).unwrap());
    }
}
