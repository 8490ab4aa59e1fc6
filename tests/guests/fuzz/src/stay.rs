//! Ways in which a guest does not end: the host has to end it when its time is up.

use std::{hint, io::Read as _, thread, time::Duration};

use crate::{
    wit::{GpuBufferDescriptor, GpuBufferUsage, GpuMapMode},
    world::World,
};

/// Stays for ever, in one of the ways.
pub(crate) async fn stay(world: World, how: u64) {
    world.remark(&format!("stays in way {how}"));
    let device = world.pools.devices.last().map(|device| device.handle.clone());
    match (how % 8, device) {
        (0, _) => loop {
            hint::spin_loop();
        },
        (1, _) => loop {
            thread::sleep(Duration::from_secs(3600));
        },
        (2, _) => loop {
            // Nothing is there to be read, and no end.
            let _ = std::io::stdin().read(&mut [0]);
        },
        // What ends when something happens that the guest alone could do.
        (3, Some(device)) => {
            drop(device.lost().await);
            wait_for_ever().await;
        }
        (4, Some(device)) => {
            let mut errors = device.on_uncaptured_error();
            while errors.next().await.is_some() {}
            wait_for_ever().await;
        }
        // Calls, one after the other.
        (5, Some(device)) => loop {
            device.set_label("busy");
        },
        (6, Some(device)) => loop {
            let buffer = device.create_buffer(&GpuBufferDescriptor {
                size: 1 << 20,
                usage: GpuBufferUsage::MAP_WRITE | GpuBufferUsage::COPY_SRC,
                mapped_at_creation: None,
                label: None,
            });
            let _ = buffer.map_async(GpuMapMode::WRITE, None, None).await;
            let _ = buffer.get_mapped_range_set_with_copy(&[1; 4096], None, Some(4096));
            let _ = buffer.unmap();
        },
        // Much sleep in small pieces.
        _ => loop {
            thread::sleep(Duration::from_millis(1));
        },
    }
}

/// A future that is never ready would be found out by wasmtime at once; so this computes.
async fn wait_for_ever() {
    loop {
        hint::spin_loop();
    }
}
