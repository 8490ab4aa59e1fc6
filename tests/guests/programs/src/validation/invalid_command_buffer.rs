//! What follows an error inside an encoder: `finish` reports it, `submit` is refused, the queue goes on.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::storage_of_size(&device, 64);
    let mut encoder = kit::encoder(&device);
    r.told("the error itself", &device, || encoder.clear_buffer(&buffer, 1, None)).await;
    r.told("later commands", &device, || encoder.clear_buffer(&buffer, 0, None)).await;
    let commands = r.told("finish", &device, || encoder.finish()).await;
    r.told("submit", &device, || {
        queue.submit([commands]);
    })
    .await;
    r.told("a good one afterwards", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.clear_buffer(&buffer, 0, None);
        queue.submit([encoder.finish()]);
        kit::wait(&device);
    })
    .await;
}
