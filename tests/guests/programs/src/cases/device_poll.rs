//! `poll` in all its forms: idle, waiting for everything, for one submission, with a time limit.

use std::{sync::mpsc, time::Duration};

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    r.text("wait, idle", format!("{:?}", device.poll(wgpu::PollType::wait_indefinitely())));
    r.number("poll, idle", device.poll(wgpu::PollType::Poll).is_ok());

    let source = kit::storage(&device, &[1_u32; 1024]);
    let target = kit::buffer(&device, 4096, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let submit = || {
        let mut encoder = kit::encoder(&device);
        encoder.copy_buffer_to_buffer(&source, 0, &target, 0, 4096);
        queue.submit([encoder.finish()])
    };
    let index = submit();
    let wait = wgpu::PollType::Wait { submission_index: Some(index), timeout: None };
    r.number("wait for a submission", device.poll(wait).is_ok());

    let index = submit();
    let (done, result) = mpsc::channel();
    target.map_async(wgpu::MapMode::Read, .., move |result| done.send(result).unwrap());
    let wait = wgpu::PollType::Wait { submission_index: Some(index), timeout: Some(Duration::from_secs(60)) };
    r.number("wait with a time limit", device.poll(wait).is_ok());
    r.text("mapped", format!("{:?}", result.try_recv()));
    target.unmap();

    // Polling again and again gets there, too.
    submit();
    let (done, result) = mpsc::channel();
    target.map_async(wgpu::MapMode::Read, .., move |result| done.send(result).unwrap());
    let mut polls = 0_u32;
    while result.try_recv().is_err() && polls < 60_000 {
        device.poll(wgpu::PollType::Poll).unwrap();
        std::thread::sleep(Duration::from_millis(1));
        polls += 1;
    }
    r.number("mapped by polling", polls < 60_000);
    r.bytes("found", target.get_mapped_range(0..16).unwrap());
}
