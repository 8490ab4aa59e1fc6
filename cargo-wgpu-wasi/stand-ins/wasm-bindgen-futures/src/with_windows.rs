//! wasm-bindgen-futures, with a [`spawn_local`] for WASI, for programs with windows: their event loop goes on with the futures.
//!
//! All else is as in `lib.rs`.
#![warn(missing_docs, unreachable_pub)]

#[cfg(target_os = "wasi")]
mod tasks;
#[cfg(target_os = "wasi")]
mod turns {
    pub(crate) use wgpu_wasi_window::at_each_turn as begin;
}

#[cfg(target_os = "wasi")]
pub use tasks::{run_until_stalled, spawn_local};
// What this crate declares itself goes before what comes by the glob.
pub use upstream::*;
