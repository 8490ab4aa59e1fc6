//! A buffer that is mapped again by its own callback, round after round, until the program has had enough: the
//! callback runs in `poll`, so the program goes on in between.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

use crate::{Gpu, Report, kit};

struct Ring {
    queue: wgpu::Queue,
    device: wgpu::Device,
    source: wgpu::Buffer,
    target: wgpu::Buffer,
    stop: AtomicBool,
    rounds: AtomicU32,
}

fn arm(ring: &Arc<Ring>) {
    let mut encoder = kit::encoder(&ring.device);
    encoder.copy_buffer_to_buffer(&ring.source, 0, &ring.target, 0, 16);
    ring.queue.submit([encoder.finish()]);
    let again = Arc::clone(ring);
    ring.target.map_async(wgpu::MapMode::Read, .., move |result| {
        result.unwrap();
        assert_eq!(*again.target.get_mapped_range(..).unwrap(), [7; 16]);
        again.target.unmap();
        again.rounds.fetch_add(1, Relaxed);
        if !again.stop.load(Relaxed) {
            arm(&again);
        }
    });
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let source = kit::buffer(&device, 16, wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST);
    let target = kit::buffer(&device, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&source, 0, &[7; 16]);
    let (stop, rounds) = (AtomicBool::new(false), AtomicU32::new(0));
    let ring = Arc::new(Ring { queue, device, source, target, stop, rounds });
    arm(&ring);
    r.number("not before it is polled", ring.rounds.load(Relaxed) == 0);
    for _ in 0..50 {
        kit::wait(&ring.device);
    }
    ring.stop.store(true, Relaxed);
    kit::wait(&ring.device);
    r.number("a round in each poll", ring.rounds.load(Relaxed) >= 50);
}
