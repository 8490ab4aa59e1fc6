//! Usages that do not go together, none at all, and sizes over the limit.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::BufferUsages as U;
    let (device, _queue) = gpu.device().await;
    let limit = device.limits().max_buffer_size;
    for (name, size, usage) in [
        ("none", 16, U::empty()),
        ("read and storage", 16, U::MAP_READ | U::STORAGE),
        ("read and source", 16, U::MAP_READ | U::COPY_SRC),
        ("write and target", 16, U::MAP_WRITE | U::COPY_DST),
        ("read and write", 16, U::MAP_READ | U::MAP_WRITE),
        ("over the limit", limit + 1, U::STORAGE),
        ("far over the limit", u64::MAX & !3, U::STORAGE),
    ] {
        r.caught(name, &device, || kit::buffer(&device, size, usage)).await;
    }
    r.caught("mapped at creation, misaligned", &device, || {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 15,
            usage: U::COPY_SRC,
            mapped_at_creation: true,
        })
    })
    .await;
}
