//! Copies that are refused.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let both = kit::storage_of_size(&device, 64);
    let other = kit::storage_of_size(&device, 64);
    let source = kit::buffer(&device, 64, wgpu::BufferUsages::COPY_SRC);
    let target = kit::buffer(&device, 64, wgpu::BufferUsages::COPY_DST);
    for (name, from, at, to, into, size) in [
        ("good", &source, 0, &target, 0, Some(64)),
        ("from a target", &target, 0, &both, 0, Some(64)),
        ("to a source", &both, 0, &source, 0, Some(64)),
        ("misaligned source", &both, 2, &other, 0, Some(4)),
        ("misaligned target", &both, 0, &other, 3, Some(4)),
        ("misaligned size", &both, 0, &other, 0, Some(6)),
        ("beyond the source", &both, 32, &other, 0, Some(64)),
        ("beyond the target", &both, 0, &other, 60, Some(8)),
        ("offset beyond the source", &both, 128, &other, 0, None),
        ("overflow", &both, u64::MAX & !3, &other, 0, Some(8)),
        ("onto itself", &both, 0, &both, 0, Some(16)),
    ] {
        r.told(name, &device, || {
            let mut encoder = kit::encoder(&device);
            encoder.copy_buffer_to_buffer(from, at, to, into, size);
            encoder.finish()
        })
        .await;
    }
}
