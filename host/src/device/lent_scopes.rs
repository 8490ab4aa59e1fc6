//! wgpu's own error scopes, for devices that an embedder lent: [`crate::LentDevice`].
//!
//! A device of the guest's own has one handler, which feeds the guest's scopes (`errors.rs`). On a lent
//! device the handler is the embedder's, and stays; what a guest's call does wrong must not reach it. So
//! three scopes of wgpu, one for each kind of error, are open for as long as such a call runs. They belong
//! to a thread and must be closed in order, which a call of the host is short enough for: it begins and
//! ends on one thread.
//!
//! This cuts across the objects because any call of a guest may fail.

use std::{cell::RefCell, sync::Arc};

use futures_util::FutureExt;

use crate::device::errors::{DeviceErrors, GpuError, gathering};

/// The scopes of one device, and where their errors go.
struct Frame {
    device: wgpu::Device,
    errors: Arc<DeviceErrors>,
    scopes: [wgpu::ErrorScopeGuard; 3],
}

thread_local! {
    /// The frames of the host's calls that run on this thread, the innermost last.
    static OPEN: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// Opened in this order, so closed in the other: an object that there was no memory for is invalid, and
/// the validation error that follows from it must not be reported first.
const FILTERS: [wgpu::ErrorFilter; 3] =
    [wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::OutOfMemory];

/// From now on errors of `device` on this thread go to `errors`, until [`leave`].
pub(crate) fn enter(device: &wgpu::Device, errors: &Arc<DeviceErrors>) {
    #[expect(clippy::disallowed_methods, reason = "for one call, on one thread")]
    let scopes = FILTERS.map(|filter| device.push_error_scope(filter));
    let frame = Frame { device: device.clone(), errors: Arc::clone(errors), scopes };
    OPEN.with_borrow_mut(|open| open.push(frame));
}

/// Closes the `count` frames that were opened last, and reports what they caught. A scope keeps the first
/// error of its kind.
pub(crate) fn leave(count: usize) {
    for _ in 0..count {
        let Some(Frame { device: _, errors, scopes }) = OPEN.with_borrow_mut(Vec::pop) else { return };
        let [validation, internal, out_of_memory] = scopes;
        for caught in [out_of_memory.pop(), internal.pop(), validation.pop()] {
            // Native wgpu has the error at once.
            if let Some(error) = caught.now_or_never().flatten() {
                errors.report(GpuError::from(error));
            }
        }
    }
}

/// Runs `call` with the errors of `device` on this thread going to `errors`.
pub(crate) fn within<T>(device: &wgpu::Device, errors: &Arc<DeviceErrors>, call: impl FnOnce() -> T) -> T {
    let mut opened = Opened(0);
    opened.enter(device, errors);
    call()
}

/// Runs `call` and returns what it gave with the errors that arose in it on this thread, which then
/// reach no scope: for objects that are made to be invalid, and for calls that answer with the error.
pub(crate) fn collecting<T>(call: impl FnOnce() -> T) -> (T, Vec<GpuError>) {
    gathering(|| nested(call))
}

/// Runs `call` so that its errors are reported before this returns, on every device that has scopes open
/// on this thread.
fn nested<T>(call: impl FnOnce() -> T) -> T {
    let mut opened = Opened(0);
    if OPEN.with_borrow(Vec::is_empty) {
        return call();
    }
    let mut devices: Vec<(wgpu::Device, Arc<DeviceErrors>)> = Vec::new();
    OPEN.with_borrow(|open| {
        for frame in open.iter().rev() {
            if !devices.iter().any(|(device, _)| *device == frame.device) {
                devices.push((frame.device.clone(), Arc::clone(&frame.errors)));
            }
        }
    });
    for (device, errors) in &devices {
        opened.enter(device, errors);
    }
    call()
}

/// Frames that are closed also when a call panics.
struct Opened(usize);

impl Opened {
    fn enter(&mut self, device: &wgpu::Device, errors: &Arc<DeviceErrors>) {
        enter(device, errors);
        self.0 += 1;
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        leave(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::errors::ErrorKind;

    #[test]
    fn collected_errors_reach_no_scope() {
        let errors = DeviceErrors::default();
        errors.push_scope(ErrorKind::Validation).unwrap();
        let ((), collected) = collecting(|| errors.validation("collected"));
        assert_eq!(collected, [GpuError::validation("collected")]);
        errors.validation("dispatched");
        assert_eq!(errors.pop_scope(), Some(Some(GpuError::validation("dispatched"))));
    }
}
