//! Pipeline layouts that are refused.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let limits = device.limits();
    let dynamic = |count: u32| {
        let entries: Vec<_> = (0..count)
            .map(|binding| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Storage { read_only: false },
                    has_dynamic_offset: true,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
    };
    let empty = dynamic(0);
    let three = dynamic(3);
    let (bad, _) =
        crate::caught(&device, || dynamic(limits.max_dynamic_storage_buffers_per_pipeline_layout + 100))
            .await;
    let too_many = vec![Some(&empty); limits.max_bind_groups as usize + 1];
    for (name, bind_group_layouts, immediate_size) in [
        ("empty", &[][..], 0),
        ("a group that is not there", &[Some(&empty), None, Some(&three)], 0),
        ("too many groups", &too_many, 0),
        ("too many dynamic buffers together", &[Some(&three), Some(&three), Some(&three), Some(&three)], 0),
        ("an invalid group", &[Some(&bad)], 0),
        ("immediates over the limit", &[], limits.max_immediate_size + 4),
        ("immediates, misaligned", &[], 3),
    ] {
        r.caught(name, &device, || {
            device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts,
                immediate_size,
            })
        })
        .await;
    }
}
