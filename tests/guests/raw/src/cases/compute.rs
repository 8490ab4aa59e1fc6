//! A compute job: upload, dispatch, read back, compare.

use crate::{Checks, kit};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let numbers: Vec<u32> = (0..1000).map(|number| number * 3 + 1).collect();
    let data = kit::storage(&device, &numbers);
    let pipeline = kit::pipeline(&device, &kit::shader(&device, kit::DOUBLE));
    let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &data);
    let encoder = kit::encoder(&device);
    let pass = encoder.begin_compute_pass(None);
    pass.set_pipeline(&pipeline);
    c.granted("set-bind-group", pass.set_bind_group(0, Some(&group), None, None, None));
    pass.dispatch_workgroups(16, None, None);
    pass.end();
    device.queue().submit(&[&encoder.finish(None)]);
    let doubled: Vec<u32> = numbers.iter().map(|number| number * 2).collect();
    c.equal("doubled", kit::read(&device, &data).await, doubled);
}
