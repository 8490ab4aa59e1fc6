//! wgpu-profiler measures a frame of compute passes: dust that drifts through a field of eddies.
//!
//! The tree of scopes goes to stdout, without the times, and with them, for chrome://tracing, into a file
//! beside the picture.

mod dust;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use drop_in_kit::Gpu;
use wgpu::{Features, TextureFormat, TextureUsages};
use wgpu_profiler::{GpuProfiler, GpuProfilerSettings, GpuTimerQueryResult, chrometrace};

use crate::dust::Dust;

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    // Of the three features that the profiler can use, the one that WebGPU has.
    let gpu = Gpu::open(Features::TIMESTAMP_QUERY)?;
    let canvas = gpu.canvas(TextureFormat::Rgba8Unorm, TextureUsages::STORAGE_BINDING);
    let dust = Dust::new(&gpu, &canvas);
    let mut profiler = GpuProfiler::new(&gpu.device, GpuProfilerSettings::default())?;

    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut frame = profiler.scope("frame", &mut encoder);
    dust.record(&mut frame);
    drop(frame);
    profiler.resolve_queries(&mut encoder);
    gpu.queue.submit([encoder.finish()]);
    profiler.end_frame()?;
    gpu.device.poll(wgpu::PollType::wait_indefinitely())?;
    let results = profiler
        .process_finished_frame(gpu.queue.get_timestamp_period())
        .context("the frame is done, and the profiler has no results")?;

    canvas.save(&gpu, path)?;
    let trace = path.with_extension("json");
    chrometrace::write_chrometrace(&trace, &results).with_context(|| trace.display().to_string())?;
    let (scopes, timed) = show(&results, 0)?;
    println!("wgpu-profiler saw {scopes} scopes and timed {timed} of them");
    Ok(())
}

/// Prints the tree, runs of the same name in one line; counts the scopes, and those with a time.
fn show(results: &[GpuTimerQueryResult], depth: usize) -> anyhow::Result<(usize, usize)> {
    let (mut scopes, mut timed) = (0, 0);
    for run in results.chunk_by(|a, b| a.label == b.label) {
        let Some(first) = run.first() else { continue };
        println!("{:depth$}{} × {}", "", first.label, run.len(), depth = 2 * depth);
        for scope in run {
            scopes += 1;
            if let Some(time) = &scope.time {
                ensure!(time.start <= time.end, "{} ends before it begins", scope.label);
                timed += 1;
            }
            let (below, timed_below) = show(&scope.nested_queries, depth + 1)?;
            (scopes, timed) = (scopes + below, timed + timed_below);
        }
    }
    Ok((scopes, timed))
}
