//! Mapping waits for the work that writes the buffer, and not for more: a second buffer is read while
//! the first is still mapped, and others are written meanwhile.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let source = kit::storage(&device, &kit::noise(1 << 18, 3));
    let first = kit::buffer(&device, source.size(), usage);
    let second = kit::buffer(&device, source.size(), usage);

    let mut encoder = kit::encoder(&device);
    encoder.copy_buffer_to_buffer(&source, 0, &first, 0, source.size());
    queue.submit([encoder.finish()]);
    kit::map(&device, first.slice(..), wgpu::MapMode::Read).unwrap();
    let first_view = first.get_mapped_range(..).unwrap();

    queue.write_buffer(&source, 0, &[0xab; 4096]);
    let mut encoder = kit::encoder(&device);
    encoder.copy_buffer_to_buffer(&source, 0, &second, 0, source.size());
    queue.submit([encoder.finish()]);
    kit::map(&device, second.slice(..), wgpu::MapMode::Read).unwrap();
    let second_view = second.get_mapped_range(..).unwrap();

    assert_eq!(second_view[..4096], [0xab; 4096]);
    assert_eq!(second_view[4096..], first_view[4096..]);
    r.number("before", kit::checksum(&first_view));
    r.number("after", kit::checksum(&second_view));
}
