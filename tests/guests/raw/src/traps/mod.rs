//! What the host has to end: handles that are none, and quotas that no error of WebGPU can tell of. Each
//! of these returns only if the host has not.

mod command_memory;

use std::time::Duration;

pub use command_memory::*;

use crate::{
    Checks, kit,
    wit::{
        GpuBuffer, GpuBufferUsage, GpuCanvasContext, GpuErrorFilter, GpuRenderBundleEncoderDescriptor,
        GpuTextureFormat, RecordOptionGpuSize64,
    },
};

/// More bytes in one call than the guest may carry.
pub async fn call_bytes(c: &mut Checks) {
    let device = kit::device().await;
    let target = kit::buffer(&device, 4 << 20, GpuBufferUsage::COPY_DST);
    let _ = device.queue().write_buffer_with_copy(&target, 0, &vec![0; 4 << 20], None, None);
    c.fail("4 MiB in one call were taken");
}

/// A context of a canvas, which nobody gives out.
pub async fn canvas_context(c: &mut Checks) {
    // SAFETY: the handle is none; that the host finds out is the point.
    let context = unsafe { GpuCanvasContext::from_handle(4321) };
    context.unconfigure();
    c.fail("a canvas that is none was unconfigured");
}

/// Error scopes without end.
pub async fn error_scope_quota(c: &mut Checks) {
    let device = kit::device().await;
    for _ in 0..100_000 {
        device.push_error_scope(GpuErrorFilter::Validation);
    }
    c.fail("a hundred thousand scopes were opened");
}

/// A handle that was dropped.
pub async fn handle_dropped(c: &mut Checks) {
    let device = kit::device().await;
    let handle = kit::storage(&device, &[1]).take_handle();
    // SAFETY: the handle is good, and dropped here.
    drop(unsafe { GpuBuffer::from_handle(handle) });
    // SAFETY: the handle is gone; that the host finds out is the point.
    let buffer = unsafe { GpuBuffer::from_handle(handle) };
    let _ = buffer.size();
    c.fail("a dropped buffer has a size");
}

/// A handle that is dropped twice.
pub async fn handle_dropped_twice(c: &mut Checks) {
    let device = kit::device().await;
    let handle = kit::storage(&device, &[1]).take_handle();
    for _ in 0..2 {
        // SAFETY: the handle is good the first time; that the host finds out the second time is the point.
        drop(unsafe { GpuBuffer::from_handle(handle) });
    }
    c.fail("a buffer was dropped twice");
}

/// A handle of something else.
pub async fn handle_of_another_type(c: &mut Checks) {
    let device = kit::device().await;
    let sampler = device.create_sampler(None);
    // SAFETY: the handle is that of a sampler; that the host finds out is the point.
    let buffer = unsafe { GpuBuffer::from_handle(sampler.handle()) };
    let _ = buffer.size();
    c.fail("a sampler has a size");
}

/// A handle out of nowhere.
pub async fn handle_made_up(c: &mut Checks) {
    // SAFETY: the handle is none; that the host finds out is the point.
    let buffer = unsafe { GpuBuffer::from_handle(123_456) };
    buffer.destroy();
    c.fail("a buffer that is none was destroyed");
}

/// Labels without end.
pub async fn label_quota(c: &mut Checks) {
    let device = kit::device().await;
    let label = "long ".repeat(10_000);
    let objects: Vec<_> = (0..1000)
        .map(|_| {
            let sampler = device.create_sampler(None);
            sampler.set_label(&label);
            sampler
        })
        .collect();
    c.fail(format!("{} labels were taken", objects.len()));
}

/// Objects without end.
pub async fn object_quota(c: &mut Checks) {
    let device = kit::device().await;
    let objects: Vec<_> = (0..10_000).map(|_| device.create_sampler(None)).collect();
    c.fail(format!("{} objects were made", objects.len()));
}

/// Refused render bundles without end.
pub async fn refused_bundle_quota(c: &mut Checks) {
    let device = kit::device().await;
    for _ in 0..20_000 {
        let encoder = device.create_render_bundle_encoder(&GpuRenderBundleEncoderDescriptor {
            depth_read_only: None,
            stencil_read_only: None,
            color_formats: vec![Some(GpuTextureFormat::Rgba8unorm)],
            depth_stencil_format: None,
            sample_count: None,
            label: None,
        });
        // There is no pipeline.
        encoder.draw(3, None, None, None);
        drop(encoder.finish(None));
    }
    c.fail("all were taken");
}

/// A map without end.
pub async fn record_quota(c: &mut Checks) {
    let record = RecordOptionGpuSize64::new();
    for number in 0..100_000_u64 {
        record.add(&number.to_string(), Some(number));
    }
    c.fail("a hundred thousand entries were taken");
}

/// Work that takes longer than the guest may wait.
pub async fn wait_quota(c: &mut Checks) {
    let device = kit::device().await;
    // Several times what the harness sets as the limit.
    let waited = kit::wait_for_at_least(&device, Duration::from_secs(20)).await;
    c.fail(format!("a wait took {waited:?}"));
}
