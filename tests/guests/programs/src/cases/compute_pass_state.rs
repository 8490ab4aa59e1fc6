//! Bind groups set before the pipeline, set again redundantly, and kept over a change of pipeline.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> output: array<u32>;
    @group(1) @binding(0) var<uniform> value: u32;

    @compute @workgroup_size(1)
    fn add() { output[0] += value; }
    @compute @workgroup_size(1)
    fn multiply() { output[0] *= value; }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer_layout = |ty| {
        device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
                count: None,
            }],
        })
    };
    let output_layout = buffer_layout(wgpu::BufferBindingType::Storage { read_only: false });
    let value_layout = buffer_layout(wgpu::BufferBindingType::Uniform);
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &[Some(&output_layout), Some(&value_layout)],
        immediate_size: 0,
    });
    let module = kit::shader(&device, SHADER);
    let [add, multiply] = ["add", "multiply"].map(|entry_point| {
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&layout),
            module: &module,
            entry_point: Some(entry_point),
            compilation_options: Default::default(),
            cache: None,
        })
    });
    let output = kit::storage(&device, &[1_u32]);
    let to = kit::bind(&device, &output_layout, &[output.as_entire_binding()]);
    let [three, seven] = [3_u32, 7].map(|value| {
        kit::bind(&device, &value_layout, &[kit::uniform(&device, &[value]).as_entire_binding()])
    });

    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_bind_group(1, &three, &[]);
    pass.set_bind_group(0, &to, &[]);
    pass.set_pipeline(&add);
    pass.dispatch_workgroups(1, 1, 1); // 4
    pass.set_pipeline(&multiply);
    pass.dispatch_workgroups(1, 1, 1); // 12
    pass.set_bind_group(1, &seven, &[]);
    pass.set_bind_group(1, &seven, &[]);
    pass.set_pipeline(&multiply);
    pass.dispatch_workgroups(1, 1, 1); // 84
    pass.set_bind_group(0, &to, &[]);
    pass.set_pipeline(&add);
    pass.dispatch_workgroups(1, 1, 1); // 91
    drop(pass);
    // A new pass starts from nothing: all is set again.
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&add);
    pass.set_bind_group(0, &to, &[]);
    pass.set_bind_group(1, &three, &[]);
    pass.dispatch_workgroups(1, 1, 1); // 94
    drop(pass);
    queue.submit([encoder.finish()]);
    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert_eq!(found, [94]);
    r.number("found", found[0]);
}
