//! Bindings of no bytes, for uniform and storage buffers, with and without a smallest size.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let empty = kit::buffer(&device, 0, wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::STORAGE);
    let full = kit::buffer(&device, 256, wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::STORAGE);
    use wgpu::BufferBindingType::{Storage, Uniform};
    for (ty, name) in [(Uniform, "uniform"), (Storage { read_only: true }, "storage")] {
        for min_binding_size in [None, wgpu::BufferSize::new(16)] {
            let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: None,
                entries: &[wgpu::BindGroupLayoutEntry {
                    binding: 0,
                    visibility: wgpu::ShaderStages::COMPUTE,
                    ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size },
                    count: None,
                }],
            });
            r.caught(format!("{name}, {min_binding_size:?}, empty buffer"), &device, || {
                kit::bind(&device, &layout, &[empty.as_entire_binding()])
            })
            .await;
            r.caught(format!("{name}, {min_binding_size:?}, nothing left of it"), &device, || {
                let binding = wgpu::BufferBinding { buffer: &full, offset: 256, size: None };
                kit::bind(&device, &layout, &[wgpu::BindingResource::Buffer(binding)])
            })
            .await;
        }
    }
}
