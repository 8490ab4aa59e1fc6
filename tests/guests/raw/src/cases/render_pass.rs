//! A render pass in all its calls, with every option of its descriptor, read back.

use crate::{
    Checks, kit,
    wit::{
        GpuBufferUsage, GpuColor, GpuColorTargetState, GpuColorWrite, GpuCompareFunction,
        GpuDepthStencilState, GpuExtent3D, GpuFragmentState, GpuIndexFormat, GpuLayoutMode, GpuLoadOp,
        GpuMultisampleState, GpuPrimitiveState, GpuPrimitiveTopology, GpuQuerySetDescriptor, GpuQueryType,
        GpuRenderPassColorAttachment, GpuRenderPassDepthStencilAttachment, GpuRenderPassDescriptor,
        GpuRenderPipelineDescriptor, GpuStencilFaceState, GpuStencilOperation, GpuStoreOp,
        GpuTexelCopyBufferInfo, GpuTexelCopyTextureInfo, GpuTextureFormat, GpuTextureUsage,
        GpuVertexAttribute, GpuVertexBufferLayout, GpuVertexFormat, GpuVertexState, GpuVertexStepMode,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let module = kit::shader(&device, kit::DRAW);
    let depth_format = GpuTextureFormat::Depth24plusStencil8;
    let pipeline = c
        .fine("pipeline", &device, || {
            device.create_render_pipeline(GpuRenderPipelineDescriptor {
                vertex: GpuVertexState {
                    buffers: Some(vec![Some(GpuVertexBufferLayout {
                        array_stride: 16,
                        step_mode: Some(GpuVertexStepMode::Vertex),
                        attributes: vec![GpuVertexAttribute {
                            format: GpuVertexFormat::Float32x4,
                            offset: 0,
                            shader_location: 0,
                        }],
                    })]),
                    module: &module,
                    entry_point: Some("vertex".to_owned()),
                    constants: None,
                },
                primitive: Some(GpuPrimitiveState {
                    topology: Some(GpuPrimitiveTopology::TriangleList),
                    strip_index_format: None,
                    front_face: None,
                    cull_mode: None,
                    unclipped_depth: None,
                }),
                depth_stencil: Some(GpuDepthStencilState {
                    format: depth_format,
                    depth_write_enabled: Some(true),
                    depth_compare: Some(GpuCompareFunction::LessEqual),
                    stencil_front: Some(GpuStencilFaceState {
                        compare: None,
                        fail_op: None,
                        depth_fail_op: None,
                        pass_op: Some(GpuStencilOperation::Replace),
                    }),
                    stencil_back: None,
                    stencil_read_mask: None,
                    stencil_write_mask: None,
                    depth_bias: None,
                    depth_bias_slope_scale: None,
                    depth_bias_clamp: None,
                }),
                multisample: Some(GpuMultisampleState {
                    count: None,
                    mask: None,
                    alpha_to_coverage_enabled: None,
                }),
                fragment: Some(GpuFragmentState {
                    targets: vec![
                        None,
                        Some(GpuColorTargetState {
                            format: GpuTextureFormat::Rgba8unorm,
                            blend: None,
                            write_mask: Some(GpuColorWrite::ALL),
                        }),
                    ],
                    module: &kit::shader(
                        &device,
                        "@fragment fn fragment() -> @location(1) vec4<f32> { return vec4<f32>(0.0, 1.0, 0.0, 1.0); }",
                    ),
                    entry_point: None,
                    constants: None,
                }),
                layout: GpuLayoutMode::Auto,
                label: None,
            })
        })
        .await;
    let upload = |usage, words: &[u32]| {
        let made = kit::buffer(&device, 64, usage | GpuBufferUsage::COPY_DST);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        device.queue().write_buffer_with_copy(&made, 0, &bytes, None, None).expect("it fits");
        made
    };
    let one = 1.0_f32.to_bits();
    let (three, minus) = (3.0_f32.to_bits(), (-1.0_f32).to_bits());
    let vertices =
        upload(GpuBufferUsage::VERTEX, &[minus, minus, 0, one, three, minus, 0, one, minus, three, 0, one]);
    let indices = upload(GpuBufferUsage::INDEX, &[0, 1, 2]);
    let arguments = upload(GpuBufferUsage::INDIRECT, &[3, 1, 0, 0, 3, 1, 0, 0, 0]);
    let target = kit::texture(
        &device,
        8,
        GpuTextureFormat::Rgba8unorm,
        GpuTextureUsage::RENDER_ATTACHMENT | GpuTextureUsage::COPY_SRC,
    );
    let depth = kit::texture(&device, 8, depth_format, GpuTextureUsage::RENDER_ATTACHMENT);
    let queries = device
        .create_query_set(&GpuQuerySetDescriptor { type_: GpuQueryType::Occlusion, count: 2, label: None })
        .expect("occlusion queries need no feature");
    let output = kit::storage(&device, &[0; 1024]);
    let (view, depth_view) = (target.create_view(None), depth.create_view(None));
    c.fine("the pass", &device, || {
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_render_pass(&GpuRenderPassDescriptor {
            color_attachments: vec![
                None,
                Some(GpuRenderPassColorAttachment {
                    view: &view,
                    depth_slice: None,
                    resolve_target: None,
                    clear_value: Some(GpuColor { r: 1.0, g: 0.0, b: 0.0, a: 1.0 }),
                    load_op: GpuLoadOp::Clear,
                    store_op: GpuStoreOp::Store,
                }),
            ],
            depth_stencil_attachment: Some(GpuRenderPassDepthStencilAttachment {
                view: &depth_view,
                depth_clear_value: Some(1.0),
                depth_load_op: Some(GpuLoadOp::Clear),
                depth_store_op: Some(GpuStoreOp::Discard),
                depth_read_only: Some(false),
                stencil_clear_value: Some(0),
                stencil_load_op: Some(GpuLoadOp::Clear),
                stencil_store_op: Some(GpuStoreOp::Store),
                stencil_read_only: None,
            }),
            occlusion_query_set: Some(&queries),
            timestamp_writes: None,
            max_draw_count: Some(1000),
            label: None,
        });
        pass.push_debug_group("all of it");
        pass.set_pipeline(&pipeline);
        pass.set_viewport(0.0, 0.0, 8.0, 8.0, 0.0, 1.0);
        pass.set_scissor_rect(0, 0, 8, 4);
        pass.set_blend_constant(GpuColor { r: 0.0, g: 0.0, b: 0.0, a: 0.0 });
        pass.set_stencil_reference(7);
        pass.set_vertex_buffer(0, Some(&vertices), Some(0), Some(48));
        pass.set_index_buffer(&indices, GpuIndexFormat::Uint32, None, Some(12));
        pass.begin_occlusion_query(0);
        pass.draw(3, None, None, None);
        pass.end_occlusion_query();
        pass.draw_indexed(3, Some(1), Some(0), Some(0), Some(0));
        pass.draw_indirect(&arguments, 0);
        pass.draw_indexed_indirect(&arguments, 16);
        pass.insert_debug_marker("done");
        pass.pop_debug_group();
        pass.end();
        encoder.copy_texture_to_buffer(
            &GpuTexelCopyTextureInfo { texture: &target, mip_level: None, origin: None, aspect: None },
            &GpuTexelCopyBufferInfo {
                buffer: &output,
                offset: None,
                bytes_per_row: Some(256),
                rows_per_image: None,
            },
            GpuExtent3D { width: 8, height: Some(8), depth_or_array_layers: None },
        );
        device.queue().submit(&[&encoder.finish(None)]);
    })
    .await;
    let found = kit::read(&device, &output).await;
    c.equal("inside the scissor", found[0], 0xff00_ff00);
    c.equal("outside", found[64 * 7], 0xff00_00ff);
}
