//! Mappings that are taken back before the program polls: each callback is called once, with an error.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let (done, called) = mpsc::channel();
    let pending = || {
        let buffer = kit::buffer(&device, 16, usage);
        let done = done.clone();
        buffer.map_async(wgpu::MapMode::Read, .., move |result| done.send(result.is_ok()).unwrap());
        buffer
    };
    let mut heard = |what: &str| {
        let before: Vec<bool> = called.try_iter().collect();
        kit::wait(&device);
        let after: Vec<bool> = called.try_iter().collect();
        r.text(what, format!("{before:?}, and after a poll {after:?}"));
    };

    pending().destroy();
    heard("destroyed and dropped");
    drop(pending());
    heard("dropped");
    let buffer = pending();
    buffer.destroy();
    heard("destroyed");
    let buffer = pending();
    let clone = buffer.clone();
    drop(buffer);
    heard("dropped, but for a clone");
    clone.unmap();

    let buffer = pending();
    buffer.unmap();
    let again = done.clone();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| again.send(result.is_ok()).unwrap());
    heard("unmapped and mapped again");
    r.bytes("mapped", buffer.get_mapped_range(..).unwrap());
}
