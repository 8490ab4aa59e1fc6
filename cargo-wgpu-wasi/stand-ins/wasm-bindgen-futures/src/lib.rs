//! wasm-bindgen-futures, with a [`spawn_local`] for WASI.
//!
//! Crates that take every wasm32 for a browser (cubecl is one) hand futures to `spawn_local`, which would
//! call JavaScript: on WASI it panics. Everything else is the real crate's.
#![warn(missing_docs, unreachable_pub)]

#[cfg(target_os = "wasi")]
mod tasks;
#[cfg(target_os = "wasi")]
mod turns {
    /// In programs with windows, `with_windows.rs` is in the place of the file around this.
    pub(crate) fn begin(_work: fn() -> bool) {}
}

#[cfg(target_os = "wasi")]
pub use tasks::{run_until_stalled, spawn_local};
// What this crate declares itself goes before what comes by the glob.
pub use upstream::*;
