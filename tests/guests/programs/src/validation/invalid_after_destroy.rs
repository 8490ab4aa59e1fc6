//! Calls on a destroyed device that would be errors on one that is not. Nobody hears of those that wgpu finds only
//! after it has asked for the device. What it finds before, the backend tells as well; the host, which goes by
//! WebGPU, does not, so errors of that kind that the host finds are not here.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let texture = kit::texture_2d(&device, [4, 4], format, wgpu::TextureUsages::COPY_DST);
    let storage = kit::storage_of_size(&device, 64);
    let readable = || kit::buffer(&device, 64, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let [unaligned, unusable, good, destroyed] = [readable(), readable(), readable(), readable()];
    destroyed.destroy();
    let (invalid, _) = crate::caught(&device, || kit::buffer(&device, 64, wgpu::BufferUsages::empty())).await;
    let (no_queries, _) = crate::caught(&device, || {
        let ty = wgpu::QueryType::PipelineStatistics(wgpu::PipelineStatisticsTypes::all());
        device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("queries"), ty, count: 1 })
    })
    .await;
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: Some("queries"),
        ty: wgpu::QueryType::Occlusion,
        count: 1,
    });
    let shader = "@compute @workgroup_size(1) fn main() {}";
    let pipeline = kit::compute_pipeline(&device, shader, "main");
    // A command that needs a feature which is off, found when the encoder is finished.
    let featureless = || {
        let mut encoder = kit::encoder(&device);
        encoder.begin_compute_pass(&Default::default()).write_timestamp(&queries, 0);
        encoder
    };
    let early = featureless();
    let mut early_query = kit::encoder(&device);
    early_query.resolve_query_set(&no_queries, 0..1, &storage, 0);
    let mut other_pass = kit::encoder(&device);
    let open_other = other_pass.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).forget_lifetime();
    device.destroy();

    r.told("a feature that is off, from before", &device, || early.finish()).await;
    r.told("resolve_query_set from before", &device, || early_query.finish()).await;
    r.told("the end of a pass from before", &device, || drop(open_other)).await;
    r.told("finish after that", &device, || other_pass.finish()).await;
    r.told("a feature that is off", &device, || featureless().finish()).await;
    r.told("resolve_query_set", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.resolve_query_set(&no_queries, 0..1, &storage, 0);
        encoder.finish()
    })
    .await;
    r.told("clear_buffer", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.clear_buffer(&invalid, 0, None);
        encoder.finish()
    })
    .await;
    r.told("write_timestamp of a pass", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.begin_compute_pass(&Default::default()).write_timestamp(&no_queries, 0);
        encoder.finish()
    })
    .await;
    r.told("a pass over a pass", &device, || {
        let mut encoder = kit::encoder(&device);
        let one = encoder.begin_compute_pass(&Default::default()).forget_lifetime();
        let two = encoder.begin_compute_pass(&Default::default()).forget_lifetime();
        drop(two);
        drop(one);
        encoder.finish()
    })
    .await;
    for (name, buffer, range, mode) in [
        ("map, unaligned", &unaligned, 4..8, wgpu::MapMode::Read),
        ("map, without the usage", &unusable, 0..8, wgpu::MapMode::Write),
        ("map", &good, 0..8, wgpu::MapMode::Read),
        ("map, destroyed", &destroyed, 0..8, wgpu::MapMode::Read),
    ] {
        let (sender, answer) = std::sync::mpsc::channel();
        r.told(name, &device, || {
            buffer.map_async(mode, range, move |result| sender.send(result.is_ok()).unwrap());
            let _ = device.poll(wgpu::PollType::wait_indefinitely());
        })
        .await;
        r.text(format!("{name}, answer"), format!("{:?}", answer.try_recv()));
        r.number(format!("{name}, no range"), buffer.get_mapped_range(..).is_err());
    }
    r.told("write_buffer", &device, || queue.write_buffer(&storage, 2, &[0; 4])).await;
    r.told("write_buffer_with", &device, || {
        queue.write_buffer_with(&storage, 2, wgpu::BufferSize::new(4).unwrap()).is_none()
    })
    .await;
    r.told("write_texture", &device, || {
        queue.write_texture(
            texture.as_image_copy(),
            &[0; 4],
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: None, rows_per_image: None },
            wgpu::Extent3d { width: 9, height: 9, depth_or_array_layers: 9 },
        );
    })
    .await;
    r.told("submit", &device, || queue.submit([kit::encoder(&device).finish()])).await;
    r.told("view", &device, || {
        texture.create_view(&wgpu::TextureViewDescriptor { base_mip_level: 9, ..Default::default() })
    })
    .await;
    r.told("query set", &device, || {
        let ty = wgpu::QueryType::PipelineStatistics(wgpu::PipelineStatisticsTypes::all());
        device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("queries"), ty, count: 1 })
    })
    .await;
    r.told("bind group layout of a pipeline", &device, || pipeline.get_bind_group_layout(3)).await;
    r.told("shader", &device, || kit::shader(&device, "!")).await;
    r.told("texture", &device, || {
        kit::texture_2d(&device, [4, 4], wgpu::TextureFormat::NV12, wgpu::TextureUsages::TEXTURE_BINDING)
    })
    .await;
    r.told("sampler", &device, || {
        device.create_sampler(&wgpu::SamplerDescriptor {
            address_mode_u: wgpu::AddressMode::ClampToBorder,
            ..Default::default()
        })
    })
    .await;
    r.told("bundle encoder", &device, || {
        device.create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
            multiview: std::num::NonZeroU32::new(3),
            color_formats: &[Some(format)],
            ..Default::default()
        })
    })
    .await;
}
