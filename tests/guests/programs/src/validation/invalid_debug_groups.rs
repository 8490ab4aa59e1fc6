//! Debug groups of an encoder that are not balanced.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    r.told("left open", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.push_debug_group("open");
        encoder.finish()
    })
    .await;
    r.told("closed too often", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.push_debug_group("open");
        encoder.pop_debug_group();
        encoder.pop_debug_group();
        encoder.finish()
    })
    .await;
    r.told("closed in a pass", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.push_debug_group("open");
        encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).pop_debug_group();
        encoder.finish()
    })
    .await;
}
