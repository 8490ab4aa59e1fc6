//! Immediates, set whole and in parts, and kept between dispatches. They need a native feature that
//! WebGPU has no name for: without it the limit is zero, and they are refused.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    struct Immediates { at: u32, a: u32, b: u32, c: u32 }
    var<immediate> immediates: Immediates;
    @group(0) @binding(0) var<storage, read_write> output: array<u32>;

    @compute @workgroup_size(1)
    fn main() {
        output[immediates.at] = immediates.a * 10000u + immediates.b * 100u + immediates.c;
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let supported = gpu.adapter.features().contains(wgpu::Features::IMMEDIATES);
    r.number("supported", supported);
    if !supported {
        return;
    }
    let limits = wgpu::Limits { max_immediate_size: 16, ..Default::default() };
    let (device, queue) = gpu.device_with(wgpu::Features::IMMEDIATES, limits).await;
    r.number("limit", device.limits().max_immediate_size);
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &[kit::storage_entry(0)],
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: Some(&device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 16,
        })),
        module: &kit::shader(&device, SHADER),
        entry_point: None,
        compilation_options: Default::default(),
        cache: None,
    });
    let output = kit::storage_of_size(&device, 16);
    let group = kit::bind(&device, &layout, &[output.as_entire_binding()]);
    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.set_immediates(0, bytemuck::cast_slice(&[0_u32, 1, 2, 3]));
    pass.dispatch_workgroups(1, 1, 1);
    pass.set_immediates(0, bytemuck::cast_slice(&[1_u32]));
    pass.set_immediates(8, bytemuck::cast_slice(&[20_u32, 30]));
    pass.dispatch_workgroups(1, 1, 1);
    drop(pass);
    queue.submit([encoder.finish()]);
    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert_eq!(found[..2], [10203, 12030]);
    r.bytes("found", bytemuck::cast_slice(&found));
}
