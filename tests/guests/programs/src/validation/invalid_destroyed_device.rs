//! Everything that can be made of a destroyed device: errors of a lost device reach nobody.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let shader = "@compute @workgroup_size(1) fn main() {}";
    let pipeline = kit::compute_pipeline(&device, shader, "main");
    let buffer = kit::storage_of_size(&device, 64);
    device.destroy();

    r.caught("buffer", &device, || kit::storage_of_size(&device, 64)).await;
    r.caught("sampler", &device, || device.create_sampler(&wgpu::SamplerDescriptor::default())).await;
    r.caught("shader", &device, || kit::shader(&device, shader)).await;
    r.caught("pipeline", &device, || kit::compute_pipeline(&device, shader, "main")).await;
    r.caught("query set", &device, || {
        device.create_query_set(&wgpu::QuerySetDescriptor {
            label: None,
            ty: wgpu::QueryType::Occlusion,
            count: 1,
        })
    })
    .await;
    r.caught("pass", &device, || {
        let mut encoder = kit::encoder(&device);
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.dispatch_workgroups(1, 1, 1);
        }
        queue.submit([encoder.finish()]);
    })
    .await;
    r.caught("write", &device, || queue.write_buffer(&buffer, 0, &[0; 16])).await;
    // Even what would be invalid.
    r.caught("invalid write", &device, || queue.write_buffer(&buffer, 1000, &[0; 16])).await;
    r.caught("invalid buffer", &device, || kit::buffer(&device, 16, wgpu::BufferUsages::empty())).await;
}
