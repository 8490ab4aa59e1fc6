//! Mappings that are refused: usage, mode, alignment, state.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

async fn map(
    r: &mut Report,
    device: &wgpu::Device,
    name: &str,
    slice: wgpu::BufferSlice<'_>,
    mode: wgpu::MapMode,
) {
    let (done, result) = mpsc::channel();
    r.told(name, device, || {
        slice.map_async(mode, move |result| done.send(result.is_ok()).unwrap());
        let _ = device.poll(wgpu::PollType::wait_indefinitely());
    })
    .await;
    r.text(format!("{name}, answer"), format!("{:?}", result.try_recv()));
    r.number(format!("{name}, not mapped"), slice.get_mapped_range().is_err());
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::MapMode::{Read, Write};
    let (device, _queue) = gpu.device().await;
    // A fresh one each time: wgpu takes a buffer whose mapping failed for mapped until `unmap`.
    let plain = || kit::storage_of_size(&device, 256);
    let read = || kit::buffer(&device, 256, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let write = || kit::buffer(&device, 256, wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC);
    map(r, &device, "no usage for mapping", plain().slice(..), Read).await;
    map(r, &device, "no usage for mapping, written", plain().slice(..), Write).await;
    map(r, &device, "a readable one for writing", read().slice(..), Write).await;
    map(r, &device, "a writable one for reading", write().slice(..), Read).await;
    map(r, &device, "misaligned start", read().slice(4..64), Read).await;
    map(r, &device, "misaligned size", read().slice(0..63), Read).await;
    let destroyed = read();
    destroyed.destroy();
    map(r, &device, "destroyed", destroyed.slice(..), Read).await;
    let (invalid, _) = crate::caught(&device, || {
        kit::buffer(&device, 256, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::MAP_WRITE)
    })
    .await;
    let (misaligned, _) = crate::caught(&device, || {
        kit::buffer(&device, 256, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::STORAGE)
    })
    .await;
    map(r, &device, "invalid", invalid.slice(..), Read).await;
    // That it is invalid is the first thing to be wrong with it.
    map(r, &device, "invalid and misaligned", misaligned.slice(4..64), Read).await;
    let (copied, _) = crate::caught(&device, || kit::buffer(&device, 256, wgpu::BufferUsages::empty())).await;
    map(r, &device, "invalid and without the usage", copied.slice(..), Read).await;
}
