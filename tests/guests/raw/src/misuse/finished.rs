//! Every call on an encoder that is finished and on a pass that has ended is a validation error, at once.

use super::{gpu::*, *};

async fn encoder(gpu: &Gpu, misuse: impl FnOnce(&GpuCommandEncoder)) -> Answer {
    let encoder = kit::encoder(gpu);
    drop(encoder.finish(None));
    gpu.raises(|| misuse(&encoder)).await
}

async fn compute_pass(gpu: &Gpu, misuse: impl FnOnce(&GpuComputePassEncoder)) -> Answer {
    let encoder = kit::encoder(gpu);
    let pass = encoder.begin_compute_pass(None);
    pass.end();
    let answer = gpu.raises(|| misuse(&pass)).await;
    // The encoder is not affected.
    gpu.queue.submit(&[&encoder.finish(None)]);
    answer
}

async fn render_pass(gpu: &Gpu, misuse: impl FnOnce(&GpuRenderPassEncoder)) -> Answer {
    let encoder = kit::encoder(gpu);
    let view = gpu.create_texture(&TEXTURE).create_view(None);
    let pass = encoder.begin_render_pass(&pass([color(&view)]));
    pass.end();
    let answer = gpu.raises(|| misuse(&pass)).await;
    gpu.queue.submit(&[&encoder.finish(None)]);
    answer
}

async fn bundle(gpu: &Gpu, misuse: impl FnOnce(&GpuRenderBundleEncoder)) -> Answer {
    let bundle = gpu.bundle_encoder();
    drop(bundle.finish(None));
    gpu.raises(|| misuse(&bundle)).await
}

/// A buffer for everything.
fn buffer(gpu: &Gpu) -> GpuBuffer {
    gpu.buffer(
        4096,
        GpuBufferUsage::COPY_SRC
            | GpuBufferUsage::COPY_DST
            | GpuBufferUsage::VERTEX
            | GpuBufferUsage::INDEX
            | GpuBufferUsage::INDIRECT
            | GpuBufferUsage::QUERY_RESOLVE,
    )
}

pub async fn encoder_finish(gpu: &Gpu) -> Answer {
    encoder(gpu, |encoder| drop(encoder.finish(None))).await
}

pub async fn encoder_begin_compute_pass(gpu: &Gpu) -> Answer {
    encoder(gpu, |encoder| encoder.begin_compute_pass(None).end()).await
}

pub async fn encoder_begin_render_pass(gpu: &Gpu) -> Answer {
    let view = gpu.create_texture(&TEXTURE).create_view(None);
    encoder(gpu, |encoder| encoder.begin_render_pass(&pass([color(&view)])).end()).await
}

pub async fn encoder_copy_buffer_to_buffer(gpu: &Gpu) -> Answer {
    let (a, b) = (buffer(gpu), buffer(gpu));
    encoder(gpu, |encoder| encoder.copy_buffer_to_buffer(&a, None, &b, None, None)).await
}

pub async fn encoder_copy_buffer_to_texture(gpu: &Gpu) -> Answer {
    let (buffer, texture) = (buffer(gpu), gpu.create_texture(&TEXTURE));
    encoder(gpu, |encoder| encoder.copy_buffer_to_texture(&rows(&buffer), &texels(&texture), size(8, 8)))
        .await
}

pub async fn encoder_copy_texture_to_buffer(gpu: &Gpu) -> Answer {
    let (buffer, texture) = (buffer(gpu), gpu.create_texture(&TEXTURE));
    encoder(gpu, |encoder| encoder.copy_texture_to_buffer(&texels(&texture), &rows(&buffer), size(8, 8)))
        .await
}

pub async fn encoder_copy_texture_to_texture(gpu: &Gpu) -> Answer {
    let (a, b) = (gpu.create_texture(&TEXTURE), gpu.create_texture(&TEXTURE));
    encoder(gpu, |encoder| encoder.copy_texture_to_texture(&texels(&a), &texels(&b), size(8, 8))).await
}

pub async fn encoder_clear_buffer(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    encoder(gpu, |encoder| encoder.clear_buffer(&buffer, None, None)).await
}

pub async fn encoder_resolve_query_set(gpu: &Gpu) -> Answer {
    let (queries, buffer) = (gpu.occlusion(1), buffer(gpu));
    encoder(gpu, |encoder| encoder.resolve_query_set(&queries, 0, 1, &buffer, 0)).await
}

pub async fn encoder_push_debug_group(gpu: &Gpu) -> Answer {
    encoder(gpu, |encoder| encoder.push_debug_group("late")).await
}

pub async fn encoder_pop_debug_group(gpu: &Gpu) -> Answer {
    encoder(gpu, |encoder| encoder.pop_debug_group()).await
}

pub async fn encoder_insert_debug_marker(gpu: &Gpu) -> Answer {
    encoder(gpu, |encoder| encoder.insert_debug_marker("late")).await
}

pub async fn compute_pass_end(gpu: &Gpu) -> Answer {
    compute_pass(gpu, |pass| pass.end()).await
}

pub async fn compute_pass_set_pipeline(gpu: &Gpu) -> Answer {
    let pipeline = gpu.doubling();
    compute_pass(gpu, |pass| pass.set_pipeline(&pipeline)).await
}

pub async fn compute_pass_dispatch_workgroups(gpu: &Gpu) -> Answer {
    compute_pass(gpu, |pass| pass.dispatch_workgroups(1, None, None)).await
}

pub async fn compute_pass_dispatch_workgroups_indirect(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    compute_pass(gpu, |pass| pass.dispatch_workgroups_indirect(&buffer, 0)).await
}

pub async fn compute_pass_push_debug_group(gpu: &Gpu) -> Answer {
    compute_pass(gpu, |pass| pass.push_debug_group("late")).await
}

pub async fn compute_pass_pop_debug_group(gpu: &Gpu) -> Answer {
    compute_pass(gpu, |pass| pass.pop_debug_group()).await
}

pub async fn compute_pass_insert_debug_marker(gpu: &Gpu) -> Answer {
    compute_pass(gpu, |pass| pass.insert_debug_marker("late")).await
}

pub async fn compute_pass_set_bind_group(gpu: &Gpu) -> Answer {
    let group = gpu.group(&gpu.layout(&[]), vec![]);
    compute_pass(gpu, |pass| {
        pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed")
    })
    .await
}

pub async fn compute_pass_set_immediates(gpu: &Gpu) -> Answer {
    compute_pass(gpu, |pass| pass.set_immediates(0, &[], None, None)).await
}

pub async fn render_pass_end(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.end()).await
}

pub async fn render_pass_set_viewport(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.set_viewport(0.0, 0.0, 8.0, 8.0, 0.0, 1.0)).await
}

pub async fn render_pass_set_scissor_rect(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.set_scissor_rect(0, 0, 8, 8)).await
}

pub async fn render_pass_set_blend_constant(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.set_blend_constant(GpuColor { r: 0.0, g: 0.0, b: 0.0, a: 0.0 })).await
}

pub async fn render_pass_set_stencil_reference(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.set_stencil_reference(1)).await
}

pub async fn render_pass_begin_occlusion_query(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.begin_occlusion_query(0)).await
}

pub async fn render_pass_end_occlusion_query(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.end_occlusion_query()).await
}

pub async fn render_pass_execute_bundles(gpu: &Gpu) -> Answer {
    let bundle = gpu.bundle_encoder().finish(None);
    render_pass(gpu, |pass| pass.execute_bundles(&[&bundle])).await
}

pub async fn render_pass_push_debug_group(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.push_debug_group("late")).await
}

pub async fn render_pass_pop_debug_group(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.pop_debug_group()).await
}

pub async fn render_pass_insert_debug_marker(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.insert_debug_marker("late")).await
}

pub async fn render_pass_set_bind_group(gpu: &Gpu) -> Answer {
    let group = gpu.group(&gpu.layout(&[]), vec![]);
    render_pass(gpu, |pass| {
        pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed")
    })
    .await
}

pub async fn render_pass_set_immediates(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.set_immediates(0, &[], None, None)).await
}

pub async fn render_pass_set_pipeline(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|_| {});
    render_pass(gpu, |pass| pass.set_pipeline(&pipeline)).await
}

pub async fn render_pass_set_index_buffer(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    render_pass(gpu, |pass| pass.set_index_buffer(&buffer, GpuIndexFormat::Uint16, None, None)).await
}

pub async fn render_pass_set_vertex_buffer(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    render_pass(gpu, |pass| pass.set_vertex_buffer(0, Some(&buffer), None, None)).await
}

pub async fn render_pass_draw(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.draw(3, None, None, None)).await
}

pub async fn render_pass_draw_indexed(gpu: &Gpu) -> Answer {
    render_pass(gpu, |pass| pass.draw_indexed(3, None, None, None, None)).await
}

pub async fn render_pass_draw_indirect(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    render_pass(gpu, |pass| pass.draw_indirect(&buffer, 0)).await
}

pub async fn render_pass_draw_indexed_indirect(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    render_pass(gpu, |pass| pass.draw_indexed_indirect(&buffer, 0)).await
}

pub async fn bundle_finish(gpu: &Gpu) -> Answer {
    bundle(gpu, |bundle| drop(bundle.finish(None))).await
}

pub async fn bundle_push_debug_group(gpu: &Gpu) -> Answer {
    bundle(gpu, |bundle| bundle.push_debug_group("late")).await
}

pub async fn bundle_pop_debug_group(gpu: &Gpu) -> Answer {
    bundle(gpu, |bundle| bundle.pop_debug_group()).await
}

pub async fn bundle_insert_debug_marker(gpu: &Gpu) -> Answer {
    bundle(gpu, |bundle| bundle.insert_debug_marker("late")).await
}

pub async fn bundle_set_bind_group(gpu: &Gpu) -> Answer {
    let group = gpu.group(&gpu.layout(&[]), vec![]);
    bundle(gpu, |bundle| {
        bundle.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed")
    })
    .await
}

pub async fn bundle_set_immediates(gpu: &Gpu) -> Answer {
    bundle(gpu, |bundle| bundle.set_immediates(0, &[], None, None)).await
}

pub async fn bundle_set_pipeline(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|_| {});
    bundle(gpu, |bundle| bundle.set_pipeline(&pipeline)).await
}

pub async fn bundle_set_index_buffer(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    bundle(gpu, |bundle| bundle.set_index_buffer(&buffer, GpuIndexFormat::Uint16, None, None)).await
}

pub async fn bundle_set_vertex_buffer(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    bundle(gpu, |bundle| bundle.set_vertex_buffer(0, Some(&buffer), None, None)).await
}

pub async fn bundle_draw(gpu: &Gpu) -> Answer {
    bundle(gpu, |bundle| bundle.draw(3, None, None, None)).await
}

pub async fn bundle_draw_indexed(gpu: &Gpu) -> Answer {
    bundle(gpu, |bundle| bundle.draw_indexed(3, None, None, None, None)).await
}

pub async fn bundle_draw_indirect(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    bundle(gpu, |bundle| bundle.draw_indirect(&buffer, 0)).await
}

pub async fn bundle_draw_indexed_indirect(gpu: &Gpu) -> Answer {
    let buffer = buffer(gpu);
    bundle(gpu, |bundle| bundle.draw_indexed_indirect(&buffer, 0)).await
}
