//! Buffers of no bytes at all, made, written, copied and mapped at creation.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    let empty = r.caught("create", &device, || kit::buffer(&device, 0, usage)).await;
    r.number("size", empty.size());
    r.caught("write nothing", &device, || queue.write_buffer(&empty, 0, &[])).await;
    r.caught("copy nothing", &device, || {
        let other = kit::buffer(&device, 16, usage);
        let mut encoder = kit::encoder(&device);
        encoder.copy_buffer_to_buffer(&empty, 0, &other, 0, 0);
        encoder.copy_buffer_to_buffer(&other, 8, &empty, 0, 0);
        encoder.clear_buffer(&empty, 0, None);
        queue.submit([encoder.finish()]);
    })
    .await;
    r.caught("mapped at creation", &device, || {
        let mapped = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 0,
            usage,
            mapped_at_creation: true,
        });
        mapped.unmap();
    })
    .await;
}
