//! Reads and writes beyond the end of what is bound reach nothing of anybody else's.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @group(0) @binding(1) var<storage, read_write> output: array<u32>;
    @group(0) @binding(2) var<uniform> far: u32;

    @compute @workgroup_size(1)
    fn main() {
        var local = array<u32, 4>(7u, 7u, 7u, 7u);
        data[arrayLength(&data) + far] = 99u;
        data[0xffffffffu - far] = 99u;
        local[far] = 7u;
        output[0] = u32(data[arrayLength(&data) + far] != 55u);
        output[1] = u32(data[far * 1000000u] != 55u);
        output[2] = local[far + 1u];
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    // 55 stands before and behind the part that is bound.
    let words: Vec<u32> = (0..192).map(|at| if (64..128).contains(&at) { 1 } else { 55 }).collect();
    let data = kit::storage(&device, &words);
    let output = kit::storage_of_size(&device, 16);
    let far = kit::uniform(&device, &[40_u32]);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let part = wgpu::BufferBinding { buffer: &data, offset: 256, size: wgpu::BufferSize::new(256) };
    let resources =
        [wgpu::BindingResource::Buffer(part), output.as_entire_binding(), far.as_entire_binding()];
    kit::dispatch(&device, &queue, &pipeline, &resources, [1, 1, 1]);
    let after: Vec<u32> = kit::read(&device, &queue, &data);
    assert_eq!(
        (&after[..64], &after[128..]),
        (&words[..64], &words[128..]),
        "what is not bound is untouched"
    );
    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert_eq!(found[..3], [1, 1, 7], "and nothing of it is seen");
    r.bytes("found", bytemuck::cast_slice(&found));
}
