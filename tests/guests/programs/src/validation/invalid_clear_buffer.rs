//! Clears that are refused.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let buffer = kit::storage_of_size(&device, 64);
    let source = kit::buffer(&device, 64, wgpu::BufferUsages::COPY_SRC);
    for (name, buffer, offset, size) in [
        ("misaligned offset", &buffer, 2, Some(4)),
        ("misaligned size", &buffer, 0, Some(7)),
        ("beyond the end", &buffer, 32, Some(64)),
        ("offset beyond the end", &buffer, 128, None),
        ("overflow", &buffer, 32, Some(u64::MAX & !3)),
        ("wrong usage", &source, 0, None),
    ] {
        let commands = r
            .caught(name, &device, || {
                let mut encoder = kit::encoder(&device);
                encoder.clear_buffer(buffer, offset, size);
                encoder.finish()
            })
            .await;
        drop(commands);
    }
}
