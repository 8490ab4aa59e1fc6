//! One bind group, used with several dynamic offsets.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    struct Parameters { at: u32, value: u32 }
    @group(0) @binding(0) var<uniform> parameters: Parameters;
    @group(0) @binding(1) var<storage, read_write> output: array<u32>;

    @compute @workgroup_size(1)
    fn main() {
        output[parameters.at] += parameters.value;
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let step = device.limits().min_uniform_buffer_offset_alignment;
    let entry = |binding, ty, size| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: true,
            min_binding_size: wgpu::BufferSize::new(size),
        },
        count: None,
    };
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("dynamic"),
        entries: &[
            entry(0, wgpu::BufferBindingType::Uniform, 8),
            entry(1, wgpu::BufferBindingType::Storage { read_only: false }, 4),
        ],
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: Some(&device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        })),
        module: &kit::shader(&device, SHADER),
        entry_point: None,
        compilation_options: Default::default(),
        cache: None,
    });

    let mut words = vec![0_u32; step as usize];
    for slot in 0..4_u32 {
        let at = (slot * step / 4) as usize;
        words[at] = slot;
        words[at + 1] = 10 + slot;
    }
    let parameters = kit::uniform(&device, &words);
    let output = kit::storage_of_size(&device, 1024);
    let part = |buffer, size| {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer,
            offset: 0,
            size: wgpu::BufferSize::new(size),
        })
    };
    let group = kit::bind(&device, &layout, &[part(&parameters, 8), part(&output, 256)]);

    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    for (from, to) in [(0, 0), (1, 256), (2, 512), (3, 0), (3, 0), (1, 256)] {
        pass.set_bind_group(0, &group, &[from * step, to]);
        pass.dispatch_workgroups(1, 1, 1);
    }
    drop(pass);
    queue.submit([encoder.finish()]);

    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert_eq!((found[0], found[3], found[64 + 1], found[128 + 2]), (10, 26, 22, 12));
    r.bytes("sums", bytemuck::cast_slice(&found));
}
