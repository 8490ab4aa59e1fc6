//! Timestamps between passes: each is written, and none is before the one that was written first.

use crate::{Gpu, Report, canvas, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let features = wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS;
    let supported = gpu.adapter.features().contains(features);
    r.number("supported", supported);
    if !supported {
        return;
    }
    let (device, queue) = gpu.device_with(features, wgpu::Limits::default()).await;
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: None,
        ty: wgpu::QueryType::Timestamp,
        count: 4,
    });
    let target = canvas::target(&device, [256, 256], wgpu::TextureFormat::Rgba8Unorm);
    let mut encoder = kit::encoder(&device);
    for query in 0..4 {
        encoder.write_timestamp(&queries, query);
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[canvas::cleared(&kit::view(&target), wgpu::Color::RED)],
            ..Default::default()
        });
    }
    let resolved = kit::buffer(&device, 32, wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
    encoder.resolve_query_set(&queries, 0..4, &resolved, 0);
    queue.submit([encoder.finish()]);
    let times: Vec<u64> = kit::read(&device, &queue, &resolved);
    r.number("all written", times.iter().all(|&time| time != 0));
    r.number("in order", times.is_sorted());

    r.caught("no such query", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.write_timestamp(&queries, 4);
        encoder.finish()
    })
    .await;
    let (plain, _queue) = gpu.device_with(wgpu::Features::TIMESTAMP_QUERY, wgpu::Limits::default()).await;
    let queries = plain.create_query_set(&wgpu::QuerySetDescriptor {
        label: None,
        ty: wgpu::QueryType::Timestamp,
        count: 1,
    });
    r.caught("without the feature", &plain, || {
        let mut encoder = kit::encoder(&plain);
        encoder.write_timestamp(&queries, 0);
        encoder.finish()
    })
    .await;
}
