//! A program that panics in the middle of its work.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, _r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let data = kit::storage(&device, &[1_u32; 16]);
    let mut encoder = kit::encoder(&device);
    encoder.clear_buffer(&data, 0, None);
    let _pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    queue.submit([]);
    panic!("this text has to reach whoever ran the program");
}
