//! Objects of another device are refused wherever they turn up.

use super::{gpu::*, *};

const COPIED: GpuBufferUsage = GpuBufferUsage::COPY_SRC.union(GpuBufferUsage::COPY_DST);

fn texture(device: &GpuDevice) -> GpuTexture {
    device.create_texture(&TEXTURE)
}

fn layout(device: &GpuDevice, entries: &[GpuBindGroupLayoutEntry]) -> GpuBindGroupLayout {
    let descriptor = GpuBindGroupLayoutDescriptor { entries: entries.to_vec(), label: None };
    device.create_bind_group_layout(&descriptor)
}

fn empty_group(device: &GpuDevice) -> GpuBindGroup {
    let layout = layout(device, &[]);
    device.create_bind_group(&GpuBindGroupDescriptor { layout: &layout, entries: vec![], label: None })
}

fn queries(device: &GpuDevice) -> GpuQuerySet {
    let descriptor = GpuQuerySetDescriptor { type_: GpuQueryType::Occlusion, count: 1, label: None };
    device.create_query_set(&descriptor).expect("occlusion queries need no feature")
}

fn pipeline(device: &GpuDevice) -> GpuRenderPipeline {
    let module = kit::shader(device, kit::DRAW);
    device.create_render_pipeline(draw_descriptor(&module))
}

pub async fn buffer_copied(gpu: &Gpu) -> Answer {
    let other = gpu.other().await;
    let (mine, foreign) = (gpu.buffer(16, COPIED), kit::buffer(&other, 16, COPIED));
    gpu.records(|encoder| encoder.copy_buffer_to_buffer(&foreign, None, &mine, None, None)).await
}

pub async fn buffer_copied_to(gpu: &Gpu) -> Answer {
    let other = gpu.other().await;
    let (mine, foreign) = (gpu.buffer(16, COPIED), kit::buffer(&other, 16, COPIED));
    gpu.records(|encoder| encoder.copy_buffer_to_buffer(&mine, None, &foreign, None, None)).await
}

pub async fn buffer_cleared(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, COPIED);
    gpu.records(|encoder| encoder.clear_buffer(&foreign, None, None)).await
}

pub async fn buffer_written_by_the_queue(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, COPIED);
    gpu.answers(async || gpu.queue.write_buffer_with_copy(&foreign, 0, &[1; 16], None, None)).await
}

pub async fn buffer_bound(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, GpuBufferUsage::STORAGE);
    let layout = gpu.layout(&[storage_entry(0)]);
    gpu.raises(|| gpu.group(&layout, vec![GpuBindingResource::GpuBuffer(&foreign)])).await
}

pub async fn buffer_of_vertices(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, GpuBufferUsage::VERTEX);
    gpu.renders(|pass| pass.set_vertex_buffer(0, Some(&foreign), None, None)).await
}

pub async fn buffer_of_indices(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, GpuBufferUsage::INDEX);
    gpu.renders(|pass| pass.set_index_buffer(&foreign, GpuIndexFormat::Uint32, None, None)).await
}

pub async fn buffer_of_vertices_in_a_bundle(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, GpuBufferUsage::VERTEX);
    gpu.bundles(|bundle| bundle.set_vertex_buffer(0, Some(&foreign), None, None)).await
}

pub async fn buffer_of_nothing_for_vertices(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 0, GpuBufferUsage::VERTEX);
    gpu.renders(|pass| pass.set_vertex_buffer(0, Some(&foreign), None, None)).await
}

pub async fn buffer_of_nothing_for_indices_in_a_bundle(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 0, GpuBufferUsage::INDEX);
    gpu.bundles(|bundle| bundle.set_index_buffer(&foreign, GpuIndexFormat::Uint32, None, None)).await
}

pub async fn buffer_of_arguments(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, GpuBufferUsage::INDIRECT);
    let pipeline = gpu.drawing(|_| {});
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        pass.draw_indirect(&foreign, 0);
    })
    .await
}

pub async fn buffer_of_arguments_to_a_dispatch(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, GpuBufferUsage::INDIRECT);
    let module = kit::shader(gpu, "@compute @workgroup_size(1) fn main() {}");
    let pipeline = kit::pipeline(gpu, &module);
    gpu.computes(|pass| {
        pass.set_pipeline(&pipeline);
        pass.dispatch_workgroups_indirect(&foreign, 0);
    })
    .await
}

pub async fn buffer_of_query_results(gpu: &Gpu) -> Answer {
    let foreign = kit::buffer(&gpu.other().await, 16, GpuBufferUsage::QUERY_RESOLVE);
    let queries = gpu.occlusion(1);
    gpu.records(|encoder| encoder.resolve_query_set(&queries, 0, 1, &foreign, 0)).await
}

pub async fn texture_copied_to(gpu: &Gpu) -> Answer {
    let (mine, foreign) = (texture(gpu), texture(&gpu.other().await));
    gpu.records(|encoder| encoder.copy_texture_to_texture(&texels(&mine), &texels(&foreign), size(8, 8)))
        .await
}

pub async fn texture_copied_to_a_buffer(gpu: &Gpu) -> Answer {
    let (foreign, buffer) = (texture(&gpu.other().await), gpu.buffer(4096, COPIED));
    gpu.records(|encoder| encoder.copy_texture_to_buffer(&texels(&foreign), &rows(&buffer), size(8, 8))).await
}

pub async fn texture_written_by_the_queue(gpu: &Gpu) -> Answer {
    let foreign = texture(&gpu.other().await);
    let layout = GpuTexelCopyBufferLayout { offset: None, bytes_per_row: Some(32), rows_per_image: None };
    gpu.raises(|| gpu.queue.write_texture_with_copy(&texels(&foreign), &[1; 256], layout, size(8, 8))).await
}

pub async fn texture_bound(gpu: &Gpu) -> Answer {
    let foreign = texture(&gpu.other().await);
    let layout = gpu.layout(&[texture_entry(0)]);
    gpu.raises(|| gpu.group(&layout, vec![GpuBindingResource::GpuTexture(&foreign)])).await
}

pub async fn view_bound(gpu: &Gpu) -> Answer {
    let foreign = texture(&gpu.other().await).create_view(None);
    let layout = gpu.layout(&[texture_entry(0)]);
    gpu.raises(|| gpu.group(&layout, vec![GpuBindingResource::GpuTextureView(&foreign)])).await
}

pub async fn view_rendered_to(gpu: &Gpu) -> Answer {
    let foreign = texture(&gpu.other().await).create_view(None);
    gpu.renders_to(&pass([color(&foreign)]), |_| {}).await
}

pub async fn view_resolved_to(gpu: &Gpu) -> Answer {
    let foreign = texture(&gpu.other().await).create_view(None);
    let sampled =
        gpu.create_texture(&GpuTextureDescriptor { sample_count: Some(4), ..TEXTURE }).create_view(None);
    let attachment = GpuRenderPassColorAttachment { resolve_target: Some(&foreign), ..color(&sampled) };
    gpu.renders_to(&pass([attachment]), |_| {}).await
}

pub async fn sampler_bound(gpu: &Gpu) -> Answer {
    let foreign = gpu.other().await.create_sampler(None);
    let layout = gpu.layout(&[sampler_entry(0)]);
    gpu.raises(|| gpu.group(&layout, vec![GpuBindingResource::GpuSampler(&foreign)])).await
}

pub async fn layout_of_a_group(gpu: &Gpu) -> Answer {
    let foreign = layout(&gpu.other().await, &[]);
    gpu.raises(|| gpu.group(&foreign, vec![])).await
}

pub async fn layout_in_a_pipeline_layout(gpu: &Gpu) -> Answer {
    let foreign = layout(&gpu.other().await, &[]);
    gpu.raises(|| gpu.pipeline_layout(&[&foreign])).await
}

pub async fn layout_of_a_pipeline(gpu: &Gpu) -> Answer {
    let foreign = gpu.other().await.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
        bind_group_layouts: vec![],
        immediate_size: None,
        label: None,
    });
    let module = kit::shader(gpu, "@compute @workgroup_size(1) fn main() {}");
    gpu.raises(|| {
        let layout = GpuLayoutMode::Specific(&foreign);
        gpu.create_compute_pipeline(GpuComputePipelineDescriptor {
            layout,
            ..kit::compute_descriptor(&module)
        })
    })
    .await
}

pub async fn module_of_a_compute_pipeline(gpu: &Gpu) -> Answer {
    let foreign = kit::shader(&gpu.other().await, kit::DOUBLE);
    gpu.raises(|| kit::pipeline(gpu, &foreign)).await
}

pub async fn module_of_a_render_pipeline(gpu: &Gpu) -> Answer {
    let foreign = kit::shader(&gpu.other().await, kit::DRAW);
    gpu.raises(|| gpu.create_render_pipeline(draw_descriptor(&foreign))).await
}

pub async fn module_of_an_async_pipeline(gpu: &Gpu) -> Answer {
    let foreign = kit::shader(&gpu.other().await, kit::DOUBLE);
    gpu.answers(async || gpu.create_compute_pipeline_async(kit::compute_descriptor(&foreign)).await).await
}

pub async fn compute_pipeline_set(gpu: &Gpu) -> Answer {
    let other = gpu.other().await;
    let foreign = kit::pipeline(&other, &kit::shader(&other, kit::DOUBLE));
    gpu.computes(|pass| pass.set_pipeline(&foreign)).await
}

pub async fn render_pipeline_set(gpu: &Gpu) -> Answer {
    let foreign = pipeline(&gpu.other().await);
    gpu.renders(|pass| pass.set_pipeline(&foreign)).await
}

pub async fn render_pipeline_set_in_a_bundle(gpu: &Gpu) -> Answer {
    let foreign = pipeline(&gpu.other().await);
    gpu.bundles(|bundle| bundle.set_pipeline(&foreign)).await
}

pub async fn group_set_in_a_compute_pass(gpu: &Gpu) -> Answer {
    let foreign = empty_group(&gpu.other().await);
    gpu.computes(|pass| {
        pass.set_bind_group(0, Some(&foreign), None, None, None).expect("no offsets are needed");
    })
    .await
}

pub async fn group_set_in_a_render_pass(gpu: &Gpu) -> Answer {
    let foreign = empty_group(&gpu.other().await);
    gpu.renders(|pass| {
        pass.set_bind_group(0, Some(&foreign), None, None, None).expect("no offsets are needed");
    })
    .await
}

pub async fn group_set_in_a_bundle(gpu: &Gpu) -> Answer {
    let foreign = empty_group(&gpu.other().await);
    gpu.bundles(|bundle| {
        bundle.set_bind_group(0, Some(&foreign), None, None, None).expect("no offsets are needed");
    })
    .await
}

pub async fn bundle_executed(gpu: &Gpu) -> Answer {
    let foreign = gpu.other().await.create_render_bundle_encoder(&bundle_descriptor()).finish(None);
    gpu.renders(|pass| pass.execute_bundles(&[&foreign])).await
}

pub async fn queries_resolved(gpu: &Gpu) -> Answer {
    let (foreign, target) = (queries(&gpu.other().await), gpu.buffer(16, GpuBufferUsage::QUERY_RESOLVE));
    gpu.records(|encoder| encoder.resolve_query_set(&foreign, 0, 1, &target, 0)).await
}

pub async fn queries_of_a_pass(gpu: &Gpu) -> Answer {
    let (view, foreign) = (texture(gpu).create_view(None), queries(&gpu.other().await));
    let descriptor = GpuRenderPassDescriptor { occlusion_query_set: Some(&foreign), ..pass([color(&view)]) };
    gpu.renders_to(&descriptor, |_| {}).await
}

pub async fn commands_submitted(gpu: &Gpu) -> Answer {
    let foreign = kit::encoder(&gpu.other().await).finish(None);
    gpu.raises(|| gpu.queue.submit(&[&foreign])).await
}

// An error belongs to the device of the object that is misused.
pub async fn error_of_another_device(gpu: &Gpu) -> Answer {
    let other = gpu.other().await;
    gpu.raises(|| kit::buffer(&other, u64::MAX, COPIED)).await
}
