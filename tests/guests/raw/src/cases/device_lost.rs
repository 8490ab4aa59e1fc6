//! `lost` resolves when the device is destroyed, with the reason; errors are quiet from then on.

use crate::{
    Checks, kit,
    wit::{GpuBufferUsage, GpuDeviceLostReason, GpuMapMode},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let (early, unread) = (device.lost(), device.lost());
    drop(unread);
    let buffer = kit::buffer(&device, 16, GpuBufferUsage::MAP_READ | GpuBufferUsage::COPY_DST);
    device.destroy();
    for (name, lost) in [("asked before", early), ("asked after", device.lost())] {
        let info = lost.await;
        c.that(name, matches!(info.reason(), GpuDeviceLostReason::Destroyed));
        let _ = info.message();
    }
    c.fine("an invalid call", &device, || kit::buffer(&device, 16, GpuBufferUsage::empty())).await;
    c.fine("a submit", &device, || {
        let encoder = kit::encoder(&device);
        device.queue().submit(&[&encoder.finish(None)]);
    })
    .await;
    c.refused("a mapping", buffer.map_async(GpuMapMode::READ, None, None).await);
    device.queue().on_submitted_work_done().await;
    let _ = device.queue().write_buffer_with_copy(&buffer, 0, &[0; 16], None, None);

    // A device that lives: asking costs nothing, and the answer need not be read.
    let device = kit::device().await;
    drop(device.lost());
    c.equal("it works", kit::read(&device, &kit::storage(&device, &[8])).await, vec![8]);
}
