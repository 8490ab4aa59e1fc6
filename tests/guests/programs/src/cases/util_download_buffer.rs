//! wgpu's own `DownloadBuffer` works over the backend.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let source = kit::storage(&device, &kit::noise(512, 13));
    let (done, result) = mpsc::channel();
    wgpu::util::DownloadBuffer::read_buffer(&device, &queue, &source.slice(256..1024), move |result| {
        done.send(result.map(|buffer| buffer.to_vec())).unwrap();
    });
    kit::wait(&device);
    let found = result.try_recv().unwrap().unwrap();
    assert_eq!(found, bytemuck::cast_slice::<u32, u8>(&kit::noise(512, 13)[64..256]));
    r.bytes("found", found);
}
