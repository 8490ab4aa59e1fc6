//! Copies between buffers, in order, with offsets; the size may be left out.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let source = kit::storage(&device, &(0..64).collect::<Vec<u32>>());
    let target = kit::storage_of_size(&device, 256);
    let other = kit::storage_of_size(&device, 64);
    let mut encoder = kit::encoder(&device);
    encoder.copy_buffer_to_buffer(&source, 16, &target, 128, 64);
    encoder.copy_buffer_to_buffer(&source, 16, &other, 0, 64);
    encoder.copy_buffer_to_buffer(&other, 0, &target, 0, 32);
    encoder.copy_buffer_to_buffer(&source, 192, &target, 192, None);
    encoder.copy_buffer_to_buffer(&source, 0, &target, 100, 0);
    queue.submit([encoder.finish()]);
    let found: Vec<u32> = kit::read(&device, &queue, &target);
    assert_eq!(found[32..48], (4..20).collect::<Vec<u32>>());
    assert_eq!(found[..8], (4..12).collect::<Vec<u32>>());
    assert_eq!(found[48..], (48..64).collect::<Vec<u32>>());
    r.bytes("target", bytemuck::cast_slice(&found));
}
