//! Handles go in any order, and what was made from them stays good.

use super::{gpu::*, *};

const COPIED: GpuBufferUsage = GpuBufferUsage::COPY_SRC.union(GpuBufferUsage::COPY_DST);

pub async fn device_before_its_objects(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    let (buffer, texture) = (kit::buffer(&device, 16, COPIED), device.create_texture(&TEXTURE));
    let (encoder, queue) = (kit::encoder(&device), device.queue());
    drop(device);
    encoder.clear_buffer(&buffer, None, None);
    let view = texture.create_view(None);
    encoder.begin_render_pass(&pass([color(&view)])).end();
    queue.submit(&[&encoder.finish(None)]);
    queue.on_submitted_work_done().await;
    Answer::of(queue.write_buffer_with_copy(&buffer, 0, &[1; 16], None, None))
}

pub async fn queue_before_its_device(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    drop(device.queue());
    gpu.raises(|| device.queue().submit(&[&kit::encoder(&device).finish(None)])).await
}

pub async fn adapter_before_its_device(_: &Gpu) -> Answer {
    let adapter = kit::adapter().await;
    let device = adapter.request_device(None).await.expect("the adapter gives a device");
    drop(adapter);
    let data = kit::storage(&device, &[5]);
    Answer::that(kit::read(&device, &data).await == [5], "the device works")
}

pub async fn texture_before_its_view(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    let view = texture.create_view(None);
    drop(texture);
    gpu.submits(|encoder| encoder.begin_render_pass(&pass([color(&view)])).end()).await
}

pub async fn everything_before_its_bind_group(gpu: &Gpu) -> Answer {
    let pipeline = gpu.doubling();
    let group = kit::bind(gpu, &pipeline.get_bind_group_layout(0), &kit::storage(gpu, &[1; 16]));
    gpu.submits(|encoder| {
        let pass = encoder.begin_compute_pass(None);
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed");
        drop(group);
        drop(pipeline);
        pass.dispatch_workgroups(1, None, None);
        pass.end();
    })
    .await
}

pub async fn module_and_layout_before_their_pipeline(gpu: &Gpu) -> Answer {
    let pipeline = {
        let module = kit::shader(gpu, kit::DOUBLE);
        let layout = gpu.pipeline_layout(&[&gpu.layout(&[storage_entry(0)])]);
        gpu.create_compute_pipeline(GpuComputePipelineDescriptor {
            layout: GpuLayoutMode::Specific(&layout),
            ..kit::compute_descriptor(&module)
        })
    };
    gpu.raises(|| pipeline.get_bind_group_layout(0)).await
}

pub async fn encoder_before_its_pass(gpu: &Gpu) -> Answer {
    let (encoder, pipeline) = (kit::encoder(gpu), gpu.drawing(|_| {}));
    let view = gpu.create_texture(&TEXTURE).create_view(None);
    let pass = encoder.begin_render_pass(&pass([color(&view)]));
    drop((view, encoder));
    gpu.raises(|| {
        pass.set_pipeline(&pipeline);
        pass.draw(3, None, None, None);
        pass.end();
    })
    .await
}

pub async fn encoder_before_its_commands(gpu: &Gpu) -> Answer {
    let encoder = kit::encoder(gpu);
    let commands = encoder.finish(None);
    drop(encoder);
    gpu.raises(|| gpu.queue.submit(&[&commands])).await
}

pub async fn buffers_before_the_submit(gpu: &Gpu) -> Answer {
    gpu.submits(|encoder| {
        for _ in 0..100 {
            encoder.clear_buffer(&gpu.buffer(4096, COPIED), None, None);
        }
    })
    .await
}

pub async fn buffer_before_the_work_is_done(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(1 << 20, COPIED);
    let answer = gpu.submits(|encoder| encoder.clear_buffer(&buffer, None, None)).await;
    buffer.destroy();
    drop(buffer);
    gpu.queue.on_submitted_work_done().await;
    answer
}

pub async fn buffer_while_it_is_mapped(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, GpuBufferUsage::MAP_READ);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    gpu.raises(|| drop(buffer)).await
}

pub async fn bundle_encoder_before_its_bundle(gpu: &Gpu) -> Answer {
    let bundle = {
        let encoder = gpu.bundle_encoder();
        encoder.set_pipeline(&gpu.drawing(|_| {}));
        encoder.draw(3, None, None, None);
        encoder.finish(None)
    };
    let view = gpu.create_texture(&TEXTURE).create_view(None);
    gpu.submits(|encoder| {
        let pass = encoder.begin_render_pass(&pass([color(&view)]));
        pass.execute_bundles(&[&bundle]);
        drop(bundle);
        pass.end();
    })
    .await
}

pub async fn query_set_before_it_is_resolved(gpu: &Gpu) -> Answer {
    let target = gpu.buffer(16, GpuBufferUsage::QUERY_RESOLVE);
    gpu.submits(|encoder| encoder.resolve_query_set(&gpu.occlusion(1), 0, 1, &target, 0)).await
}

pub async fn compilation_info_before_its_messages(gpu: &Gpu) -> Answer {
    let (module, _) = kit::caught(gpu, || kit::shader(gpu, "this is not WGSL")).await;
    let info = module.get_compilation_info().await;
    drop(module);
    let messages = info.messages();
    drop(info);
    Answer::that(messages.iter().all(|message| !message.message().is_empty()), "they can be read")
}

pub async fn device_between_push_and_pop(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    device.push_error_scope(GpuErrorFilter::Validation);
    let buffer = kit::buffer(&device, 16, COPIED);
    drop(device);
    gpu.raises(|| buffer.destroy()).await
}

pub async fn device_while_its_errors_are_read(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    let (errors, lost) = (device.on_uncaptured_error(), device.lost());
    drop(kit::buffer(&device, 16, GpuBufferUsage::empty()));
    drop(device);
    drop(errors);
    drop(lost);
    Answer::quiet()
}

pub async fn everything_backwards_by_the_hundred(gpu: &Gpu) -> Answer {
    for _ in 0..100 {
        let gpu_handle = get_gpu();
        let adapter = gpu_handle.request_adapter(None).await.expect("there is an adapter");
        drop(gpu_handle);
        let info = adapter.info();
        let limits = adapter.limits();
        drop(adapter);
        let _ = (info.description(), limits.max_bind_groups());
    }
    gpu.raises(|| ()).await
}
