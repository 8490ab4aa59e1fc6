//! Size and usage are what was asked for; equal handles are equal.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    for (size, usage) in [
        (4, wgpu::BufferUsages::UNIFORM),
        (7, wgpu::BufferUsages::COPY_DST),
        (1 << 20, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::INDIRECT | wgpu::BufferUsages::VERTEX),
        (256, wgpu::BufferUsages::INDEX | wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC),
        (256, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST),
        (256, wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC),
    ] {
        let buffer = kit::buffer(&device, size, usage);
        r.number("size", buffer.size());
        r.text("usage", format!("{:?}", buffer.usage()));
        r.number("a clone is the same", buffer == buffer.clone());
        r.number("another is not", buffer == kit::buffer(&device, size, usage));
    }
}
