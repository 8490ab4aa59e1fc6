//! Timestamps at the ends of a render pass.

use crate::{Gpu, Report, canvas, kit};

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
        count: 3,
    });
    let target = canvas::target(&device, [64, 64], wgpu::TextureFormat::Rgba8Unorm);
    let mut encoder = kit::encoder(&device);
    for (begin, end) in [(Some(0), Some(1)), (None, Some(2))] {
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[canvas::cleared(&kit::view(&target), wgpu::Color::RED)],
            timestamp_writes: Some(wgpu::RenderPassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: begin,
                end_of_pass_write_index: end,
            }),
            ..Default::default()
        });
    }
    let resolved = kit::buffer(&device, 24, wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
    encoder.resolve_query_set(&queries, 0..3, &resolved, 0);
    queue.submit([encoder.finish()]);
    let times: Vec<u64> = kit::read(&device, &queue, &resolved);
    r.number("all written", times.iter().all(|&time| time != 0));
    r.number("in order", times.is_sorted());
}
