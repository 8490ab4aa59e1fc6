//! A device that was destroyed: every call goes on, and nothing is said any more.

use super::{gpu::*, *};

/// Destroys the device; what `misuse` does on it then has to raise no error.
async fn lost<T>(gpu: &Gpu, misuse: impl FnOnce() -> T) -> Answer {
    gpu.destroy();
    gpu.raises(misuse).await
}

pub async fn destroy(gpu: &Gpu) -> Answer {
    lost(gpu, || gpu.destroy()).await
}

pub async fn create_buffer(gpu: &Gpu) -> Answer {
    lost(gpu, || gpu.buffer(u64::MAX, GpuBufferUsage::empty())).await
}

pub async fn create_buffer_mapped(gpu: &Gpu) -> Answer {
    lost(gpu, || {
        let buffer = gpu.create_buffer(&GpuBufferDescriptor {
            size: 16,
            usage: GpuBufferUsage::COPY_SRC,
            mapped_at_creation: Some(true),
            label: None,
        });
        let _ = buffer.get_mapped_range_set_with_copy(&[1; 16], None, None);
        let _ = buffer.get_mapped_range_get_with_copy(None, None);
        buffer.unmap()
    })
    .await
}

pub async fn create_texture(gpu: &Gpu) -> Answer {
    lost(gpu, || gpu.create_texture(&TEXTURE).create_view(None)).await
}

pub async fn create_sampler(gpu: &Gpu) -> Answer {
    lost(gpu, || gpu.create_sampler(None)).await
}

pub async fn create_layouts_and_groups(gpu: &Gpu) -> Answer {
    lost(gpu, || {
        let layout = gpu.layout(&[ENTRY]);
        (gpu.pipeline_layout(&[&layout]), gpu.group(&layout, vec![]))
    })
    .await
}

pub async fn create_shader_module(gpu: &Gpu) -> Answer {
    lost(gpu, || kit::shader(gpu, "this is not WGSL")).await
}

pub async fn create_compute_pipeline(gpu: &Gpu) -> Answer {
    let module = kit::shader(gpu, kit::DOUBLE);
    lost(gpu, || kit::pipeline(gpu, &module).get_bind_group_layout(9)).await
}

pub async fn create_render_pipeline(gpu: &Gpu) -> Answer {
    lost(gpu, || gpu.drawing(|_| {}).get_bind_group_layout(9)).await
}

// A pipeline that nobody can use is as good as any.
pub async fn create_compute_pipeline_async(gpu: &Gpu) -> Answer {
    let module = kit::shader(gpu, kit::DOUBLE);
    gpu.destroy();
    gpu.answers(async || gpu.create_compute_pipeline_async(kit::compute_descriptor(&module)).await).await
}

pub async fn create_render_pipeline_async(gpu: &Gpu) -> Answer {
    let module = kit::shader(gpu, kit::DRAW);
    gpu.destroy();
    gpu.answers(async || gpu.create_render_pipeline_async(draw_descriptor(&module)).await).await
}

pub async fn create_render_bundle(gpu: &Gpu) -> Answer {
    lost(gpu, || {
        let bundle = gpu.bundle_encoder();
        bundle.draw(3, None, None, None);
        bundle.finish(None)
    })
    .await
}

pub async fn create_query_set(gpu: &Gpu) -> Answer {
    lost(gpu, || gpu.occlusion(1)).await
}

pub async fn record_and_submit(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, GpuBufferUsage::COPY_DST);
    lost(gpu, || {
        let encoder = kit::encoder(gpu);
        encoder.clear_buffer(&buffer, Some(1), None);
        gpu.queue.submit(&[&encoder.finish(None)]);
    })
    .await
}

pub async fn pass_that_is_open(gpu: &Gpu) -> Answer {
    let pipeline = gpu.doubling();
    let encoder = kit::encoder(gpu);
    let pass = encoder.begin_compute_pass(None);
    lost(gpu, || {
        pass.set_pipeline(&pipeline);
        pass.dispatch_workgroups(1, None, None);
        pass.end();
        gpu.queue.submit(&[&encoder.finish(None)]);
    })
    .await
}

pub async fn render_pass_that_is_open(gpu: &Gpu) -> Answer {
    let (pipeline, view) = (gpu.drawing(|_| {}), gpu.create_texture(&TEXTURE).create_view(None));
    let encoder = kit::encoder(gpu);
    let pass = encoder.begin_render_pass(&pass([color(&view)]));
    lost(gpu, || {
        pass.set_pipeline(&pipeline);
        pass.draw(3, None, None, None);
        drop(pass);
        gpu.queue.submit(&[&encoder.finish(None)]);
    })
    .await
}

pub async fn commands_recorded_before(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, GpuBufferUsage::COPY_DST);
    let encoder = kit::encoder(gpu);
    encoder.clear_buffer(&buffer, None, None);
    let commands = encoder.finish(None);
    lost(gpu, || gpu.queue.submit(&[&commands])).await
}

pub async fn write_buffer(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, GpuBufferUsage::COPY_DST);
    lost(gpu, || gpu.queue.write_buffer_with_copy(&buffer, 64, &[1; 16], None, None)).await
}

pub async fn write_texture(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    let layout = GpuTexelCopyBufferLayout { offset: None, bytes_per_row: Some(1), rows_per_image: None };
    lost(gpu, || gpu.queue.write_texture_with_copy(&texels(&texture), &[1; 256], layout, size(8, 8))).await
}

pub async fn work_done(gpu: &Gpu) -> Answer {
    gpu.destroy();
    gpu.queue.on_submitted_work_done().await;
    Answer::quiet()
}

pub async fn map(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, GpuBufferUsage::MAP_READ);
    gpu.destroy();
    gpu.answers(async || buffer.map_async(GpuMapMode::READ, None, None).await).await
}

pub async fn unmap(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, GpuBufferUsage::MAP_READ);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    gpu.destroy();
    gpu.answers(async || buffer.unmap()).await
}

pub async fn every_handle_dropped(gpu: &Gpu) -> Answer {
    let (buffer, texture) = (gpu.buffer(16, GpuBufferUsage::MAP_READ), gpu.create_texture(&TEXTURE));
    let (pipeline, queries) = (gpu.doubling(), gpu.occlusion(1));
    let encoder = kit::encoder(gpu);
    let pass = encoder.begin_compute_pass(None);
    lost(gpu, || drop((encoder, queries, pipeline, pass, texture, buffer))).await
}

pub async fn pop_of_no_error_scope(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    device.destroy();
    gpu.answers(async || device.pop_error_scope().await).await
}

pub async fn lost_by_the_hundred(gpu: &Gpu) -> Answer {
    let before: Vec<_> = (0..100).map(|_| gpu.lost()).collect();
    gpu.destroy();
    let mut destroyed = 0;
    for lost in before.into_iter().chain((0..100).map(|_| gpu.lost())) {
        destroyed += u32::from(matches!(lost.await.reason(), GpuDeviceLostReason::Destroyed));
    }
    Answer::that(destroyed == 200, "each one resolves, with the reason")
}

pub async fn uncaptured_errors(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    let mut errors = device.on_uncaptured_error();
    device.destroy();
    drop(kit::buffer(&device, 16, GpuBufferUsage::empty()));
    Answer::that(errors.next().await.is_none(), "the stream ends")
}
