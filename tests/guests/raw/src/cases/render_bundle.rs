//! A bundle with everything in it; calls after `finish`; bundles where they do not fit.

use crate::{
    Checks, kit,
    misuse::gpu::{draw_descriptor, vertices},
    wit::{
        GpuBufferUsage, GpuIndexFormat, GpuLoadOp, GpuRenderBundleEncoder, GpuRenderBundleEncoderDescriptor,
        GpuRenderPassColorAttachment, GpuRenderPassDescriptor, GpuStoreOp, GpuTextureFormat, GpuTextureUsage,
        GpuTextureView,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let module = kit::shader(&device, kit::DRAW);
    let mut descriptor = draw_descriptor(&module);
    descriptor.vertex.buffers = Some(vec![None, Some(vertices())]);
    descriptor.vertex.entry_point = Some("vertex".to_owned());
    let pipeline = device.create_render_pipeline(descriptor);
    let buffer = |usage| {
        let made = kit::buffer(&device, 64, usage | GpuBufferUsage::COPY_DST);
        let words: Vec<u8> = [3_u32, 1, 0, 0, 0].into_iter().flat_map(u32::to_le_bytes).collect();
        device.queue().write_buffer_with_copy(&made, 0, &words, None, None).expect("it fits");
        made
    };
    let vertices = buffer(GpuBufferUsage::VERTEX);
    let indices = buffer(GpuBufferUsage::INDEX);
    let arguments = buffer(GpuBufferUsage::INDIRECT);
    let empty_layout = device
        .create_bind_group_layout(&crate::wit::GpuBindGroupLayoutDescriptor { entries: vec![], label: None });
    let empty = device.create_bind_group(&crate::wit::GpuBindGroupDescriptor {
        layout: &empty_layout,
        entries: vec![],
        label: None,
    });
    let encoder = || bundle_encoder(&device, GpuTextureFormat::Rgba8unorm);

    type Call<'a> = Box<dyn Fn(&GpuRenderBundleEncoder) + 'a>;
    let calls: [(&str, Call<'_>); 12] = [
        ("push-debug-group", Box::new(|bundle| bundle.push_debug_group("group"))),
        ("insert-debug-marker", Box::new(|bundle| bundle.insert_debug_marker("marker"))),
        ("set-pipeline", Box::new(|bundle| bundle.set_pipeline(&pipeline))),
        (
            "set-bind-group",
            Box::new(|bundle| {
                let _ = bundle.set_bind_group(0, Some(&empty), None, None, None);
            }),
        ),
        ("set-vertex-buffer", Box::new(|bundle| bundle.set_vertex_buffer(1, Some(&vertices), None, None))),
        (
            "set-index-buffer",
            Box::new(|bundle| bundle.set_index_buffer(&indices, GpuIndexFormat::Uint32, None, None)),
        ),
        ("draw", Box::new(|bundle| bundle.draw(3, Some(1), Some(0), Some(0)))),
        ("draw-indexed", Box::new(|bundle| bundle.draw_indexed(3, None, None, Some(0), None))),
        ("draw-indirect", Box::new(|bundle| bundle.draw_indirect(&arguments, 0))),
        ("draw-indexed-indirect", Box::new(|bundle| bundle.draw_indexed_indirect(&arguments, 0))),
        ("set-immediates", Box::new(|bundle| bundle.set_immediates(0, &[], None, None))),
        ("pop-debug-group", Box::new(|bundle| bundle.pop_debug_group())),
    ];
    let bundle = c
        .fine("everything in it", &device, || {
            let encoder = encoder();
            for (_, call) in &calls {
                call(&encoder);
            }
            encoder.finish(None)
        })
        .await;
    let target = kit::texture(&device, 8, GpuTextureFormat::Rgba8unorm, GpuTextureUsage::RENDER_ATTACHMENT);
    let view = target.create_view(None);
    let other = kit::texture(&device, 8, GpuTextureFormat::Bgra8unorm, GpuTextureUsage::RENDER_ATTACHMENT);
    let other_view = other.create_view(None);
    c.fine("executed", &device, || {
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_render_pass(&pass_on(&view));
        pass.execute_bundles(&[&bundle, &bundle]);
        pass.execute_bundles(&[]);
        pass.end();
        device.queue().submit(&[&encoder.finish(None)]);
    })
    .await;
    c.invalid("for another format", &device, || {
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_render_pass(&pass_on(&other_view));
        pass.execute_bundles(&[&bundle]);
        pass.end();
        encoder.finish(None)
    })
    .await;

    let finished = encoder();
    c.fine("an empty one", &device, || finished.finish(None)).await;
    for (name, call) in &calls {
        c.invalid(&format!("finished: {name}"), &device, || call(&finished)).await;
    }
    c.invalid("finish twice", &device, || finished.finish(None)).await;
}

pub(crate) fn bundle_encoder(
    device: &crate::wit::GpuDevice,
    format: GpuTextureFormat,
) -> GpuRenderBundleEncoder {
    device.create_render_bundle_encoder(&GpuRenderBundleEncoderDescriptor {
        depth_read_only: None,
        stencil_read_only: None,
        color_formats: vec![Some(format)],
        depth_stencil_format: None,
        sample_count: None,
        label: None,
    })
}

pub(crate) fn pass_on(view: &GpuTextureView) -> GpuRenderPassDescriptor<'_> {
    GpuRenderPassDescriptor {
        color_attachments: vec![Some(GpuRenderPassColorAttachment {
            view,
            depth_slice: None,
            resolve_target: None,
            clear_value: None,
            load_op: GpuLoadOp::Clear,
            store_op: GpuStoreOp::Store,
        })],
        depth_stencil_attachment: None,
        occlusion_query_set: None,
        timestamp_writes: None,
        max_draw_count: None,
        label: None,
    }
}
