//! The signals by which wasmtime hears of traps. What else is in the process may take them away: `ray.init` has handlers of
//! its own, which end the process where a component traps. So they are looked at with each call, and while it waits.
//!
//! On macOS and Windows, wasmtime hears of traps in ways that nobody takes away.

#[cfg(all(unix, not(target_vendor = "apple")))]
mod handlers {
    use std::{mem, ptr, sync::OnceLock};

    use libc::{SIGBUS, SIGFPE, SIGILL, SIGSEGV, c_int, sigaction};

    const SIGNALS: [c_int; 4] = [SIGSEGV, SIGILL, SIGFPE, SIGBUS];

    /// Those that wasmtime has.
    static WANTED: OnceLock<Vec<(c_int, sigaction)>> = OnceLock::new();

    #[expect(unsafe_code, reason = "the standard library has no signals")]
    fn get(signal: c_int) -> Option<sigaction> {
        // SAFETY: zeroes are a `sigaction`, which the call overwrites; with a null pointer it changes nothing.
        let (result, handler) = unsafe {
            let mut handler = mem::zeroed();
            (sigaction(signal, ptr::null(), &raw mut handler), handler)
        };
        (result == 0).then_some(handler)
    }

    #[expect(unsafe_code, reason = "the standard library has no signals")]
    fn set(signal: c_int, handler: &sigaction) {
        // SAFETY: the handler is one that was installed for this signal, and stays in memory as long as the process.
        unsafe {
            sigaction(signal, handler, ptr::null_mut());
        }
    }

    pub(crate) fn remember() {
        // Of a signal that has no handler, wasmtime hears nothing.
        let has_one = |(_, handler): &(c_int, sigaction)| handler.sa_sigaction != libc::SIG_DFL;
        let now = || SIGNALS.into_iter().filter_map(|signal| Some((signal, get(signal)?)));
        WANTED.get_or_init(|| now().filter(has_one).collect());
    }

    pub(crate) fn keep() {
        let Some(wanted) = WANTED.get() else { return };
        for (signal, handler) in wanted {
            if get(*signal).is_some_and(|found| found.sa_sigaction != handler.sa_sigaction) {
                set(*signal, handler);
            }
        }
    }
}

/// Says that an engine was made. The first installs the handlers.
pub(crate) fn engine_made() {
    #[cfg(all(unix, not(target_vendor = "apple")))]
    handlers::remember();
}

/// Puts wasmtime's handlers back, if they have been replaced. What is no trap they hand on to those that were there before
/// them.
pub(crate) fn keep() {
    #[cfg(all(unix, not(target_vendor = "apple")))]
    handlers::keep();
}
