//! Turns a panic inside wgpu into an error of the guest that caused it.
//!
//! A few entry points of wgpu's public API answer some misuse with a panic instead of an error:
//! `RenderBundleEncoder::finish` with any error in the bundle, and `Device::poll` when the GPU is lost
//! during the wait. wgpu keeps working after such a panic; everything that can reach one goes through
//! [`catch`]. This needs `panic = "unwind"`, which the crate checks here.

use std::{any::Any, panic::AssertUnwindSafe};

#[cfg(not(panic = "unwind"))]
compile_error!("wgpu-wasi-host needs `panic = \"unwind\"`: a panic in wgpu must end one guest, not the host");

/// Runs `call`; a panic in it becomes `Err` with its message.
///
/// The objects that `call` worked on must not be used again after an `Err`; the callers drop them.
pub(crate) fn catch<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let caught = std::panic::catch_unwind(AssertUnwindSafe(call));
    caught.map_err(|payload| {
        let message = message(&*payload);
        tracing::warn!(fenced = true, "a panic below a guest's call: {message}");
        message
    })
}

/// The text of a panic.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(catch(|| 1), Ok(1));
        assert_eq!(catch(|| panic!("no {}", 2)), Err::<(), _>("no 2".to_owned()));
        assert_eq!(
            catch(|| std::panic::panic_any(3_u8)),
            Err::<(), _>("a panic without a message".to_owned())
        );
    }
}
