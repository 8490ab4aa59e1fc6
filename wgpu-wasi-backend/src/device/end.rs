//! The end of a program: errors that it has not heard of yet are reported, whatever way it ends.
//!
//! Natively an error is reported in the call that failed. Here it is fetched later (`errors.rs`), at the latest when
//! the device is dropped; but a device may live in a static, be forgotten, or be kept by its own error handler, and
//! `std::process::exit` drops nothing. The C runtime calls back at both ends, so the rest is fetched there.
//!
//! This cuts across the objects because it is about all devices of the program.
#![expect(unsafe_code, reason = "asks the C runtime to call back, see `call_at_exit`")]

use std::ffi::c_int;
use std::sync::Once;

use crate::device::list;

/// Has the errors of all devices reported at the end of the program.
pub(crate) fn report_errors_then() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(call_at_exit);
}

fn call_at_exit() {
    unsafe extern "C" {
        /// Of wasi-libc, as ISO C has it: 0 when it will call `function`.
        fn atexit(function: extern "C" fn()) -> c_int;
    }
    // SAFETY: the signature is that of ISO C, and the function stays for as long as the program does.
    if unsafe { atexit(report_errors) } != 0 {
        log::warn!("errors of wgpu at the end of the program may not be reported");
    }
}

extern "C" fn report_errors() {
    // A handler may use the GPU, and drop devices.
    for device in list::all() {
        device.flush();
    }
}
