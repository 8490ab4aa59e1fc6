//! Writes that are refused.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let target = kit::storage_of_size(&device, 64);
    let source = kit::buffer(&device, 64, wgpu::BufferUsages::COPY_SRC);
    let destroyed = kit::storage_of_size(&device, 64);
    destroyed.destroy();
    let mapped = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 64,
        usage: wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: true,
    });
    let (bad, _) = crate::caught(&device, || {
        kit::buffer(&device, 64, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::STORAGE)
    })
    .await;
    for (name, buffer, offset, size) in [
        ("good", &target, 60, 4),
        ("misaligned offset", &target, 2, 4),
        ("misaligned size", &target, 0, 5),
        ("beyond the end", &target, 32, 64),
        ("offset beyond the end", &target, 128, 4),
        ("overflow", &target, u64::MAX & !3, 8),
        ("wrong usage", &source, 0, 4),
        ("destroyed", &destroyed, 0, 4),
        ("mapped", &mapped, 0, 4),
        ("invalid", &bad, 0, 4),
        ("invalid and misaligned", &bad, 2, 4),
    ] {
        r.told(name, &device, || {
            queue.write_buffer(buffer, offset, &vec![1; size]);
            queue.submit([]);
        })
        .await;
    }
    for (name, buffer, offset, size) in [
        ("misaligned", &target, 2, 4),
        ("misaligned size", &target, 0, 5),
        ("beyond the end", &target, 60, 8),
        ("offset beyond the end", &target, 68, 4),
        ("wrong usage", &source, 0, 4),
        ("mapped", &mapped, 0, 4),
        ("invalid and misaligned", &bad, 2, 4),
    ] {
        let view = r
            .told(format!("write_buffer_with, {name}"), &device, || {
                queue.write_buffer_with(buffer, offset, wgpu::BufferSize::new(size).unwrap()).is_none()
            })
            .await;
        r.number(format!("write_buffer_with, {name}, refused"), view);
    }
}
