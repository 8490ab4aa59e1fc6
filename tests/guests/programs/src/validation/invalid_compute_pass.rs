//! Passes that are refused, each for one reason.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(1) fn main() { data[0] = 1u; }
";
const OTHER: &str = "
    @group(0) @binding(0) var<uniform> data: vec4<u32>;
    @group(0) @binding(1) var<storage, read_write> more: array<u32>;
    @compute @workgroup_size(1) fn main() { more[0] = data.x; }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let other = kit::compute_pipeline(&device, OTHER, "main");
    let data = kit::storage_of_size(&device, 64);
    let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &[data.as_entire_binding()]);
    let (bad, _) = crate::caught(&device, || kit::compute_pipeline(&device, "", "main")).await;
    let limit = device.limits().max_bind_groups;

    type Record<'a> = Box<dyn Fn(&mut wgpu::ComputePass<'_>) + 'a>;
    let records: [(&str, Record<'_>); 11] = [
        ("nothing", Box::new(|_| ())),
        ("no pipeline", Box::new(|pass| pass.dispatch_workgroups(1, 1, 1))),
        (
            "no bind group",
            Box::new(|pass| {
                pass.set_pipeline(&pipeline);
                pass.dispatch_workgroups(1, 1, 1);
            }),
        ),
        (
            "bind group of another layout",
            Box::new(|pass| {
                pass.set_pipeline(&other);
                pass.set_bind_group(0, &group, &[]);
                pass.dispatch_workgroups(1, 1, 1);
            }),
        ),
        ("index over the limit", Box::new(|pass| pass.set_bind_group(limit, &group, &[]))),
        ("dynamic offsets without need", Box::new(|pass| pass.set_bind_group(0, &group, &[0, 256]))),
        ("invalid pipeline", Box::new(|pass| pass.set_pipeline(&bad))),
        (
            "bind group taken away",
            Box::new(|pass| {
                pass.set_pipeline(&pipeline);
                pass.set_bind_group(0, &group, &[]);
                pass.set_bind_group(0, None, &[]);
                pass.dispatch_workgroups(1, 1, 1);
            }),
        ),
        (
            "indirect without the usage",
            Box::new(|pass| {
                pass.set_pipeline(&pipeline);
                pass.set_bind_group(0, &group, &[]);
                pass.dispatch_workgroups_indirect(&data, 0);
            }),
        ),
        ("unbalanced debug groups", Box::new(|pass| pass.push_debug_group("open"))),
        ("pop without push", Box::new(|pass| pass.pop_debug_group())),
    ];
    for (name, record) in records {
        r.told(name, &device, || {
            let mut encoder = kit::encoder(&device);
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                record(&mut pass);
            }
            encoder.finish()
        })
        .await;
    }

    let arguments = kit::buffer(&device, 16, wgpu::BufferUsages::INDIRECT);
    for offset in [0, 2, 8, 16, u64::MAX & !3] {
        r.told(format!("indirect at {offset}"), &device, || {
            let mut encoder = kit::encoder(&device);
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                pass.set_pipeline(&pipeline);
                pass.set_bind_group(0, &group, &[]);
                pass.dispatch_workgroups_indirect(&arguments, offset);
            }
            encoder.finish()
        })
        .await;
    }

    r.told("two passes at a time", &device, || {
        let mut encoder = kit::encoder(&device);
        let first = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).forget_lifetime();
        let second = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).forget_lifetime();
        drop(second);
        drop(first);
        encoder.finish()
    })
    .await;
    r.told("finish with an open pass", &device, || {
        let mut encoder = kit::encoder(&device);
        let pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).forget_lifetime();
        let commands = encoder.finish();
        drop(pass);
        commands
    })
    .await;
}
