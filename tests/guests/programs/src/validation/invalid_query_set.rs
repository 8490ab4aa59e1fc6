//! Query sets that are refused, and misuse of good ones.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let set =
        |ty, count| device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("queries"), ty, count });
    use wgpu::QueryType::{Occlusion, Timestamp};
    r.told("no queries", &device, || set(Occlusion, 0)).await;
    r.told("too many queries", &device, || set(Occlusion, 4097)).await;
    r.told("timestamps without the feature", &device, || set(Timestamp, 2)).await;

    let queries = set(Occlusion, 4);
    let destroyed = set(Occlusion, 4);
    destroyed.destroy();
    let buffer = kit::buffer(&device, 512, wgpu::BufferUsages::QUERY_RESOLVE);
    let plain = kit::storage_of_size(&device, 512);
    for (name, set, range, buffer, offset) in [
        ("good", &queries, 0..4, &buffer, 0),
        ("beyond the set", &queries, 2..6, &buffer, 0),
        ("misaligned", &queries, 0..1, &buffer, 8),
        ("beyond the buffer", &queries, 0..4, &buffer, 512),
        ("wrong usage", &queries, 0..4, &plain, 0),
        ("destroyed", &destroyed, 0..4, &buffer, 0),
    ] {
        let commands = r
            .caught(format!("resolve, {name}"), &device, || {
                let mut encoder = kit::encoder(&device);
                encoder.resolve_query_set(set, range, buffer, offset);
                encoder.finish()
            })
            .await;
        drop(commands);
    }

    r.told("timestamps into occlusion queries", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: None,
            timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: Some(0),
                end_of_pass_write_index: Some(1),
            }),
        });
        encoder.finish()
    })
    .await;
}
