//! Adapters are found for every sensible set of options, and each gives a device.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::PowerPreference::{HighPerformance, LowPower, None};
    for power_preference in [None, LowPower, HighPerformance] {
        let adapter = gpu
            .instance
            .request_adapter(&wgpu::RequestAdapterOptions { power_preference, ..Default::default() })
            .await
            .expect("there is an adapter");
        let device = adapter.request_device(&wgpu::DeviceDescriptor::default()).await;
        r.number(format!("{power_preference:?}"), device.is_ok());
    }
}
