//! Layout entries with no kind and with several, empty sizes, and slots of a pipeline layout left out.

use crate::{
    Checks, kit,
    wit::{
        GpuBindGroupLayoutDescriptor, GpuBindGroupLayoutEntry, GpuBufferBindingLayout, GpuBufferBindingType,
        GpuPipelineLayoutDescriptor, GpuSamplerBindingLayout, GpuShaderStage, GpuStorageTextureBindingLayout,
        GpuTextureBindingLayout, GpuTextureFormat,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let nothing = GpuBindGroupLayoutEntry {
        binding: 0,
        visibility: GpuShaderStage::COMPUTE,
        buffer: None,
        sampler: None,
        texture: None,
        storage_texture: None,
    };
    let buffer =
        Some(GpuBufferBindingLayout { type_: None, has_dynamic_offset: None, min_binding_size: None });
    let sampler = Some(GpuSamplerBindingLayout { type_: None });
    let texture =
        Some(GpuTextureBindingLayout { sample_type: None, view_dimension: None, multisampled: None });
    let storage_texture = Some(GpuStorageTextureBindingLayout {
        access: None,
        format: GpuTextureFormat::Rgba8unorm,
        view_dimension: None,
    });
    let create = |entry: &GpuBindGroupLayoutEntry| {
        device.create_bind_group_layout(&GpuBindGroupLayoutDescriptor { entries: vec![*entry], label: None })
    };
    c.invalid("no kind", &device, || create(&nothing)).await;
    c.invalid("buffer and sampler", &device, || {
        create(&GpuBindGroupLayoutEntry { buffer, sampler, ..nothing })
    })
    .await;
    c.invalid("texture and storage texture", &device, || {
        create(&GpuBindGroupLayoutEntry { texture, storage_texture, ..nothing })
    })
    .await;
    c.invalid("all four", &device, || {
        create(&GpuBindGroupLayoutEntry { buffer, sampler, texture, storage_texture, ..nothing })
    })
    .await;
    let layout = c.fine("a buffer", &device, || create(&GpuBindGroupLayoutEntry { buffer, ..nothing })).await;
    c.fine("a sampler", &device, || create(&GpuBindGroupLayoutEntry { sampler, ..nothing })).await;
    c.fine("a texture", &device, || create(&GpuBindGroupLayoutEntry { texture, ..nothing })).await;
    c.fine("a storage texture", &device, || create(&GpuBindGroupLayoutEntry { storage_texture, ..nothing }))
        .await;
    c.fine("a smallest size of zero", &device, || {
        let buffer = Some(GpuBufferBindingLayout {
            type_: Some(GpuBufferBindingType::Storage),
            has_dynamic_offset: Some(false),
            min_binding_size: Some(0),
        });
        create(&GpuBindGroupLayoutEntry { buffer, ..nothing })
    })
    .await;
    c.fine("no entries", &device, || {
        device.create_bind_group_layout(&GpuBindGroupLayoutDescriptor { entries: vec![], label: None })
    })
    .await;
    c.fine("slots left out", &device, || {
        device.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
            bind_group_layouts: vec![None, Some(&layout), None],
            immediate_size: None,
            label: None,
        })
    })
    .await;
    c.invalid("too many slots", &device, || {
        device.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
            bind_group_layouts: vec![None; 1000],
            immediate_size: None,
            label: None,
        })
    })
    .await;
}
