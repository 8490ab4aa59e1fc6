//! Projects as their owners have them, built and run by `cargo wgpu-wasi`.
//!
//! Each is made anew in cargo's folder for such things, and all build into the folder that these tests
//! were built into, so that wgpu is built once for all. What they depend on is fetched the first time.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic; clippy knows test functions, and not what they call"
)]

mod as_native;
mod commands;
mod drift;
mod drift_winit;
mod flags;
mod interruption;
mod messages;
mod project;
mod read_only;
mod sandbox_tests;
mod unchanged;
mod web;
mod windows;
