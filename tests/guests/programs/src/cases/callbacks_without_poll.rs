//! A program that never polls: `submit` calls back as well, and so does the end of the queue.

use std::{sync::mpsc, time::Duration};

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let (first, last) = (kit::buffer(&device, 16, usage), kit::buffer(&device, 16, usage));
    queue.write_buffer(&first, 0, &[1; 16]);
    queue.write_buffer(&last, 0, &[2; 16]);
    queue.submit([]);

    let (done, called) = mpsc::channel();
    let again = done.clone();
    first.map_async(wgpu::MapMode::Read, .., move |result| done.send(result.is_ok()).unwrap());
    queue.on_submitted_work_done(move || again.send(true).unwrap());
    let mut results = Vec::new();
    for _ in 0..60_000 {
        queue.submit([]);
        results.extend(called.try_iter());
        if results.len() == 2 {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    r.text("called by submit", format!("{results:?}"));
    r.bytes("mapped", first.get_mapped_range(..).unwrap());

    let (done, called) = mpsc::channel();
    last.map_async(wgpu::MapMode::Read, .., move |result| done.send(result.is_ok()).unwrap());
    drop(queue);
    r.text("called when the queue is dropped", format!("{:?}", called.try_recv()));
    r.bytes("mapped then", last.get_mapped_range(..).unwrap());
}
