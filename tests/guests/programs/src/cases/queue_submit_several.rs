//! Several command buffers in one submit run in the order of the list, not of their recording.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let sources: Vec<_> = (1..=5_u32).map(|number| kit::storage(&device, &[number; 4])).collect();
    let target = kit::storage_of_size(&device, 64);
    let copy = |from: usize, at: u64| {
        let mut encoder = kit::encoder(&device);
        encoder.copy_buffer_to_buffer(&sources[from], 0, &target, at, 16);
        encoder.finish()
    };
    let mut commands: Vec<_> = (0..5).map(|from| copy(from, 0)).collect();
    commands.rotate_left(2);
    commands.push(copy(3, 32));
    queue.submit(commands);
    let found: Vec<u32> = kit::read(&device, &queue, &target);
    assert_eq!(found, [2, 2, 2, 2, 0, 0, 0, 0, 4, 4, 4, 4, 0, 0, 0, 0]);
    r.bytes("found", bytemuck::cast_slice(&found));
}
