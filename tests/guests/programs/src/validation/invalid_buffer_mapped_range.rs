//! Ranges that are refused: before the mapping, across its end, misaligned.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 256, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    r.number("unmapped", buffer.get_mapped_range(..).is_err());
    r.number("unmapped, part", buffer.get_mapped_range(8..16).is_err());
    kit::map(&device, buffer.slice(64..128), wgpu::MapMode::Read).unwrap();
    for range in [0..64, 0..256, 56..72, 120..136, 128..256] {
        r.number(format!("{range:?}"), buffer.get_mapped_range(range).is_err());
    }
    // In words of its own, which the two sides can not share: what was asked for is in them.
    for (range, named) in [(68..76, "68"), (72..78, "6")] {
        let error = buffer.get_mapped_range(range.clone()).err().map(|error| error.to_string());
        r.number(format!("{range:?}, misaligned"), error.is_some_and(|error| error.contains(named)));
    }
    let taken = buffer.get_mapped_range(64..80).unwrap();
    let overlapping = buffer.get_mapped_range_mut(72..88).err().map(|error| error.to_string());
    r.text("overlapping", overlapping.unwrap_or_default());
    drop(taken);
    r.number("inside", buffer.get_mapped_range(72..80).is_ok());
    buffer.unmap();
    r.number("unmapped again", buffer.get_mapped_range(72..80).is_err());
    kit::map(&device, buffer.slice(..), wgpu::MapMode::Read).unwrap();
    buffer.destroy();
    r.number("destroyed", buffer.get_mapped_range(..).is_err());
}
