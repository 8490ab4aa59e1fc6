//! Timestamps of two passes, resolved together: later passes have later times, in nanoseconds.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        var x = id.x;
        for (var i = 0u; i < 2000u; i++) { x = x * 1664525u + 1013904223u; }
        data[id.x] = x;
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let supported = gpu.adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY);
    r.number("supported", supported);
    if !supported {
        return;
    }
    let (device, queue) = gpu.device_with(wgpu::Features::TIMESTAMP_QUERY, wgpu::Limits::default()).await;
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: Some("times"),
        ty: wgpu::QueryType::Timestamp,
        count: 4,
    });
    let data = kit::storage_of_size(&device, 1 << 16);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &[data.as_entire_binding()]);
    let mut encoder = kit::encoder(&device);
    for pass in 0..2 {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: None,
            timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: Some(pass * 2),
                end_of_pass_write_index: Some(pass * 2 + 1),
            }),
        });
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(256, 1, 1);
    }
    let resolved = kit::buffer(
        &device,
        512,
        wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
    );
    encoder.resolve_query_set(&queries, 0..4, &resolved, 256);
    encoder.resolve_query_set(&queries, 2..3, &resolved, 0);
    queue.submit([encoder.finish()]);

    let times: Vec<u64> = kit::read(&device, &queue, &resolved);
    r.number("in order", times[32..36].is_sorted());
    r.number("the passes took time", times[33] > times[32] && times[35] > times[34]);
    r.number("less than a minute", times[35] - times[32] < 60_000_000_000);
    r.number("a part resolves alike", times[0] == times[34]);
    r.number("a period of one nanosecond", queue.get_timestamp_period() == 1.0);
}
