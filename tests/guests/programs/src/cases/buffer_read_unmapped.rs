//! Ranges of a buffer that is not mapped are refused, each time.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 64, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    r.number("never mapped", buffer.get_mapped_range(..).is_err());
    r.number("never mapped, for writing", buffer.get_mapped_range_mut(..).is_err());
    kit::map(&device, buffer.slice(..), wgpu::MapMode::Read).unwrap();
    r.bytes("mapped", buffer.get_mapped_range(..).unwrap());
    buffer.unmap();
    r.number("no longer mapped", buffer.get_mapped_range(..).is_err());
    // One more `unmap` than needed is no error.
    r.caught("unmap again", &device, || buffer.unmap()).await;
}
