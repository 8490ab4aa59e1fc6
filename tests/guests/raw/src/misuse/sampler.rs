//! Samplers that can't be made.

use super::{gpu::*, *};

async fn sampler(gpu: &Gpu, descriptor: GpuSamplerDescriptor) -> Answer {
    gpu.raises(|| gpu.create_sampler(Some(&descriptor))).await
}

pub async fn lod_min_that_is_not_a_number(gpu: &Gpu) -> Answer {
    sampler(gpu, GpuSamplerDescriptor { lod_min_clamp: Some(f32::NAN), ..SAMPLER }).await
}

pub async fn lod_max_that_is_not_a_number(gpu: &Gpu) -> Answer {
    sampler(gpu, GpuSamplerDescriptor { lod_max_clamp: Some(f32::NAN), ..SAMPLER }).await
}

pub async fn lod_min_below_zero(gpu: &Gpu) -> Answer {
    sampler(gpu, GpuSamplerDescriptor { lod_min_clamp: Some(-1.0), ..SAMPLER }).await
}

pub async fn lod_min_infinitely_below_zero(gpu: &Gpu) -> Answer {
    sampler(gpu, GpuSamplerDescriptor { lod_min_clamp: Some(f32::NEG_INFINITY), ..SAMPLER }).await
}

// A `float` of WebIDL is finite; programs for wgpu have levels without end, as documented.
pub async fn lod_max_without_end(gpu: &Gpu) -> Answer {
    sampler(gpu, GpuSamplerDescriptor { lod_max_clamp: Some(f32::INFINITY), ..SAMPLER }).await
}

pub async fn lod_max_as_large_as_can_be(gpu: &Gpu) -> Answer {
    sampler(gpu, GpuSamplerDescriptor { lod_max_clamp: Some(f32::MAX), ..SAMPLER }).await
}

pub async fn lod_max_below_min(gpu: &Gpu) -> Answer {
    let (lod_min_clamp, lod_max_clamp) = (Some(2.0), Some(1.0));
    sampler(gpu, GpuSamplerDescriptor { lod_min_clamp, lod_max_clamp, ..SAMPLER }).await
}

pub async fn anisotropy_of_zero(gpu: &Gpu) -> Answer {
    sampler(gpu, GpuSamplerDescriptor { max_anisotropy: Some(0), ..SAMPLER }).await
}

pub async fn anisotropy_without_linear_filters(gpu: &Gpu) -> Answer {
    sampler(gpu, GpuSamplerDescriptor { max_anisotropy: Some(16), ..SAMPLER }).await
}

// What is too much is as much as there is.
pub async fn anisotropy_of_16_bits(gpu: &Gpu) -> Answer {
    let linear = Some(GpuFilterMode::Linear);
    let descriptor = GpuSamplerDescriptor {
        mag_filter: linear,
        min_filter: linear,
        mipmap_filter: Some(GpuMipmapFilterMode::Linear),
        max_anisotropy: Some(u16::MAX),
        ..SAMPLER
    };
    sampler(gpu, descriptor).await
}

pub async fn invalid_and_bound(gpu: &Gpu) -> Answer {
    let descriptor = GpuSamplerDescriptor { max_anisotropy: Some(0), ..SAMPLER };
    let (sampler, _) = kit::caught(gpu, || gpu.create_sampler(Some(&descriptor))).await;
    let layout = gpu.layout(&[sampler_entry(0)]);
    gpu.raises(|| gpu.group(&layout, vec![GpuBindingResource::GpuSampler(&sampler)])).await
}

// Those that are alike count as one on the GPU.
pub async fn thousands(gpu: &Gpu) -> Answer {
    gpu.raises(|| (0..5000).map(|_| gpu.create_sampler(None)).collect::<Vec<_>>()).await
}
