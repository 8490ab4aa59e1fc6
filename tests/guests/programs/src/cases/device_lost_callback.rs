//! The callback for a lost device is called once, with the reason, after `destroy`.

use std::sync::mpsc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let (lost, reason) = mpsc::channel();
    device.set_device_lost_callback(move |reason, _message| lost.send(format!("{reason:?}")).unwrap());
    kit::read_bytes(&device, &queue, &kit::storage(&device, &[1_u32; 4]));
    r.number("not yet", reason.try_recv().is_err());
    device.destroy();
    let _ = device.poll(wgpu::PollType::wait_indefinitely());
    r.text("reason", reason.try_recv().unwrap_or_default());
    device.destroy();
    let _ = device.poll(wgpu::PollType::wait_indefinitely());
    r.number("once", reason.try_recv().is_err());
}
