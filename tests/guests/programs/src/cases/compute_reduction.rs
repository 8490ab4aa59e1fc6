//! The sum of a million floats by a tree in workgroup memory, once per pass until one is left.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read> input: array<f32>;
    @group(0) @binding(1) var<storage, read_write> output: array<f32>;
    var<workgroup> scratch: array<f32, 256>;

    @compute @workgroup_size(256)
    fn main(
        @builtin(global_invocation_id) id: vec3<u32>,
        @builtin(local_invocation_index) index: u32,
        @builtin(workgroup_id) group: vec3<u32>,
    ) {
        scratch[index] = select(0.0, input[min(id.x, arrayLength(&input) - 1u)], id.x < arrayLength(&input));
        for (var width = 128u; width > 0u; width >>= 1u) {
            workgroupBarrier();
            if index < width { scratch[index] += scratch[index + width]; }
        }
        if index == 0u { output[group.x] = scratch[0]; }
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let count = 1_000_000_usize;
    let input: Vec<f32> =
        kit::noise(count, 8).into_iter().map(|word| (word >> 8) as f32 / (1 << 24) as f32).collect();
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let mut from = kit::storage(&device, &input);
    let mut left = count;
    while left > 1 {
        let groups = left.div_ceil(256);
        let to = kit::storage_of_size(&device, (groups * 4) as u64);
        let resources = [from.as_entire_binding(), to.as_entire_binding()];
        kit::dispatch(&device, &queue, &pipeline, &resources, [groups as u32, 1, 1]);
        (from, left) = (to, groups);
    }
    let found: Vec<f32> = kit::read(&device, &queue, &from);
    let expected = input.iter().map(|&value| f64::from(value)).sum::<f64>();
    assert!((f64::from(found[0]) - expected).abs() < 1.0, "{} and {expected}", found[0]);
    r.floats("sum", &found, 1e-6);
}
