//! An error outside of every scope, with no handler: wgpu's answer is a panic that tells it.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    kit::buffer(&device, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::STORAGE);
    queue.submit([]);
    kit::wait(&device);
    r.number("reached", true);
}
