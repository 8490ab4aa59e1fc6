//! `create-*-pipeline-async`: a good one works, a bad one is the result's error and no scope's.

use crate::{
    Checks, kit,
    wit::{
        CreatePipelineErrorKind, GpuColorTargetState, GpuComputePipelineDescriptor, GpuErrorFilter,
        GpuFragmentState, GpuLayoutMode, GpuPipelineErrorReason, GpuProgrammableStage,
        GpuRenderPipelineDescriptor, GpuShaderModule, GpuTextureFormat, GpuVertexState,
        RecordGpuPipelineConstantValue,
    },
};

fn render<'a>(module: &'a GpuShaderModule, vertex: &str) -> GpuRenderPipelineDescriptor<'a> {
    GpuRenderPipelineDescriptor {
        vertex: GpuVertexState {
            buffers: None,
            module,
            entry_point: Some(vertex.to_owned()),
            constants: None,
        },
        primitive: None,
        depth_stencil: None,
        multisample: None,
        fragment: Some(GpuFragmentState {
            targets: vec![Some(GpuColorTargetState {
                format: GpuTextureFormat::Rgba8unorm,
                blend: None,
                write_mask: None,
            })],
            module,
            entry_point: None,
            constants: None,
        }),
        layout: GpuLayoutMode::Auto,
        label: None,
    }
}

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let double = kit::shader(&device, kit::DOUBLE);
    let draw = kit::shader(&device, kit::DRAW);
    device.push_error_scope(GpuErrorFilter::Validation);
    device.push_error_scope(GpuErrorFilter::Internal);
    if let Some(pipeline) =
        c.granted("compute", device.create_compute_pipeline_async(kit::compute_descriptor(&double)).await)
    {
        let data = kit::storage(&device, &[21]);
        let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &data);
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_compute_pass(None);
        pass.set_pipeline(&pipeline);
        c.granted("set-bind-group", pass.set_bind_group(0, Some(&group), None, None, None));
        pass.dispatch_workgroups(1, None, None);
        pass.end();
        device.queue().submit(&[&encoder.finish(None)]);
        c.equal("it computes", kit::read(&device, &data).await, vec![42]);
    }
    c.granted("render", device.create_render_pipeline_async(render(&draw, "without")).await);

    let constants = RecordGpuPipelineConstantValue::new();
    constants.add("nobody", 1.0);
    let bad = GpuComputePipelineDescriptor {
        compute: GpuProgrammableStage { module: &double, entry_point: None, constants: Some(constants) },
        layout: GpuLayoutMode::Auto,
        label: None,
    };
    let compute = device.create_compute_pipeline_async(bad).await.err();
    let render = device.create_render_pipeline_async(render(&draw, "nobody")).await.err();
    for (name, error) in [("bad compute", compute), ("bad render", render)] {
        match error {
            None => c.fail(format!("{name}: it was not refused")),
            Some(error) => {
                c.that(
                    name,
                    matches!(
                        error.kind,
                        CreatePipelineErrorKind::GpuPipelineError(GpuPipelineErrorReason::Validation)
                    ),
                );
                c.that("it says why", !error.message.is_empty());
            }
        }
    }
    c.that("no scope got it", matches!(device.pop_error_scope().await, Ok(None)));
    c.that("nor this one", matches!(device.pop_error_scope().await, Ok(None)));
}
