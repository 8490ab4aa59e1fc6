//! Every call on a compute pass that has ended is a validation error.

use crate::{
    Checks, kit,
    wit::{GpuBufferUsage, GpuComputePassEncoder},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let pipeline = kit::pipeline(&device, &kit::shader(&device, kit::DOUBLE));
    let data = kit::storage(&device, &[1; 64]);
    let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &data);
    let arguments = kit::buffer(&device, 16, GpuBufferUsage::INDIRECT);
    let encoder = kit::encoder(&device);
    let pass = encoder.begin_compute_pass(None);
    pass.end();

    type Call<'a> = Box<dyn Fn(&GpuComputePassEncoder) + 'a>;
    let calls: [(&str, Call<'_>); 9] = [
        ("end", Box::new(|pass| pass.end())),
        ("set-pipeline", Box::new(|pass| pass.set_pipeline(&pipeline))),
        ("dispatch-workgroups", Box::new(|pass| pass.dispatch_workgroups(1, Some(1), Some(1)))),
        ("dispatch-workgroups-indirect", Box::new(|pass| pass.dispatch_workgroups_indirect(&arguments, 0))),
        (
            "set-bind-group",
            Box::new(|pass| {
                let _ = pass.set_bind_group(0, Some(&group), None, None, None);
            }),
        ),
        ("set-immediates", Box::new(|pass| pass.set_immediates(0, &[], None, None))),
        ("push-debug-group", Box::new(|pass| pass.push_debug_group("late"))),
        ("pop-debug-group", Box::new(|pass| pass.pop_debug_group())),
        ("insert-debug-marker", Box::new(|pass| pass.insert_debug_marker("late"))),
    ];
    for (name, call) in &calls {
        c.invalid(name, &device, || call(&pass)).await;
    }
    pass.set_label("an ended pass");
    c.equal("its label", pass.label(), "an ended pass".to_owned());
    let commands = c.fine("the encoder is not affected", &device, || encoder.finish(None)).await;
    c.fine("nor is the submit", &device, || device.queue().submit(&[&commands])).await;

    // A pass that outlives its encoder's handle.
    let encoder = kit::encoder(&device);
    let pass = encoder.begin_compute_pass(None);
    drop(encoder);
    pass.set_pipeline(&pipeline);
    pass.end();
}
