//! Limits below the defaults are those of the device, and what it holds a program to.

use crate::{Gpu, Report, kit};

const ALIGNMENT: u32 = 512;

fn asked() -> wgpu::Limits {
    wgpu::Limits {
        max_texture_dimension_1d: 128,
        max_texture_dimension_2d: 256,
        max_texture_dimension_3d: 64,
        max_texture_array_layers: 4,
        max_bind_groups: 2,
        max_bindings_per_bind_group: 5,
        max_storage_buffers_per_shader_stage: 3,
        max_uniform_buffer_binding_size: 1 << 10,
        max_storage_buffer_binding_size: 1 << 16,
        min_storage_buffer_offset_alignment: ALIGNMENT,
        max_vertex_buffers: 2,
        max_vertex_attributes: 3,
        max_buffer_size: 1 << 20,
        max_color_attachments: 1,
        max_compute_invocations_per_workgroup: 32,
        max_compute_workgroup_size_x: 16,
        max_compute_workgroups_per_dimension: 10,
        ..Default::default()
    }
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device_with(wgpu::Features::empty(), asked()).await;
    r.number("all as asked for", device.limits() == asked());
    buffers_and_textures(&device, r).await;
    layouts(&device, r).await;
    workgroups(&device, &queue, r).await;

    // None of it is a lower limit of the next device.
    let (device, _queue) = gpu.device().await;
    r.number("defaults afterwards", device.limits() == wgpu::Limits::default());
}

async fn buffers_and_textures(device: &wgpu::Device, r: &mut Report) {
    let usage = wgpu::BufferUsages::STORAGE;
    for (name, size) in [("largest buffer", 1 << 20), ("larger buffer", (1 << 20) + 4)] {
        r.caught(name, device, || kit::buffer(device, size, usage)).await;
    }
    use wgpu::TextureDimension as D;
    for (name, dimension, [width, height, depth_or_array_layers]) in [
        ("largest texture", D::D2, [256, 256, 4]),
        ("wider texture", D::D2, [257, 1, 1]),
        ("more layers", D::D2, [1, 1, 5]),
        ("longer texture", D::D1, [129, 1, 1]),
        ("deeper texture", D::D3, [1, 1, 65]),
    ] {
        r.caught(name, device, || {
            device.create_texture(&wgpu::TextureDescriptor {
                label: None,
                size: wgpu::Extent3d { width, height, depth_or_array_layers },
                mip_level_count: 1,
                sample_count: 1,
                dimension,
                format: wgpu::TextureFormat::Rgba8Unorm,
                usage: wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            })
        })
        .await;
    }
}

async fn layouts(device: &wgpu::Device, r: &mut Report) {
    let layout = |bindings: &[u32]| {
        let entries: Vec<_> = bindings.iter().map(|binding| kit::storage_entry(*binding)).collect();
        device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
    };
    let three = r.caught("three buffers", device, || layout(&[0, 1, 2])).await;
    r.caught("four buffers", device, || {
        let four = layout(&[0, 1, 2, 3]);
        device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&four)],
            immediate_size: 0,
        })
    })
    .await;
    r.caught("a binding of too large a number", device, || layout(&[5])).await;
    let empty = layout(&[]);
    for (name, layouts) in [("two groups", 2), ("three groups", 3)] {
        r.caught(name, device, || {
            device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts: &vec![Some(&empty); layouts],
                immediate_size: 0,
            })
        })
        .await;
    }

    let buffer = kit::storage_of_size(device, 1 << 18);
    for (name, offset, size) in [
        ("an offset that is aligned", u64::from(ALIGNMENT), 1 << 16),
        ("an offset that is not", u64::from(ALIGNMENT / 2), 1 << 16),
        ("a larger binding", 0, (1 << 16) + 4),
    ] {
        r.caught(name, device, || {
            let part = |offset, size| {
                let size = wgpu::BufferSize::new(size);
                wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer: &buffer, offset, size })
            };
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &three,
                entries: &[
                    wgpu::BindGroupEntry { binding: 0, resource: part(offset, size) },
                    wgpu::BindGroupEntry { binding: 1, resource: part(0, 4) },
                    wgpu::BindGroupEntry { binding: 2, resource: part(0, 4) },
                ],
            })
        })
        .await;
    }
}

async fn workgroups(device: &wgpu::Device, queue: &wgpu::Queue, r: &mut Report) {
    let source = |size: &str| {
        format!(
            "@group(0) @binding(0) var<storage, read_write> count: atomic<u32>;
             @compute @workgroup_size({size}) fn main() {{ atomicAdd(&count, 1); }}"
        )
    };
    for (name, size) in
        [("largest workgroup", "16, 2"), ("longer workgroup", "17"), ("more invocations", "16, 3")]
    {
        r.caught(name, device, || kit::compute_pipeline(device, &source(size), "main")).await;
    }
    let pipeline = kit::compute_pipeline(device, &source("1"), "main");
    let counter = kit::storage(device, &[0_u32]);
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: counter.as_entire_binding() }],
    });
    let most = device.limits().max_compute_workgroups_per_dimension;
    for (name, groups) in [("most workgroups", most), ("more workgroups", most + 1)] {
        r.caught(name, device, || {
            let mut encoder = kit::encoder(device);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(groups, groups, 1);
            drop(pass);
            queue.submit([encoder.finish()]);
        })
        .await;
    }
    r.number("what was counted", kit::read::<u32>(device, queue, &counter)[0]);
}
