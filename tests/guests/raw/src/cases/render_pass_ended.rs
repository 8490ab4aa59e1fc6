//! Every call on a render pass that has ended is a validation error.

use super::render_bundle::{bundle_encoder, pass_on};
use crate::{
    Checks, kit,
    wit::{
        GpuBufferUsage, GpuColor, GpuColorTargetState, GpuFragmentState, GpuIndexFormat, GpuLayoutMode,
        GpuRenderPassEncoder, GpuRenderPipelineDescriptor, GpuTextureFormat, GpuTextureUsage, GpuVertexState,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let format = GpuTextureFormat::Rgba8unorm;
    let module = kit::shader(&device, kit::DRAW);
    let pipeline = device.create_render_pipeline(GpuRenderPipelineDescriptor {
        vertex: GpuVertexState {
            buffers: None,
            module: &module,
            entry_point: Some("without".to_owned()),
            constants: None,
        },
        primitive: None,
        depth_stencil: None,
        multisample: None,
        fragment: Some(GpuFragmentState {
            targets: vec![Some(GpuColorTargetState { format, blend: None, write_mask: None })],
            module: &module,
            entry_point: None,
            constants: None,
        }),
        layout: GpuLayoutMode::Auto,
        label: None,
    });
    let buffer =
        kit::buffer(&device, 64, GpuBufferUsage::VERTEX | GpuBufferUsage::INDEX | GpuBufferUsage::INDIRECT);
    let bundle = bundle_encoder(&device, format).finish(None);
    let view = kit::texture(&device, 8, format, GpuTextureUsage::RENDER_ATTACHMENT).create_view(None);
    let encoder = kit::encoder(&device);
    let pass = encoder.begin_render_pass(&pass_on(&view));
    pass.end();

    type Call<'a> = Box<dyn Fn(&GpuRenderPassEncoder) + 'a>;
    let calls: [(&str, Call<'_>); 20] = [
        ("end", Box::new(|pass| pass.end())),
        ("set-viewport", Box::new(|pass| pass.set_viewport(0.0, 0.0, 8.0, 8.0, 0.0, 1.0))),
        ("set-scissor-rect", Box::new(|pass| pass.set_scissor_rect(0, 0, 8, 8))),
        (
            "set-blend-constant",
            Box::new(|pass| {
                pass.set_blend_constant(GpuColor { r: 0.0, g: 0.0, b: 0.0, a: 0.0 });
            }),
        ),
        ("set-stencil-reference", Box::new(|pass| pass.set_stencil_reference(1))),
        ("begin-occlusion-query", Box::new(|pass| pass.begin_occlusion_query(0))),
        ("end-occlusion-query", Box::new(|pass| pass.end_occlusion_query())),
        ("execute-bundles", Box::new(|pass| pass.execute_bundles(&[&bundle]))),
        ("push-debug-group", Box::new(|pass| pass.push_debug_group("late"))),
        ("pop-debug-group", Box::new(|pass| pass.pop_debug_group())),
        ("insert-debug-marker", Box::new(|pass| pass.insert_debug_marker("late"))),
        (
            "set-bind-group",
            Box::new(|pass| {
                let _ = pass.set_bind_group(0, None, None, None, None);
            }),
        ),
        ("set-immediates", Box::new(|pass| pass.set_immediates(0, &[], None, None))),
        ("set-pipeline", Box::new(|pass| pass.set_pipeline(&pipeline))),
        (
            "set-index-buffer",
            Box::new(|pass| {
                pass.set_index_buffer(&buffer, GpuIndexFormat::Uint16, None, None);
            }),
        ),
        ("set-vertex-buffer", Box::new(|pass| pass.set_vertex_buffer(0, Some(&buffer), None, None))),
        ("draw", Box::new(|pass| pass.draw(3, None, None, None))),
        ("draw-indexed", Box::new(|pass| pass.draw_indexed(3, None, None, None, None))),
        ("draw-indirect", Box::new(|pass| pass.draw_indirect(&buffer, 0))),
        ("draw-indexed-indirect", Box::new(|pass| pass.draw_indexed_indirect(&buffer, 0))),
    ];
    for (name, call) in &calls {
        c.invalid(name, &device, || call(&pass)).await;
    }
    pass.set_label("an ended pass");
    c.equal("its label", pass.label(), "an ended pass".to_owned());
    let commands = c.fine("the encoder is not affected", &device, || encoder.finish(None)).await;
    c.fine("nor is the submit", &device, || device.queue().submit(&[&commands])).await;

    // Passes that are not ended: the encoder can't be finished.
    c.invalid("dropped, not ended", &device, || {
        let encoder = kit::encoder(&device);
        drop(encoder.begin_render_pass(&pass_on(&view)));
        encoder.finish(None)
    })
    .await;
}
