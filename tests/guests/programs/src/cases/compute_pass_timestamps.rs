//! A pass may write only the time of its beginning, or only of its end.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let supported = gpu.adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY);
    r.number("supported", supported);
    if !supported {
        return;
    }
    let (device, queue) = gpu.device_with(wgpu::Features::TIMESTAMP_QUERY, wgpu::Limits::default()).await;
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: None,
        ty: wgpu::QueryType::Timestamp,
        count: 2,
    });
    let mut encoder = kit::encoder(&device);
    for (begin, end) in [(Some(0), None), (None, Some(1))] {
        encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: Some("timed"),
            timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: begin,
                end_of_pass_write_index: end,
            }),
        });
    }
    let resolved = kit::buffer(&device, 16, wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
    encoder.resolve_query_set(&queries, 0..2, &resolved, 0);
    queue.submit([encoder.finish()]);
    let times: Vec<u64> = kit::read(&device, &queue, &resolved);
    r.number("both written", times[0] != 0 && times[1] != 0);
    r.number("in order", times[0] <= times[1]);
}
