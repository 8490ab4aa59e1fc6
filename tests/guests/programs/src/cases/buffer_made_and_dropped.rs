//! 75 GiB of buffers, each of which is dropped before the next is made: nothing waits for a collector of garbage, or for
//! the program's end.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    for _ in 0..1200 {
        drop(kit::buffer(&device, 64 << 20, usage));
    }
    let last = kit::storage(&device, &[7_u32; 4]);
    let found: Vec<u32> = kit::read(&device, &queue, &last);
    assert_eq!(found, [7; 4]);
    r.number("found", found[0]);
}
