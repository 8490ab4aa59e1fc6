//! One layout for several pipelines, with entries that a shader does not use and an empty slot between
//! two groups.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(2) var<storage, read_write> output: array<u32>;
    @group(2) @binding(0) var<uniform> value: vec4<u32>;
    @compute @workgroup_size(1) fn sum() { output[0] += value.x + value.y + value.z + value.w; }
    @compute @workgroup_size(1) fn nothing() {}
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE | wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    };
    use wgpu::BufferBindingType::{Storage, Uniform};
    let first = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("first"),
        entries: &[
            entry(2, Storage { read_only: false }),
            entry(0, Storage { read_only: true }),
            entry(9, Uniform),
        ],
    });
    let third = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("third"),
        entries: &[entry(0, Uniform)],
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("layout"),
        bind_group_layouts: &[Some(&first), None, Some(&third)],
        immediate_size: 0,
    });
    let module = kit::shader(&device, SHADER);
    let pipeline = |entry_point| {
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry_point),
            layout: Some(&layout),
            module: &module,
            entry_point: Some(entry_point),
            compilation_options: Default::default(),
            cache: None,
        })
    };
    let (sum, nothing) = (pipeline("sum"), pipeline("nothing"));
    let output = kit::storage(&device, &[100_u32]);
    let unused = kit::storage(&device, &[0_u32; 4]);
    let value = kit::uniform(&device, &[1_u32, 20, 300, 4000]);
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &first,
        entries: &[
            wgpu::BindGroupEntry { binding: 9, resource: value.as_entire_binding() },
            wgpu::BindGroupEntry { binding: 2, resource: output.as_entire_binding() },
            wgpu::BindGroupEntry { binding: 0, resource: unused.as_entire_binding() },
        ],
    });
    let values = kit::bind(&device, &third, &[value.as_entire_binding()]);
    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_bind_group(0, &group, &[]);
    pass.set_bind_group(2, &values, &[]);
    for pipeline in [&sum, &nothing, &sum] {
        pass.set_pipeline(pipeline);
        pass.dispatch_workgroups(1, 1, 1);
    }
    drop(pass);
    queue.submit([encoder.finish()]);
    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert_eq!(found, [100 + 2 * 4321]);
    r.number("sum", found[0]);
}
