//! Only a part is mapped, and only parts of that are read; slices of slices.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, 4096, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let bytes: Vec<u8> = kit::noise(1024, 9).into_iter().flat_map(u32::to_le_bytes).collect();
    queue.write_buffer(&buffer, 0, &bytes);
    queue.submit([]);

    kit::map(&device, buffer.slice(1024..3072), wgpu::MapMode::Read).unwrap();
    for range in [1024..3072, 1024..1028, 1032..1064, 2048..3072] {
        let view = buffer.get_mapped_range(range.clone()).unwrap();
        assert_eq!(*view, bytes[range.start as usize..range.end as usize]);
        r.bytes(format!("{range:?}"), &view);
    }
    let inner = buffer.slice(1024..3072).slice(8..24);
    r.bytes("slice of a slice", inner.get_mapped_range().unwrap());
    r.number("offset", inner.offset());
    r.number("size", inner.size());
    r.number("before the mapping", buffer.get_mapped_range(0..8).is_err());
    r.number("across its end", buffer.get_mapped_range(3064..3080).is_err());
    buffer.unmap();

    kit::map(&device, buffer.slice(3072..), wgpu::MapMode::Read).unwrap();
    r.bytes("the rest", buffer.get_mapped_range(3072..).unwrap());
    buffer.unmap();
}
