//! Written by the queue, read by mapping; again after `unmap`.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let buffer = kit::buffer(&device, 1024, usage);
    for round in 0..3_u8 {
        let bytes: Vec<u8> = (0..=255).map(|at: u8| at.wrapping_mul(round + 1)).collect();
        queue.write_buffer(&buffer, u64::from(round) * 256, &bytes);
        // Nothing has been submitted; mapping has to see the write all the same.
        queue.submit([]);
        kit::map(&device, buffer.slice(..), wgpu::MapMode::Read).unwrap();
        let view = buffer.get_mapped_range(..).unwrap();
        assert_eq!(view[usize::from(round) * 256..][..256], bytes);
        r.bytes(format!("round {round}"), &view);
        drop(view);
        buffer.unmap();
    }
}
