//! GPU memory: 16 MiB, buffers and textures together; what is destroyed or dropped comes back.

use crate::{
    Checks,
    kit::{self, Caught},
    wit::{GpuBufferUsage, GpuErrorFilter, GpuMapMode, GpuTextureFormat, GpuTextureUsage},
};

pub async fn run(c: &mut Checks) {
    const MIB: u64 = 1 << 20;
    let device = kit::device().await;
    let buffer = |mib| kit::buffer(&device, mib * MIB, GpuBufferUsage::COPY_DST);
    let first = c.fine("10 MiB", &device, || buffer(10)).await;
    let (refused, caught) = kit::caught(&device, || buffer(8)).await;
    c.that("8 MiB more", matches!(caught, Caught::OutOfMemory(_)));
    c.invalid("what was refused can't be used", &device, || {
        let encoder = kit::encoder(&device);
        encoder.clear_buffer(&refused, None, None);
        encoder.finish(None)
    })
    .await;
    for (offset, size) in
        [(None, None), (Some(16), Some(16)), (Some(8 * MIB), None), (Some(8 * MIB), Some(0))]
    {
        device.push_error_scope(GpuErrorFilter::Validation);
        let mapped = refused.map_async(GpuMapMode::READ, offset, size).await;
        c.that("nor be mapped", mapped.is_err());
        c.that("which is an error of validation", matches!(device.pop_error_scope().await, Ok(Some(_))));
    }
    let second = c.fine("4 MiB more", &device, || buffer(4)).await;
    let (_, caught) = kit::caught(&device, || {
        kit::texture(&device, 1024, GpuTextureFormat::Rgba8unorm, GpuTextureUsage::COPY_DST)
    })
    .await;
    c.that("a texture of 4 MiB", matches!(caught, Caught::OutOfMemory(_)));
    first.destroy();
    drop(second);
    c.fine("a texture of 4 MiB, and room for it", &device, || {
        kit::texture(&device, 1024, GpuTextureFormat::Rgba8unorm, GpuTextureUsage::COPY_DST)
    })
    .await;
    for _ in 0..20 {
        let buffer = c.fine("again and again", &device, || buffer(9)).await;
        drop(buffer);
    }
}
