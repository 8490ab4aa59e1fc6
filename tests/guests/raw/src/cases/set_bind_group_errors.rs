//! Dynamic offsets by start and length; parts of the list that are not there.

use crate::{
    Checks, kit,
    wit::{
        GpuBindGroupDescriptor, GpuBindGroupEntry, GpuBindGroupLayoutDescriptor, GpuBindGroupLayoutEntry,
        GpuBindingResource, GpuBufferBinding, GpuBufferBindingLayout, GpuBufferBindingType,
        GpuComputePipelineDescriptor, GpuLayoutMode, GpuPipelineLayoutDescriptor, GpuProgrammableStage,
        GpuShaderStage,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let step = device.limits().min_storage_buffer_offset_alignment();
    let layout = device.create_bind_group_layout(&GpuBindGroupLayoutDescriptor {
        entries: vec![GpuBindGroupLayoutEntry {
            binding: 0,
            visibility: GpuShaderStage::COMPUTE,
            buffer: Some(GpuBufferBindingLayout {
                type_: Some(GpuBufferBindingType::Storage),
                has_dynamic_offset: Some(true),
                min_binding_size: None,
            }),
            sampler: None,
            texture: None,
            storage_texture: None,
        }],
        label: None,
    });
    let pipeline_layout = device.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
        bind_group_layouts: vec![Some(&layout)],
        immediate_size: None,
        label: None,
    });
    let module = kit::shader(&device, kit::DOUBLE);
    let pipeline = device.create_compute_pipeline(GpuComputePipelineDescriptor {
        compute: GpuProgrammableStage { module: &module, entry_point: None, constants: None },
        layout: GpuLayoutMode::Specific(&pipeline_layout),
        label: None,
    });
    let words = step / 4;
    let data = kit::storage(&device, &vec![1; words as usize * 3]);
    let group = device.create_bind_group(&GpuBindGroupDescriptor {
        layout: &layout,
        entries: vec![GpuBindGroupEntry {
            binding: 0,
            resource: GpuBindingResource::GpuBufferBinding(GpuBufferBinding {
                buffer: &data,
                offset: None,
                size: Some(4),
            }),
        }],
        label: None,
    });
    let encoder = kit::encoder(&device);
    let pass = encoder.begin_compute_pass(None);
    pass.set_pipeline(&pipeline);
    let offsets = [9, step, 2 * step, 9];
    for (name, start, length) in [
        ("start beyond the list", Some(5), Some(1)),
        ("length beyond the list", Some(3), Some(2)),
        ("overflow", Some(u64::MAX), Some(u32::MAX)),
    ] {
        c.refused(name, pass.set_bind_group(0, Some(&group), Some(&offsets), start, length));
    }
    c.granted("the second", pass.set_bind_group(0, Some(&group), Some(&offsets), Some(1), Some(1)));
    pass.dispatch_workgroups(1, None, None);
    c.granted("the third", pass.set_bind_group(0, Some(&group), Some(&offsets), Some(2), Some(1)));
    pass.dispatch_workgroups(1, None, None);
    pass.dispatch_workgroups(1, None, None);
    pass.end();
    c.fine("submit", &device, || device.queue().submit(&[&encoder.finish(None)])).await;
    let found = kit::read(&device, &data).await;
    c.equal("first", found[0], 1);
    c.equal("second", found[words as usize], 2);
    c.equal("third", found[words as usize * 2], 4);

    for (name, offsets) in
        [("too many", &[0, 0][..]), ("too few", &[]), ("misaligned", &[4]), ("beyond", &[1 << 20])]
    {
        c.invalid(name, &device, || {
            let encoder = kit::encoder(&device);
            let pass = encoder.begin_compute_pass(None);
            pass.set_pipeline(&pipeline);
            let _ = pass.set_bind_group(0, Some(&group), Some(offsets), None, None);
            pass.dispatch_workgroups(1, None, None);
            pass.end();
            encoder.finish(None)
        })
        .await;
    }
}
