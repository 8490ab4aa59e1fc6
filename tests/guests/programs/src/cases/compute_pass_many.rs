//! Many passes in one encoder, many dispatches in a pass, encoders recorded side by side.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(16)
    fn step(@builtin(global_invocation_id) id: vec3<u32>) { data[id.x] = data[id.x] * 3u + id.x; }
    @compute @workgroup_size(16)
    fn turn(@builtin(global_invocation_id) id: vec3<u32>) { data[id.x] = (data[id.x] << 1u) | (data[id.x] >> 31u); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let data = kit::storage(&device, &kit::noise(16, 4));
    let step = kit::compute_pipeline(&device, SHADER, "step");
    let turn = kit::compute_pipeline(&device, SHADER, "turn");
    let groups = [&step, &turn]
        .map(|pipeline| kit::bind(&device, &pipeline.get_bind_group_layout(0), &[data.as_entire_binding()]));
    let mut encoders = [kit::encoder(&device), kit::encoder(&device)];
    for _ in 0..40 {
        for encoder in &mut encoders {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for at in [0, 0, 1, 0, 1, 1] {
                pass.set_pipeline([&step, &turn][at]);
                pass.set_bind_group(0, &groups[at], &[]);
                pass.dispatch_workgroups(1, 1, 1);
            }
        }
    }
    queue.submit(encoders.map(wgpu::CommandEncoder::finish));

    let mut expected = kit::noise(16, 4);
    for _ in 0..80 {
        for at in [0, 0, 1, 0, 1, 1] {
            for (id, word) in (0..).zip(&mut expected) {
                *word = if at == 0 { word.wrapping_mul(3).wrapping_add(id) } else { word.rotate_left(1) };
            }
        }
    }
    let found: Vec<u32> = kit::read(&device, &queue, &data);
    assert_eq!(found, expected);
    r.bytes("found", bytemuck::cast_slice(&found));
}
