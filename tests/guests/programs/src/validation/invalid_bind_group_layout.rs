//! Layouts that cannot be.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let entry = |binding, visibility, ty| wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None };
    let uniform = wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: false,
        min_binding_size: None,
    };
    let storage = wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Storage { read_only: false },
        has_dynamic_offset: false,
        min_binding_size: None,
    };
    let dynamic = wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: true,
        min_binding_size: None,
    };
    let texture = |format| wgpu::BindingType::StorageTexture {
        access: wgpu::StorageTextureAccess::WriteOnly,
        format,
        view_dimension: wgpu::TextureViewDimension::D2,
    };
    let limits = device.limits();
    use wgpu::ShaderStages as S;
    let many = |count: u32, ty: wgpu::BindingType| -> Vec<_> {
        (0..count).map(|binding| entry(binding, S::COMPUTE, ty)).collect()
    };
    for (name, entries) in [
        ("empty", vec![]),
        ("a binding twice", vec![entry(3, S::COMPUTE, uniform), entry(3, S::COMPUTE, storage)]),
        ("a binding over the limit", vec![entry(limits.max_bindings_per_bind_group, S::COMPUTE, uniform)]),
        ("writable storage in the vertex stage", vec![entry(0, S::VERTEX, storage)]),
        ("no stage", vec![entry(0, S::empty(), uniform)]),
        ("many uniforms", many(limits.max_uniform_buffers_per_shader_stage + 1, uniform)),
        ("many dynamic", many(limits.max_dynamic_uniform_buffers_per_pipeline_layout + 1, dynamic)),
        ("sRGB storage", vec![entry(0, S::COMPUTE, texture(wgpu::TextureFormat::Rgba8UnormSrgb))]),
        ("depth storage", vec![entry(0, S::COMPUTE, texture(wgpu::TextureFormat::Depth32Float))]),
        (
            "multisampled array",
            vec![entry(
                0,
                S::COMPUTE,
                wgpu::BindingType::Texture {
                    sample_type: wgpu::TextureSampleType::Float { filterable: false },
                    view_dimension: wgpu::TextureViewDimension::D2Array,
                    multisampled: true,
                },
            )],
        ),
    ] {
        r.caught(name, &device, || {
            device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
        })
        .await;
    }
}
