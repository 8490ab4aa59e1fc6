//! `set-immediates` against a limit of zero or more: wrong ranges are errors, never more.

use crate::{Checks, kit, wit::GpuPipelineLayoutDescriptor};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let limit = device.limits().max_immediate_size();
    c.invalid("a layout over the limit", &device, || {
        device.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
            bind_group_layouts: vec![],
            immediate_size: Some(limit + 4),
            label: None,
        })
    })
    .await;
    c.fine("a layout at the limit", &device, || {
        device.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
            bind_group_layouts: vec![],
            immediate_size: Some(limit),
            label: None,
        })
    })
    .await;
    for (name, range_offset, length, data_offset, data_size) in [
        ("over the limit", limit, 4, None, None),
        ("misaligned offset", 2, 4, None, None),
        ("misaligned size", 0, 3, None, None),
        ("data offset beyond the data", 0, 4, Some(8), None),
        ("data size beyond the data", 0, 4, Some(0), Some(8)),
        ("overflow", u32::MAX & !3, 8, Some(u64::MAX), Some(u64::MAX)),
    ] {
        c.invalid(name, &device, || {
            let encoder = kit::encoder(&device);
            let pass = encoder.begin_compute_pass(None);
            pass.set_immediates(range_offset, &vec![0; length], data_offset, data_size);
            pass.end();
            encoder.finish(None)
        })
        .await;
    }
    // Not before the pipeline is set: wgpu asks for one, WebGPU does not.
    let pipeline = kit::pipeline(&device, &kit::shader(&device, kit::DOUBLE));
    c.fine("nothing", &device, || {
        let encoder = kit::encoder(&device);
        let pass = encoder.begin_compute_pass(None);
        pass.set_pipeline(&pipeline);
        pass.set_immediates(0, &[], None, None);
        pass.set_immediates(0, &[1, 2, 3, 4], Some(4), Some(0));
        pass.end();
        encoder.finish(None)
    })
    .await;
}
