//! The stream of uncaptured errors: those outside of every scope, in order.

use crate::{
    Checks, kit,
    wit::{GpuBufferUsage, GpuErrorFilter, GpuErrorKind},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let bad = |usage| kit::buffer(&device, 16, usage);
    let mut errors = device.on_uncaptured_error();
    bad(GpuBufferUsage::MAP_READ | GpuBufferUsage::STORAGE);
    device.push_error_scope(GpuErrorFilter::Validation);
    bad(GpuBufferUsage::empty());
    c.that("inside a scope", matches!(device.pop_error_scope().await, Ok(Some(_))));
    device.push_error_scope(GpuErrorFilter::OutOfMemory);
    let encoder = kit::encoder(&device);
    encoder.clear_buffer(&kit::storage(&device, &[0]), Some(1), None);
    encoder.finish(None);
    c.that("a scope for another kind", matches!(device.pop_error_scope().await, Ok(None)));

    match errors.next().await {
        Some(error) => {
            c.that("the first: kind", matches!(error.kind(), GpuErrorKind::ValidationError));
            c.that("the first: text", error.message().contains("MAP"));
        }
        None => c.fail("the stream has ended"),
    }
    match errors.next().await {
        Some(error) => c.that("the second: text", error.message().contains("offset")),
        None => c.fail("the stream has ended"),
    }
    // Commands that are never submitted.
    let encoder = kit::encoder(&device);
    encoder.clear_buffer(&kit::storage(&device, &[0]), Some(2), None);
    encoder.finish(None);
    match errors.next().await {
        Some(error) => c.that("the third: text", error.message().contains("offset")),
        None => c.fail("the stream has ended"),
    }
    drop(errors);
    // Nobody listens now; they are lost without harm.
    for _ in 0..1000 {
        bad(GpuBufferUsage::empty());
    }
    drop(device.on_uncaptured_error());
    c.equal("the device lives", kit::read(&device, &kit::storage(&device, &[3])).await, vec![3]);
}
