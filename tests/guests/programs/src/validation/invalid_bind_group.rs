//! Bind groups that do not fit their layout.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let buffer_entry = |binding, ty, min_binding_size| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: wgpu::BufferSize::new(min_binding_size),
        },
        count: None,
    };
    use wgpu::BufferBindingType::{Storage, Uniform};
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &[buffer_entry(0, Uniform, 32), buffer_entry(1, Storage { read_only: false }, 0)],
    });
    let uniform = kit::uniform(&device, &[0_u32; 64]);
    let storage = kit::storage_of_size(&device, 1024);
    let small = kit::uniform(&device, &[0_u32; 4]);
    let part = |buffer, offset, size| {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset,
            size: wgpu::BufferSize::new(size),
        })
    };
    let sampler = device.create_sampler(&wgpu::SamplerDescriptor::default());
    let destroyed = kit::uniform(&device, &[0_u32; 64]);
    destroyed.destroy();

    let ok = [uniform.as_entire_binding(), storage.as_entire_binding()];
    r.caught("fits", &device, || kit::bind(&device, &layout, &ok)).await;
    r.caught("destroyed buffer", &device, || {
        kit::bind(&device, &layout, &[destroyed.as_entire_binding(), storage.as_entire_binding()])
    })
    .await;
    for (name, first, second) in [
        ("wrong usage", storage.as_entire_binding(), storage.as_entire_binding()),
        ("too small", small.as_entire_binding(), storage.as_entire_binding()),
        ("misaligned offset", part(&uniform, 4, 32), storage.as_entire_binding()),
        ("offset beyond the end", part(&uniform, 512, 32), storage.as_entire_binding()),
        ("size beyond the end", part(&uniform, 0, 512), storage.as_entire_binding()),
        ("overflowing size", part(&uniform, 256, u64::MAX), storage.as_entire_binding()),
        ("size not a multiple of 4", uniform.as_entire_binding(), part(&storage, 0, 33)),
        ("a sampler", wgpu::BindingResource::Sampler(&sampler), storage.as_entire_binding()),
    ] {
        r.caught(name, &device, || kit::bind(&device, &layout, &[first, second])).await;
    }
    r.caught("one entry missing", &device, || kit::bind(&device, &layout, &ok[..1])).await;
    r.caught("one entry too many", &device, || {
        kit::bind(&device, &layout, &[ok[0].clone(), ok[1].clone(), ok[1].clone()])
    })
    .await;
    r.caught("a binding twice", &device, || {
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: ok[0].clone() },
                wgpu::BindGroupEntry { binding: 0, resource: ok[0].clone() },
            ],
        })
    })
    .await;
}
