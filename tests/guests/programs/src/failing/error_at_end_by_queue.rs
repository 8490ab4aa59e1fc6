//! The last call of a program is wrong, and the device was dropped before.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, _: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 16, wgpu::BufferUsages::STORAGE);
    drop(device);
    queue.write_buffer(&buffer, 0, &[1; 16]);
}
