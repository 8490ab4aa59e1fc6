//! Mapped at creation: any usage will do, and what is not written is zero.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    for usage in [
        wgpu::BufferUsages::COPY_SRC,
        wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
        wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC,
    ] {
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("at creation"),
            size: 1024,
            usage,
            mapped_at_creation: true,
        });
        {
            let mut range = buffer.get_mapped_range_mut(..).unwrap();
            r.number("length", range.len() as u64);
            range.slice(100..200).copy_from_slice(&[0x5a; 100]);
        }
        buffer.unmap();
        let found = kit::read_bytes(&device, &queue, &buffer);
        assert_eq!(found.iter().filter(|&&byte| byte == 0x5a).count(), 100);
        r.bytes(format!("{usage:?}"), found);
    }

    let readable = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 64,
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: true,
    });
    readable.get_mapped_range_mut(8..24).unwrap().copy_from_slice(&[9; 16]);
    readable.unmap();
    kit::map(&device, readable.slice(..), wgpu::MapMode::Read).unwrap();
    r.bytes("mapped for reading afterwards", readable.get_mapped_range(..).unwrap());
}
