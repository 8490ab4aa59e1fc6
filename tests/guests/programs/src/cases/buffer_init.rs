//! `create_buffer_init` with contents of every length; the rest of the last word is zero.

use wgpu::util::DeviceExt;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    for length in [0, 1, 3, 4, 5, 127, 4096, 10_007] {
        let contents: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let buffer = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("contents"),
            contents: &contents,
            usage: wgpu::BufferUsages::COPY_SRC,
        });
        r.number(format!("size for {length}"), buffer.size());
        if length > 0 {
            let found = kit::read_bytes(&device, &queue, &buffer);
            assert_eq!(found[..length], contents);
            r.bytes(format!("contents of {length}"), found);
        }
    }
}
