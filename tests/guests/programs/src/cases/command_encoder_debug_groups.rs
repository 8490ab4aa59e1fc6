//! Debug groups and markers on encoders and passes, balanced, with odd texts.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    r.caught("groups", &device, || {
        let mut encoder =
            device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("größe 🦀") });
        encoder.push_debug_group("outer");
        encoder.insert_debug_marker("");
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: Some("pass"),
                timestamp_writes: None,
            });
            pass.push_debug_group("größe 🦀");
            pass.insert_debug_marker("in the pass");
            pass.push_debug_group(&"long ".repeat(1000));
            pass.pop_debug_group();
            pass.pop_debug_group();
        }
        encoder.push_debug_group("inner");
        encoder.pop_debug_group();
        encoder.pop_debug_group();
        queue.submit([encoder.finish()]);
        kit::wait(&device);
    })
    .await;
}
