//! The callback of a mapping reads, unmaps, and maps again.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&buffer, 0, &[6; 16]);
    queue.submit([]);
    let (done, results) = mpsc::channel();
    let again = buffer.clone();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        result.unwrap();
        let first = again.get_mapped_range(..).unwrap().to_vec();
        again.unmap();
        let (inner, last) = (again.clone(), again.clone());
        again.map_async(wgpu::MapMode::Read, 8.., move |result| {
            result.unwrap();
            done.send((first, inner.get_mapped_range(8..).unwrap().to_vec())).unwrap();
        });
        drop(last);
    });
    for _ in 0..3 {
        kit::wait(&device);
    }
    let (first, second) = results.try_recv().unwrap();
    r.bytes("first", first);
    r.bytes("second", second);
    r.bytes("still mapped", buffer.get_mapped_range(8..).unwrap());
}
