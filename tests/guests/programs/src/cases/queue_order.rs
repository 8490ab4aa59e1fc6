//! Writes of the queue and submits happen in the order in which they were made.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read> input: array<u32>;
    @group(0) @binding(1) var<storage, read_write> log: array<u32>;
    @compute @workgroup_size(1)
    fn main() { log[0] += 1u; log[log[0]] = input[0]; }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let input = kit::storage_of_size(&device, 4);
    let log = kit::storage_of_size(&device, 64);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let group = kit::bind(
        &device,
        &pipeline.get_bind_group_layout(0),
        &[input.as_entire_binding(), log.as_entire_binding()],
    );
    let record = || {
        let mut encoder = kit::encoder(&device);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(1, 1, 1);
        drop(pass);
        encoder.finish()
    };
    let early = record();
    queue.write_buffer(&input, 0, &10_u32.to_le_bytes());
    queue.submit([record()]);
    queue.write_buffer(&input, 0, &20_u32.to_le_bytes());
    queue.write_buffer(&input, 0, &30_u32.to_le_bytes());
    queue.submit([record(), early]);
    queue.write_buffer(&input, 0, &40_u32.to_le_bytes());
    queue.submit([]);
    queue.submit([record()]);
    let found: Vec<u32> = kit::read(&device, &queue, &log);
    assert_eq!(found[..6], [4, 10, 30, 30, 40, 0]);
    r.bytes("log", bytemuck::cast_slice(&found));
    large(&device, &queue, r);
}

/// The same with writes that are too large to be put off as they are.
fn large(device: &wgpu::Device, queue: &wgpu::Queue, r: &mut Report) {
    const LARGE: u64 = 9 << 20;
    const PART: u64 = 1 << 10;
    const ROUNDS: u8 = 6;
    let input = kit::storage_of_size(device, LARGE);
    let log = kit::storage_of_size(device, u64::from(ROUNDS) * PART);
    for round in 0..ROUNDS {
        queue.write_buffer(&input, 0, &vec![round + 1; LARGE as usize]);
        let mut encoder = kit::encoder(device);
        encoder.copy_buffer_to_buffer(&input, LARGE - PART, &log, u64::from(round) * PART, PART);
        queue.submit([encoder.finish()]);
    }
    let found = kit::read_bytes(device, queue, &log);
    let expected: Vec<u8> = (1..=ROUNDS).flat_map(|round| [round; PART as usize]).collect();
    assert!(found == expected, "a part was copied before it was written, or after it was written again");
    r.bytes("large", &found);
}
