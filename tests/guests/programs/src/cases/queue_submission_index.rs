//! Waiting for the first of several submissions: its callbacks have run then.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let source = kit::storage(&device, &[5_u32; 1 << 16]);
    let (done, finished) = mpsc::channel();
    let indices: Vec<_> = (0..4)
        .map(|number| {
            let target = kit::storage_of_size(&device, 1 << 18);
            let mut encoder = kit::encoder(&device);
            encoder.copy_buffer_to_buffer(&source, 0, &target, 0, 1 << 18);
            let index = queue.submit([encoder.finish()]);
            let done = done.clone();
            queue.on_submitted_work_done(move || done.send(number).unwrap());
            index
        })
        .collect();
    for index in [0, 2, 1, 3] {
        let wait = wgpu::PollType::Wait { submission_index: Some(indices[index].clone()), timeout: None };
        r.number(format!("wait for {index}"), device.poll(wait).is_ok());
    }
    let order: Vec<i32> = finished.try_iter().collect();
    r.text("order", format!("{order:?}"));
}
