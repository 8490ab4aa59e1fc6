//! What nobody has written is zero, also where the memory of a buffer was another's before.

use crate::{Gpu, Report, kit};

/// Bytes of each buffer.
const SIZE: u64 = 1 << 16;

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    let written = vec![0xa5; SIZE as usize];
    for round in 0..3 {
        // A driver likes to give out again what it has just got back.
        let before: Vec<_> = (0..8).map(|_| kit::buffer(&device, SIZE, usage)).collect();
        for buffer in &before {
            queue.write_buffer(buffer, 0, &written);
        }
        assert_eq!(kit::read_bytes(&device, &queue, &before[7]), written);
        before.iter().for_each(wgpu::Buffer::destroy);
        drop(before);
        kit::wait(&device);
        for number in 0..8 {
            let buffer = kit::buffer(&device, SIZE, usage);
            // The rest of one that was written in part is zero as well.
            if number % 2 == 1 {
                queue.write_buffer(&buffer, 256, &[0xa5; 64]);
            }
            let found = kit::read_bytes(&device, &queue, &buffer);
            let expected = if number % 2 == 1 { 64 } else { 0 };
            let set = found.iter().filter(|byte| **byte != 0).count();
            assert_eq!(set, expected, "buffer {number} of round {round} has bytes that nobody wrote");
            r.number(format!("round {round}, buffer {number}"), kit::checksum(&found));
        }
    }
}
