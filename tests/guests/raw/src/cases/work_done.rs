//! `on-submitted-work-done` resolves by itself, with nothing submitted, with work, and several at a time.

use crate::{Checks, kit};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let queue = device.queue();
    queue.on_submitted_work_done().await;
    let source = kit::storage(&device, &vec![7; 1 << 16]);
    let target = kit::storage(&device, &vec![0; 1 << 16]);
    for _ in 0..5 {
        let encoder = kit::encoder(&device);
        encoder.copy_buffer_to_buffer(&source, None, &target, None, None);
        queue.submit(&[&encoder.finish(None)]);
        queue.on_submitted_work_done().await;
    }
    // Two waits that are begun before either is awaited.
    let (first, second) = (queue.on_submitted_work_done(), queue.on_submitted_work_done());
    second.await;
    first.await;
    c.equal("copied", kit::read(&device, &target).await.last().copied(), Some(7));
}
