//! A histogram with atomics, in workgroup and storage memory.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read> input: array<u32>;
    @group(0) @binding(1) var<storage, read_write> bins: array<atomic<u32>, 256>;
    var<workgroup> local: array<atomic<u32>, 256>;

    @compute @workgroup_size(256)
    fn main(
        @builtin(global_invocation_id) id: vec3<u32>,
        @builtin(local_invocation_index) index: u32,
    ) {
        let word = input[id.x];
        for (var byte = 0u; byte < 4u; byte++) {
            atomicAdd(&local[(word >> (byte * 8u)) & 0xffu], 1u);
        }
        workgroupBarrier();
        atomicAdd(&bins[index], atomicLoad(&local[index]));
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let data = kit::noise(256 * 64, 77);
    let input = kit::storage(&device, &data);
    let bins = kit::storage_of_size(&device, 1024);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    kit::dispatch(
        &device,
        &queue,
        &pipeline,
        &[input.as_entire_binding(), bins.as_entire_binding()],
        [64, 1, 1],
    );

    let mut expected = [0_u32; 256];
    for byte in data.into_iter().flat_map(u32::to_le_bytes) {
        expected[usize::from(byte)] += 1;
    }
    let found: Vec<u32> = kit::read(&device, &queue, &bins);
    assert_eq!(found, expected);
    r.bytes("bins", bytemuck::cast_slice(&found));
}
