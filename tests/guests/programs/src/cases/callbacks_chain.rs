//! A callback that maps the next buffer, whose callback maps the next one, and so on: a chain that is much longer
//! than a stack is deep.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use crate::{Gpu, Report, kit};

const LINKS: u32 = 50_000;

struct Chain {
    buffers: [wgpu::Buffer; 2],
    links: AtomicU32,
}

fn link(chain: &Arc<Chain>) {
    let number = chain.links.fetch_add(1, Relaxed);
    if number >= LINKS {
        return;
    }
    let buffer = &chain.buffers[usize::from(number.is_multiple_of(2))];
    let next = Arc::clone(chain);
    let mapped = buffer.clone();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        result.unwrap();
        mapped.unmap();
        link(&next);
    });
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let buffers = [kit::buffer(&device, 16, usage), kit::buffer(&device, 16, usage)];
    let chain = Arc::new(Chain { buffers, links: AtomicU32::new(0) });
    link(&chain);
    while chain.links.load(Relaxed) <= LINKS {
        kit::wait(&device);
    }
    r.number("links", chain.links.load(Relaxed));
}
