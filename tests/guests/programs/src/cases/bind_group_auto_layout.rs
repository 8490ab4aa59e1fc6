//! Bind groups for layouts that pipelines made from their shaders.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read> input: array<u32>;
    @group(0) @binding(3) var<storage, read_write> output: array<u32>;
    @group(1) @binding(1) var<uniform> factor: u32;

    @compute @workgroup_size(8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        output[id.x] = input[id.x] * factor;
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let input = kit::storage(&device, &[1_u32, 2, 3, 4, 5, 6, 7, 8]);
    let output = kit::storage_of_size(&device, 32);
    let factor = kit::uniform(&device, &[7_u32]);

    let data = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("data"),
        layout: &pipeline.get_bind_group_layout(0),
        // Not in the order of the bindings, on purpose.
        entries: &[
            wgpu::BindGroupEntry { binding: 3, resource: output.as_entire_binding() },
            wgpu::BindGroupEntry { binding: 0, resource: input.as_entire_binding() },
        ],
    });
    let parameters = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("parameters"),
        layout: &pipeline.get_bind_group_layout(1),
        entries: &[wgpu::BindGroupEntry { binding: 1, resource: factor.as_entire_binding() }],
    });

    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &data, &[]);
    pass.set_bind_group(1, &parameters, &[]);
    pass.dispatch_workgroups(1, 1, 1);
    drop(pass);
    queue.submit([encoder.finish()]);

    let found = kit::read_bytes(&device, &queue, &output);
    assert_eq!(found, bytemuck::cast_slice::<u32, u8>(&[7, 14, 21, 28, 35, 42, 49, 56]));
    r.bytes("products", found);
}
