//! [wgpu](https://wgpu.rs) with an [`Instance`] for WASI.
//!
//! This package takes the place of the one of the same name and version on crates.io, by a
//! `[patch.crates-io]` that `cargo wgpu-wasi` writes. On WASI, [`Instance`] is a type of this crate whose
//! constructors lead to wgpu-wasi-backend, and so do the functions that make or take one; everything
//! else is the real wgpu's. On any other target all of it is.
#![no_std]
#![forbid(unsafe_op_in_unsafe_fn)]
#![warn(missing_docs, unreachable_pub)]

#[cfg(not(target_os = "wasi"))]
pub use upstream::*;

#[cfg(target_os = "wasi")]
extern crate alloc;
#[cfg(target_os = "wasi")]
mod instance;
#[cfg(target_os = "wasi")]
pub mod util;
#[cfg(target_os = "wasi")]
#[doc(hidden)]
pub mod web_sys;

#[cfg(target_os = "wasi")]
pub use instance::Instance;
// What this crate declares itself goes before what comes by the glob.
#[cfg(target_os = "wasi")]
pub use wgpu_wasi_backend::wgpu::*;
