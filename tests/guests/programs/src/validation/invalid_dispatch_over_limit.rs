//! Dispatches of more workgroups than the device allows, in each dimension; of none, which is fine.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(1) fn main() { data[0] = 1u; }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let limit = device.limits().max_compute_workgroups_per_dimension;
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let data = kit::storage_of_size(&device, 4);
    for workgroups in [
        [0, 0, 0],
        [1, 0, 1],
        [limit + 1, 1, 1],
        [1, limit + 1, 1],
        [1, 1, limit + 1],
        [u32::MAX, u32::MAX, u32::MAX],
    ] {
        r.caught(format!("{workgroups:?}"), &device, || {
            kit::dispatch(&device, &queue, &pipeline, &[data.as_entire_binding()], workgroups);
        })
        .await;
    }
}
