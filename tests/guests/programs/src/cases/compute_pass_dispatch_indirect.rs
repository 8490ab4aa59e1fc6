//! Workgroup counts from a buffer that an earlier pass has written.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> arguments: array<u32>;
    @group(0) @binding(1) var<storage, read_write> output: array<atomic<u32>>;

    @compute @workgroup_size(1)
    fn plan() {
        arguments[1] = 3u;
        arguments[2] = 2u;
        arguments[3] = 4u;
    }

    @compute @workgroup_size(2)
    fn count(@builtin(workgroup_id) group: vec3<u32>) {
        atomicAdd(&output[0], 1u);
        atomicMax(&output[1], group.x * 100u + group.y * 10u + group.z);
        _ = arrayLength(&output);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let arguments = kit::buffer(
        &device,
        32,
        wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::INDIRECT | wgpu::BufferUsages::COPY_DST,
    );
    let output = kit::storage_of_size(&device, 8);
    let plan = kit::compute_pipeline(&device, SHADER, "plan");
    let count = kit::compute_pipeline(&device, SHADER, "count");
    let planned = kit::bind(&device, &plan.get_bind_group_layout(0), &[arguments.as_entire_binding()]);
    let counted = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &count.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 1, resource: output.as_entire_binding() }],
    });
    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&plan);
    pass.set_bind_group(0, &planned, &[]);
    pass.dispatch_workgroups(1, 1, 1);
    pass.set_pipeline(&count);
    pass.set_bind_group(0, &counted, &[]);
    pass.dispatch_workgroups_indirect(&arguments, 4);
    // No workgroups at all: the buffer holds zeros there.
    pass.dispatch_workgroups_indirect(&arguments, 16);
    drop(pass);
    queue.submit([encoder.finish()]);
    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert_eq!(found, [3 * 2 * 4 * 2, 213]);
    r.bytes("counted", bytemuck::cast_slice(&found));
}
