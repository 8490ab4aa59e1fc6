//! Ranges of a write mapping that are only partly overwritten, or dropped without a write, keep the
//! bytes that were there.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 512, wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC);
    kit::map(&device, buffer.slice(..), wgpu::MapMode::Write).unwrap();
    buffer.get_mapped_range_mut(..).unwrap().copy_from_slice(&[0x11; 512]);
    buffer.unmap();

    kit::map(&device, buffer.slice(..), wgpu::MapMode::Write).unwrap();
    {
        let mut range = buffer.get_mapped_range_mut(0..256).unwrap();
        range.slice(16..32).copy_from_slice(&[0x22; 16]);
    }
    drop(buffer.get_mapped_range_mut(256..512).unwrap());
    {
        let mut range = buffer.get_mapped_range_mut(0..512).unwrap();
        range.slice(504..512).copy_from_slice(&[0x33; 8]);
    }
    // Reading a write mapping is allowed, and shows what was written.
    r.bytes("seen while mapped", buffer.get_mapped_range(..).unwrap());
    buffer.unmap();

    let mut expected = [0x11; 512];
    expected[16..32].fill(0x22);
    expected[504..].fill(0x33);
    let found = kit::read_bytes(&device, &queue, &buffer);
    assert_eq!(found, expected);
    r.bytes("kept", found);
}
