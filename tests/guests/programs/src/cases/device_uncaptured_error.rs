//! Errors outside of every scope reach the handler; those inside do not.

use std::sync::{Arc, mpsc};

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let (errors, uncaptured) = mpsc::channel();
    device.on_uncaptured_error(Arc::new(move |error| {
        let _ = errors.send(error);
    }));
    let bad = || kit::buffer(&device, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::STORAGE);

    bad();
    kit::wait(&device);
    r.error("outside", uncaptured.try_recv().ok().as_ref());
    r.number("once", uncaptured.try_recv().is_err());

    let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
    bad();
    r.error("inside", scope.pop().await.as_ref());
    kit::wait(&device);
    r.number("only inside", uncaptured.try_recv().is_err());

    let other = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    bad();
    r.error("a scope for another kind", other.pop().await.as_ref());
    kit::wait(&device);
    r.error("passed by it", uncaptured.try_recv().ok().as_ref());

    // The work that follows is not affected.
    let buffer = kit::storage(&device, &[3_u32; 4]);
    let mut encoder = kit::encoder(&device);
    encoder.clear_buffer(&buffer, 2, None);
    queue.submit([encoder.finish()]);
    kit::wait(&device);
    r.error("misaligned", uncaptured.try_recv().ok().as_ref());
    while uncaptured.try_recv().is_ok() {}
    r.bytes("unchanged", kit::read_bytes(&device, &queue, &buffer));

    let (errors, replaced) = mpsc::channel();
    device.on_uncaptured_error(Arc::new(move |error| {
        let _ = errors.send(error);
    }));
    bad();
    kit::wait(&device);
    r.error("another handler", replaced.try_recv().ok().as_ref());
    r.number("replaces the first", uncaptured.try_recv().is_err());
}
