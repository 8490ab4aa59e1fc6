//! The callback comes after the work before it, once, in order, also when nothing was submitted.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let (done, order) = mpsc::channel();
    let notify = |name: &'static str| {
        let done = done.clone();
        queue.on_submitted_work_done(move || done.send(name).unwrap());
    };
    notify("idle");
    kit::wait(&device);
    r.text("idle", format!("{:?}", order.try_iter().collect::<Vec<_>>()));

    let source = kit::storage(&device, &[7_u32; 1 << 16]);
    let target = kit::storage_of_size(&device, 1 << 18);
    for name in ["first", "second", "third"] {
        let mut encoder = kit::encoder(&device);
        encoder.copy_buffer_to_buffer(&source, 0, &target, 0, 1 << 18);
        queue.submit([encoder.finish()]);
        notify(name);
    }
    notify("fourth");
    kit::wait(&device);
    r.text("in order", format!("{:?}", order.try_iter().collect::<Vec<_>>()));

    // A callback may use the device.
    let (inner, result) = mpsc::channel();
    let (later, again) = (queue.clone(), target.clone());
    queue.on_submitted_work_done(move || {
        later.write_buffer(&again, 0, &[1; 16]);
        inner.send(()).unwrap();
    });
    kit::wait(&device);
    r.number("called", result.try_recv().is_ok());
    r.bytes("written by a callback", &kit::read_bytes(&device, &queue, &target)[..32]);
}
