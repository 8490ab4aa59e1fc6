//! A submit of which one command buffer is refused is an error, and shows no memory that was another's before. (wgpu 30
//! takes what the others would have cleared as cleared, though it submits none of them. The host does not let it.)

use crate::{Gpu, Report, caught, kit};

const SIZE: u64 = 1 << 12;
const USAGE: wgpu::BufferUsages = wgpu::BufferUsages::COPY_SRC.union(wgpu::BufferUsages::COPY_DST);

const USAGE_OF_MAPPED: wgpu::BufferUsages = wgpu::BufferUsages::MAP_READ.union(wgpu::BufferUsages::COPY_DST);

/// Memory that the device gives out again next is full of something afterwards.
fn fill(device: &wgpu::Device, queue: &wgpu::Queue) {
    let before: Vec<_> = (0..8).map(|_| kit::buffer(device, SIZE, USAGE)).collect();
    for buffer in &before {
        queue.write_buffer(buffer, 0, &[0xa5; SIZE as usize]);
    }
    queue.submit([]);
    kit::wait(device);
    drop(before);
    kit::wait(device);
}

/// A command buffer that clears `buffer`.
fn clears(device: &wgpu::Device, buffer: &wgpu::Buffer) -> wgpu::CommandBuffer {
    let mut encoder = kit::encoder(device);
    encoder.clear_buffer(buffer, 0, None);
    encoder.finish()
}

/// A command buffer whose encoder was invalid.
fn of_invalid(device: &wgpu::Device) -> wgpu::CommandBuffer {
    let source = kit::buffer(device, SIZE, wgpu::BufferUsages::COPY_DST);
    let mut encoder = kit::encoder(device);
    // It lacks the usage.
    encoder.copy_buffer_to_buffer(&source, 0, &kit::buffer(device, SIZE, USAGE), 0, 16);
    encoder.finish()
}

/// A command buffer of whose buffers one was destroyed after it was finished.
fn of_destroyed(device: &wgpu::Device) -> wgpu::CommandBuffer {
    let buffer = kit::buffer(device, SIZE, USAGE);
    let finished = clears(device, &buffer);
    buffer.destroy();
    finished
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    for refused in ["invalid", "mapped", "destroyed"] {
        // A device for each: the host is careful on one where something was destroyed.
        let (device, queue) = gpu.device().await;
        for round in 0..8 {
            fill(&device, &queue);
            let mapped = kit::buffer(&device, SIZE, USAGE_OF_MAPPED);
            let (bad, error) = caught(&device, || match refused {
                "invalid" => of_invalid(&device),
                "mapped" => clears(&device, &mapped),
                _ => of_destroyed(&device),
            })
            .await;
            r.error(format!("{refused}, finish {round}"), error.as_ref());
            if refused == "mapped" {
                kit::map(&device, mapped.slice(..), wgpu::MapMode::Read).unwrap();
            }
            let buffer = kit::buffer(&device, SIZE, USAGE);
            let good = clears(&device, &buffer);
            r.caught(format!("{refused}, submit {round}"), &device, || _ = queue.submit([good, bad])).await;
            let found = kit::read_bytes(&device, &queue, &buffer);
            if cfg!(target_os = "wasi") {
                let set = found.iter().filter(|byte| **byte != 0).count();
                assert_eq!(set, 0, "a buffer that nobody wrote has bytes of another, after {refused}");
            }
        }
    }
}
