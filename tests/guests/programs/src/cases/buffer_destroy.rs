//! `destroy` in every state of a buffer, also twice; what was submitted before still runs.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;

    let fresh = kit::buffer(&device, 64, usage);
    fresh.destroy();
    fresh.destroy();

    let mapped = kit::buffer(&device, 64, usage);
    kit::map(&device, mapped.slice(..), wgpu::MapMode::Read).unwrap();
    r.bytes("mapped", mapped.get_mapped_range(..).unwrap());
    mapped.destroy();

    let at_creation = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 64,
        usage: wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: true,
    });
    at_creation.get_mapped_range_mut(..).unwrap().copy_from_slice(&[1; 64]);
    at_creation.destroy();

    let source = kit::storage(&device, &[0x0101_0101_u32; 16]);
    let target = kit::storage_of_size(&device, 64);
    let mut encoder = kit::encoder(&device);
    encoder.copy_buffer_to_buffer(&source, 0, &target, 0, 64);
    queue.submit([encoder.finish()]);
    source.destroy();
    r.bytes("copied before", kit::read_bytes(&device, &queue, &target));

    // Size and usage outlive it.
    r.number("size", source.size());
    r.text("usage", format!("{:?}", source.usage()));

    let refused = kit::buffer(&device, 64, usage);
    refused.destroy();
    let (done, result) = std::sync::mpsc::channel();
    let mut outcome = None;
    r.caught("map after destroy", &device, || {
        refused.map_async(wgpu::MapMode::Read, .., move |result| done.send(result).unwrap());
        kit::wait(&device);
        outcome = result.try_recv().ok();
    })
    .await;
    r.text("answer", format!("{outcome:?}"));
}
