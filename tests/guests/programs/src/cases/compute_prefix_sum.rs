//! An inclusive prefix sum over several workgroups: three kernels that share their buffers.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @group(0) @binding(1) var<storage, read_write> sums: array<u32>;
    var<workgroup> scratch: array<u32, 256>;

    fn scan(value: u32, index: u32) -> u32 {
        scratch[index] = value;
        for (var step = 1u; step < 256u; step <<= 1u) {
            workgroupBarrier();
            let other = select(0u, scratch[index - min(step, index)], index >= step);
            workgroupBarrier();
            scratch[index] += other;
        }
        return scratch[index];
    }

    @compute @workgroup_size(256)
    fn blocks(
        @builtin(global_invocation_id) id: vec3<u32>,
        @builtin(local_invocation_index) index: u32,
        @builtin(workgroup_id) group: vec3<u32>,
    ) {
        let sum = scan(data[id.x], index);
        data[id.x] = sum;
        if index == 255u { sums[group.x] = sum; }
    }

    @compute @workgroup_size(256)
    fn totals(@builtin(local_invocation_index) index: u32) {
        sums[index] = scan(sums[index], index);
        _ = arrayLength(&data);
    }

    @compute @workgroup_size(256)
    fn add(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
        if group.x > 0u { data[id.x] += sums[group.x - 1u]; }
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let input: Vec<u32> = kit::noise(256 * 256, 11).into_iter().map(|word| word >> 20).collect();
    let data = kit::storage(&device, &input);
    let sums = kit::storage_of_size(&device, 1024);
    for (entry_point, workgroups) in [("blocks", 256), ("totals", 1), ("add", 256)] {
        let pipeline = kit::compute_pipeline(&device, SHADER, entry_point);
        let resources = [data.as_entire_binding(), sums.as_entire_binding()];
        kit::dispatch(&device, &queue, &pipeline, &resources, [workgroups, 1, 1]);
    }
    let mut sum = 0;
    let expected: Vec<u32> = input
        .iter()
        .map(|value| {
            sum += value;
            sum
        })
        .collect();
    let found: Vec<u32> = kit::read(&device, &queue, &data);
    assert_eq!(found, expected);
    r.number("last", found[found.len() - 1]);
    r.number("checksum", kit::checksum(bytemuck::cast_slice(&found)));
}
