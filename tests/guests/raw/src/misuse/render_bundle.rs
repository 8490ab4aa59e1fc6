//! Bundles that can't be made. wgpu answers an error in one with a panic, the host must not.

use super::{gpu::*, *};

async fn descriptor(gpu: &Gpu, descriptor: GpuRenderBundleEncoderDescriptor) -> Answer {
    gpu.raises(|| gpu.create_render_bundle_encoder(&descriptor)).await
}

pub async fn no_attachments(gpu: &Gpu) -> Answer {
    descriptor(gpu, GpuRenderBundleEncoderDescriptor { color_formats: vec![], ..bundle_descriptor() }).await
}

pub async fn attachments_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = usize::try_from(gpu.limits().max_color_attachments()).unwrap_or(usize::MAX);
    let color_formats = vec![Some(GpuTextureFormat::R8unorm); limit + 1];
    descriptor(gpu, GpuRenderBundleEncoderDescriptor { color_formats, ..bundle_descriptor() }).await
}

pub async fn attachments_by_the_ten_thousand(gpu: &Gpu) -> Answer {
    let color_formats = vec![Some(GpuTextureFormat::R8unorm); 10_000];
    descriptor(gpu, GpuRenderBundleEncoderDescriptor { color_formats, ..bundle_descriptor() }).await
}

async fn executed(gpu: &Gpu, sample_count: u32) -> Answer {
    let descriptor =
        GpuRenderBundleEncoderDescriptor { sample_count: Some(sample_count), ..bundle_descriptor() };
    let bundle = gpu.create_render_bundle_encoder(&descriptor).finish(None);
    gpu.renders(|pass| pass.execute_bundles(&[&bundle])).await
}

// There is no pass for it.
pub async fn samples_of_three(gpu: &Gpu) -> Answer {
    executed(gpu, 3).await
}

pub async fn samples_of_32_bits(gpu: &Gpu) -> Answer {
    executed(gpu, u32::MAX).await
}

pub async fn color_as_depth(gpu: &Gpu) -> Answer {
    let depth_stencil_format = Some(GpuTextureFormat::Rgba8unorm);
    descriptor(gpu, GpuRenderBundleEncoderDescriptor { depth_stencil_format, ..bundle_descriptor() }).await
}

pub async fn depth_as_color(gpu: &Gpu) -> Answer {
    let color_formats = vec![Some(GpuTextureFormat::Depth32float)];
    descriptor(gpu, GpuRenderBundleEncoderDescriptor { color_formats, ..bundle_descriptor() }).await
}

pub async fn no_pipeline(gpu: &Gpu) -> Answer {
    gpu.bundles(|bundle| bundle.draw(3, None, None, None)).await
}

pub async fn no_pipeline_indexed(gpu: &Gpu) -> Answer {
    gpu.bundles(|bundle| bundle.draw_indexed(3, None, None, None, None)).await
}

pub async fn no_pipeline_indirect(gpu: &Gpu) -> Answer {
    let arguments = gpu.buffer(20, GpuBufferUsage::INDIRECT);
    gpu.bundles(|bundle| bundle.draw_indirect(&arguments, 0)).await
}

pub async fn pipeline_for_another_format(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|descriptor| {
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.targets = vec![target(GpuTextureFormat::Bgra8unorm)];
        }
    });
    gpu.bundles(|bundle| bundle.set_pipeline(&pipeline)).await
}

pub async fn pipeline_that_is_invalid(gpu: &Gpu) -> Answer {
    let (pipeline, _) = kit::caught(gpu, || gpu.drawing(|descriptor| descriptor.fragment = None)).await;
    gpu.bundles(|bundle| bundle.set_pipeline(&pipeline)).await
}

pub async fn vertex_buffer_missing(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing_vertices();
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.draw(3, None, None, None);
    })
    .await
}

pub async fn vertex_buffer_too_small(gpu: &Gpu) -> Answer {
    let (pipeline, vertices) = (gpu.drawing_vertices(), gpu.buffer(48, GpuBufferUsage::VERTEX));
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.set_vertex_buffer(0, Some(&vertices), None, None);
        bundle.draw(4, None, None, None);
    })
    .await
}

pub async fn vertex_buffer_without_the_usage(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::INDEX);
    gpu.bundles(|bundle| bundle.set_vertex_buffer(0, Some(&buffer), None, None)).await
}

pub async fn vertex_buffer_in_a_slot_of_32_bits(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::VERTEX);
    gpu.bundles(|bundle| bundle.set_vertex_buffer(u32::MAX, Some(&buffer), None, None)).await
}

pub async fn vertex_buffer_that_overflows(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::VERTEX);
    gpu.bundles(|bundle| bundle.set_vertex_buffer(0, Some(&buffer), Some(u64::MAX - 3), Some(u64::MAX))).await
}

pub async fn index_buffer_misaligned(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::INDEX);
    gpu.bundles(|bundle| bundle.set_index_buffer(&buffer, GpuIndexFormat::Uint32, Some(2), None)).await
}

pub async fn index_buffer_without_the_usage(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::VERTEX);
    gpu.bundles(|bundle| bundle.set_index_buffer(&buffer, GpuIndexFormat::Uint32, None, None)).await
}

pub async fn indices_beyond_the_buffer(gpu: &Gpu) -> Answer {
    let (pipeline, indices) = (gpu.drawing(|_| {}), gpu.buffer(12, GpuBufferUsage::INDEX));
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.set_index_buffer(&indices, GpuIndexFormat::Uint16, None, None);
        bundle.draw_indexed(7, None, None, None, None);
    })
    .await
}

pub async fn vertices_that_overflow(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|_| {});
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.draw(u32::MAX, None, Some(u32::MAX), None);
    })
    .await
}

pub async fn indirect_without_the_usage(gpu: &Gpu) -> Answer {
    let (pipeline, arguments) = (gpu.drawing(|_| {}), gpu.buffer(20, GpuBufferUsage::VERTEX));
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.draw_indirect(&arguments, 0);
    })
    .await
}

pub async fn indirect_that_overflows(gpu: &Gpu) -> Answer {
    let (pipeline, arguments) = (gpu.drawing(|_| {}), gpu.buffer(20, GpuBufferUsage::INDIRECT));
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.draw_indirect(&arguments, u64::MAX - 3);
    })
    .await
}

pub async fn indirect_beyond_the_buffer(gpu: &Gpu) -> Answer {
    let (pipeline, arguments) = (gpu.drawing(|_| {}), gpu.buffer(20, GpuBufferUsage::INDIRECT));
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.draw_indirect(&arguments, 16);
    })
    .await
}

pub async fn indirect_misaligned(gpu: &Gpu) -> Answer {
    let (pipeline, arguments) = (gpu.drawing(|_| {}), gpu.buffer(20, GpuBufferUsage::INDIRECT));
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.draw_indirect(&arguments, 2);
    })
    .await
}

/// With an index buffer, as indexed draws need one.
async fn indexed_indirect(gpu: &Gpu, offset: u64) -> Answer {
    let (pipeline, arguments) = (gpu.drawing(|_| {}), gpu.buffer(20, GpuBufferUsage::INDIRECT));
    let indices = gpu.buffer(12, GpuBufferUsage::INDEX);
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.set_index_buffer(&indices, GpuIndexFormat::Uint16, None, None);
        bundle.draw_indexed_indirect(&arguments, offset);
    })
    .await
}

pub async fn indexed_indirect_beyond_the_buffer(gpu: &Gpu) -> Answer {
    indexed_indirect(gpu, 4).await
}

pub async fn indexed_indirect_that_overflows(gpu: &Gpu) -> Answer {
    indexed_indirect(gpu, u64::MAX - 3).await
}

pub async fn indexed_indirect_without_indices(gpu: &Gpu) -> Answer {
    let (pipeline, arguments) = (gpu.drawing(|_| {}), gpu.buffer(20, GpuBufferUsage::INDIRECT));
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        bundle.draw_indexed_indirect(&arguments, 0);
    })
    .await
}

pub async fn group_at_an_index_of_32_bits(gpu: &Gpu) -> Answer {
    let group = gpu.group(&gpu.layout(&[]), vec![]);
    gpu.bundles(|bundle| {
        bundle.set_bind_group(u32::MAX, Some(&group), None, None, None).expect("no offsets are needed");
    })
    .await
}

pub async fn offsets_for_a_group_without(gpu: &Gpu) -> Answer {
    let group = gpu.group(&gpu.layout(&[]), vec![]);
    gpu.bundles(|bundle| {
        bundle
            .set_bind_group(0, Some(&group), Some(&[0; 1000]), None, None)
            .expect("the list is long enough");
    })
    .await
}

pub async fn offsets_from_beyond_the_list(gpu: &Gpu) -> Answer {
    let mut result = Ok(());
    let answer =
        gpu.bundles(|bundle| result = bundle.set_bind_group(0, None, Some(&[0]), Some(9), Some(9))).await;
    answer.then(Answer::of(result))
}

pub async fn immediates_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = gpu.limits().max_immediate_size();
    gpu.bundles(|bundle| bundle.set_immediates(limit, &[0; 4], None, None)).await
}

pub async fn immediates_at_32_bits(gpu: &Gpu) -> Answer {
    gpu.bundles(|bundle| bundle.set_immediates(u32::MAX - 3, &[0; 8], None, None)).await
}

pub async fn immediates_of_odd_size(gpu: &Gpu) -> Answer {
    gpu.bundles(|bundle| bundle.set_immediates(0, &[0; 3], None, None)).await
}

pub async fn pop_of_no_debug_group(gpu: &Gpu) -> Answer {
    gpu.bundles(|bundle| bundle.pop_debug_group()).await
}

pub async fn debug_group_left_open(gpu: &Gpu) -> Answer {
    gpu.bundles(|bundle| bundle.push_debug_group("left open")).await
}

pub async fn thousands_never_finished(gpu: &Gpu) -> Answer {
    gpu.raises(|| {
        let encoders: Vec<_> = (0..1000).map(|_| gpu.bundle_encoder()).collect();
        encoders.iter().for_each(|encoder| encoder.draw(3, None, None, None));
    })
    .await
}

pub async fn commands_by_the_hundred_thousand(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|_| {});
    gpu.bundles(|bundle| {
        bundle.set_pipeline(&pipeline);
        (0..100_000).for_each(|_| bundle.draw(3, None, None, None));
    })
    .await
}

pub async fn label_of_a_megabyte(gpu: &Gpu) -> Answer {
    let label = "ü\0".repeat(1 << 19);
    gpu.raises(|| {
        let encoder = gpu.create_render_bundle_encoder(&GpuRenderBundleEncoderDescriptor {
            label: Some(label.clone()),
            ..bundle_descriptor()
        });
        encoder.finish(Some(&GpuRenderBundleDescriptor { label: Some(label.clone()) }))
    })
    .await
}

pub async fn error_and_a_label_of_a_megabyte(gpu: &Gpu) -> Answer {
    let label = Some("ü\0".repeat(1 << 19));
    let encoder = gpu.bundle_encoder();
    encoder.draw(3, None, None, None);
    gpu.raises(|| encoder.finish(Some(&GpuRenderBundleDescriptor { label }))).await
}
