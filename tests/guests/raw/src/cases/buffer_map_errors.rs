//! `map-async` with modes, ranges and states that are wrong answers with an error of its own.

use crate::{
    Checks, kit,
    wit::{GpuBufferUsage, GpuMapMode},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let readable = GpuBufferUsage::MAP_READ | GpuBufferUsage::COPY_DST;
    let buffer = kit::buffer(&device, 256, readable);
    let plain = kit::buffer(&device, 256, GpuBufferUsage::STORAGE);
    for (name, buffer, mode, offset, size) in [
        ("no mode", &buffer, GpuMapMode::empty(), None, None),
        ("both modes", &buffer, GpuMapMode::READ | GpuMapMode::WRITE, None, None),
        ("the wrong mode", &buffer, GpuMapMode::WRITE, None, None),
        ("no usage for it", &plain, GpuMapMode::READ, None, None),
        ("misaligned offset", &buffer, GpuMapMode::READ, Some(4), None),
        ("misaligned size", &buffer, GpuMapMode::READ, None, Some(7)),
        ("beyond the end", &buffer, GpuMapMode::READ, Some(128), Some(256)),
        ("offset beyond the end", &buffer, GpuMapMode::READ, Some(512), None),
        ("overflow", &buffer, GpuMapMode::READ, Some(u64::MAX & !7), Some(u64::MAX & !3)),
    ] {
        device.push_error_scope(crate::wit::GpuErrorFilter::Validation);
        let result = buffer.map_async(mode, offset, size).await;
        let scope = device.pop_error_scope().await.expect("a scope is open");
        c.refused(name, result);
        c.that(&format!("{name}: a validation error, too"), scope.is_some());
    }
    // After all these, it can be mapped: a refusal leaves no trace.
    c.granted("a good one", buffer.map_async(GpuMapMode::READ, None, None).await);
    c.refused("twice", buffer.map_async(GpuMapMode::READ, None, None).await);
    c.that("still mapped", buffer.get_mapped_range_get_with_copy(None, None).is_ok());
    c.granted("unmap", buffer.unmap());
    c.granted("again", buffer.map_async(GpuMapMode::READ, Some(64), Some(64)).await);
    c.granted("unmap", buffer.unmap());
    c.granted("nothing at all", buffer.map_async(GpuMapMode::READ, Some(256), Some(0)).await);
    buffer.destroy();
    c.refused("destroyed", buffer.map_async(GpuMapMode::READ, None, None).await);
}
