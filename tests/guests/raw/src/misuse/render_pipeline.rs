//! Render pipelines that can't be made.

use super::{gpu::*, *};

async fn pipeline(gpu: &Gpu, edit: impl FnOnce(&mut GpuRenderPipelineDescriptor<'_>)) -> Answer {
    let module = kit::shader(gpu, kit::DRAW);
    let mut descriptor = draw_descriptor(&module);
    edit(&mut descriptor);
    gpu.raises(|| gpu.create_render_pipeline(descriptor)).await
}

async fn targets(gpu: &Gpu, targets: Vec<Option<GpuColorTargetState>>) -> Answer {
    pipeline(gpu, |descriptor| {
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.targets = targets;
        }
    })
    .await
}

async fn buffers(gpu: &Gpu, buffers: Vec<Option<GpuVertexBufferLayout>>) -> Answer {
    pipeline(gpu, |descriptor| {
        descriptor.vertex.buffers = Some(buffers);
        descriptor.vertex.entry_point = Some("vertex".to_owned());
    })
    .await
}

async fn multisample(gpu: &Gpu, count: u32, alpha_to_coverage: bool) -> Answer {
    pipeline(gpu, |descriptor| {
        descriptor.multisample = Some(GpuMultisampleState {
            count: Some(count),
            mask: None,
            alpha_to_coverage_enabled: Some(alpha_to_coverage),
        });
    })
    .await
}

async fn depth_stencil(gpu: &Gpu, state: GpuDepthStencilState) -> Answer {
    pipeline(gpu, |descriptor| descriptor.depth_stencil = Some(state)).await
}

async fn shaders(gpu: &Gpu, code: &str) -> Answer {
    let module = kit::shader(gpu, code);
    let mut descriptor = draw_descriptor(&module);
    descriptor.vertex.entry_point = None;
    gpu.raises(|| gpu.create_render_pipeline(descriptor)).await
}

const PRIMITIVE: GpuPrimitiveState = GpuPrimitiveState {
    topology: None,
    strip_index_format: None,
    front_face: None,
    cull_mode: None,
    unclipped_depth: None,
};

pub async fn targets_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = usize::try_from(gpu.limits().max_color_attachments()).unwrap_or(usize::MAX);
    targets(gpu, vec![None; limit + 1]).await
}

pub async fn targets_by_the_ten_thousand(gpu: &Gpu) -> Answer {
    targets(gpu, vec![target(GpuTextureFormat::Rgba8unorm); 10_000]).await
}

pub async fn targets_of_too_many_bytes(gpu: &Gpu) -> Answer {
    targets(gpu, vec![target(GpuTextureFormat::Rgba32float); 4]).await
}

pub async fn target_that_can_not_be_rendered_to(gpu: &Gpu) -> Answer {
    targets(gpu, vec![target(GpuTextureFormat::Rgb9e5ufloat)]).await
}

pub async fn target_of_depth(gpu: &Gpu) -> Answer {
    targets(gpu, vec![target(GpuTextureFormat::Depth32float)]).await
}

pub async fn target_of_integers_for_floats(gpu: &Gpu) -> Answer {
    targets(gpu, vec![target(GpuTextureFormat::Rgba8uint)]).await
}

// An error in WebGPU; wgpu takes it, as documented.
pub async fn target_that_the_shader_does_not_write(gpu: &Gpu) -> Answer {
    let rgba = || target(GpuTextureFormat::Rgba8unorm);
    targets(gpu, vec![rgba(), rgba()]).await
}

fn blended(
    format: GpuTextureFormat,
    factor: GpuBlendFactor,
    operation: GpuBlendOperation,
) -> GpuColorTargetState {
    let component = || GpuBlendComponent {
        operation: Some(operation),
        src_factor: Some(factor),
        dst_factor: Some(factor),
    };
    let blend = Some(GpuBlendState { color: component(), alpha: component() });
    GpuColorTargetState { format, blend, write_mask: None }
}

pub async fn blend_of_integers(gpu: &Gpu) -> Answer {
    let target = blended(GpuTextureFormat::Rgba8uint, GpuBlendFactor::One, GpuBlendOperation::Add);
    let module = kit::shader(
        gpu,
        "@vertex fn v() -> @builtin(position) vec4<f32> { return vec4<f32>(); }
         @fragment fn f() -> @location(0) vec4<u32> { return vec4<u32>(); }",
    );
    let mut descriptor = draw_descriptor(&module);
    descriptor.vertex.entry_point = None;
    if let Some(fragment) = &mut descriptor.fragment {
        fragment.targets = vec![Some(target)];
    }
    gpu.raises(|| gpu.create_render_pipeline(descriptor)).await
}

pub async fn blend_of_large_floats(gpu: &Gpu) -> Answer {
    let target = blended(GpuTextureFormat::Rgba32float, GpuBlendFactor::One, GpuBlendOperation::Add);
    targets(gpu, vec![Some(target)]).await
}

// The factors of a minimum have to be one.
pub async fn blend_of_a_minimum_with_factors(gpu: &Gpu) -> Answer {
    let target = blended(GpuTextureFormat::Rgba8unorm, GpuBlendFactor::Dst, GpuBlendOperation::Min);
    targets(gpu, vec![Some(target)]).await
}

pub async fn blend_of_two_sources_without_the_feature(gpu: &Gpu) -> Answer {
    let target = blended(GpuTextureFormat::Rgba8unorm, GpuBlendFactor::Src1, GpuBlendOperation::Add);
    targets(gpu, vec![Some(target)]).await
}

pub async fn vertex_buffers_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = usize::try_from(gpu.limits().max_vertex_buffers()).unwrap_or(usize::MAX);
    let mut layouts = vec![None; limit];
    layouts.push(Some(vertices()));
    buffers(gpu, layouts).await
}

pub async fn vertex_buffers_by_the_ten_thousand(gpu: &Gpu) -> Answer {
    buffers(gpu, vec![None; 10_000]).await
}

pub async fn vertex_attributes_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = gpu.limits().max_vertex_attributes();
    let attributes = (0..=limit)
        .map(|shader_location| GpuVertexAttribute {
            format: GpuVertexFormat::Float32x4,
            offset: 0,
            shader_location,
        })
        .collect();
    buffers(gpu, vec![Some(GpuVertexBufferLayout { attributes, ..vertices() })]).await
}

async fn attribute(gpu: &Gpu, format: GpuVertexFormat, offset: u64, shader_location: u32) -> Answer {
    let attributes = vec![GpuVertexAttribute { format, offset, shader_location }];
    buffers(gpu, vec![Some(GpuVertexBufferLayout { attributes, ..vertices() })]).await
}

pub async fn vertex_attribute_beyond_the_stride(gpu: &Gpu) -> Answer {
    attribute(gpu, GpuVertexFormat::Float32x4, 4, 0).await
}

pub async fn vertex_attribute_misaligned(gpu: &Gpu) -> Answer {
    attribute(gpu, GpuVertexFormat::Float32x3, 2, 0).await
}

pub async fn vertex_attribute_at_64_bits(gpu: &Gpu) -> Answer {
    attribute(gpu, GpuVertexFormat::Float32x4, u64::MAX - 3, 0).await
}

pub async fn vertex_attribute_at_32_bits(gpu: &Gpu) -> Answer {
    attribute(gpu, GpuVertexFormat::Float32x4, u64::from(u32::MAX - 3), 0).await
}

pub async fn vertex_attribute_of_no_location(gpu: &Gpu) -> Answer {
    attribute(gpu, GpuVertexFormat::Float32x4, 0, u32::MAX).await
}

pub async fn vertex_attribute_of_another_type(gpu: &Gpu) -> Answer {
    attribute(gpu, GpuVertexFormat::Uint32x4, 0, 0).await
}

pub async fn vertex_attribute_missing(gpu: &Gpu) -> Answer {
    buffers(gpu, vec![]).await
}

pub async fn vertex_attribute_twice(gpu: &Gpu) -> Answer {
    buffers(gpu, vec![Some(vertices()), Some(vertices())]).await
}

pub async fn vertex_stride_misaligned(gpu: &Gpu) -> Answer {
    buffers(gpu, vec![Some(GpuVertexBufferLayout { array_stride: 18, ..vertices() })]).await
}

pub async fn vertex_stride_over_the_limit(gpu: &Gpu) -> Answer {
    let array_stride = u64::from(gpu.limits().max_vertex_buffer_array_stride()) + 4;
    buffers(gpu, vec![Some(GpuVertexBufferLayout { array_stride, ..vertices() })]).await
}

pub async fn vertex_stride_of_64_bits(gpu: &Gpu) -> Answer {
    buffers(gpu, vec![Some(GpuVertexBufferLayout { array_stride: u64::MAX - 3, ..vertices() })]).await
}

pub async fn strip_index_format_of_a_list(gpu: &Gpu) -> Answer {
    let strip_index_format = Some(GpuIndexFormat::Uint16);
    pipeline(gpu, |descriptor| {
        descriptor.primitive = Some(GpuPrimitiveState { strip_index_format, ..PRIMITIVE });
    })
    .await
}

pub async fn unclipped_depth_without_the_feature(gpu: &Gpu) -> Answer {
    pipeline(gpu, |descriptor| {
        descriptor.primitive = Some(GpuPrimitiveState { unclipped_depth: Some(true), ..PRIMITIVE });
    })
    .await
}

pub async fn samples_of_zero(gpu: &Gpu) -> Answer {
    multisample(gpu, 0, false).await
}

pub async fn samples_of_three(gpu: &Gpu) -> Answer {
    multisample(gpu, 3, false).await
}

pub async fn samples_of_32_bits(gpu: &Gpu) -> Answer {
    multisample(gpu, u32::MAX, false).await
}

// An error in WebGPU; wgpu takes it, as documented.
pub async fn alpha_to_coverage_of_one_sample(gpu: &Gpu) -> Answer {
    multisample(gpu, 1, true).await
}

pub async fn sample_mask_of_nothing(gpu: &Gpu) -> Answer {
    pipeline(gpu, |descriptor| {
        descriptor.multisample =
            Some(GpuMultisampleState { count: Some(4), mask: Some(0), alpha_to_coverage_enabled: None });
    })
    .await
}

pub async fn depth_of_a_color(gpu: &Gpu) -> Answer {
    depth_stencil(gpu, depth_state(GpuTextureFormat::Rgba8unorm)).await
}

pub async fn depth_of_a_stencil(gpu: &Gpu) -> Answer {
    depth_stencil(gpu, depth_state(GpuTextureFormat::Stencil8)).await
}

pub async fn depth_without_comparison(gpu: &Gpu) -> Answer {
    let state = depth_state(GpuTextureFormat::Depth32float);
    depth_stencil(gpu, GpuDepthStencilState { depth_compare: None, ..state }).await
}

pub async fn depth_without_a_word_on_writing(gpu: &Gpu) -> Answer {
    let state = depth_state(GpuTextureFormat::Depth32float);
    depth_stencil(gpu, GpuDepthStencilState { depth_write_enabled: None, ..state }).await
}

pub async fn depth_bias_that_is_not_a_number(gpu: &Gpu) -> Answer {
    let state = depth_state(GpuTextureFormat::Depth32float);
    depth_stencil(gpu, GpuDepthStencilState { depth_bias_slope_scale: Some(f32::NAN), ..state }).await
}

pub async fn depth_bias_without_end(gpu: &Gpu) -> Answer {
    let state = depth_state(GpuTextureFormat::Depth32float);
    depth_stencil(gpu, GpuDepthStencilState { depth_bias_clamp: Some(f32::INFINITY), ..state }).await
}

pub async fn depth_bias_of_points(gpu: &Gpu) -> Answer {
    let state = depth_state(GpuTextureFormat::Depth32float);
    pipeline(gpu, |descriptor| {
        let topology = Some(GpuPrimitiveTopology::PointList);
        descriptor.primitive = Some(GpuPrimitiveState { topology, ..PRIMITIVE });
        descriptor.depth_stencil = Some(GpuDepthStencilState { depth_bias: Some(i32::MAX), ..state });
    })
    .await
}

pub async fn stencil_of_a_depth(gpu: &Gpu) -> Answer {
    let state = depth_state(GpuTextureFormat::Depth32float);
    let stencil_front = Some(GpuStencilFaceState {
        compare: Some(GpuCompareFunction::Equal),
        fail_op: Some(GpuStencilOperation::Replace),
        depth_fail_op: None,
        pass_op: None,
    });
    depth_stencil(gpu, GpuDepthStencilState { stencil_front, ..state }).await
}

pub async fn no_attachments_at_all(gpu: &Gpu) -> Answer {
    pipeline(gpu, |descriptor| descriptor.fragment = None).await
}

pub async fn entry_point_of_another_stage(gpu: &Gpu) -> Answer {
    pipeline(gpu, |descriptor| descriptor.vertex.entry_point = Some("fragment".to_owned())).await
}

pub async fn entry_point_of_two(gpu: &Gpu) -> Answer {
    pipeline(gpu, |descriptor| descriptor.vertex.entry_point = None).await
}

pub async fn constant_that_is_none(gpu: &Gpu) -> Answer {
    pipeline(gpu, |descriptor| {
        let constants = RecordGpuPipelineConstantValue::new();
        constants.add("nobody", 1.0);
        descriptor.vertex.constants = Some(constants);
    })
    .await
}

pub async fn varying_of_another_type(gpu: &Gpu) -> Answer {
    shaders(
        gpu,
        "struct V { @builtin(position) at: vec4<f32>, @location(0) x: f32 }
         @vertex fn v() -> V { return V(); }
         @fragment fn f(@location(0) @interpolate(flat) x: u32) -> @location(0) vec4<f32> {
             return vec4<f32>(f32(x));
         }",
    )
    .await
}

pub async fn varying_that_is_missing(gpu: &Gpu) -> Answer {
    shaders(
        gpu,
        "@vertex fn v() -> @builtin(position) vec4<f32> { return vec4<f32>(); }
         @fragment fn f(@location(3) x: f32) -> @location(0) vec4<f32> { return vec4<f32>(x); }",
    )
    .await
}

pub async fn group_layout_beyond_the_last(gpu: &Gpu) -> Answer {
    let pipeline = gpu.drawing(|_| {});
    gpu.raises(|| pipeline.get_bind_group_layout(u32::MAX)).await
}

pub async fn module_that_is_invalid(gpu: &Gpu) -> Answer {
    let (module, _) = kit::caught(gpu, || kit::shader(gpu, "this is not WGSL")).await;
    gpu.raises(|| gpu.create_render_pipeline(draw_descriptor(&module))).await
}

pub async fn async_targets_over_the_limit(gpu: &Gpu) -> Answer {
    let module = kit::shader(gpu, kit::DRAW);
    let mut descriptor = draw_descriptor(&module);
    if let Some(fragment) = &mut descriptor.fragment {
        fragment.targets = vec![target(GpuTextureFormat::Rgba8unorm); 100];
    }
    gpu.answers(async || gpu.create_render_pipeline_async(descriptor).await).await
}

pub async fn async_vertex_buffers_over_the_limit(gpu: &Gpu) -> Answer {
    let module = kit::shader(gpu, kit::DRAW);
    let mut descriptor = draw_descriptor(&module);
    descriptor.vertex.buffers = Some(vec![None; 1000]);
    gpu.answers(async || gpu.create_render_pipeline_async(descriptor).await).await
}
