//! wgpu's own `StagingBelt` works over the backend: its chunks are mapped, finished and recalled.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let target = kit::storage_of_size(&device, 4096);
    let mut belt = wgpu::util::StagingBelt::new(device.clone(), 256);
    for round in 0..6_u8 {
        let mut encoder = kit::encoder(&device);
        for part in 0..4_u8 {
            let size = wgpu::BufferSize::new(64 + u64::from(part) * 32).unwrap();
            let at = u64::from(round) * 640 + u64::from(part) * 160;
            belt.write_buffer(&mut encoder, &target, at, size).slice(..).copy_from_slice(&vec![
                round * 10
                    + part
                    + 1;
                size.get()
                    as usize
            ]);
        }
        belt.finish();
        queue.submit([encoder.finish()]);
        belt.recall();
        kit::wait(&device);
    }
    r.bytes("found", kit::read_bytes(&device, &queue, &target));
}
