//! Adapter and device name the same features of WebGPU.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let features = gpu.adapter.features();
    for feature in wgpu::Features::all_webgpu_mask().iter() {
        r.number(format!("{feature:?}"), features.contains(feature));
    }
    let (device, _queue) = gpu.device().await;
    r.number(
        "device without required features",
        (device.features() & wgpu::Features::all_webgpu_mask()).is_empty(),
    );
}
