//! The export `wasi:cli/run@0.3.0`: only a function that is `async` in WIT may wait for the host.
//!
//! The standard library's entry point, `wasi:cli/run@0.2`, is a synchronous function: a call of
//! the host that is not done at once traps there. This export runs the same program, and a host
//! that knows it may take its time. A component has both, so that either kind of host can run it.
#![expect(unsafe_code, reason = "calls the entry point of the C runtime, see `Run::run`")]

#[allow(missing_docs, unreachable_pub, unnameable_types, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "wgpu-wasi:backend/guest-run3",
        // Lifted synchronously: the type of the function is what counts, and `main` is no future.
        async: false,
        generate_all,
    });
    export!(Run);

    use super::Run;
}

struct Run;

impl bindings::exports::wasi::cli::run::Guest for Run {
    fn run() -> Result<(), ()> {
        unsafe extern "C" {
            /// Of wasi-libc: constructors, `main`, destructors. It returns the status of `main`;
            /// declared without its result it would be a function that only traps.
            fn _start() -> i32;
        }
        // SAFETY: `_start` takes nothing, may be called once for each instance, and the host calls
        // one of the two `run` exports once. The signature is that of the target's crt1-command.o.
        let status = unsafe { _start() };
        if status == 0 { Ok(()) } else { Err(()) }
    }
}
