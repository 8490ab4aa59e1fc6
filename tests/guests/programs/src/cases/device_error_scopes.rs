//! Nested error scopes with filters: the innermost that asks for the kind gets the first error.

use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};

use crate::{Gpu, Report, kit};

fn bad_buffer(device: &wgpu::Device) -> wgpu::Buffer {
    // MAP_READ goes with COPY_DST only.
    kit::buffer(device, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::STORAGE)
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;

    let outer = device.push_error_scope(Validation);
    let memory = device.push_error_scope(OutOfMemory);
    let inner = device.push_error_scope(Validation);
    bad_buffer(&device);
    bad_buffer(&device);
    r.error("inner", inner.pop().await.as_ref());
    r.error("memory", memory.pop().await.as_ref());
    r.error("outer", outer.pop().await.as_ref());

    let outer = device.push_error_scope(Validation);
    let internal = device.push_error_scope(Internal);
    let memory = device.push_error_scope(OutOfMemory);
    bad_buffer(&device);
    r.error("passes memory", memory.pop().await.as_ref());
    r.error("passes internal", internal.pop().await.as_ref());
    r.error("reaches outer", outer.pop().await.as_ref());

    let empty = device.push_error_scope(Validation);
    r.error("nothing happened", empty.pop().await.as_ref());

    // A scope that is dropped swallows its errors.
    let dropped = device.push_error_scope(Validation);
    bad_buffer(&device);
    drop(dropped);

    // The future may wait: what happens after `pop` is outside of the scope.
    let first = device.push_error_scope(Validation);
    let pending = first.pop();
    let second = device.push_error_scope(Validation);
    bad_buffer(&device);
    r.error("before the error", pending.await.as_ref());
    r.error("around the error", second.pop().await.as_ref());

    for depth in [1, 8, 64] {
        let mut scopes: Vec<_> = (0..depth).map(|_| device.push_error_scope(Validation)).collect();
        bad_buffer(&device);
        let mut caught = 0_u32;
        while let Some(scope) = scopes.pop() {
            caught += u32::from(scope.pop().await.is_some());
        }
        r.number(format!("caught at depth {depth}"), caught);
    }

    let out_of_memory = device.push_error_scope(OutOfMemory);
    let validation = device.push_error_scope(Validation);
    let limit = device.limits().max_buffer_size;
    kit::buffer(&device, limit + 4, wgpu::BufferUsages::COPY_DST);
    r.error("over the limit, validation", validation.pop().await.as_ref());
    r.error("over the limit, out of memory", out_of_memory.pop().await.as_ref());
}
