//! What goes wrong while a call that waits is under way. The harness has the host suspend the guest
//! meanwhile; a host that waits at once has nothing pending.

use std::{
    future::{IntoFuture, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use super::{gpu::*, *};

const READABLE: GpuBufferUsage = GpuBufferUsage::MAP_READ.union(GpuBufferUsage::COPY_DST);

/// Starts a call and does not wait for it; `false` if it has returned at once.
async fn is_under_way<F: Future>(mut call: Pin<&mut F>) -> bool {
    poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await
}

/// A mapping that is under way. Now and then the GPU is faster than the guest; then it gets another try.
async fn mapping(buffer: &GpuBuffer) -> Pin<Box<impl Future<Output = Result<(), MapAsyncError>>>> {
    loop {
        let mut mapping = Box::pin(buffer.map_async(GpuMapMode::READ, None, None));
        if is_under_way(mapping.as_mut()).await {
            return mapping;
        }
        buffer.unmap().expect("it is mapped");
    }
}

pub async fn map_and_unmap(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    gpu.answers(async || {
        let mapping = mapping(&buffer).await;
        buffer.unmap().expect("it may be unmapped");
        mapping.await
    })
    .await
}

pub async fn map_and_destroy(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    gpu.answers(async || {
        let mapping = mapping(&buffer).await;
        buffer.destroy();
        mapping.await
    })
    .await
}

// The first one goes on.
pub async fn map_and_map(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    let mapping = mapping(&buffer).await;
    let second = gpu.answers(async || buffer.map_async(GpuMapMode::READ, None, None).await).await;
    second.then(Answer::of(mapping.await))
}

pub async fn map_and_get(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    let mapping = mapping(&buffer).await;
    let early = gpu.answers(async || buffer.get_mapped_range_get_with_copy(None, None)).await;
    early.then(Answer::of(mapping.await))
}

pub async fn map_and_submit(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    let mapping = mapping(&buffer).await;
    let early = gpu.submits(|encoder| encoder.clear_buffer(&buffer, None, None)).await;
    early.then(Answer::of(mapping.await))
}

pub async fn map_and_lose_the_device(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    let buffer = kit::buffer(&device, 16, READABLE);
    let mapping = mapping(&buffer).await;
    device.destroy();
    Answer::of(mapping.await)
}

// A call that is given up leaves the buffer to others.
pub async fn map_and_give_up(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    drop(mapping(&buffer).await);
    gpu.queue.on_submitted_work_done().await;
    buffer.unmap().expect("it may be unmapped");
    gpu.answers(async || buffer.map_async(GpuMapMode::READ, None, None).await).await
}

pub async fn map_and_drop_the_other_handles(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    let buffer = kit::buffer(&device, 16, READABLE);
    let mapping = mapping(&buffer).await;
    drop(device);
    Answer::of(mapping.await)
}

pub async fn work_done_and_give_up(gpu: &Gpu) -> Answer {
    for _ in 0..100 {
        is_under_way(pin!(gpu.queue.on_submitted_work_done())).await;
    }
    gpu.queue.on_submitted_work_done().await;
    Answer::quiet()
}

pub async fn work_done_and_lose_the_device(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    let queue = device.queue();
    let mut done = pin!(queue.on_submitted_work_done());
    if is_under_way(done.as_mut()).await {
        device.destroy();
        done.await;
    }
    Answer::quiet()
}

pub async fn lost_and_give_up(gpu: &Gpu) -> Answer {
    for _ in 0..100 {
        is_under_way(pin!(gpu.lost().into_future())).await;
    }
    Answer::quiet()
}

pub async fn uncaptured_errors_and_give_up(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    for _ in 0..100 {
        let mut errors = device.on_uncaptured_error();
        is_under_way(pin!(errors.next())).await;
    }
    Answer::quiet()
}

// The guest ends while the GPU may still map.
pub async fn map_and_exit(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    let _mapping = mapping(&buffer).await;
    println!("quiet");
    std::process::exit(0);
}

pub async fn work_done_and_exit(gpu: &Gpu) -> Answer {
    let mut done = pin!(gpu.queue.on_submitted_work_done());
    is_under_way(done.as_mut()).await;
    println!("quiet");
    std::process::exit(0);
}

pub async fn map_and_trap(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    let _mapping = mapping(&buffer).await;
    std::process::abort();
}

// A buffer that is dropped while a call on it is under way: the call has only borrowed it.
pub async fn map_and_drop_the_buffer(gpu: &Gpu) -> Answer {
    let handle = gpu.buffer(16, READABLE).take_handle();
    // SAFETY: both are the same live handle; that the host finds out about the second is the point.
    let (buffer, again) = unsafe { (GpuBuffer::from_handle(handle), GpuBuffer::from_handle(handle)) };
    let mapping = mapping(&buffer).await;
    drop(again);
    Answer::of(mapping.await)
}
