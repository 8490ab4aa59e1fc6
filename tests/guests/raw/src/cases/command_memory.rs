//! Commands that the host fetches from the guest's memory are the calls that they stand for.

use crate::{
    Checks,
    command_memory::{with, with_new_name},
    kit,
    wit::{GpuComputePassEncoder, GpuDevice},
};

/// The numbers that the case chooses for its objects.
const PIPELINE: u32 = 65_535;
const GROUP: u32 = 1;

/// `dispatch-workgroups` of one workgroup.
const DISPATCH: [u32; 4] = [5, 1, 1, 1];

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let data = kit::storage(&device, &[1, 2, 3]);
    let module = kit::shader(&device, kit::DOUBLE);
    let pipeline = kit::pipeline(&device, &module);
    let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &data);

    // What has no name gets one with the call that it is an argument of, and from then on needs no call.
    let submitted = record(&device, |pass| {
        with(&[1, PIPELINE], || pass.set_pipeline(&pipeline));
        let set = || pass.set_bind_group(0, Some(&group), None, None, None);
        c.granted("a name for the group", with(&[1, GROUP], set));
        with(&DISPATCH, || pass.end());
    });
    c.fine("names", &device, || device.queue().submit(&[&submitted])).await;
    c.equal("a dispatch that came with end", kit::read(&device, &data).await, vec![2, 4, 6]);
    let bound = [[2, PIPELINE].as_slice(), &[3, 0, GROUP, 0]].concat();
    let twice = [&bound[..], &DISPATCH, &DISPATCH].concat();
    let submitted = record(&device, |pass| {
        with(&twice, || pass.dispatch_workgroups(1, None, None));
        pass.dispatch_workgroups(1, None, None);
        with(&DISPATCH, || pass.end());
    });
    c.fine("all in words", &device, || device.queue().submit(&[&submitted])).await;
    c.equal("in order, beside calls", kit::read(&device, &data).await, vec![64, 128, 192]);

    let layout = pipeline.get_bind_group_layout(0);
    let born = with_new_name(3, || kit::bind(&device, &layout, &data));
    let submitted = record(&device, |pass| {
        with(&[&[2, PIPELINE, 3, 0, 3, 0], &DISPATCH[..]].concat(), || pass.end());
    });
    drop(born);
    c.fine("a group that was made with a name", &device, || device.queue().submit(&[&submitted])).await;
    c.equal("by that name", kit::read(&device, &data).await, vec![128, 256, 384]);

    // Errors are those of the calls, when these have them.
    for (what, words) in [
        ("no group", [&bound[..], &[3, 0, 0, 0], &DISPATCH].concat()),
        ("an offset too many", [&bound[..], &[3, 0, GROUP, 1, 0], &DISPATCH].concat()),
        ("a group too many", [&bound[..], &[3, 1000, GROUP, 0], &DISPATCH].concat()),
        ("immediates at an odd place", [&bound[..], &[4, 2, 1, 0], &DISPATCH].concat()),
        ("immediates beyond the limit", [&bound[..], &[4, u32::MAX & !3, 1, 0], &DISPATCH].concat()),
        ("workgroups over the limit", [&bound[..], &[5, u32::MAX, 1, 1]].concat()),
    ] {
        let finish = || record(&device, |pass| with(&words, || pass.end()));
        c.invalid(what, &device, finish).await;
    }
    let encoder = kit::encoder(&device);
    let pass = encoder.begin_compute_pass(None);
    pass.end();
    c.invalid("a pass that has ended", &device, || with(&DISPATCH, || pass.end())).await;

    // A name is its last object's, whatever becomes of those before.
    let other = kit::pipeline(&device, &kit::shader(&device, TREBLE));
    record(&device, |pass| {
        with(&[1, PIPELINE], || pass.set_pipeline(&other));
        pass.end();
    });
    drop(pipeline);
    let other_group = kit::bind(&device, &other.get_bind_group_layout(0), &data);
    let submitted = record(&device, |pass| {
        let set = || pass.set_bind_group(0, Some(&other_group), None, None, None);
        c.granted("a name for the other group", with(&[2, PIPELINE, 1, 2], set));
        with(&[&[3, 0, 2, 0], &DISPATCH[..]].concat(), || pass.end());
    });
    drop((other, other_group));
    c.fine("another object of the same name", &device, || device.queue().submit(&[&submitted])).await;
    c.equal("trebled", kit::read(&device, &data).await, vec![384, 768, 1152]);
}

/// Multiplies every number of a storage buffer by three.
const TREBLE: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if id.x < arrayLength(&data) { data[id.x] *= 3u; }
    }
";

/// A command buffer with one compute pass.
fn record(device: &GpuDevice, commands: impl FnOnce(&GpuComputePassEncoder)) -> crate::wit::GpuCommandBuffer {
    let encoder = kit::encoder(device);
    let pass = encoder.begin_compute_pass(None);
    commands(&pass);
    encoder.finish(None)
}
