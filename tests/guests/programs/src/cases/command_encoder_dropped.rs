//! Encoders that are never finished and command buffers that are never submitted leave no trace.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::storage(&device, &[5_u32; 4]);
    r.caught("drop", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.clear_buffer(&buffer, 0, None);
        drop(encoder);

        let mut encoder = kit::encoder(&device);
        encoder.clear_buffer(&buffer, 0, None);
        drop(encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()));
        drop(encoder.finish());

        let mut encoder = kit::encoder(&device);
        let pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).forget_lifetime();
        drop(encoder);
        drop(pass);
    })
    .await;
    r.bytes("untouched", kit::read_bytes(&device, &queue, &buffer));
}
