//! A lock that is held while callbacks are asked for, and that these take.

use std::sync::{Arc, Mutex};

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let called = Arc::new(Mutex::new(Vec::new()));
    {
        let guard = called.lock().unwrap();
        let later = Arc::clone(&called);
        queue.on_submitted_work_done(move || later.lock().unwrap().push("done"));
        let later = Arc::clone(&called);
        buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            result.unwrap();
            later.lock().unwrap().push("mapped");
        });
        r.number("nothing yet", guard.is_empty());
    }
    kit::wait(&device);
    // Mappings first: both were ready.
    r.text("in order", called.lock().unwrap().join(", "));
}
