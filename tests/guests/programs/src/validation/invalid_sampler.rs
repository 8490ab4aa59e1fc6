//! Samplers that are refused.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let linear = wgpu::SamplerDescriptor {
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        mipmap_filter: wgpu::MipmapFilterMode::Linear,
        ..Default::default()
    };
    for (name, descriptor) in [
        ("good", wgpu::SamplerDescriptor { anisotropy_clamp: 16, ..linear.clone() }),
        ("anisotropy without filters", wgpu::SamplerDescriptor { anisotropy_clamp: 4, ..Default::default() }),
        ("anisotropy of zero", wgpu::SamplerDescriptor { anisotropy_clamp: 0, ..linear.clone() }),
        ("negative level", wgpu::SamplerDescriptor { lod_min_clamp: -1.0, ..Default::default() }),
        (
            "levels the wrong way round",
            wgpu::SamplerDescriptor { lod_min_clamp: 4.0, lod_max_clamp: 2.0, ..Default::default() },
        ),
    ] {
        r.caught(name, &device, || device.create_sampler(&descriptor)).await;
    }
}
