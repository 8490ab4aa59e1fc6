//! A range for whose bytes a component has no memory is an error that the program can handle; when there is memory
//! again, it gets the range. Natively the range is the mapped memory itself.

use crate::{Gpu, Report, kit};

/// Half of it is more than the component will have room for.
const SIZE: u64 = 100 << 20;

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = kit::buffer(&device, SIZE, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&buffer, SIZE - 8, &[5; 8]);
    kit::map(&device, buffer.slice(..), wgpu::MapMode::Read).unwrap();
    #[cfg(target_os = "wasi")]
    {
        let hoard = hoard(32 << 20);
        let refused = buffer.get_mapped_range(..);
        assert!(refused.is_err(), "there is memory for {SIZE} bytes beside {} parts", hoard.len());
        assert!(buffer.get_mapped_range(..SIZE / 2).is_err());
        // A part for which there is room.
        r.bytes("part", buffer.get_mapped_range(SIZE - 64..).unwrap());
    }
    #[cfg(not(target_os = "wasi"))]
    r.bytes("part", buffer.get_mapped_range(SIZE - 64..).unwrap());
    let all = buffer.get_mapped_range(..).unwrap();
    r.number("checksum", kit::checksum(&all));
}

/// Takes memory until there are no `left` bytes in one piece. It is not touched, so it costs the machine nothing.
#[cfg(target_os = "wasi")]
fn hoard(left: usize) -> Vec<Vec<u8>> {
    let mut hoard = Vec::new();
    loop {
        let mut part = Vec::new();
        if part.try_reserve_exact(left).is_err() {
            return hoard;
        }
        hoard.push(part);
    }
}
