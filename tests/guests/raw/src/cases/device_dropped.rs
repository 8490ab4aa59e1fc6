//! Adapter, device and queue handles may go in any order, and objects outlive them.

use crate::{
    Checks, kit,
    wit::{self, GpuBufferUsage},
};

pub async fn run(c: &mut Checks) {
    let gpu = wit::get_gpu();
    let adapter = gpu.request_adapter(None).await.expect("there is an adapter");
    drop(gpu);
    let device = adapter.request_device(None).await.expect("the adapter gives a device");
    drop(adapter);
    let queue = device.queue();
    let other_queue = device.queue();
    let data = kit::storage(&device, &[4, 5, 6]);
    let commands = {
        let encoder = kit::encoder(&device);
        encoder.clear_buffer(&data, None, Some(4));
        encoder.finish(None)
    };
    drop(other_queue);
    drop(device);
    queue.submit(&[&commands]);
    queue.on_submitted_work_done().await;
    c.granted("write", queue.write_buffer_with_copy(&data, 8, &[9, 0, 0, 0], None, None));
    drop(queue);
    c.equal("size", data.size(), 12);
    data.destroy();
    drop(commands);

    // A device whose queue is dropped first, and then used for what needs a queue inside.
    let device = kit::device().await;
    drop(device.queue());
    let encoder = kit::encoder(&device);
    device.queue().submit(&[&encoder.finish(None)]);
    let buffer = kit::buffer(&device, 16, GpuBufferUsage::MAP_READ | GpuBufferUsage::COPY_DST);
    c.granted("map", buffer.map_async(wit::GpuMapMode::READ, None, None).await);
    device.destroy();
    device.destroy();
    drop(device);
    // WebGPU unmaps what a destroyed device has mapped; wgpu leaves that to `unmap`. Either will do.
    let _ = buffer.get_mapped_range_get_with_copy(None, None);
    c.granted("unmap", buffer.unmap());
}
