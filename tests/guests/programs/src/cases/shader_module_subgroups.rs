//! Subgroup operations, where the adapter has them, and that they are refused where nobody asked.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(32)
    fn main(
        @builtin(global_invocation_id) id: vec3<u32>,
        @builtin(subgroup_size) size: u32,
        @builtin(subgroup_invocation_id) lane: u32,
    ) {
        let first = subgroupBroadcastFirst(id.x);
        let sum = subgroupAdd(1u);
        let before = subgroupExclusiveAdd(1u);
        // Without the size, which belongs to the adapter.
        data[id.x] = u32(sum == size) + 2u * u32(before == lane) + 4u * u32(first == id.x - lane);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let supported = gpu.adapter.features().contains(wgpu::Features::SUBGROUP);
    r.number("supported", supported);
    let (plain, _queue) = gpu.device().await;
    r.caught("not asked for", &plain, || kit::shader(&plain, SHADER)).await;
    if !supported {
        return;
    }
    let (device, queue) = gpu.device_with(wgpu::Features::SUBGROUP, wgpu::Limits::default()).await;
    r.number("granted", device.features().contains(wgpu::Features::SUBGROUP));
    let data = kit::storage_of_size(&device, 64 * 4);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    kit::dispatch(&device, &queue, &pipeline, &[data.as_entire_binding()], [2, 1, 1]);
    let found: Vec<u32> = kit::read(&device, &queue, &data);
    assert_eq!(found, [7; 64]);
    r.bytes("found", bytemuck::cast_slice(&found));
}
