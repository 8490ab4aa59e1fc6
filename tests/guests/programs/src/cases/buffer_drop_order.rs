//! Handles may be dropped in any order: what still needs an object keeps it.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(4)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) { data[id.x] = data[id.x] * 2 + 1; }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let staging = kit::buffer(&device, 16, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let commands = {
        let data = kit::storage(&device, &[1_u32, 2, 3, 4]);
        let group;
        let pipeline;
        {
            let module = kit::shader(&device, SHADER);
            pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: None,
                layout: None,
                module: &module,
                entry_point: None,
                compilation_options: Default::default(),
                cache: None,
            });
            drop(module);
            let layout = pipeline.get_bind_group_layout(0);
            group = kit::bind(&device, &layout, &[data.as_entire_binding()]);
        }
        let mut encoder = kit::encoder(&device);
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            drop(pipeline);
            drop(group);
            pass.dispatch_workgroups(1, 1, 1);
        }
        encoder.copy_buffer_to_buffer(&data, 0, &staging, 0, 16);
        encoder.finish()
    };
    let later = device.clone();
    queue.submit([commands]);
    drop(queue);
    drop(device);
    kit::map(&later, staging.slice(..), wgpu::MapMode::Read).unwrap();
    drop(later);
    let view = staging.get_mapped_range(..).unwrap();
    drop(staging);
    assert_eq!(*view, *bytemuck::cast_slice::<u32, u8>(&[3, 5, 7, 9]));
    r.bytes("after all is dropped", &view);
}
