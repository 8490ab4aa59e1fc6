//! Scopes: pop without push, first error wins, filters, messages.

use crate::{
    Checks, kit,
    wit::{GpuBufferUsage, GpuErrorFilter, GpuErrorKind},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let bad = || kit::buffer(&device, 16, GpuBufferUsage::MAP_READ | GpuBufferUsage::MAP_WRITE);
    c.refused("pop of nothing", device.pop_error_scope().await);
    device.push_error_scope(GpuErrorFilter::Validation);
    c.granted("pop of one", device.pop_error_scope().await);
    c.refused("pop of one too many", device.pop_error_scope().await);

    device.push_error_scope(GpuErrorFilter::Validation);
    device.push_error_scope(GpuErrorFilter::OutOfMemory);
    device.push_error_scope(GpuErrorFilter::Internal);
    bad();
    let encoder = kit::encoder(&device);
    encoder.clear_buffer(&kit::storage(&device, &[0]), Some(1), None);
    encoder.finish(None);
    c.that("internal", matches!(device.pop_error_scope().await, Ok(None)));
    c.that("out of memory", matches!(device.pop_error_scope().await, Ok(None)));
    match device.pop_error_scope().await {
        Ok(Some(error)) => {
            c.that("validation", matches!(error.kind(), GpuErrorKind::ValidationError));
            c.that("the first of the two", error.message().contains("MAP"));
        }
        other => c.fail(format!("validation: {other:?}")),
    }
    for _ in 0..100 {
        device.push_error_scope(GpuErrorFilter::Validation);
    }
    bad();
    let mut found = 0;
    for _ in 0..100 {
        found += u32::from(matches!(device.pop_error_scope().await, Ok(Some(_))));
    }
    c.equal("caught once", found, 1);
    // Scopes left open at the end are nobody's trouble.
    device.push_error_scope(GpuErrorFilter::Validation);
    bad();
}
