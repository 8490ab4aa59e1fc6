//! Submits of what can't run: invalid, mapped, destroyed, twice, of another device; the queue goes on.

use crate::{
    Checks, kit,
    wit::{GpuBufferDescriptor, GpuBufferUsage, GpuMapMode},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let other = kit::device().await;
    let queue = device.queue();
    let data = kit::storage(&device, &[1, 2]);
    let (invalid, _) = kit::caught(&device, || {
        let encoder = kit::encoder(&device);
        encoder.clear_buffer(&data, Some(1), None);
        encoder.finish(None)
    })
    .await;
    c.invalid("invalid", &device, || queue.submit(&[&invalid])).await;
    c.invalid("invalid again", &device, || queue.submit(&[&invalid])).await;

    let clear = |buffer| {
        let encoder = kit::encoder(&device);
        encoder.clear_buffer(buffer, None, None);
        encoder.finish(None)
    };
    let good = clear(&data);
    c.invalid("twice in one submit", &device, || queue.submit(&[&good, &good])).await;
    let mapped = device.create_buffer(&GpuBufferDescriptor {
        size: 16,
        usage: GpuBufferUsage::COPY_DST,
        mapped_at_creation: Some(true),
        label: None,
    });
    let on_mapped = clear(&mapped);
    c.invalid("mapped", &device, || queue.submit(&[&on_mapped])).await;
    let destroyed = kit::storage(&device, &[1]);
    let on_destroyed = clear(&destroyed);
    destroyed.destroy();
    c.invalid("destroyed", &device, || queue.submit(&[&on_destroyed])).await;
    let foreign = kit::encoder(&other).finish(None);
    c.invalid("foreign", &device, || queue.submit(&[&foreign])).await;
    c.fine("nothing", &device, || queue.submit(&[])).await;
    let last = clear(&data);
    c.fine("good", &device, || queue.submit(&[&last])).await;
    c.equal("it ran", kit::read(&device, &data).await, vec![0, 0]);
    let again = kit::buffer(&device, 16, GpuBufferUsage::MAP_READ | GpuBufferUsage::COPY_DST);
    c.granted("map", again.map_async(GpuMapMode::READ, None, None).await);
}
