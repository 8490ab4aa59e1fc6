//! `clear_buffer`: all of it, from an offset, a part.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    for (name, offset, size) in
        [("all", 0, None), ("from an offset", 40, None), ("a part", 16, Some(8)), ("nothing", 16, Some(0))]
    {
        let buffer = kit::storage(&device, &[u32::MAX; 16]);
        let mut encoder = kit::encoder(&device);
        encoder.clear_buffer(&buffer, offset, size);
        queue.submit([encoder.finish()]);
        r.bytes(name, kit::read_bytes(&device, &queue, &buffer));
    }
}
