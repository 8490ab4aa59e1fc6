//! Whether it is worth sending requests: a handler that fails, and what becomes of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use http::StatusCode;
use wgpu_wasi_host::{
    LentDevice, WebGpuCtx,
    http::{Handler, HandlerOptions},
};

use crate::guests::{Guest, ask, get, has_gpu, metric, run, until};

fn options() -> HandlerOptions {
    HandlerOptions::default().instances(1)
}

#[test]
fn starts_that_fail_are_tried_again_by_themselves() {
    run(async {
        let broken = Arc::new(AtomicBool::new(true));
        let gpu = {
            let broken = Arc::clone(&broken);
            move || {
                let builder = WebGpuCtx::builder();
                // No instance begins without memory.
                if broken.load(Ordering::Relaxed) { builder.max_guest_memory(0) } else { builder }
            }
        };
        let handler = Guest::New.handler(options().gpu(gpu));
        for times in 1..=3 {
            assert!(handler.is_ready(), "after {} failures", times - 1);
            assert_eq!(get(&handler, "/").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
        assert!(!handler.is_ready());
        broken.store(false, Ordering::Relaxed);
        // Nobody asks a server that is not ready.
        until("it is ready again", || handler.is_ready()).await;
        assert_eq!(ask(&handler, "/").await.1, "hello\n");
    });
}

/// A device that all instances of a handler have.
fn lent_device(instance: &wgpu::Instance) -> LentDevice {
    let opened = async {
        let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await.unwrap();
        adapter.request_device(&wgpu::DeviceDescriptor::default()).await.unwrap()
    };
    let (device, queue) = pollster::block_on(opened);
    LentDevice::new(device, queue)
}

/// Asks, and waits until the instance is gone that has answered without a device.
async fn lose(handler: &Handler, times: f64) {
    assert_eq!(ask(handler, "/open").await, (StatusCode::OK, "open\n".to_owned()));
    until("the loss is counted", || metric(handler, "wgpu_wasi_device_lost_total", "") == times).await;
}

#[test]
fn answers_without_a_device_are_no_good_sign() {
    if !has_gpu() {
        return;
    }
    run(async {
        let instance = wgpu_wasi_host::default_instance();
        let device = lent_device(&instance);
        let lent = device.clone();
        let gpu = move || WebGpuCtx::builder().instance(instance.clone()).device(lent.clone());
        let handler = Guest::New.handler(options().gpu(gpu));
        device.lose(wgpu::DeviceLostReason::Unknown, "it was asked for");
        for times in [1.0, 2.0, 3.0] {
            assert!(handler.is_ready(), "after {} losses", times - 1.0);
            lose(&handler, times).await;
        }
        assert!(!handler.is_ready());
        // An instance begins without a device as well, and then the next loss decides.
        until("it is ready again", || handler.is_ready()).await;
        lose(&handler, 4.0).await;
        assert!(!handler.is_ready());
    });
}
