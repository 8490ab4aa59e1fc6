//! Bind groups that do not fit their layouts.

use super::{gpu::*, *};

const STORAGE: GpuBufferUsage = GpuBufferUsage::STORAGE;
const UNIFORM: GpuBufferUsage = GpuBufferUsage::UNIFORM;

async fn group(
    gpu: &Gpu,
    entries: &[GpuBindGroupLayoutEntry],
    resources: Vec<GpuBindingResource<'_>>,
) -> Answer {
    let layout = gpu.layout(entries);
    gpu.raises(|| gpu.group(&layout, resources)).await
}

fn part(buffer: &GpuBuffer, offset: Option<u64>, size: Option<u64>) -> GpuBindingResource<'_> {
    GpuBindingResource::GpuBufferBinding(GpuBufferBinding { buffer, offset, size })
}

async fn storage_part(gpu: &Gpu, offset: Option<u64>, size: Option<u64>) -> Answer {
    let buffer = gpu.buffer(1024, STORAGE);
    group(gpu, &[storage_entry(0)], vec![part(&buffer, offset, size)]).await
}

pub async fn entry_missing(gpu: &Gpu) -> Answer {
    group(gpu, &[storage_entry(0)], vec![]).await
}

pub async fn entry_too_many(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, STORAGE);
    group(gpu, &[], vec![GpuBindingResource::GpuBuffer(&buffer)]).await
}

pub async fn entry_twice(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, STORAGE);
    let layout = gpu.layout(&[storage_entry(0), storage_entry(1)]);
    gpu.raises(|| {
        let entry = || GpuBindGroupEntry { binding: 0, resource: GpuBindingResource::GpuBuffer(&buffer) };
        let entries = vec![entry(), entry()];
        gpu.create_bind_group(&GpuBindGroupDescriptor { layout: &layout, entries, label: None })
    })
    .await
}

pub async fn entry_of_32_bits(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, STORAGE);
    let layout = gpu.layout(&[storage_entry(0)]);
    gpu.raises(|| {
        let resource = GpuBindingResource::GpuBuffer(&buffer);
        let entries = vec![GpuBindGroupEntry { binding: u32::MAX, resource }];
        gpu.create_bind_group(&GpuBindGroupDescriptor { layout: &layout, entries, label: None })
    })
    .await
}

pub async fn entries_by_the_ten_thousand(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, STORAGE);
    let resources = (0..10_000).map(|_| GpuBindingResource::GpuBuffer(&buffer)).collect();
    group(gpu, &[storage_entry(0)], resources).await
}

pub async fn sampler_for_a_buffer(gpu: &Gpu) -> Answer {
    let sampler = gpu.create_sampler(None);
    group(gpu, &[storage_entry(0)], vec![GpuBindingResource::GpuSampler(&sampler)]).await
}

pub async fn buffer_for_a_texture(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, STORAGE);
    group(gpu, &[texture_entry(0)], vec![GpuBindingResource::GpuBuffer(&buffer)]).await
}

pub async fn texture_for_a_sampler(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    group(gpu, &[sampler_entry(0)], vec![GpuBindingResource::GpuTexture(&texture)]).await
}

pub async fn buffer_without_the_usage(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, UNIFORM);
    group(gpu, &[storage_entry(0)], vec![GpuBindingResource::GpuBuffer(&buffer)]).await
}

pub async fn buffer_of_nothing(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(0, STORAGE);
    group(gpu, &[storage_entry(0)], vec![GpuBindingResource::GpuBuffer(&buffer)]).await
}

pub async fn offset_misaligned(gpu: &Gpu) -> Answer {
    storage_part(gpu, Some(4), None).await
}

pub async fn offset_at_the_end(gpu: &Gpu) -> Answer {
    storage_part(gpu, Some(1024), None).await
}

pub async fn offset_of_64_bits(gpu: &Gpu) -> Answer {
    storage_part(gpu, Some(u64::MAX - 255), None).await
}

pub async fn size_of_zero(gpu: &Gpu) -> Answer {
    storage_part(gpu, None, Some(0)).await
}

pub async fn size_beyond_the_end(gpu: &Gpu) -> Answer {
    storage_part(gpu, Some(256), Some(1024)).await
}

pub async fn size_that_overflows(gpu: &Gpu) -> Answer {
    storage_part(gpu, Some(256), Some(u64::MAX - 3)).await
}

pub async fn size_misaligned(gpu: &Gpu) -> Answer {
    storage_part(gpu, None, Some(6)).await
}

pub async fn size_below_the_least(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, STORAGE);
    let least = Some(GpuBufferBindingLayout {
        type_: Some(GpuBufferBindingType::Storage),
        has_dynamic_offset: None,
        min_binding_size: Some(128),
    });
    let entry = GpuBindGroupLayoutEntry { buffer: least, ..ENTRY };
    group(gpu, &[entry], vec![GpuBindingResource::GpuBuffer(&buffer)]).await
}

pub async fn uniform_size_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = gpu.limits().max_uniform_buffer_binding_size();
    let buffer = gpu.buffer(limit + 16, UNIFORM);
    group(gpu, &[uniform_entry(0)], vec![GpuBindingResource::GpuBuffer(&buffer)]).await
}

pub async fn texture_without_the_usage(gpu: &Gpu) -> Answer {
    let usage = GpuTextureUsage::COPY_DST;
    let texture = gpu.create_texture(&GpuTextureDescriptor { usage, ..TEXTURE });
    group(gpu, &[texture_entry(0)], vec![GpuBindingResource::GpuTexture(&texture)]).await
}

pub async fn texture_of_another_sample_type(gpu: &Gpu) -> Answer {
    let format = GpuTextureFormat::Rgba8uint;
    let texture = gpu.create_texture(&GpuTextureDescriptor { format, ..TEXTURE });
    group(gpu, &[texture_entry(0)], vec![GpuBindingResource::GpuTexture(&texture)]).await
}

pub async fn texture_that_can_not_be_filtered(gpu: &Gpu) -> Answer {
    let format = GpuTextureFormat::Rgba32float;
    let texture = gpu.create_texture(&GpuTextureDescriptor { format, ..TEXTURE });
    group(gpu, &[texture_entry(0)], vec![GpuBindingResource::GpuTexture(&texture)]).await
}

pub async fn texture_of_another_dimension(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&GpuTextureDescriptor { size: volume(8, 8, 6), ..TEXTURE });
    let dimension = Some(GpuTextureViewDimension::Cube);
    let view = texture.create_view(Some(&GpuTextureViewDescriptor { dimension, ..VIEW }));
    group(gpu, &[texture_entry(0)], vec![GpuBindingResource::GpuTextureView(&view)]).await
}

pub async fn texture_of_many_samples(gpu: &Gpu) -> Answer {
    let usage = GpuTextureUsage::RENDER_ATTACHMENT | GpuTextureUsage::TEXTURE_BINDING;
    let descriptor = GpuTextureDescriptor { sample_count: Some(4), usage, ..TEXTURE };
    let texture = gpu.create_texture(&descriptor);
    group(gpu, &[texture_entry(0)], vec![GpuBindingResource::GpuTexture(&texture)]).await
}

pub async fn texture_of_depth_and_stencil(gpu: &Gpu) -> Answer {
    let format = GpuTextureFormat::Depth24plusStencil8;
    let texture = gpu.create_texture(&GpuTextureDescriptor { format, ..TEXTURE });
    group(gpu, &[texture_entry(0)], vec![GpuBindingResource::GpuTexture(&texture)]).await
}

const STORAGE_TEXTURE: GpuBindGroupLayoutEntry = GpuBindGroupLayoutEntry {
    storage_texture: Some(GpuStorageTextureBindingLayout {
        access: None,
        format: GpuTextureFormat::Rgba8unorm,
        view_dimension: None,
    }),
    ..ENTRY
};

pub async fn storage_texture_of_another_format(gpu: &Gpu) -> Answer {
    let (format, usage) = (GpuTextureFormat::Rgba8uint, GpuTextureUsage::STORAGE_BINDING);
    let texture = gpu.create_texture(&GpuTextureDescriptor { format, usage, ..TEXTURE });
    group(gpu, &[STORAGE_TEXTURE], vec![GpuBindingResource::GpuTexture(&texture)]).await
}

pub async fn storage_texture_of_two_levels(gpu: &Gpu) -> Answer {
    let usage = GpuTextureUsage::STORAGE_BINDING;
    let descriptor = GpuTextureDescriptor { usage, mip_level_count: Some(2), ..TEXTURE };
    let texture = gpu.create_texture(&descriptor);
    group(gpu, &[STORAGE_TEXTURE], vec![GpuBindingResource::GpuTexture(&texture)]).await
}

pub async fn comparing_sampler_for_a_filtering_one(gpu: &Gpu) -> Answer {
    let compare = Some(GpuCompareFunction::Less);
    let sampler = gpu.create_sampler(Some(&GpuSamplerDescriptor { compare, ..SAMPLER }));
    group(gpu, &[sampler_entry(0)], vec![GpuBindingResource::GpuSampler(&sampler)]).await
}

pub async fn filtering_sampler_for_another(gpu: &Gpu) -> Answer {
    let mag_filter = Some(GpuFilterMode::Linear);
    let sampler = gpu.create_sampler(Some(&GpuSamplerDescriptor { mag_filter, ..SAMPLER }));
    let type_ = Some(GpuSamplerBindingType::NonFiltering);
    let entry = GpuBindGroupLayoutEntry { sampler: Some(GpuSamplerBindingLayout { type_ }), ..ENTRY };
    group(gpu, &[entry], vec![GpuBindingResource::GpuSampler(&sampler)]).await
}

pub async fn layout_that_is_invalid(gpu: &Gpu) -> Answer {
    let (layout, _) = kit::caught(gpu, || gpu.layout(&[ENTRY])).await;
    gpu.raises(|| gpu.group(&layout, vec![])).await
}

pub async fn buffer_that_is_invalid(gpu: &Gpu) -> Answer {
    let (buffer, _) = kit::caught(gpu, || gpu.buffer(u64::MAX, STORAGE)).await;
    group(gpu, &[storage_entry(0)], vec![GpuBindingResource::GpuBuffer(&buffer)]).await
}

pub async fn view_that_is_invalid(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    let descriptor = GpuTextureViewDescriptor { mip_level_count: Some(9), ..VIEW };
    let (view, _) = kit::caught(gpu, || texture.create_view(Some(&descriptor))).await;
    group(gpu, &[texture_entry(0)], vec![GpuBindingResource::GpuTextureView(&view)]).await
}

// WebGPU finds out at the submit; wgpu refuses it at once, as documented.
pub async fn buffer_that_was_destroyed(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, STORAGE);
    buffer.destroy();
    group(gpu, &[storage_entry(0)], vec![GpuBindingResource::GpuBuffer(&buffer)]).await
}

pub async fn buffer_that_is_destroyed_then(gpu: &Gpu) -> Answer {
    let pipeline = gpu.doubling();
    let buffer = gpu.buffer(64, STORAGE);
    let group = kit::bind(gpu, &pipeline.get_bind_group_layout(0), &buffer);
    gpu.submits(|encoder| {
        let pass = encoder.begin_compute_pass(None);
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed");
        pass.dispatch_workgroups(1, None, None);
        pass.end();
        buffer.destroy();
    })
    .await
}
