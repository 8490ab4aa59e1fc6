//! The last call of a program is wrong, and its device lives in a static, which is never dropped.

use std::sync::OnceLock;

use crate::{Gpu, Report, kit};

static DEVICE: OnceLock<(wgpu::Device, wgpu::Queue)> = OnceLock::new();

pub async fn run(gpu: &Gpu, _: &mut Report) {
    let opened = gpu.device().await;
    let (device, queue) = DEVICE.get_or_init(|| opened);
    kit::write_without_the_usage(device, queue);
}
