//! Several ranges at a time; those that overlap are refused, and harm nothing.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 1024,
        usage: wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: true,
    });
    let mut ranges: Vec<_> =
        (0..8).map(|part| buffer.get_mapped_range_mut(part * 128..part * 128 + 64).unwrap()).collect();
    r.number("overlapping, for writing", buffer.get_mapped_range_mut(32..160).is_err());
    r.number("overlapping, for reading", buffer.get_mapped_range(0..8).is_err());
    for (part, range) in (1_u8..).zip(&mut ranges) {
        range.copy_from_slice(&[part; 64]);
    }
    // Dropped in another order than taken.
    ranges.rotate_left(3);
    drop(ranges);
    let two = (buffer.get_mapped_range(0..512).unwrap(), buffer.get_mapped_range(0..256).unwrap());
    r.number("readers may overlap", two.0[..256] == two.1[..]);
    r.number("a writer beside readers", buffer.get_mapped_range_mut(128..256).is_err());
    drop(two);
    buffer.unmap();
    let found = kit::read_bytes(&device, &queue, &buffer);
    assert!(found.chunks(64).step_by(2).zip(1..).all(|(chunk, part)| chunk == [part; 64]));
    r.bytes("found", found);
}
