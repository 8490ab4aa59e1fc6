//! Four groups at a time; one is replaced between two dispatches, one is taken away and set again.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<uniform> a: u32;
    @group(1) @binding(0) var<uniform> b: u32;
    @group(2) @binding(0) var<uniform> c: u32;
    @group(3) @binding(0) var<storage, read_write> output: array<u32>;

    @compute @workgroup_size(1)
    fn main() {
        let at = next_slot();
        output[at] = a * 10000 + b * 100 + c;
    }
    fn next_slot() -> u32 {
        output[0] += 1;
        return output[0];
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let number = |group, value: u32| {
        let buffer = kit::uniform(&device, &[value]);
        kit::bind(&device, &pipeline.get_bind_group_layout(group), &[buffer.as_entire_binding()])
    };
    let output = kit::storage_of_size(&device, 16);
    let groups = [number(0, 1), number(1, 2), number(2, 3)];
    let other = number(1, 77);
    let out = kit::bind(&device, &pipeline.get_bind_group_layout(3), &[output.as_entire_binding()]);

    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    for (index, group) in (0..).zip(&groups) {
        pass.set_bind_group(index, group, &[]);
    }
    pass.set_bind_group(3, &out, &[]);
    pass.dispatch_workgroups(1, 1, 1);
    pass.set_bind_group(1, &other, &[]);
    pass.dispatch_workgroups(1, 1, 1);
    pass.set_bind_group(0, None, &[]);
    pass.set_bind_group(0, &groups[0], &[]);
    pass.set_bind_group(1, &groups[1], &[]);
    pass.dispatch_workgroups(1, 1, 1);
    drop(pass);
    queue.submit([encoder.finish()]);

    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert_eq!(found, [3, 10203, 17703, 10203]);
    r.bytes("found", bytemuck::cast_slice(&found));
}
