//! Written by mapping, then copied; a second mapping keeps what it does not overwrite.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 256, wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC);
    let bytes: Vec<u8> = (0..=255).collect();

    kit::map(&device, buffer.slice(..), wgpu::MapMode::Write).unwrap();
    buffer.get_mapped_range_mut(..).unwrap().copy_from_slice(&bytes);
    buffer.unmap();
    let found = kit::read_bytes(&device, &queue, &buffer);
    assert_eq!(found, bytes);
    r.bytes("whole", found);

    kit::map(&device, buffer.slice(64..128), wgpu::MapMode::Write).unwrap();
    buffer.get_mapped_range_mut(64..96).unwrap().copy_from_slice(&[0xee; 32]);
    buffer.unmap();
    let found = kit::read_bytes(&device, &queue, &buffer);
    assert_eq!(found[64..96], [0xee; 32]);
    assert_eq!((&found[..64], &found[96..]), (&bytes[..64], &bytes[96..]));
    r.bytes("part", found);

    // Mapped and left alone.
    kit::map(&device, buffer.slice(..), wgpu::MapMode::Write).unwrap();
    buffer.unmap();
    r.bytes("untouched", kit::read_bytes(&device, &queue, &buffer));
}
