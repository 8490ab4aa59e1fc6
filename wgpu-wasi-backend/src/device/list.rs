//! The devices that the program has made, in one list: an instance polls those of its own, and at the end of
//! the program all of them are asked for their errors.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use crate::device::shared::DeviceShared;
use crate::id::Id;

thread_local! {
    /// Of each thread its own, for devices are `Send` only where wgpu's are; a component has one thread.
    static DEVICES: RefCell<Vec<Listed>> = const { RefCell::new(Vec::new()) };
}

struct Listed {
    instance: Id,
    device: Weak<DeviceShared>,
}

/// Takes note of a new device of `instance`, and drops those that are gone.
pub(crate) fn add(instance: Id, device: &Arc<DeviceShared>) {
    DEVICES.with_borrow_mut(|devices| {
        devices.retain(|listed| listed.device.strong_count() > 0);
        devices.push(Listed { instance, device: Arc::downgrade(device) });
    });
    #[cfg(target_os = "wasi")]
    crate::device::end::report_errors_then();
}

/// The devices that `instance` has made.
pub(crate) fn of_instance(instance: Id) -> Vec<Arc<DeviceShared>> {
    let has_made = |listed: &&Listed| listed.instance == instance;
    DEVICES.with_borrow(|devices| {
        devices.iter().filter(has_made).filter_map(|listed| listed.device.upgrade()).collect()
    })
}

/// All devices.
#[cfg(target_os = "wasi")]
pub(crate) fn all() -> Vec<Arc<DeviceShared>> {
    DEVICES.with_borrow(|devices| devices.iter().filter_map(|listed| listed.device.upgrade()).collect())
}
