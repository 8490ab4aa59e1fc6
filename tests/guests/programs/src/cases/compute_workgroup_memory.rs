//! Workgroup memory is zero at the start, and barriers order what is written to it.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> output: array<u32>;
    var<workgroup> scratch: array<u32, 128>;

    @compute @workgroup_size(128)
    fn main(
        @builtin(global_invocation_id) id: vec3<u32>,
        @builtin(local_invocation_index) index: u32,
    ) {
        let before = scratch[index];
        workgroupBarrier();
        scratch[index] = id.x;
        workgroupBarrier();
        output[id.x] = before + scratch[127u - index];
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let output = kit::storage_of_size(&device, 128 * 8 * 4);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    kit::dispatch(&device, &queue, &pipeline, &[output.as_entire_binding()], [8, 1, 1]);
    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert!((0..1024).all(|id| found[id as usize] == id / 128 * 128 + 127 - id % 128));
    r.bytes("found", bytemuck::cast_slice(&found));
}
