//! Mapped ranges that are wrong answer with an error, and write nothing.

use crate::{
    Checks, kit,
    wit::{GpuBufferUsage, GpuMapMode},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let buffer = kit::buffer(&device, 256, GpuBufferUsage::MAP_WRITE | GpuBufferUsage::COPY_SRC);
    c.refused("get, unmapped", buffer.get_mapped_range_get_with_copy(None, None));
    c.refused("set, unmapped", buffer.get_mapped_range_set_with_copy(&[0; 256], None, None));
    c.granted("map", buffer.map_async(GpuMapMode::WRITE, Some(64), Some(128)).await);
    c.granted("fill", buffer.get_mapped_range_set_with_copy(&[3; 128], Some(64), Some(128)));

    for (name, length, offset, size) in [
        ("too short", 127, Some(64), Some(128)),
        ("too long", 129, Some(64), Some(128)),
        ("nothing for something", 0, Some(64), Some(128)),
        ("something for nothing", 4, Some(64), Some(0)),
        ("before the mapping", 64, Some(0), Some(64)),
        ("across its end", 128, Some(128), Some(128)),
        ("beyond the buffer", 16, Some(512), Some(16)),
        ("misaligned offset", 8, Some(68), Some(8)),
        ("misaligned size", 6, Some(72), Some(6)),
        ("overflow", 8, Some(u64::MAX & !7), Some(16)),
        ("far too large", 8, Some(64), Some(u64::MAX & !3)),
    ] {
        let data = vec![0xff; length];
        c.refused(&format!("set, {name}"), buffer.get_mapped_range_set_with_copy(&data, offset, size));
        if !matches!(length, 0 | 4 | 127 | 129) {
            c.refused(&format!("get, {name}"), buffer.get_mapped_range_get_with_copy(offset, size));
        }
    }
    let kept = buffer.get_mapped_range_get_with_copy(Some(64), Some(128));
    c.equal("nothing was written", kept.ok(), Some(vec![3; 128]));
    c.granted("unmap", buffer.unmap());

    let readable = kit::buffer(&device, 64, GpuBufferUsage::MAP_READ | GpuBufferUsage::COPY_DST);
    c.granted("map for reading", readable.map_async(GpuMapMode::READ, None, None).await);
    // What is written to a mapping for reading is lost, in WebGPU and here.
    let _ = readable.get_mapped_range_set_with_copy(&[1; 64], None, None);
    c.granted("unmap", readable.unmap());
    c.granted("map for reading", readable.map_async(GpuMapMode::READ, None, None).await);
    c.equal("untouched", readable.get_mapped_range_get_with_copy(None, None).ok(), Some(vec![0; 64]));
}
