//! A read-back of 300 MiB that a shader has written, a third at a time: adapters bind no more than
//! 128 MiB unless asked, and some not even then.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @group(0) @binding(1) var<uniform> start: u32;

    @compute @workgroup_size(256)
    fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
        let stride = groups.x * 256;
        for (var at = id.x; at < arrayLength(&data); at += stride) {
            data[at] = at * 2654435761u + start;
        }
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    const SIZE: u64 = 300 << 20;
    const THIRD: u64 = SIZE / 3;
    let limits = wgpu::Limits { max_buffer_size: SIZE, ..Default::default() };
    let (device, queue) = gpu.device_with(wgpu::Features::empty(), limits).await;
    let data = kit::storage_of_size(&device, SIZE);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    for part in 0..3_u8 {
        let third = wgpu::BufferBinding {
            buffer: &data,
            offset: u64::from(part) * THIRD,
            size: wgpu::BufferSize::new(THIRD),
        };
        let start = kit::uniform(&device, &[u32::from(part)]);
        let resources = [wgpu::BindingResource::Buffer(third), start.as_entire_binding()];
        kit::dispatch(&device, &queue, &pipeline, &resources, [4096, 1, 1]);
    }

    let staging = kit::buffer(&device, SIZE, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let mut encoder = kit::encoder(&device);
    encoder.copy_buffer_to_buffer(&data, 0, &staging, 0, SIZE);
    queue.submit([encoder.finish()]);
    data.destroy();
    kit::map(&device, staging.slice(..), wgpu::MapMode::Read).unwrap();
    let view = staging.get_mapped_range(..).unwrap();
    let last = u32::from_le_bytes(view[view.len() - 4..].try_into().unwrap());
    assert_eq!(last, (u32::try_from(THIRD / 4).unwrap() - 1).wrapping_mul(2_654_435_761).wrapping_add(2));
    r.number("length", view.len() as u64);
    r.number("checksum", kit::checksum(&view));
}
