//! What it costs to send bytes to the GPU, and to read them back.

use std::{hint::black_box, sync::mpsc};

use wgpu::BufferUsages as Usage;

use crate::{
    Result,
    gpu::Gpu,
    options::Options,
    repeat::{row, seconds},
};

/// The largest is the largest buffer that every implementation of WebGPU has.
const SIZES: [(&str, u64); 4] =
    [("4KiB", 4 << 10), ("1MiB", 1 << 20), ("64MiB", 64 << 20), ("256MiB", 256 << 20)];
/// Where a run would be too short to measure, it moves this many bytes in several goes.
const LEAST: u64 = 1 << 20;

pub(crate) fn rows(gpu: &Gpu, options: &Options) -> Result<()> {
    for (label, size) in SIZES {
        upload(gpu, options, &format!("upload/{label}"), size)?;
    }
    for (label, size) in SIZES {
        read_back(gpu, options, &format!("read_back/{label}"), size, Counted::All)?;
    }
    for (label, size) in SIZES {
        read_back(gpu, options, &format!("map_read/{label}"), size, Counted::Mapping)?;
    }
    Ok(())
}

/// `write_buffer`, submitted and waited for: the bytes have arrived.
fn upload(gpu: &Gpu, options: &Options, name: &str, size: u64) -> Result<()> {
    if !options.wants(name) {
        return Ok(());
    }
    let data: Vec<u8> = (0..size).map(|i| i.to_le_bytes()[0]).collect();
    let buffer = gpu.buffer(size, Usage::COPY_DST);
    let goes = (LEAST / size).max(1);
    let result = row(options, name, "us", goes as f64, || {
        let (took, result) = seconds(|| {
            (0..goes).try_for_each(|_| {
                gpu.queue.write_buffer(&buffer, 0, &data);
                gpu.queue.submit([]);
                gpu.wait()
            })
        });
        result.map(|()| took)
    });
    buffer.destroy();
    result
}

/// What of a read-back is timed.
#[derive(Clone, Copy, PartialEq)]
enum Counted {
    /// From the moment at which the program asks for a result on the GPU to the one at which it has read
    /// the last byte: the copy into a buffer that can be mapped, the mapping, the reading.
    All,
    /// The mapping and the reading alone.
    Mapping,
}

/// Copies a buffer of the GPU into one that can be mapped, maps that, reads all of it and unmaps.
fn read_back(gpu: &Gpu, options: &Options, name: &str, size: u64, counted: Counted) -> Result<()> {
    if !options.wants(name) {
        return Ok(());
    }
    let source = gpu.buffer(size, Usage::COPY_SRC | Usage::COPY_DST);
    let target = gpu.buffer(size, Usage::MAP_READ | Usage::COPY_DST);
    gpu.queue.write_buffer(&source, 0, &vec![1; usize::try_from(size)?]);
    let goes = (LEAST / size).max(1);
    let result = row(options, name, "us", goes as f64, || {
        let mut total = 0.0;
        for _ in 0..goes {
            let copy = || {
                let mut encoder = gpu.encoder();
                encoder.copy_buffer_to_buffer(&source, 0, &target, 0, size);
                gpu.queue.submit([encoder.finish()]);
            };
            let (took, sum) = match counted {
                Counted::All => seconds(|| {
                    copy();
                    read(gpu, &target)
                }),
                Counted::Mapping => {
                    copy();
                    gpu.wait()?;
                    seconds(|| read(gpu, &target))
                }
            };
            if sum? != (size / 8).wrapping_mul(0x0101_0101_0101_0101) {
                return Err(format!("{name}: other bytes came back than were sent").into());
            }
            total += took;
        }
        Ok(total)
    });
    source.destroy();
    target.destroy();
    result
}

/// The sum of all 64-bit words: touches every byte, and tells whether they are right.
fn read(gpu: &Gpu, buffer: &wgpu::Buffer) -> Result<u64> {
    let (sender, receiver) = mpsc::channel();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        // Nobody listens any more when waiting has failed, and that error is the one returned.
        let _ = sender.send(result);
    });
    gpu.wait()?;
    receiver.try_recv()??;
    let view = buffer.get_mapped_range(..)?;
    let sum = bytemuck::cast_slice::<u8, u64>(&view).iter().fold(0, |sum: u64, word| sum.wrapping_add(*word));
    drop(view);
    buffer.unmap();
    Ok(black_box(sum))
}
