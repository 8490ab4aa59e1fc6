//! Every feature of WebGPU that the adapter has can be asked for, alone and together.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let features = gpu.adapter.features() & wgpu::Features::all_webgpu_mask();
    for required_features in features.iter().chain([features]) {
        let device = gpu
            .adapter
            .request_device(&wgpu::DeviceDescriptor { required_features, ..Default::default() })
            .await
            .map(|(device, _queue)| device.features() & wgpu::Features::all_webgpu_mask());
        r.text(format!("{required_features:?}"), format!("{:?}", device.ok()));
    }
}
