//! 16-bit floats in a shader, where the adapter has them.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    enable f16;
    @group(0) @binding(0) var<storage, read_write> data: array<f16>;
    @compute @workgroup_size(8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        data[id.x] = data[id.x] * 0.5h + f16(id.x);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let supported = gpu.adapter.features().contains(wgpu::Features::SHADER_F16);
    r.number("supported", supported);
    let (plain, _queue) = gpu.device().await;
    r.caught("not asked for", &plain, || kit::shader(&plain, SHADER)).await;
    if !supported {
        return;
    }
    let (device, queue) = gpu.device_with(wgpu::Features::SHADER_F16, wgpu::Limits::default()).await;
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    // 1.0 and 2.0, four times.
    let data = kit::storage(&device, &[0x4000_3c00_u32; 4]);
    kit::dispatch(&device, &queue, &pipeline, &[data.as_entire_binding()], [1, 1, 1]);
    r.bytes("found", kit::read_bytes(&device, &queue, &data));
}
