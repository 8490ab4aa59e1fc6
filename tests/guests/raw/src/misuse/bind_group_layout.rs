//! Layouts of bind groups that can't be made.

use super::{gpu::*, *};

async fn layout(gpu: &Gpu, entries: &[GpuBindGroupLayoutEntry]) -> Answer {
    gpu.raises(|| gpu.layout(entries)).await
}

fn storage_texture(
    access: GpuStorageTextureAccess,
    format: GpuTextureFormat,
    view_dimension: GpuTextureViewDimension,
) -> GpuBindGroupLayoutEntry {
    let storage_texture = Some(GpuStorageTextureBindingLayout {
        access: Some(access),
        format,
        view_dimension: Some(view_dimension),
    });
    GpuBindGroupLayoutEntry { storage_texture, ..ENTRY }
}

pub async fn entry_of_no_kind(gpu: &Gpu) -> Answer {
    layout(gpu, &[ENTRY]).await
}

pub async fn entry_of_two_kinds(gpu: &Gpu) -> Answer {
    let sampler = sampler_entry(0).sampler;
    layout(gpu, &[GpuBindGroupLayoutEntry { sampler, ..storage_entry(0) }]).await
}

pub async fn entry_of_every_kind(gpu: &Gpu) -> Answer {
    let access = GpuStorageTextureAccess::WriteOnly;
    let storage = storage_texture(access, GpuTextureFormat::Rgba8unorm, GpuTextureViewDimension::D2);
    let entry = GpuBindGroupLayoutEntry {
        binding: 0,
        visibility: GpuShaderStage::COMPUTE,
        buffer: storage_entry(0).buffer,
        sampler: sampler_entry(0).sampler,
        texture: texture_entry(0).texture,
        storage_texture: storage.storage_texture,
    };
    layout(gpu, &[entry]).await
}

pub async fn binding_twice(gpu: &Gpu) -> Answer {
    layout(gpu, &[uniform_entry(3), sampler_entry(3)]).await
}

pub async fn binding_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = gpu.limits().max_bindings_per_bind_group();
    layout(gpu, &[uniform_entry(limit)]).await
}

pub async fn binding_of_32_bits(gpu: &Gpu) -> Answer {
    layout(gpu, &[uniform_entry(u32::MAX)]).await
}

pub async fn bindings_by_the_hundred_thousand(gpu: &Gpu) -> Answer {
    layout(gpu, &(0..100_000).map(uniform_entry).collect::<Vec<_>>()).await
}

pub async fn samplers_over_the_limit(gpu: &Gpu) -> Answer {
    let count = gpu.limits().max_samplers_per_shader_stage() + 1;
    layout(gpu, &(0..count.min(900)).map(sampler_entry).collect::<Vec<_>>()).await
}

pub async fn uniform_buffers_over_the_limit(gpu: &Gpu) -> Answer {
    let count = gpu.limits().max_uniform_buffers_per_shader_stage() + 1;
    layout(gpu, &(0..count.min(900)).map(uniform_entry).collect::<Vec<_>>()).await
}

pub async fn dynamic_buffers_over_the_limit(gpu: &Gpu) -> Answer {
    let count = gpu.limits().max_dynamic_uniform_buffers_per_pipeline_layout() + 1;
    let buffer =
        Some(GpuBufferBindingLayout { type_: None, has_dynamic_offset: Some(true), min_binding_size: None });
    let entries: Vec<_> =
        (0..count).map(|binding| GpuBindGroupLayoutEntry { binding, buffer, ..ENTRY }).collect();
    layout(gpu, &entries).await
}

pub async fn writable_buffer_in_the_vertex_stage(gpu: &Gpu) -> Answer {
    let visibility = GpuShaderStage::VERTEX;
    layout(gpu, &[GpuBindGroupLayoutEntry { visibility, ..storage_entry(0) }]).await
}

pub async fn writable_texture_in_the_vertex_stage(gpu: &Gpu) -> Answer {
    let access = GpuStorageTextureAccess::WriteOnly;
    let entry = storage_texture(access, GpuTextureFormat::Rgba8unorm, GpuTextureViewDimension::D2);
    let visibility = GpuShaderStage::VERTEX;
    layout(gpu, &[GpuBindGroupLayoutEntry { visibility, ..entry }]).await
}

pub async fn storage_of_a_cube(gpu: &Gpu) -> Answer {
    let access = GpuStorageTextureAccess::WriteOnly;
    layout(gpu, &[storage_texture(access, GpuTextureFormat::Rgba8unorm, GpuTextureViewDimension::Cube)]).await
}

pub async fn storage_of_a_format_that_has_none(gpu: &Gpu) -> Answer {
    let access = GpuStorageTextureAccess::WriteOnly;
    let format = GpuTextureFormat::Rgba8unormSrgb;
    layout(gpu, &[storage_texture(access, format, GpuTextureViewDimension::D2)]).await
}

pub async fn storage_to_read_and_write_in_bytes(gpu: &Gpu) -> Answer {
    let access = GpuStorageTextureAccess::ReadWrite;
    layout(gpu, &[storage_texture(access, GpuTextureFormat::Rgba8unorm, GpuTextureViewDimension::D2)]).await
}

fn multisampled(
    sample_type: GpuTextureSampleType,
    view_dimension: GpuTextureViewDimension,
) -> GpuBindGroupLayoutEntry {
    let texture = Some(GpuTextureBindingLayout {
        sample_type: Some(sample_type),
        view_dimension: Some(view_dimension),
        multisampled: Some(true),
    });
    GpuBindGroupLayoutEntry { texture, ..ENTRY }
}

pub async fn multisampled_and_filtered(gpu: &Gpu) -> Answer {
    layout(gpu, &[multisampled(GpuTextureSampleType::Float, GpuTextureViewDimension::D2)]).await
}

pub async fn multisampled_in_three_dimensions(gpu: &Gpu) -> Answer {
    layout(gpu, &[multisampled(GpuTextureSampleType::Uint, GpuTextureViewDimension::D3)]).await
}

pub async fn seen_by_no_stage(gpu: &Gpu) -> Answer {
    let visibility = GpuShaderStage::empty();
    layout(gpu, &[GpuBindGroupLayoutEntry { visibility, ..uniform_entry(0) }]).await
}

// No buffer will ever do, and that is not the layout's fault.
pub async fn least_size_of_64_bits(gpu: &Gpu) -> Answer {
    let buffer = Some(GpuBufferBindingLayout {
        type_: None,
        has_dynamic_offset: None,
        min_binding_size: Some(u64::MAX),
    });
    layout(gpu, &[GpuBindGroupLayoutEntry { buffer, ..ENTRY }]).await
}
