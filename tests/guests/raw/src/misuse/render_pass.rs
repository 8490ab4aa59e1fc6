//! Render passes that can't begin, and draws that can't be made.

use super::{gpu::*, *};

async fn begin(gpu: &Gpu, descriptor: &GpuRenderPassDescriptor<'_>) -> Answer {
    gpu.renders_to(descriptor, |_| {}).await
}

fn view(gpu: &Gpu, descriptor: GpuTextureDescriptor) -> GpuTextureView {
    gpu.create_texture(&descriptor).create_view(None)
}

pub async fn no_attachments(gpu: &Gpu) -> Answer {
    begin(gpu, &pass([])).await
}

pub async fn attachments_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = usize::try_from(gpu.limits().max_color_attachments()).unwrap_or(usize::MAX);
    let format = GpuTextureFormat::R8unorm;
    let views: Vec<_> = (0..=limit).map(|_| view(gpu, GpuTextureDescriptor { format, ..TEXTURE })).collect();
    begin(gpu, &pass(views.iter().map(color))).await
}

pub async fn attachments_by_the_ten_thousand(gpu: &Gpu) -> Answer {
    let view = view(gpu, TEXTURE);
    begin(gpu, &pass((0..10_000).map(|_| color(&view)))).await
}

pub async fn attachments_of_too_many_bytes(gpu: &Gpu) -> Answer {
    let format = GpuTextureFormat::Rgba32float;
    let views: Vec<_> = (0..4).map(|_| view(gpu, GpuTextureDescriptor { format, ..TEXTURE })).collect();
    begin(gpu, &pass(views.iter().map(color))).await
}

pub async fn attachment_twice(gpu: &Gpu) -> Answer {
    let view = view(gpu, TEXTURE);
    begin(gpu, &pass([color(&view), color(&view)])).await
}

pub async fn attachments_of_other_sizes(gpu: &Gpu) -> Answer {
    let (a, b) = (view(gpu, TEXTURE), view(gpu, GpuTextureDescriptor { size: size(4, 4), ..TEXTURE }));
    begin(gpu, &pass([color(&a), color(&b)])).await
}

pub async fn attachments_of_other_sample_counts(gpu: &Gpu) -> Answer {
    let (a, b) = (view(gpu, TEXTURE), view(gpu, GpuTextureDescriptor { sample_count: Some(4), ..TEXTURE }));
    begin(gpu, &pass([color(&a), color(&b)])).await
}

pub async fn attachment_without_the_usage(gpu: &Gpu) -> Answer {
    let usage = GpuTextureUsage::TEXTURE_BINDING;
    begin(gpu, &pass([color(&view(gpu, GpuTextureDescriptor { usage, ..TEXTURE }))])).await
}

pub async fn attachment_of_two_levels(gpu: &Gpu) -> Answer {
    begin(gpu, &pass([color(&view(gpu, GpuTextureDescriptor { mip_level_count: Some(2), ..TEXTURE }))])).await
}

pub async fn attachment_of_two_layers(gpu: &Gpu) -> Answer {
    begin(gpu, &pass([color(&view(gpu, GpuTextureDescriptor { size: volume(8, 8, 2), ..TEXTURE }))])).await
}

pub async fn attachment_that_is_invalid(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    let descriptor = GpuTextureViewDescriptor { base_array_layer: Some(9), ..VIEW };
    let (view, _) = kit::caught(gpu, || texture.create_view(Some(&descriptor))).await;
    begin(gpu, &pass([color(&view)])).await
}

pub async fn depth_as_color(gpu: &Gpu) -> Answer {
    let format = GpuTextureFormat::Depth32float;
    begin(gpu, &pass([color(&view(gpu, GpuTextureDescriptor { format, ..TEXTURE }))])).await
}

async fn begin_depth(
    gpu: &Gpu,
    format: GpuTextureFormat,
    edit: impl FnOnce(&mut GpuRenderPassDepthStencilAttachment<'_>),
) -> Answer {
    let view = view(gpu, GpuTextureDescriptor { format, ..TEXTURE });
    let mut attachment = depth(&view);
    edit(&mut attachment);
    begin(gpu, &GpuRenderPassDescriptor { depth_stencil_attachment: Some(attachment), ..pass([]) }).await
}

const DEPTH: GpuTextureFormat = GpuTextureFormat::Depth32float;

pub async fn color_as_depth(gpu: &Gpu) -> Answer {
    begin_depth(gpu, GpuTextureFormat::Rgba8unorm, |_| {}).await
}

pub async fn depth_cleared_to_no_number(gpu: &Gpu) -> Answer {
    begin_depth(gpu, DEPTH, |depth| depth.depth_clear_value = Some(f32::NAN)).await
}

pub async fn depth_cleared_to_two(gpu: &Gpu) -> Answer {
    begin_depth(gpu, DEPTH, |depth| depth.depth_clear_value = Some(2.0)).await
}

pub async fn depth_cleared_to_nothing(gpu: &Gpu) -> Answer {
    begin_depth(gpu, DEPTH, |depth| depth.depth_clear_value = None).await
}

pub async fn depth_loaded_and_not_stored(gpu: &Gpu) -> Answer {
    begin_depth(gpu, DEPTH, |depth| depth.depth_store_op = None).await
}

pub async fn depth_neither_loaded_nor_read_only(gpu: &Gpu) -> Answer {
    begin_depth(gpu, DEPTH, |depth| (depth.depth_load_op, depth.depth_store_op) = (None, None)).await
}

pub async fn depth_loaded_and_read_only(gpu: &Gpu) -> Answer {
    begin_depth(gpu, DEPTH, |depth| depth.depth_read_only = Some(true)).await
}

pub async fn stencil_where_there_is_none(gpu: &Gpu) -> Answer {
    begin_depth(gpu, DEPTH, |depth| {
        depth.stencil_load_op = Some(GpuLoadOp::Clear);
        depth.stencil_store_op = Some(GpuStoreOp::Store);
    })
    .await
}

pub async fn stencil_forgotten(gpu: &Gpu) -> Answer {
    begin_depth(gpu, GpuTextureFormat::Depth24plusStencil8, |_| {}).await
}

async fn cleared(gpu: &Gpu, r: f64) -> Answer {
    let view = view(gpu, TEXTURE);
    let clear_value = Some(GpuColor { r, g: 0.0, b: 0.0, a: 0.0 });
    begin(gpu, &pass([GpuRenderPassColorAttachment { clear_value, ..color(&view) }])).await
}

pub async fn color_cleared_to_no_number(gpu: &Gpu) -> Answer {
    cleared(gpu, f64::NAN).await
}

pub async fn color_cleared_to_infinity(gpu: &Gpu) -> Answer {
    cleared(gpu, f64::NEG_INFINITY).await
}

pub async fn color_cleared_to_the_largest_number(gpu: &Gpu) -> Answer {
    cleared(gpu, f64::MAX).await
}

async fn resolved(gpu: &Gpu, from: GpuTextureDescriptor, to: GpuTextureDescriptor) -> Answer {
    let (from, to) = (view(gpu, from), view(gpu, to));
    begin(gpu, &pass([GpuRenderPassColorAttachment { resolve_target: Some(&to), ..color(&from) }])).await
}

const SAMPLED: GpuTextureDescriptor = GpuTextureDescriptor { sample_count: Some(4), ..TEXTURE };

pub async fn resolve_of_one_sample(gpu: &Gpu) -> Answer {
    resolved(gpu, TEXTURE, TEXTURE).await
}

pub async fn resolve_to_many_samples(gpu: &Gpu) -> Answer {
    resolved(gpu, SAMPLED, SAMPLED).await
}

pub async fn resolve_to_another_size(gpu: &Gpu) -> Answer {
    resolved(gpu, SAMPLED, GpuTextureDescriptor { size: size(4, 4), ..TEXTURE }).await
}

pub async fn resolve_to_another_format(gpu: &Gpu) -> Answer {
    resolved(gpu, SAMPLED, GpuTextureDescriptor { format: GpuTextureFormat::Bgra8unorm, ..TEXTURE }).await
}

pub async fn resolve_of_integers(gpu: &Gpu) -> Answer {
    let format = GpuTextureFormat::Rgba8uint;
    let sampled = GpuTextureDescriptor { format, ..SAMPLED };
    resolved(gpu, sampled, GpuTextureDescriptor { format, ..TEXTURE }).await
}

pub async fn depth_slice_of_two_dimensions(gpu: &Gpu) -> Answer {
    let view = view(gpu, TEXTURE);
    begin(gpu, &pass([GpuRenderPassColorAttachment { depth_slice: Some(0), ..color(&view) }])).await
}

async fn slice(gpu: &Gpu, depth_slice: Option<u32>) -> Answer {
    let dimension = Some(GpuTextureDimension::D3);
    let view = view(gpu, GpuTextureDescriptor { size: volume(8, 8, 4), dimension, ..TEXTURE });
    begin(gpu, &pass([GpuRenderPassColorAttachment { depth_slice, ..color(&view) }])).await
}

pub async fn depth_slice_forgotten(gpu: &Gpu) -> Answer {
    slice(gpu, None).await
}

pub async fn depth_slice_of_32_bits(gpu: &Gpu) -> Answer {
    slice(gpu, Some(u32::MAX)).await
}

async fn viewport(gpu: &Gpu, [x, y, width, height, min, max]: [f32; 6]) -> Answer {
    gpu.renders(|pass| pass.set_viewport(x, y, width, height, min, max)).await
}

pub async fn viewport_that_is_not_a_number(gpu: &Gpu) -> Answer {
    viewport(gpu, [f32::NAN, 0.0, 8.0, 8.0, 0.0, 1.0]).await
}

pub async fn viewport_without_end(gpu: &Gpu) -> Answer {
    viewport(gpu, [0.0, 0.0, f32::INFINITY, 8.0, 0.0, 1.0]).await
}

pub async fn viewport_of_less_than_nothing(gpu: &Gpu) -> Answer {
    viewport(gpu, [0.0, 0.0, -8.0, 8.0, 0.0, 1.0]).await
}

pub async fn viewport_too_large(gpu: &Gpu) -> Answer {
    viewport(gpu, [0.0, 0.0, 1e9, 8.0, 0.0, 1.0]).await
}

pub async fn viewport_too_far_away(gpu: &Gpu) -> Answer {
    viewport(gpu, [-1e30, 0.0, 8.0, 8.0, 0.0, 1.0]).await
}

pub async fn viewport_of_depth_upside_down(gpu: &Gpu) -> Answer {
    viewport(gpu, [0.0, 0.0, 8.0, 8.0, 1.0, 0.0]).await
}

pub async fn viewport_of_depth_beyond_one(gpu: &Gpu) -> Answer {
    viewport(gpu, [0.0, 0.0, 8.0, 8.0, 0.0, 1.5]).await
}

pub async fn scissor_beyond_the_target(gpu: &Gpu) -> Answer {
    gpu.renders(|pass| pass.set_scissor_rect(4, 4, 8, 8)).await
}

pub async fn scissor_that_overflows(gpu: &Gpu) -> Answer {
    gpu.renders(|pass| pass.set_scissor_rect(u32::MAX, u32::MAX, u32::MAX, u32::MAX)).await
}

pub async fn blend_constant_that_is_not_a_number(gpu: &Gpu) -> Answer {
    gpu.renders(|pass| pass.set_blend_constant(GpuColor { r: 0.0, g: f64::NAN, b: 0.0, a: 0.0 })).await
}

pub async fn stencil_reference_of_32_bits(gpu: &Gpu) -> Answer {
    gpu.renders(|pass| pass.set_stencil_reference(u32::MAX)).await
}

/// A pass that counts samples in a set of four.
async fn occlusion(gpu: &Gpu, misuse: impl FnOnce(&GpuRenderPassEncoder)) -> Answer {
    let (view, queries) = (view(gpu, TEXTURE), gpu.occlusion(4));
    let descriptor = GpuRenderPassDescriptor { occlusion_query_set: Some(&queries), ..pass([color(&view)]) };
    gpu.renders_to(&descriptor, misuse).await
}

pub async fn query_without_a_set(gpu: &Gpu) -> Answer {
    gpu.renders(|pass| {
        pass.begin_occlusion_query(0);
        pass.end_occlusion_query();
    })
    .await
}

pub async fn query_beyond_the_set(gpu: &Gpu) -> Answer {
    occlusion(gpu, |pass| {
        pass.begin_occlusion_query(4);
        pass.end_occlusion_query();
    })
    .await
}

pub async fn query_of_32_bits(gpu: &Gpu) -> Answer {
    occlusion(gpu, |pass| {
        pass.begin_occlusion_query(u32::MAX);
        pass.end_occlusion_query();
    })
    .await
}

pub async fn query_in_a_query(gpu: &Gpu) -> Answer {
    occlusion(gpu, |pass| {
        pass.begin_occlusion_query(0);
        pass.begin_occlusion_query(1);
        pass.end_occlusion_query();
        pass.end_occlusion_query();
    })
    .await
}

pub async fn query_twice(gpu: &Gpu) -> Answer {
    occlusion(gpu, |pass| {
        for _ in 0..2 {
            pass.begin_occlusion_query(0);
            pass.end_occlusion_query();
        }
    })
    .await
}

pub async fn query_left_open(gpu: &Gpu) -> Answer {
    occlusion(gpu, |pass| pass.begin_occlusion_query(0)).await
}

pub async fn query_that_ends_and_never_began(gpu: &Gpu) -> Answer {
    occlusion(gpu, |pass| pass.end_occlusion_query()).await
}

pub async fn no_pipeline(gpu: &Gpu) -> Answer {
    gpu.renders(|pass| pass.draw(3, None, None, None)).await
}

pub async fn no_vertex_buffer(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing_vertices();
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        pass.draw(3, None, None, None);
    })
    .await
}

/// A pass with a pipeline, 48 bytes of vertices and 12 bytes of indices of 16 bits.
async fn draw(gpu: &Gpu, misuse: impl FnOnce(&GpuRenderPassEncoder)) -> Answer {
    let pipeline = gpu.drawing_vertices();
    let (vertices, indices) = (gpu.buffer(48, GpuBufferUsage::VERTEX), gpu.buffer(12, GpuBufferUsage::INDEX));
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        pass.set_vertex_buffer(0, Some(&vertices), None, None);
        pass.set_index_buffer(&indices, GpuIndexFormat::Uint16, None, None);
        misuse(pass);
    })
    .await
}

pub async fn vertices_beyond_the_buffer(gpu: &Gpu) -> Answer {
    draw(gpu, |pass| pass.draw(4, None, None, None)).await
}

pub async fn vertices_from_beyond_the_buffer(gpu: &Gpu) -> Answer {
    draw(gpu, |pass| pass.draw(3, None, Some(1), None)).await
}

pub async fn vertices_that_overflow(gpu: &Gpu) -> Answer {
    draw(gpu, |pass| pass.draw(u32::MAX, None, Some(u32::MAX), None)).await
}

pub async fn instances_that_overflow(gpu: &Gpu) -> Answer {
    draw(gpu, |pass| pass.draw(3, Some(u32::MAX), None, Some(u32::MAX))).await
}

pub async fn indices_beyond_the_buffer(gpu: &Gpu) -> Answer {
    draw(gpu, |pass| pass.draw_indexed(7, None, None, None, None)).await
}

pub async fn indices_that_overflow(gpu: &Gpu) -> Answer {
    draw(gpu, |pass| pass.draw_indexed(u32::MAX, None, Some(u32::MAX), Some(i32::MIN), None)).await
}

// What an index means is for the GPU to find out; it reads inside the buffer or nothing.
pub async fn indices_of_vertices_that_are_none(gpu: &Gpu) -> Answer {
    draw(gpu, |pass| pass.draw_indexed(6, None, None, Some(i32::MAX), None)).await
}

pub async fn no_index_buffer(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|_| {});
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        pass.draw_indexed(3, None, None, None, None);
    })
    .await
}

pub async fn index_format_of_another_strip(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|descriptor| {
        descriptor.primitive = Some(GpuPrimitiveState {
            topology: Some(GpuPrimitiveTopology::TriangleStrip),
            strip_index_format: Some(GpuIndexFormat::Uint32),
            front_face: None,
            cull_mode: None,
            unclipped_depth: None,
        });
    });
    let indices = gpu.buffer(12, GpuBufferUsage::INDEX);
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        pass.set_index_buffer(&indices, GpuIndexFormat::Uint16, None, None);
        pass.draw_indexed(3, None, None, None, None);
    })
    .await
}

async fn vertex_buffer(gpu: &Gpu, slot: u32, offset: Option<u64>, size: Option<u64>) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::VERTEX);
    gpu.renders(|pass| pass.set_vertex_buffer(slot, Some(&buffer), offset, size)).await
}

pub async fn vertex_buffer_in_a_slot_over_the_limit(gpu: &Gpu) -> Answer {
    let slot = gpu.limits().max_vertex_buffers();
    vertex_buffer(gpu, slot, None, None).await
}

pub async fn vertex_buffer_in_a_slot_of_32_bits(gpu: &Gpu) -> Answer {
    vertex_buffer(gpu, u32::MAX, None, None).await
}

pub async fn vertex_buffer_misaligned(gpu: &Gpu) -> Answer {
    vertex_buffer(gpu, 0, Some(2), None).await
}

pub async fn vertex_buffer_beyond_the_end(gpu: &Gpu) -> Answer {
    vertex_buffer(gpu, 0, Some(32), Some(64)).await
}

pub async fn vertex_buffer_from_beyond_the_end(gpu: &Gpu) -> Answer {
    vertex_buffer(gpu, 0, Some(128), None).await
}

pub async fn vertex_buffer_that_overflows(gpu: &Gpu) -> Answer {
    vertex_buffer(gpu, 0, Some(u64::MAX - 3), Some(u64::MAX - 3)).await
}

pub async fn vertex_buffer_of_nothing(gpu: &Gpu) -> Answer {
    vertex_buffer(gpu, 0, Some(64), Some(0)).await
}

pub async fn vertex_buffer_of_nothing_drawn(gpu: &Gpu) -> Answer {
    let (pipeline, empty) = (gpu.drawing_vertices(), gpu.buffer(0, GpuBufferUsage::VERTEX));
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        pass.set_vertex_buffer(0, Some(&empty), None, None);
        pass.draw(1, None, None, None);
    })
    .await
}

pub async fn vertex_buffer_without_the_usage(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::INDEX);
    gpu.renders(|pass| pass.set_vertex_buffer(0, Some(&buffer), None, None)).await
}

pub async fn vertex_buffer_that_is_invalid(gpu: &Gpu) -> Answer {
    let (buffer, _) = kit::caught(gpu, || gpu.buffer(u64::MAX, GpuBufferUsage::VERTEX)).await;
    gpu.renders(|pass| pass.set_vertex_buffer(0, Some(&buffer), None, None)).await
}

pub async fn no_vertex_buffer_with_a_size(gpu: &Gpu) -> Answer {
    gpu.renders(|pass| pass.set_vertex_buffer(0, None, Some(4), Some(4))).await
}

async fn index_buffer(gpu: &Gpu, offset: Option<u64>, size: Option<u64>) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::INDEX);
    gpu.renders(|pass| pass.set_index_buffer(&buffer, GpuIndexFormat::Uint32, offset, size)).await
}

pub async fn index_buffer_misaligned(gpu: &Gpu) -> Answer {
    index_buffer(gpu, Some(2), None).await
}

pub async fn index_buffer_beyond_the_end(gpu: &Gpu) -> Answer {
    index_buffer(gpu, None, Some(68)).await
}

pub async fn index_buffer_that_overflows(gpu: &Gpu) -> Answer {
    index_buffer(gpu, Some(u64::MAX - 3), Some(u64::MAX)).await
}

pub async fn index_buffer_of_nothing(gpu: &Gpu) -> Answer {
    index_buffer(gpu, Some(64), None).await
}

pub async fn index_buffer_of_nothing_drawn(gpu: &Gpu) -> Answer {
    let (pipeline, empty) = (gpu.drawing(|_| {}), gpu.buffer(0, GpuBufferUsage::INDEX));
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        pass.set_index_buffer(&empty, GpuIndexFormat::Uint16, None, None);
        pass.draw_indexed(3, None, None, None, None);
    })
    .await
}

pub async fn index_buffer_without_the_usage(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::VERTEX);
    gpu.renders(|pass| pass.set_index_buffer(&buffer, GpuIndexFormat::Uint16, None, None)).await
}

async fn indirect(gpu: &Gpu, usage: GpuBufferUsage, offset: u64) -> Answer {
    let arguments = gpu.buffer(20, usage);
    let plain = draw(gpu, |pass| pass.draw_indirect(&arguments, offset)).await;
    let indexed = draw(gpu, |pass| pass.draw_indexed_indirect(&arguments, offset)).await;
    if plain.to_string() == indexed.to_string() {
        plain
    } else {
        Answer::wrong(format!("plain {plain}, indexed {indexed}"))
    }
}

pub async fn indirect_misaligned(gpu: &Gpu) -> Answer {
    indirect(gpu, GpuBufferUsage::INDIRECT, 2).await
}

pub async fn indirect_beyond_the_buffer(gpu: &Gpu) -> Answer {
    indirect(gpu, GpuBufferUsage::INDIRECT, 16).await
}

pub async fn indirect_that_overflows(gpu: &Gpu) -> Answer {
    indirect(gpu, GpuBufferUsage::INDIRECT, u64::MAX - 3).await
}

pub async fn indirect_without_the_usage(gpu: &Gpu) -> Answer {
    indirect(gpu, GpuBufferUsage::VERTEX, 0).await
}

async fn with_pipeline(gpu: &Gpu, edit: impl FnOnce(&mut GpuRenderPipelineDescriptor<'_>)) -> Answer {
    let pipeline = gpu.drawing(edit);
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        pass.draw(3, None, None, None);
    })
    .await
}

pub async fn pipeline_for_another_format(gpu: &Gpu) -> Answer {
    with_pipeline(gpu, |descriptor| {
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.targets = vec![target(GpuTextureFormat::Bgra8unorm)];
        }
    })
    .await
}

pub async fn pipeline_for_many_samples(gpu: &Gpu) -> Answer {
    with_pipeline(gpu, |descriptor| {
        descriptor.multisample =
            Some(GpuMultisampleState { count: Some(4), mask: None, alpha_to_coverage_enabled: None });
    })
    .await
}

pub async fn pipeline_for_a_depth_that_is_not_there(gpu: &Gpu) -> Answer {
    with_pipeline(gpu, |descriptor| descriptor.depth_stencil = Some(depth_state(DEPTH))).await
}

pub async fn pipeline_that_writes_a_read_only_depth(gpu: &Gpu) -> Answer {
    let (view, buffer) = (view(gpu, TEXTURE), view(gpu, GpuTextureDescriptor { format: DEPTH, ..TEXTURE }));
    let pipeline = gpu.drawing(|descriptor| descriptor.depth_stencil = Some(depth_state(DEPTH)));
    let attachment = GpuRenderPassDepthStencilAttachment {
        depth_clear_value: None,
        depth_load_op: None,
        depth_store_op: None,
        depth_read_only: Some(true),
        ..depth(&buffer)
    };
    let descriptor =
        GpuRenderPassDescriptor { depth_stencil_attachment: Some(attachment), ..pass([color(&view)]) };
    gpu.renders_to(&descriptor, |pass| pass.set_pipeline(&pipeline)).await
}

pub async fn pipeline_that_is_invalid(gpu: &Gpu) -> Answer {
    let (pipeline, _) = kit::caught(gpu, || gpu.drawing(|descriptor| descriptor.fragment = None)).await;
    gpu.renders(|pass| pass.set_pipeline(&pipeline)).await
}

pub async fn target_that_is_read_as_well(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    let view = texture.create_view(None);
    let entry = GpuBindGroupLayoutEntry { visibility: GpuShaderStage::FRAGMENT, ..texture_entry(0) };
    let layout = gpu.layout(&[entry]);
    let group = gpu.group(&layout, vec![GpuBindingResource::GpuTexture(&texture)]);
    let layout = gpu.pipeline_layout(&[&layout]);
    let module = kit::shader(gpu, kit::DRAW);
    let pipeline = gpu.create_render_pipeline(GpuRenderPipelineDescriptor {
        layout: GpuLayoutMode::Specific(&layout),
        ..draw_descriptor(&module)
    });
    gpu.renders_to(&pass([color(&view)]), |pass| {
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed");
        pass.draw(3, None, None, None);
    })
    .await
}

pub async fn offsets_of_no_list(gpu: &Gpu) -> Answer {
    let mut result = Ok(());
    let answer = gpu.renders(|pass| result = pass.set_bind_group(0, None, None, Some(1), None)).await;
    answer.then(Answer::of(result))
}

pub async fn group_at_an_index_of_32_bits(gpu: &Gpu) -> Answer {
    let group = gpu.group(&gpu.layout(&[]), vec![]);
    gpu.renders(|pass| {
        pass.set_bind_group(u32::MAX, Some(&group), None, None, None).expect("no offsets are needed");
    })
    .await
}

pub async fn bundle_for_another_format(gpu: &Gpu) -> Answer {
    let color_formats = vec![Some(GpuTextureFormat::Bgra8unorm)];
    let descriptor = GpuRenderBundleEncoderDescriptor { color_formats, ..bundle_descriptor() };
    let bundle = gpu.create_render_bundle_encoder(&descriptor).finish(None);
    gpu.renders(|pass| pass.execute_bundles(&[&bundle])).await
}

pub async fn bundle_that_is_invalid(gpu: &Gpu) -> Answer {
    let encoder = gpu.bundle_encoder();
    encoder.draw(3, None, None, None);
    let (bundle, _) = kit::caught(gpu, || encoder.finish(None)).await;
    gpu.renders(|pass| pass.execute_bundles(&[&bundle])).await
}

// A bundle leaves nothing set behind.
pub async fn bundle_and_its_pipeline_after_it(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|_| {});
    let encoder = gpu.bundle_encoder();
    encoder.set_pipeline(&pipeline);
    let bundle = encoder.finish(None);
    gpu.renders(|pass| {
        pass.execute_bundles(&[&bundle]);
        pass.draw(3, None, None, None);
    })
    .await
}

pub async fn draws_over_the_count(gpu: &Gpu) -> Answer {
    let (view, pipeline) = (view(gpu, TEXTURE), gpu.drawing(|_| {}));
    let descriptor = GpuRenderPassDescriptor { max_draw_count: Some(2), ..pass([color(&view)]) };
    gpu.renders_to(&descriptor, |pass| {
        pass.set_pipeline(&pipeline);
        (0..3).for_each(|_| pass.draw(3, None, None, None));
    })
    .await
}

pub async fn occlusion_in_a_set_for_timestamps(_: &Gpu) -> Answer {
    let Some(gpu) = Gpu::new(Some(GpuFeatureName::TimestampQuery)).await else {
        return Answer::unsupported();
    };
    let descriptor = GpuQuerySetDescriptor { type_: GpuQueryType::Timestamp, count: 2, label: None };
    let queries = gpu.create_query_set(&descriptor).expect("the device has the feature");
    let view = view(&gpu, TEXTURE);
    begin(&gpu, &GpuRenderPassDescriptor { occlusion_query_set: Some(&queries), ..pass([color(&view)]) })
        .await
}

pub async fn timestamps_in_a_set_for_occlusion(gpu: &Gpu) -> Answer {
    let (view, queries) = (view(gpu, TEXTURE), gpu.occlusion(2));
    let timestamp_writes = Some(GpuRenderPassTimestampWrites {
        query_set: &queries,
        beginning_of_pass_write_index: Some(0),
        end_of_pass_write_index: Some(1),
    });
    begin(gpu, &GpuRenderPassDescriptor { timestamp_writes, ..pass([color(&view)]) }).await
}

pub async fn debug_group_left_open(gpu: &Gpu) -> Answer {
    gpu.renders(|pass| pass.push_debug_group("left open")).await
}

pub async fn draws_of_nothing_by_the_thousand(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|_| {});
    gpu.renders(|pass| {
        pass.set_pipeline(&pipeline);
        (0..10_000).for_each(|_| pass.draw(0, Some(0), Some(u32::MAX), Some(u32::MAX)));
    })
    .await
}
