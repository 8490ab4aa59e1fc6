//! Error scopes popped in the wrong order are a mistake in the program, and a panic.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let outer = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let inner = device.push_error_scope(wgpu::ErrorFilter::Validation);
    outer.pop().await;
    inner.pop().await;
    r.number("reached", true);
}
