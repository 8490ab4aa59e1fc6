//! Objects of another device of the same instance are refused.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(1) fn main() { data[0] = 1u; }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let (other, other_queue) = gpu.device().await;
    let foreign = kit::storage_of_size(&other, 64);
    let own = kit::storage_of_size(&device, 64);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let layout = pipeline.get_bind_group_layout(0);

    r.caught("bind group", &device, || kit::bind(&device, &layout, &[foreign.as_entire_binding()])).await;
    r.caught("write", &device, || queue.write_buffer(&foreign, 0, &[1; 16])).await;
    r.caught("copy", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.copy_buffer_to_buffer(&foreign, 0, &own, 0, 64);
        encoder.finish()
    })
    .await;
    r.caught("pipeline in a pass", &other, || {
        let mut encoder = kit::encoder(&other);
        encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).set_pipeline(&pipeline);
        encoder.finish()
    })
    .await;
    let commands = kit::encoder(&device).finish();
    r.caught("submit", &other, || {
        other_queue.submit([commands]);
    })
    .await;
}
